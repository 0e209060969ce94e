// Exposure, reflections and the colour of the light: imaging/quality_light.py in integers.

import { patchesOf } from "./patches";
import type { Picture, Plane } from "./pictures";

const CLIPPED = 250;
const GLARING = 225;
const [RED_LEAST, BLUE_MOST] = [850, 1300];
const LEAST_DENOMINATOR = 30;
const LIGHTEST = { red: 1190, blue: 890, luma: 180 };
const DARKEST = { red: 1430, blue: 770, luma: 75 };
const TOLERANCE = 400;

/** Step 5: the luma that `tenths` of ten places do not exceed. */
export function brightLumaOf({ values }: Plane, tenths = 9): number {
  const counts = new Uint32Array(256);
  for (const value of values) counts[value]! += 1;
  let reached = 0;
  for (let value = 0; value < 256; value += 1) {
    reached += counts[value]!;
    if (10 * reached >= tenths * values.length) return value;
  }
  return 255;
}

/** Step 6. */
export function clippedOf({ data }: Picture): number {
  let clipped = 0;
  for (let at = 0; at < data.length; at += 4) {
    if (Math.max(data[at]!, data[at + 1]!, data[at + 2]!) >= CLIPPED) clipped += 1;
  }
  return Math.floor((1000 * clipped) / (data.length / 4));
}

/** Step 7. */
export function glareOf({ width_px, height_px, data }: Picture): number {
  const isWhite = new Uint8Array(width_px * height_px);
  for (let pixel = 0, at = 0; pixel < isWhite.length; pixel += 1, at += 4) {
    if (Math.min(data[at]!, data[at + 1]!, data[at + 2]!) >= GLARING) isWhite[pixel] = 1;
  }
  const inside = patchesOf(isWhite, width_px, height_px).filter(({ onEdge }) => onEdge === 0);
  return Math.floor((1000 * inside.reduce((sum, { area }) => sum + area, 0)) / isWhite.length);
}

/** Step 9: red and blue to green in ‰ of what may be skin; null where a 30th of the frame is not. */
export function lightColourOf({ data }: Picture): { red: number; blue: number } | null {
  const reds: number[] = [];
  const blues: number[] = [];
  for (let at = 0; at < data.length; at += 4) {
    const [red, green, blue] = [data[at]!, data[at + 1]!, data[at + 2]!];
    if (green === 0 || 1000 * red < RED_LEAST * green || 1000 * blue > BLUE_MOST * green) continue;
    reds.push(Math.floor((1000 * red) / green));
    blues.push(Math.floor((1000 * blue) / green));
  }
  if (reds.length * LEAST_DENOMINATOR < data.length / 4) return null;
  const rank = (values: number[], at: number) => Int32Array.from(values).sort()[at]!;
  return { red: rank(reds, Math.floor(reds.length / 3)), blue: rank(blues, Math.floor(blues.length / 2)) };
}

/** How far the colour lies from that part of the line of skin's colours that fits the luma, ‰. */
export function distanceFromSkin(red: number, blue: number, luma: number): number {
  const within = (value: number, least: number, most: number) => Math.min(most, Math.max(least, value));
  const [alongRed, alongBlue] = [DARKEST.red - LIGHTEST.red, DARKEST.blue - LIGHTEST.blue];
  const expected = within(Math.floor((1000 * (LIGHTEST.luma - luma)) / (LIGHTEST.luma - DARKEST.luma)), 0, 1000);
  const dot = (red - LIGHTEST.red) * alongRed + (blue - LIGHTEST.blue) * alongBlue;
  const nearest = Math.floor((1000 * dot) / (alongRed ** 2 + alongBlue ** 2));
  const share = within(nearest, Math.max(0, expected - TOLERANCE), Math.min(1000, expected + TOLERANCE));
  const redThere = LIGHTEST.red + Math.floor((alongRed * share) / 1000);
  const blueThere = LIGHTEST.blue + Math.floor((alongBlue * share) / 1000);
  return Math.max(Math.abs(red - redThere), Math.abs(blue - blueThere));
}
