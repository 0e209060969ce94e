// Whether there is skin, and whether what is on it runs out of the frame: imaging/quality_subject.py.

import { patchesOf } from "./patches";
import type { Picture, Plane } from "./pictures";
import { fitShading } from "./shading";

const BLACK = 12;
const [RED_LEAST, RED_MOST, BLUE_LEAST, BLUE_MOST] = [1060, 2600, 350, 1150];
const [DARKER, REDDER] = [820, 1120];
const LEAST_AREA_DENOMINATOR = 1500;
const STRIP = 4500;
const BACKGROUND_DENOMINATOR = 150;
const RIM_PLACES = 5;
const LEAST_PLACES = 16;

/** Step 8: 1 where the hue is that of skin of any tone. */
export function findSkin({ data }: Picture): Uint8Array {
  const isSkin = new Uint8Array(data.length / 4);
  for (let pixel = 0, at = 0; pixel < isSkin.length; pixel += 1, at += 4) {
    const [red, green, blue] = [1000 * data[at]!, data[at + 1]!, 1000 * data[at + 2]!];
    const isRed = red >= 1000 * BLACK && red >= RED_LEAST * green && red <= RED_MOST * green;
    if (isRed && blue >= BLUE_LEAST * green && blue <= BLUE_MOST * green) isSkin[pixel] = 1;
  }
  return isSkin;
}

export function skinShareOf(isSkin: Uint8Array): number {
  return Math.floor((1000 * countOf(isSkin)) / isSkin.length);
}

/** Step 11: the largest square of a patch's length on the frame to its area, ‰. */
export function cutOffOf(small: Picture, luma: Plane, isSkin: Uint8Array): number {
  if (countOf(isSkin) === 0) return 0;
  let largest = 0;
  for (const { area, onEdge } of patchesOf(standsOut(small, luma, isSkin), luma.width_px, luma.height_px)) {
    if (area * LEAST_AREA_DENOMINATOR < luma.values.length) continue;
    const score = Math.floor((1000 * onEdge ** 2) / area);
    if (score < STRIP) largest = Math.max(largest, score);
  }
  return largest;
}

function standsOut({ data }: Picture, luma: Plane, isSkin: Uint8Array): Uint8Array {
  const ratio = new Int32Array(isSkin.length);
  for (let pixel = 0; pixel < ratio.length; pixel += 1) {
    ratio[pixel] = Math.floor((1000 * data[pixel * 4]!) / Math.max(data[pixel * 4 + 1]!, 1));
  }
  const middle = middleOf(ratio.filter((_, pixel) => isSkin[pixel]));
  const shading = fitShading(luma, isSkin);
  const isBackground = backgroundOf(isSkin, luma.width_px, luma.height_px);
  const found = new Uint8Array(isSkin.length);
  for (let pixel = 0; pixel < found.length; pixel += 1) {
    if (isBackground[pixel]) continue;
    const isDarker = 1000 * luma.values[pixel]! < DARKER * shading[pixel]!;
    if (!isSkin[pixel] || isDarker || 1000 * ratio[pixel]! > REDDER * middle) found[pixel] = 1;
  }
  return open(found, luma.width_px, luma.height_px);
}

/** Large patches of no skin on the frame, and places around: a limb is dark at its rim. */
function backgroundOf(isSkin: Uint8Array, width_px: number, height_px: number): Uint8Array {
  let found: Uint8Array = new Uint8Array(isSkin.length);
  const others = isSkin.map((skin) => 1 - skin);
  for (const { area, onEdge, places } of patchesOf(others, width_px, height_px)) {
    if (onEdge === 0 || area * BACKGROUND_DENOMINATOR < isSkin.length) continue;
    for (const place of places) found[place] = 1;
  }
  for (let place = 0; place < RIM_PLACES; place += 1) found = spread(found, width_px, height_px, 1);
  return found;
}

/** An opening by three places parts the lesion from what touches it by a thread. */
function open(mask: Uint8Array, width_px: number, height_px: number): Uint8Array {
  return spread(spread(mask, width_px, height_px, 0), width_px, height_px, 1);
}

/** `value` wherever one of the nine places around has it; beyond the frame nothing has it. */
function spread(mask: Uint8Array, width_px: number, height_px: number, value: 0 | 1): Uint8Array {
  const spreadOut = mask.slice();
  for (let y = 0; y < height_px; y += 1) {
    for (let x = 0; x < width_px; x += 1) {
      if (mask[y * width_px + x] !== value) continue;
      for (let row = Math.max(0, y - 1); row <= Math.min(height_px - 1, y + 1); row += 1) {
        const [first, last] = [Math.max(0, x - 1), Math.min(width_px - 1, x + 1)];
        spreadOut.fill(value, row * width_px + first, row * width_px + last + 1);
      }
    }
  }
  return spreadOut;
}

function middleOf(values: Int32Array): number {
  return values.length >= LEAST_PLACES ? values.sort()[Math.floor(values.length / 2)]! : 0;
}

function countOf(mask: Uint8Array): number {
  let count = 0;
  for (const each of mask) count += each;
  return count;
}
