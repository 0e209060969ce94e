// The live camera with an outline of what should fill it; the file button beside it works without.

import type { View } from "../contract/case";
import { banner, button } from "./pieces";
import { h, svg } from "./dom";
import { hintsOver } from "./hinting";
import { family, t } from "./texts";

const JPEG_QUALITY = 0.95;

export function hasCamera(): boolean {
  return typeof navigator.mediaDevices?.getUserMedia === "function";
}

export async function openCamera(view: View, take: (file: Blob) => Promise<void>): Promise<void> {
  const video = h("video", { autoplay: true, playsinline: true, "aria-label": t("camera.label") });
  video.muted = true;
  const dialog = h("dialog", { class: "camera", "aria-label": family("view", view) });
  const shoot = async () => {
    const photo = await photograph(video);
    dialog.close();
    if (photo) await take(photo);
  };
  const hint = hintsOver(video, view);
  const tools = h("div", { class: "cluster" }, button(t("camera.shoot"), shoot, "primary"), button(t("camera.close"), () => dialog.close()));
  dialog.append(h("p", {}, family("viewHint", view)), h("div", { class: "camera-view" }, video, outline(view)), hint, tools);
  dialog.addEventListener("close", () => {
    stop(video);
    dialog.remove();
  });
  document.body.append(dialog);
  dialog.showModal();
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: { ideal: "environment" }, width: { ideal: 4096 }, height: { ideal: 3072 } },
    });
    if (!dialog.open) stop(video);
  } catch {
    tools.firstElementChild?.remove();
    hint.remove();
    tools.before(banner("warning", t("camera.none")));
  }
}

function stop(video: HTMLVideoElement): void {
  const stream = video.srcObject;
  if (stream instanceof MediaStream) for (const track of stream.getTracks()) track.stop();
  video.srcObject = null;
}

async function photograph(video: HTMLVideoElement): Promise<Blob | null> {
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  if (canvas.width === 0) return null;
  canvas.getContext("2d")?.drawImage(video, 0, 0);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", JPEG_QUALITY));
}

/** A body for the far view, an arm's breadth for the middle one, a ring for the spot, tilted from the side. */
function outline(view: View): SVGElement {
  const shapes: Record<string, [name: "ellipse" | "path", at: Record<string, string | number>][]> = {
    far: [["path", { d: "M50 12a9 9 0 1 1 .01 0zM30 40q20-12 40 0l4 30H26zM34 70v28M66 70v28" }]],
    medium: [["path", { d: "M12 34q38-8 76 0M12 70q38 8 76 0" }], ["ellipse", { cx: 50, cy: 52, rx: 9, ry: 9 }]],
    "close-oblique": [["ellipse", { cx: 50, cy: 52, rx: 32, ry: 18 }]],
  };
  const drawn = shapes[view] ?? [["ellipse", { cx: 50, cy: 50, rx: 30, ry: 30 }]];
  return svg("svg", { class: "outline", viewBox: "0 0 100 100", "aria-hidden": "true" }, ...drawn.map(([name, at]) => svg(name, at)));
}
