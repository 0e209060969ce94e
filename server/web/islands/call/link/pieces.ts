// Pictures in pieces on a channel that repeats nothing: paced below what the link carries, mended by asking again.

import type { PictureOffer, TalkOf } from "../contract/talk";

const HEAD_BYTES = 8;
const PIECE_BYTES = 1_000;
const LARGEST_BYTES = 8 * 1024 * 1024;
const QUIET_MS = 600;
const MISSING_AT_MOST = 200;
const ASKED_AT_MOST = 60;

export function encodePiece(picture: number, number: number, of: number, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const piece = new Uint8Array(HEAD_BYTES + content.length);
  const head = new DataView(piece.buffer);
  head.setUint32(0, picture);
  head.setUint16(4, number);
  head.setUint16(6, of);
  piece.set(content, HEAD_BYTES);
  return piece;
}

/** Sends one piece after the other, as many bits a second as `rate` says at the moment. */
export class PieceSender {
  private readonly pictures = new Map<number, Uint8Array>();
  private readonly waiting: [picture: number, piece: number][] = [];
  private isSending = false;

  constructor(
    private readonly channel: () => RTCDataChannel | undefined,
    private readonly rate: () => number,
  ) {}

  get isBusy(): boolean {
    return this.waiting.length > 0;
  }

  offer(number: number, content: Uint8Array): void {
    this.pictures.set(number, content);
    const of = Math.ceil(content.length / PIECE_BYTES);
    for (let piece = 0; piece < of; piece++) this.waiting.push([number, piece]);
    void this.sendAll();
  }

  /** Those that were lost go first: the picture that lacks them is the older one. */
  again({ number, pieces }: TalkOf<"missing">): void {
    const content = this.pictures.get(number);
    if (!content) return;
    const of = Math.ceil(content.length / PIECE_BYTES);
    const queued = new Set(this.waiting.filter(([picture]) => picture === number).map(([, piece]) => piece));
    const lost = pieces.filter((piece) => Number.isInteger(piece) && piece >= 0 && piece < of && !queued.has(piece));
    this.waiting.unshift(...lost.map((piece): [number, number] => [number, piece]));
    void this.sendAll();
  }

  forget(number: number): void {
    this.pictures.delete(number);
  }

  private async sendAll(): Promise<void> {
    if (this.isSending) return;
    this.isSending = true;
    for (let next = this.waiting.shift(); next; next = this.waiting.shift()) {
      const size = this.send(...next);
      if (size > 0) await new Promise((resolve) => setTimeout(resolve, (8_000 * size) / this.rate()));
    }
    this.isSending = false;
  }

  private send(number: number, piece: number): number {
    const content = this.pictures.get(number);
    const channel = this.channel();
    if (!content || channel?.readyState !== "open") return 0;
    const start = piece * PIECE_BYTES;
    const part = content.subarray(start, start + PIECE_BYTES);
    channel.send(encodePiece(number, piece, Math.ceil(content.length / PIECE_BYTES), part));
    return HEAD_BYTES + part.length;
  }
}

interface Arriving {
  offer: PictureOffer | undefined;
  pieces: (Uint8Array | undefined)[];
  timer: number;
  asked: number;
}

/** Gathers pieces; what is whole and has the digest it was offered with is told, and nothing else is. */
export class PieceReceiver {
  private readonly arriving = new Map<number, Arriving>();

  constructor(
    private readonly say: (talk: TalkOf<"missing"> | TalkOf<"arrived">) => void,
    private readonly onPicture: (offer: PictureOffer, content: Blob) => void,
    private readonly onProgress: (offer: PictureOffer, share: number) => void,
  ) {}

  expect(offer: PictureOffer): void {
    if (!(offer.sizeBytes > 0 && offer.sizeBytes <= LARGEST_BYTES)) return;
    const of = Math.ceil(offer.sizeBytes / PIECE_BYTES);
    const arriving = this.of(offer.number, of);
    arriving.offer = offer;
    void this.look(offer.number, arriving);
  }

  take(data: ArrayBuffer): void {
    if (data.byteLength <= HEAD_BYTES || data.byteLength > HEAD_BYTES + PIECE_BYTES) return;
    const head = new DataView(data);
    const [picture, number, of] = [head.getUint32(0), head.getUint16(4), head.getUint16(6)];
    if (number >= of || of > LARGEST_BYTES / PIECE_BYTES + 1) return;
    const arriving = this.of(picture, of);
    if (arriving.pieces.length !== of) return;
    arriving.pieces[number] = new Uint8Array(data, HEAD_BYTES);
    void this.look(picture, arriving);
  }

  close(): void {
    for (const { timer } of this.arriving.values()) clearTimeout(timer);
    this.arriving.clear();
  }

  private of(picture: number, of: number): Arriving {
    const known = this.arriving.get(picture);
    if (known) return known;
    const arriving: Arriving = { offer: undefined, pieces: Array<undefined>(of).fill(undefined), timer: 0, asked: 0 };
    this.arriving.set(picture, arriving);
    return arriving;
  }

  private async look(picture: number, arriving: Arriving): Promise<void> {
    const { offer, pieces } = arriving;
    const missing = pieces.flatMap((piece, number) => (piece ? [] : [number]));
    if (!offer || missing.length > 0) {
      if (offer) this.onProgress(offer, 1 - missing.length / pieces.length);
      this.askSoon(picture, arriving, missing);
      return;
    }
    this.drop(picture);
    const whole = new Blob(pieces as Uint8Array<ArrayBuffer>[], { type: offer.mediaType });
    this.say({ kind: "arrived", number: picture });
    if (await hasDigest(whole, offer.sha256)) this.onPicture(offer, whole);
  }

  private askSoon(picture: number, arriving: Arriving, missing: number[]): void {
    clearTimeout(arriving.timer);
    arriving.timer = window.setTimeout(() => {
      if (++arriving.asked > ASKED_AT_MOST) return this.drop(picture);
      if (missing.length > 0) this.say({ kind: "missing", number: picture, pieces: missing.slice(0, MISSING_AT_MOST) });
      this.askSoon(picture, arriving, missing);
    }, QUIET_MS);
  }

  private drop(picture: number): void {
    clearTimeout(this.arriving.get(picture)?.timer);
    this.arriving.delete(picture);
  }
}

async function hasDigest(content: Blob, sha256: string): Promise<boolean> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await content.arrayBuffer()));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("") === sha256;
}
