// Hints over the live camera: frames are looked at a few times a second, and one steady sentence is told at a time.

import type { View } from "../contract/case";
import { type Hint, hintsOf } from "../capture/hints";
import { type SteadyHint, Steadying } from "../capture/steadying";
import { h } from "./dom";
import { family } from "./texts";

const FRAME_LONG_EDGE_PX = 256;
const EVERY_MS = 250;
/** At most a quarter of a slow phone's time goes into looking. */
const REST_FOR_WORK = 3;

/** The place for the words; it ends by itself when the video is gone from the page. */
export function hintsOver(video: HTMLVideoElement, view: View): HTMLElement {
  const place = h("p", { class: "camera-hint", role: "status", "aria-live": "polite" });
  const steadying = new Steadying();
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const look = () => {
    if (!video.isConnected || !context) return;
    const began_ms = performance.now();
    if (video.videoWidth > 0) tell(place, steadying.next(seenBy(video, view, canvas, context), began_ms));
    setTimeout(look, Math.max(EVERY_MS, REST_FOR_WORK * (performance.now() - began_ms)));
  };
  setTimeout(look, EVERY_MS);
  return place;
}

/** The far view is to be far. */
function seenBy(
  video: HTMLVideoElement,
  view: View,
  canvas: HTMLCanvasElement,
  context: CanvasRenderingContext2D,
): Hint[] {
  const scale = Math.min(1, FRAME_LONG_EDGE_PX / Math.max(video.videoWidth, video.videoHeight));
  canvas.width = Math.round(video.videoWidth * scale);
  canvas.height = Math.round(video.videoHeight * scale);
  context.imageSmoothingQuality = "high";
  context.drawImage(video, 0, 0, canvas.width, canvas.height);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  const hints = hintsOf({ width_px: canvas.width, height_px: canvas.height, data });
  return view === "far" ? hints.filter((hint) => hint !== "move_closer") : hints;
}

/** The text changes only when the hint does: a screen reader is not told the same again. */
function tell(place: HTMLElement, hint: SteadyHint | null): void {
  const words = hint ? family("hint", hint) : "";
  if (place.textContent !== words) place.textContent = words;
}
