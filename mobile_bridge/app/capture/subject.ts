// Whether there is skin, and whether what is on it runs out of the frame: imaging/quality_subject.py.

import { patchesOf } from "./patches";
import type { Picture, Plane } from "./pictures";
import { fitSurface, PLAIN_LUMA, PLAIN_REDNESS } from "./shading";

const BLACK = 12;
const [RED_LEAST, RED_MOST, BLUE_LEAST, BLUE_MOST] = [1060, 2600, 350, 1150];
const [DARKER, REDDER] = [820, 1120];
const [LEAST_AREA_DENOMINATOR, LEAST_SHARE_DENOMINATOR] = [600, 2];
const STRIP = 6500;
const BACKGROUND_DENOMINATOR = 150;
const [RIM_PLACES, JOINING_PLACES] = [5, 8];

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
  if (!isSkin.includes(1)) return 0;
  const patches = patchesOf(standsOut(small, luma, isSkin), luma.width_px, luma.height_px);
  const most = patches.reduce((largest, { area }) => Math.max(largest, area), 0);
  let score = 0;
  for (const { area, onEdge } of patches) {
    if (area * LEAST_AREA_DENOMINATOR < luma.values.length || area * LEAST_SHARE_DENOMINATOR < most) continue;
    const ofPatch = Math.floor((1000 * onEdge ** 2) / area);
    if (ofPatch < STRIP) score = Math.max(score, ofPatch);
  }
  return score;
}

function standsOut({ data, width_px, height_px }: Picture, luma: Plane, isSkin: Uint8Array): Uint8Array {
  const redness = new Int32Array(isSkin.length);
  for (let pixel = 0; pixel < redness.length; pixel += 1) {
    redness[pixel] = Math.min(255, Math.floor((100 * data[pixel * 4]!) / Math.max(data[pixel * 4 + 1]!, 1)));
  }
  const shading = fitSurface(luma, isSkin, PLAIN_LUMA);
  const usual = fitSurface({ width_px, height_px, values: redness }, isSkin, PLAIN_REDNESS);
  const isRedder = isSkin.map((_, pixel) => (1000 * redness[pixel]! > REDDER * usual[pixel]! ? 1 : 0));
  const isSubject = isSkin.map((skin, pixel) => skin | isRedder[pixel]!);
  const isBackground = backgroundOf(isSubject, width_px, height_px);
  const found = isSkin.map((skin, pixel) => {
    const isDarker = 1000 * luma.values[pixel]! < DARKER * shading[pixel]!;
    return !isBackground[pixel] && (!skin || isDarker || isRedder[pixel]) ? 1 : 0;
  });
  return widen(open(found, width_px, height_px), width_px, height_px, JOINING_PLACES);
}

/** Large patches of neither skin nor wound on the frame, and places around: a limb is dark at its rim. */
function backgroundOf(isSubject: Uint8Array, width_px: number, height_px: number): Uint8Array {
  const found = new Uint8Array(isSubject.length);
  const others = isSubject.map((subject) => 1 - subject);
  for (const { area, onEdge, places } of patchesOf(others, width_px, height_px)) {
    if (onEdge === 0 || area * BACKGROUND_DENOMINATOR < isSubject.length) continue;
    for (const place of places) found[place] = 1;
  }
  return widen(found, width_px, height_px, RIM_PLACES);
}

/** An opening by three places parts the lesion from what touches it by a thread. */
function open(mask: Uint8Array, width_px: number, height_px: number): Uint8Array {
  return spread(spread(mask, width_px, height_px, 0), width_px, height_px, 1);
}

function widen(mask: Uint8Array, width_px: number, height_px: number, places: number): Uint8Array {
  let widened = mask;
  for (let place = 0; place < places; place += 1) widened = spread(widened, width_px, height_px, 1);
  return widened;
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

function countOf(mask: Uint8Array): number {
  let count = 0;
  for (const each of mask) count += each;
  return count;
}
