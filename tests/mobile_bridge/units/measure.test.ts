// The phone measures what the server measures, on the pictures by formula of imaging/data/quality_vectors.json.

import assert from "node:assert/strict";
import test from "node:test";
import { flawsOf, judge, type Picture, planOf } from "../../../mobile_bridge/app/capture/measure";
import thresholds from "../../../imaging/data/quality_thresholds.json";
import { vectors } from "../../../imaging/data/quality_vectors.json";

const grey = (value: number) => [value, value, value];
const clamp = (value: number, least: number, most: number) => Math.min(most, Math.max(least, value));
const isNear = (x: number, y: number, atX: number, atY: number, squared: number) =>
  (x - atX) ** 2 + (y - atY) ** 2 < squared;
const PIXELS: Record<string, (x: number, y: number) => number[]> = {
  texture: (x, y) => [(3 * x + 5 * y) & 255, (x * y) & 255, (x ^ y) & 255],
  soft_edge: (x, y) => grey(clamp(40 + 9 * (x - 44) + 7 * (y - 20), 20, 240)),
  dark_flat: () => [30, 20, 10],
  narrow: (_x, y) => grey(y < 25 ? 200 : 100),
  cut_off: (x, y) =>
    isNear(x, y, 0, 120, 2500)
      ? [120, 70, 60]
      : [200 + ((x * 3 + y * 5) & 7), 160 + ((x * 5 + y * 3) & 7), 130 + ((x * y) & 15)],
  glare: (x, y) =>
    isNear(x, y, 90, 70, 400)
      ? [255, 255, 250]
      : [90 + ((x * 11 + y * 7) & 15), 60 + ((x * 7 + y * 11) & 15), 50 + ((x * y) & 7)],
  blocks: (x, y) => grey(100 + (((x >> 3) * 5 + (y >> 3) * 3) & 15) * 4),
};

function draw(name: string, width_px: number, height_px: number): Picture {
  const data = new Uint8ClampedArray(width_px * height_px * 4);
  for (let y = 0; y < height_px; y += 1) {
    for (let x = 0; x < width_px; x += 1) data.set([...PIXELS[name](x, y), 255], (y * width_px + x) * 4);
  }
  return { width_px, height_px, data };
}

function cut(picture: Picture, left: number, top: number, width_px: number, height_px: number): Picture {
  const data = new Uint8ClampedArray(width_px * height_px * 4);
  for (let y = 0; y < height_px; y += 1) {
    const start = ((top + y) * picture.width_px + left) * 4;
    data.set(picture.data.subarray(start, start + width_px * 4), y * width_px * 4);
  }
  return { width_px, height_px, data };
}

for (const { name, widthPx, heightPx, measures, scores } of vectors) {
  test(`${name} measures as on the server`, () => {
    const overview = draw(name, widthPx, heightPx);
    const { tiles } = planOf(widthPx, heightPx);
    const pictures = tiles.map((tile) => cut(overview, tile.left, tile.top, tile.width_px, tile.height_px));
    const judged = judge({ overview, tiles: pictures, width_px: widthPx, height_px: heightPx });
    assert.deepEqual(judged.measures, measures);
    assert.deepEqual(judged.scores, scores);
  });
}

test("a photograph is looked at with a long edge of 1024 and never larger than it is", () => {
  assert.deepEqual(planOf(4000, 3000).overview, { width_px: 1024, height_px: 768 });
  assert.deepEqual(planOf(1, 9000).overview, { width_px: 1, height_px: 1024 });
  assert.deepEqual(planOf(300, 200).overview, { width_px: 300, height_px: 200 });
});

test("without tiles noise and compression are not measured, rather than none", () => {
  const overview = draw("texture", 320, 240);
  const { scores } = judge({ overview, tiles: [], width_px: 4000, height_px: 3000 });
  assert.equal("noise" in scores || "strong_compression" in scores, false);
});

test("a flaw is a score above the server's threshold", () => {
  const { value } = thresholds.flaws.glare;
  assert.deepEqual(flawsOf({ glare: value }), []);
  assert.deepEqual(flawsOf({ glare: value + 1 }), [{ name: "glare", score: value + 1, threshold: value }]);
});
