// Looks at a decoded photograph, in a worker or on a page alike: draws what is measured, judges it, keeps a preview.

import type { EdgeVerdict } from "../contract/case";
import { judge, type Picture, planOf, type Rectangle } from "./measure";

const PREVIEW_QUALITY = 0.8;
/** Decoded, drawn, judged, and its preview made. */
export const STEPS = 4;

export interface Looked {
  verdict: EdgeVerdict;
  /** Absent where the browser cannot show the format. */
  preview: Blob | null;
}

export type Told = (stepsDone: number) => void;

/** A canvas of either kind. */
export interface Easel {
  context: Pick<OffscreenCanvasRenderingContext2D, "drawImage" | "getImageData" | "imageSmoothingQuality">;
  toJpeg: (quality: number) => Promise<Blob | null>;
}

export type MakeEasel = (width_px: number, height_px: number) => Easel;

/** `source` is upright. One canvas at a time is held, none larger than what is measured. */
export async function lookAt(
  source: CanvasImageSource,
  width_px: number,
  height_px: number,
  makeEasel: MakeEasel,
  told: Told,
): Promise<Looked> {
  told(1);
  const plan = planOf(width_px, height_px);
  const easel = makeEasel(plan.overview.width_px, plan.overview.height_px);
  easel.context.imageSmoothingQuality = "high";
  easel.context.drawImage(source, 0, 0, plan.overview.width_px, plan.overview.height_px);
  const overview = pictureOf(easel, plan.overview.width_px, plan.overview.height_px);
  const tiles = plan.tiles.map((tile) => cut(source, tile, makeEasel));
  told(2);
  const { version, flaws } = judge({ overview, tiles, width_px, height_px });
  told(3);
  const preview = await easel.toJpeg(PREVIEW_QUALITY);
  told(STEPS);
  const named = flaws.map(({ name, score, threshold }) => ({ name, score, threshold }));
  return { verdict: { checked: true, version, flaws: named, keptBecause: "" }, preview };
}

function cut(source: CanvasImageSource, tile: Rectangle, makeEasel: MakeEasel): Picture {
  const { left, top, width_px, height_px } = tile;
  const easel = makeEasel(width_px, height_px);
  easel.context.drawImage(source, left, top, width_px, height_px, 0, 0, width_px, height_px);
  return pictureOf(easel, width_px, height_px);
}

function pictureOf(easel: Easel, width_px: number, height_px: number): Picture {
  return { width_px, height_px, data: easel.context.getImageData(0, 0, width_px, height_px).data };
}
