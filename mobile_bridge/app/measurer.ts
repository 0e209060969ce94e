// The worker that looks at one photograph, so that the page goes on answering; its memory goes with it.

import { type Easel, lookAt } from "./capture/look";

declare const self: DedicatedWorkerGlobalScope;
export {};

self.onmessage = (event: MessageEvent<Blob>) => {
  look(event.data).catch(() => self.postMessage({ kind: "not-decoded" }));
};

async function look(file: Blob): Promise<void> {
  const bitmap = await createImageBitmap(file);
  const told = (stepsDone: number) => self.postMessage({ kind: "step", stepsDone });
  const looked = await lookAt(bitmap, bitmap.width, bitmap.height, makeEasel, told);
  self.postMessage({ kind: "looked", looked });
}

function makeEasel(width_px: number, height_px: number): Easel {
  const canvas = new OffscreenCanvas(width_px, height_px);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("no canvas to be had");
  return { context, toJpeg: (quality) => canvas.convertToBlob({ type: "image/jpeg", quality }) };
}
