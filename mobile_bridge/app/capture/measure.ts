// Measures a photograph exactly as the server does: the integer arithmetic of imaging/quality.py, steps 2 to 5.

import thresholds from "../../../imaging/data/quality_thresholds.json";

const WINDOW_PX = 9;
const NOISE_RISE = 8;
const CLIPPED_LUMA = 250;

export interface Luma {
  width_px: number;
  height_px: number;
  /** Row by row, 0 to 255. */
  values: Uint8Array;
}

export interface Measures {
  sharpnessPermille: number;
  brightLuma: number;
  clippedPermille: number;
}

/** Step 2, from RGBA bytes. */
export function lumaOf(rgba: Uint8ClampedArray, width_px: number, height_px: number): Luma {
  const values = new Uint8Array(width_px * height_px);
  for (let pixel = 0; pixel < values.length; pixel += 1) {
    const at = pixel * 4;
    values[pixel] = (77 * (rgba[at] ?? 0) + 150 * (rgba[at + 1] ?? 0) + 29 * (rgba[at + 2] ?? 0)) >> 8;
  }
  return { width_px, height_px, values };
}

export function measure(luma: Luma): Measures {
  const middle = middleOf(luma);
  return {
    sharpnessPermille: Math.min(sharpnessAlong(middle, "row"), sharpnessAlong(middle, "column")),
    brightLuma: brightLumaOf(luma),
    clippedPermille: clippedOf(luma),
  };
}

/** Step 1's size: a long edge of at most `longEdge_px`, never larger than it was. */
export function scaledSize(width_px: number, height_px: number, longEdge_px: number): [number, number] {
  const long_px = Math.max(width_px, height_px);
  if (long_px <= longEdge_px) return [width_px, height_px];
  const scaled = (side_px: number) => Math.max(1, Math.floor((2 * longEdge_px * side_px + long_px) / (2 * long_px)));
  return [scaled(width_px), scaled(height_px)];
}

function middleOf(luma: Luma): Luma {
  const left = Math.floor(luma.width_px / 10);
  const top = Math.floor(luma.height_px / 10);
  const width_px = luma.width_px - 2 * left;
  const height_px = luma.height_px - 2 * top;
  const values = new Uint8Array(width_px * height_px);
  for (let y = 0; y < height_px; y += 1) {
    const start = (y + top) * luma.width_px + left;
    values.set(luma.values.subarray(start, start + width_px), y * width_px);
  }
  return { width_px, height_px, values };
}

/** Step 3: how wide edges are, 0 to 888. */
function sharpnessAlong(luma: Luma, direction: "row" | "column"): number {
  const { width_px, height_px, values } = luma;
  const [length, lines] = direction === "row" ? [width_px, height_px] : [height_px, width_px];
  const [step, nextLine] = direction === "row" ? [1, width_px] : [width_px, 1];
  let total = 0;
  let kept = 0;
  for (let line = 0; line < lines; line += 1) {
    const start = line * nextLine;
    for (let x = 5; x <= length - 5; x += 1) {
      const at = start + x * step;
      const rise = Math.abs((values[at + 4 * step] ?? 0) - (values[at - 5 * step] ?? 0));
      if (rise < NOISE_RISE) continue;
      const steps = WINDOW_PX * Math.abs((values[at] ?? 0) - (values[at - step] ?? 0));
      total += steps;
      kept += Math.max(0, steps - rise);
    }
  }
  return total === 0 ? 0 : Math.floor((1000 * kept) / total);
}

/** Step 4: the 90th percentile. */
function brightLumaOf(luma: Luma): number {
  const counts = new Uint32Array(256);
  for (const value of luma.values) counts[value] = (counts[value] ?? 0) + 1;
  let reached = 0;
  for (let value = 0; value < 256; value += 1) {
    reached += counts[value] ?? 0;
    if (10 * reached >= 9 * luma.values.length) return value;
  }
  return 255;
}

/** Step 5. */
function clippedOf(luma: Luma): number {
  let clipped = 0;
  for (const value of luma.values) if (value >= CLIPPED_LUMA) clipped += 1;
  return Math.floor((1000 * clipped) / luma.values.length);
}

export interface Picture {
  width_px: number;
  height_px: number;
  /** RGBA, row by row. */
  data: Uint8ClampedArray;
}

export interface Rectangle {
  left: number;
  top: number;
  width_px: number;
  height_px: number;
}

export interface Plan {
  /** The whole photograph, averaged down to this size. */
  overview: { width_px: number; height_px: number };
  /** Cut from the photograph in its full size. */
  tiles: Rectangle[];
}

export interface Judged {
  version: string;
  flaws: { name: string; score: number; threshold: number }[];
}

export function planOf(width_px: number, height_px: number): Plan {
  const [wide_px, high_px] = scaledSize(width_px, height_px, thresholds.lumaLongEdgePx);
  return { overview: { width_px: wide_px, height_px: high_px }, tiles: [] };
}

/** Flaws as `imaging.quality.judge` scores them: what was seen, and the limit that it lies beyond. */
export function judge(seen: { overview: Picture; tiles: Picture[]; width_px: number; height_px: number }): Judged {
  const { overview, width_px, height_px } = seen;
  const { sharpnessPermille, brightLuma, clippedPermille } = measure(
    lumaOf(overview.data, overview.width_px, overview.height_px),
  );
  const [long_px, short_px] = [Math.max(width_px, height_px), Math.min(width_px, height_px)];
  const least: [string, number, { value: number }][] = [
    ["few_pixels", long_px, thresholds.minLongEdgePx],
    ["few_pixels", short_px, thresholds.minShortEdgePx],
    ["defocus", sharpnessPermille, thresholds.minSharpnessPermille],
    ["underexposed", brightLuma, thresholds.minBrightLuma],
  ];
  const flaws = least
    .filter(([, score, { value }]) => score < value)
    .map(([name, score, { value }]) => ({ name, score, threshold: value }));
  const { value: mostClipped } = thresholds.maxClippedPermille;
  if (clippedPermille > mostClipped) flaws.push({ name: "overexposed", score: clippedPermille, threshold: mostClipped });
  return { version: thresholds.version, flaws };
}
