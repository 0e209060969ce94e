// How much is sent at a time: about eight seconds of the link, so that little is sent twice when it breaks.

const LEAST_BYTES = 64 * 1024;
const FIRST_BYTES = 256 * 1024;
const MOST_BYTES = 4 * 1024 * 1024;
const AIM_MS = 8000;

export class ChunkSize {
  bytes = FIRST_BYTES;

  /** Notes how long a chunk took. */
  note(sent_bytes: number, took_ms: number): void {
    const aimed = (sent_bytes * AIM_MS) / Math.max(1, took_ms);
    const gentle = Math.min(aimed, this.bytes * 2);
    this.bytes = Math.round(Math.min(MOST_BYTES, Math.max(LEAST_BYTES, gentle)));
  }

  /** A link that broke gets smaller pieces. */
  noteBreak(): void {
    this.bytes = Math.max(LEAST_BYTES, Math.round(this.bytes / 2));
  }
}
