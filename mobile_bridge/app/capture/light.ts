// Exposure, reflections and the colour of the light: imaging/quality_light.py in integers.

import { patchesOf } from "./patches";
import type { Picture, Plane } from "./pictures";

const CLIPPED = 250;
const GLARING = 240;
const BLACK = 12;
const [RED_LEAST, RED_MOST, BLUE_LEAST, BLUE_MOST] = [850, 2600, 350, 1300];
const [LEAST_DENOMINATOR, TELLING_DENOMINATOR] = [4, 10];
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
    if (Math.max(data[at]!, data[at + 1]!) >= CLIPPED) clipped += 1;
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

/** Step 9: the distance from white light that a tenth of what can tell does not exceed, ‰; null where hardly any can. */
export function castOf({ data }: Picture, middleLuma: number): number | null {
  const distances: number[] = [];
  for (let at = 0; at < data.length; at += 4) {
    const green = data[at + 1]!;
    if (green < BLACK) continue;
    const [red, blue] = [Math.floor((1000 * data[at]!) / green), Math.floor((1000 * data[at + 2]!) / green)];
    if (red < RED_LEAST || red > RED_MOST || blue < BLUE_LEAST || blue > BLUE_MOST) continue;
    distances.push(distanceFromWhiteLight(red, blue, middleLuma));
  }
  if (distances.length * LEAST_DENOMINATOR < data.length / 4) return null;
  return Int32Array.from(distances).sort()[Math.floor(distances.length / TELLING_DENOMINATOR)]!;
}

/** The larger of the distances in red and in blue to grey, or to that part of skin's colours that fits the luma. */
function distanceFromWhiteLight(red: number, blue: number, luma: number): number {
  const within = (value: number, least: number, most: number) => Math.min(most, Math.max(least, value));
  const [alongRed, alongBlue] = [DARKEST.red - LIGHTEST.red, DARKEST.blue - LIGHTEST.blue];
  const expected = within(Math.floor((1000 * (LIGHTEST.luma - luma)) / (LIGHTEST.luma - DARKEST.luma)), 0, 1000);
  const dot = (red - LIGHTEST.red) * alongRed + (blue - LIGHTEST.blue) * alongBlue;
  const nearest = Math.floor((1000 * dot) / (alongRed ** 2 + alongBlue ** 2));
  const share = within(nearest, Math.max(0, expected - TOLERANCE), Math.min(1000, expected + TOLERANCE));
  const redThere = LIGHTEST.red + Math.floor((alongRed * share) / 1000);
  const blueThere = LIGHTEST.blue + Math.floor((alongBlue * share) / 1000);
  const fromSkin = Math.max(Math.abs(red - redThere), Math.abs(blue - blueThere));
  return Math.min(fromSkin, Math.max(Math.abs(red - 1000), Math.abs(blue - 1000)));
}
