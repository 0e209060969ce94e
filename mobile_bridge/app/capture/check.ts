// Has a photograph looked at, one at a time, in a worker where the browser has them; whoever does not want to wait goes on.

import { type Easel, type Looked, lookAt, type Told } from "./look";
import { VERDICT_VERSION } from "./verdict";

const HEIC = "image/heic";
let queue: Promise<unknown> = Promise.resolve();

type FromWorker = { kind: "step"; stepsDone: number } | { kind: "looked"; looked: Looked } | { kind: "not-decoded" };

/** The browser could not make a picture of the file. */
class NotDecoded extends Error {}

/** There is no worker to be had here. */
class NoWorker extends Error {}

/** Never fails: what cannot be checked, or is not waited for (`signal`), says so. One photograph is decoded at a time. */
export function check(file: Blob, mediaType: string, told: Told, signal: AbortSignal): Promise<Looked> {
  const looked = queue.then(() => checkNow(file, mediaType, told, signal));
  queue = looked;
  return looked;
}

async function checkNow(file: Blob, mediaType: string, told: Told, signal: AbortSignal): Promise<Looked> {
  if (signal.aborted) return unchecked();
  try {
    return await inWorker(file, told, signal);
  } catch (error) {
    if (signal.aborted) return unchecked();
    if (error instanceof NoWorker) return onPage(file, told).catch(() => undecoded(mediaType));
    return undecoded(mediaType);
  }
}

function inWorker(file: Blob, told: Told, signal: AbortSignal): Promise<Looked> {
  const address = document.querySelector<HTMLMetaElement>("meta[name=measurer]")?.content;
  if (!address || typeof Worker === "undefined" || typeof OffscreenCanvas === "undefined") throw new NoWorker();
  const worker = new Worker(address, { type: "module" });
  const looked = new Promise<Looked>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data.kind === "step") told(data.stepsDone);
      else if (data.kind === "looked") resolve(data.looked);
      else reject(new NotDecoded());
    };
    worker.onerror = () => reject(new NoWorker());
    signal.addEventListener("abort", () => reject(new NotDecoded()));
  });
  worker.postMessage(file);
  return looked.finally(() => worker.terminate());
}

/** Older browsers have no canvas in a worker: the page waits then. */
async function onPage(file: Blob, told: Told): Promise<Looked> {
  const address = URL.createObjectURL(file);
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    return await lookAt(image, image.naturalWidth, image.naturalHeight, makeEasel, told);
  } finally {
    URL.revokeObjectURL(address);
  }
}

function makeEasel(width_px: number, height_px: number): Easel {
  const canvas = document.createElement("canvas");
  canvas.width = width_px;
  canvas.height = height_px;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("no canvas to be had");
  const toJpeg = (quality: number) => new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
  return { context, toJpeg };
}

/** Few browsers decode HEIC, so that says nothing of the photograph; any other one that does not open is damaged. */
function undecoded(mediaType: string): Looked {
  if (mediaType === HEIC) return unchecked();
  const verdict = { checked: true, version: VERDICT_VERSION, flaws: ["unreadable"], keptBecause: "" };
  return { verdict, preview: null };
}

function unchecked(): Looked {
  return { verdict: { checked: false, version: VERDICT_VERSION, flaws: [], keptBecause: "" }, preview: null };
}
