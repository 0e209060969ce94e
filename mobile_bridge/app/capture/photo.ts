// Takes a file into the phone: what it is, its digest, a verdict in plain terms and a small preview.

import { momentAt, type View } from "../contract/case";
import type { KeptPhoto, PhotoBytes } from "../store/model";
import { check } from "./check";
import { digestOf } from "./digest";
import type { Told } from "./look";
import { sniff, SNIFFED_BYTES } from "./sniff";

const MOST_BYTES = 512 * 1024 * 1024;

/** The file is no photograph, or larger than can be sent. */
export class NotAPhoto extends Error {
  constructor(readonly reason: "not-a-photo" | "empty" | "too-large") {
    super(reason);
  }
}

export interface Taken {
  photo: KeptPhoto;
  bytes: PhotoBytes;
}

/** For what a photograph is taken. */
export interface Place {
  draftId: string;
  view: View;
  replaces: string | null;
}

/** NotAPhoto for what cannot be sent at all; a photograph with flaws is taken, and says so. */
export async function takePhoto(file: Blob, place: Place, told: Told, signal: AbortSignal): Promise<Taken> {
  const mediaType = await typeOf(file);
  const looked = await check(file, mediaType, told, signal);
  const partId = crypto.randomUUID();
  const photo: KeptPhoto = {
    partId,
    view: place.view,
    sha256: await digestOf(file),
    sizeBytes: file.size,
    mediaType,
    takenAt: momentAt(takenDate(file)),
    verdict: looked.verdict,
    replaces: place.replaces,
  };
  return { photo, bytes: { partId, draftId: place.draftId, original: file, preview: looked.preview } };
}

async function typeOf(file: Blob): Promise<string> {
  if (file.size === 0) throw new NotAPhoto("empty");
  if (file.size > MOST_BYTES) throw new NotAPhoto("too-large");
  const mediaType = sniff(new Uint8Array(await file.slice(0, SNIFFED_BYTES).arrayBuffer()));
  if (!mediaType) throw new NotAPhoto("not-a-photo");
  return mediaType;
}

function takenDate(file: Blob): Date {
  return file instanceof File && file.lastModified > 0 ? new Date(file.lastModified) : new Date();
}
