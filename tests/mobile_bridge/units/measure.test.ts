// The phone measures what the server measures, on the pictures by formula of imaging/data/quality_vectors.json.

import assert from "node:assert/strict";
import test from "node:test";
import { judge, lumaOf, measure, scaledSize } from "../../../mobile_bridge/app/capture/measure";
import { vectors } from "../../../imaging/data/quality_vectors.json";

const grey = (value: number) => [value, value, value];
const clamp = (value: number, least: number, most: number) => Math.min(most, Math.max(least, value));
const PIXELS: Record<string, (x: number, y: number) => number[]> = {
  texture: (x, y) => [(3 * x + 5 * y) & 255, (x * y) & 255, x ^ y],
  soft_edge: (x, y) => grey(clamp(40 + 9 * (x - 44) + 7 * (y - 20), 20, 240)),
  dark_flat: () => [30, 20, 10],
  clipped: (x, y) => grey(x < 15 ? 255 : 60 + ((x * y) & 31)),
  narrow: (_x, y) => grey(y < 25 ? 200 : 100),
};

function draw(name: string, width_px: number, height_px: number): Uint8ClampedArray {
  const rgba = new Uint8ClampedArray(width_px * height_px * 4);
  for (let y = 0; y < height_px; y += 1) {
    for (let x = 0; x < width_px; x += 1) rgba.set([...PIXELS[name](x, y), 255], (y * width_px + x) * 4);
  }
  return rgba;
}

for (const vector of vectors) {
  test(`${vector.name} measures as on the server`, () => {
    const luma = lumaOf(draw(vector.name, vector.widthPx, vector.heightPx), vector.widthPx, vector.heightPx);
    assert.equal(luma.values.reduce((sum, value) => sum + value, 0), vector.lumaSum);
    const { sharpnessPermille, brightLuma, clippedPermille } = vector;
    assert.deepEqual(measure(luma), { sharpnessPermille, brightLuma, clippedPermille });
  });
}

test("a picture is scaled to a long edge of 512 and never up", () => {
  assert.deepEqual(scaledSize(4000, 3000, 512), [512, 384]);
  assert.deepEqual(scaledSize(1, 9000, 512), [1, 512]);
  assert.deepEqual(scaledSize(300, 200, 512), [300, 200]);
});

test("a flaw tells what was seen and the limit, as the server does", () => {
  const dark = { width_px: 60, height_px: 50, data: draw("dark_flat", 60, 50) };
  const { flaws } = judge({ overview: dark, tiles: [], width_px: 4000, height_px: 500 });
  assert.deepEqual(flaws.map(({ name }) => name), ["few_pixels", "defocus", "underexposed"]);
  assert.deepEqual(flaws[0], { name: "few_pixels", score: 500, threshold: 600 });
  const white = { width_px: 60, height_px: 50, data: new Uint8ClampedArray(60 * 50 * 4).fill(255) };
  const [over] = judge({ overview: white, tiles: [], width_px: 4000, height_px: 3000 }).flaws.slice(-1);
  assert.deepEqual([over?.name, over?.score], ["overexposed", 1000]);
});
