// Judges a photograph exactly as the server does: imaging/quality.py says what each step is.

import thresholds from "../../../imaging/data/quality_thresholds.json";
import { measureDetail } from "./detail";
import { measureBlocks, measureNoise } from "./grain";
import { brightLumaOf, castOf, clippedOf, glareOf } from "./light";
import { lumaOf, type Picture, smallOf } from "./pictures";
import { cutOffOf, findSkin, skinShareOf } from "./subject";

export { type Picture, type Plan, planOf, type Rectangle } from "./pictures";

const [LONG_EDGE_PX, SHORT_EDGE_PX, SUBJECT_PX] = [800, 600, 90_000];
const PIXELS_SCORE_MOST = 4000;

export interface Seen {
  overview: Picture;
  /** Empty where the full picture cannot be cut: noise and compression are then not measured. */
  tiles: Picture[];
  /** Of the full picture. */
  width_px: number;
  height_px: number;
}

export type Scores = Record<string, number>;

export interface Judged {
  version: string;
  /** Every flaw's, the larger the worse; absent is not measured, which is not passing. */
  scores: Scores;
  measures: Scores;
  flaws: { name: string; score: number; threshold: number }[];
}

export function judge({ overview, tiles, width_px, height_px }: Seen): Judged {
  const found = { ...measureFrame(overview), ...measureTiles(tiles) };
  const measures: Scores = {};
  for (const [name, value] of Object.entries(found)) if (value !== null) measures[name] = value;
  const scores = scoresOf(measures, width_px, height_px);
  return { version: thresholds.version, scores, measures, flaws: flawsOf(scores) };
}

export function flawsOf(scores: Scores): Judged["flaws"] {
  return Object.entries(thresholds.flaws).flatMap(([name, { value: threshold }]) => {
    const score = scores[name];
    return score !== undefined && score > threshold ? [{ name, score, threshold }] : [];
  });
}

type Found = Record<string, number | null>;

function measureFrame(overview: Picture): Found {
  const { sharpest, directions } = measureDetail(lumaOf(overview));
  const [rows, columns, falling, rising] = directions;
  const small = smallOf(overview);
  const luma = lumaOf(small);
  const isSkin = findSkin(small);
  const middleLuma = brightLumaOf(luma, 5);
  return {
    sharpest_permille: sharpest,
    detail_rows_permille: rows ?? null,
    detail_columns_permille: columns ?? null,
    detail_falling_permille: falling ?? null,
    detail_rising_permille: rising ?? null,
    bright_luma: brightLumaOf(luma),
    middle_luma: middleLuma,
    clipped_permille: clippedOf(small),
    glare_permille: glareOf(small),
    skin_permille: skinShareOf(isSkin),
    cast_permille: castOf(small, middleLuma),
    cut_off_permille: cutOffOf(small, luma, isSkin),
  };
}

function measureTiles(tiles: Picture[]): Found {
  const lumas = tiles.map(lumaOf);
  return { noise_hundredths: measureNoise(lumas), blocks_permille: measureBlocks(lumas) };
}

function scoresOf(measures: Scores, width_px: number, height_px: number): Scores {
  const known = (name: string) => measures[name] ?? 0;
  const detail = Object.keys(measures).flatMap((name) => (name.startsWith("detail_") ? known(name) : []));
  const scores: Scores = { defocus: Math.max(0, 1000 - known("sharpest_permille")) };
  if (detail.length === 4) scores.motion_blur = Math.max(0, 1000 - Math.min(...detail));
  scores.underexposed = 255 - known("bright_luma");
  scores.overexposed = known("clipped_permille");
  scores.glare = known("glare_permille");
  if ("noise_hundredths" in measures) scores.noise = known("noise_hundredths");
  if ("cast_permille" in measures) scores.colour_cast = known("cast_permille");
  scores.few_pixels = pixelsScoreOf(known("skin_permille"), width_px, height_px);
  scores.subject_cut_off = known("cut_off_permille");
  scores.subject_absent = 1000 - known("skin_permille");
  if ("blocks_permille" in measures) scores.strong_compression = known("blocks_permille");
  return scores;
}

function pixelsScoreOf(skinPermille: number, width_px: number, height_px: number): number {
  const long = Math.floor((1000 * LONG_EDGE_PX) / Math.max(width_px, height_px));
  const short = Math.floor((1000 * SHORT_EDGE_PX) / Math.min(width_px, height_px));
  const skin_px = Math.max(1, Math.floor((skinPermille * width_px * height_px) / 1000));
  const subject = Math.floor(Math.sqrt(Math.floor((1_000_000 * SUBJECT_PX) / skin_px)));
  return Math.max(long, short, Math.min(PIXELS_SCORE_MOST, subject));
}
