// Takes a file into the phone: what it is, its digest, a verdict in plain terms and a small preview.

import { type EdgeVerdict, momentAt, type View } from "../contract/case";
import type { KeptPhoto, PhotoBytes } from "../store/model";
import { digestOf } from "./digest";
import { lumaOf, measure, scaledSize } from "./measure";
import { sniff, SNIFFED_BYTES } from "./sniff";
import { type Flaw, flawsOf, LUMA_LONG_EDGE_PX, VERDICT_VERSION } from "./verdict";

const PREVIEW_QUALITY = 0.8;
const MOST_BYTES = 512 * 1024 * 1024;
const HEIC = "image/heic";

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

/** NotAPhoto for what cannot be sent at all; a photograph with flaws is taken, and says so. */
export async function takePhoto(file: Blob, draftId: string, view: View, replaces: string | null): Promise<Taken> {
  const mediaType = await typeOf(file);
  const looked = await look(file, mediaType);
  const partId = crypto.randomUUID();
  const photo: KeptPhoto = {
    partId,
    view,
    sha256: await digestOf(file),
    sizeBytes: file.size,
    mediaType,
    takenAt: momentAt(takenDate(file)),
    verdict: looked.verdict,
    replaces,
  };
  return { photo, bytes: { partId, draftId, original: file, preview: looked.preview } };
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

interface Looked {
  verdict: EdgeVerdict;
  preview: Blob | null;
}

async function look(file: Blob, mediaType: string): Promise<Looked> {
  const address = URL.createObjectURL(file);
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    return await judge(image);
  } catch {
    return { verdict: mediaType === HEIC ? unchecked() : checked(["unreadable"]), preview: null };
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** The browser turns the picture upright and decodes it no larger than the canvas asks for. */
async function judge(image: HTMLImageElement): Promise<Looked> {
  const { naturalWidth, naturalHeight } = image;
  const [width_px, height_px] = scaledSize(naturalWidth, naturalHeight, LUMA_LONG_EDGE_PX);
  const canvas = document.createElement("canvas");
  canvas.width = width_px;
  canvas.height = height_px;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return { verdict: unchecked(), preview: null };
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, width_px, height_px);
  const luma = lumaOf(context.getImageData(0, 0, width_px, height_px).data, width_px, height_px);
  const flaws = flawsOf(measure(luma), naturalWidth, naturalHeight);
  const preview = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", PREVIEW_QUALITY));
  return { verdict: checked(flaws), preview };
}

function checked(flaws: Flaw[]): EdgeVerdict {
  return { checked: true, version: VERDICT_VERSION, flaws, keptBecause: "" };
}

function unchecked(): EdgeVerdict {
  return { checked: false, version: VERDICT_VERSION, flaws: [], keptBecause: "" };
}
