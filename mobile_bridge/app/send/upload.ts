// Sends one file by tus, resuming where the server stands; where it is sent to is kept before a byte goes.

import type { DetailedError, UploadOptions } from "tus-js-client";
import type { Draft, KeptMedia } from "../store/model";
import { ChunkSize } from "./chunks";
import { NoLink, NotSignedIn, Refused } from "./server";

const UPLOADS_PATH = "/api/uploads";
const STALLED_AFTER_MS = 45_000;
const chunk = new ChunkSize();

export interface UploadHooks {
  /** Called with the address when it is known, and with how much the server has acknowledged. */
  onAccepted(url: string, acceptedBytes: number): void;
  onSent(sentBytes: number): void;
}

export async function sendMedia(
  draft: Draft,
  media: KeptMedia,
  original: Blob,
  csrfToken: string,
  hooks: UploadHooks,
): Promise<void> {
  const { Upload } = await loadTus();
  const known = draft.outbox?.uploads[media.partId]?.url;
  await new Promise<void>((resolve, reject) => {
    const watch = new Watch(() => {
      void upload.abort();
      reject(new NoLink("stalled"));
    });
    const options: UploadOptions = {
      endpoint: UPLOADS_PATH,
      uploadUrl: known ?? null,
      chunkSize: chunk.bytes,
      retryDelays: null,
      storeFingerprintForResuming: false,
      headers: { "X-CSRF-Token": csrfToken },
      metadata: metadataOf(draft, media),
      onUploadUrlAvailable: () => hooks.onAccepted(upload.url ?? "", 0),
      onProgress: (sent) => {
        watch.feed();
        hooks.onSent(sent);
      },
      onChunkComplete: (size, accepted) => {
        chunk.note(size, watch.lap_ms());
        upload.options.chunkSize = chunk.bytes;
        hooks.onAccepted(upload.url ?? "", accepted);
      },
      onSuccess: () => {
        watch.end();
        resolve();
      },
      onError: (error) => {
        watch.end();
        chunk.noteBreak();
        reject(faultOf(error));
      },
    };
    const upload = new Upload(original, options);
    watch.feed();
    upload.start();
  });
}

async function loadTus(): Promise<typeof import("tus-js-client")> {
  try {
    return await import("tus-js-client");
  } catch (error) {
    throw new NoLink(String(error));
  }
}

function metadataOf(draft: Draft, media: KeptMedia): Record<string, string> {
  return {
    case: draft.caseId,
    patient: draft.patientId,
    part: media.partId,
    sha256: media.sha256,
    mediaType: media.mediaType,
  };
}

function faultOf(error: Error | DetailedError): Error {
  const response = "originalResponse" in error ? error.originalResponse : null;
  const status = response?.getStatus() ?? 0;
  if (status === 401) return new NotSignedIn();
  const passes = status === 0 || status === 403 || status === 409 || status === 423 || status === 429 || status >= 500;
  // 460: a chunk came with another checksum; 408: it came too slowly. Both are sent again.
  if (passes || status === 460 || status === 408) return new NoLink(`${status}`);
  return new Refused(String(status), response?.getBody().slice(0, 300) ?? "");
}

/** Ends an upload of which nothing is heard, since a dead link often says nothing. */
class Watch {
  private timer = 0;
  private lapStart_ms = performance.now();

  constructor(private readonly onSilence: () => void) {}

  feed(): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(this.onSilence, STALLED_AFTER_MS);
  }

  lap_ms(): number {
    const now_ms = performance.now();
    const lap_ms = now_ms - this.lapStart_ms;
    this.lapStart_ms = now_ms;
    return lap_ms;
  }

  end(): void {
    clearTimeout(this.timer);
  }
}
