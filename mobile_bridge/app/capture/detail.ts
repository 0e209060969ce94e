// How much finer detail is than blur would leave it: imaging/quality_focus.py in integers.

import type { Plane } from "./pictures";

const MARGIN_PX = 5;
const BLOCK_PX = 32;
const COARSE_PX = 4;
const [LEAST_CONTRAST, CLEAR_CONTRAST] = [3, 6];
const SHARPEST_DENOMINATOR = 32;
type Direction = readonly [alongX: number, alongY: number, acrossX: number, acrossY: number];
const DIRECTIONS: readonly Direction[] = [
  [1, 0, 0, 1],
  [0, 1, 1, 0],
  [1, 1, 1, -1],
  [1, -1, 1, 1],
];

interface Detail {
  /** Of the directions, where contrast is clear. */
  sharpest: number | null;
  /** Rows, columns, both diagonals; null where nothing has contrast. */
  directions: (number | null)[];
}

/** Step 4, in ‰. */
export function measureDetail(luma: Plane): Detail {
  const left = Math.floor(luma.width_px / 10);
  const top = Math.floor(luma.height_px / 10);
  const [width_px, height_px] = [luma.width_px - 2 * left - 2 * MARGIN_PX, luma.height_px - 2 * top - 2 * MARGIN_PX];
  if (Math.min(width_px, height_px) < BLOCK_PX) return { sharpest: null, directions: DIRECTIONS.map(() => null) };
  const area: Area = { luma, left: left + MARGIN_PX, top: top + MARGIN_PX, width_px, height_px };
  const sums = DIRECTIONS.map(
    (direction) => [agreementOf(area, direction, 1), agreementOf(area, direction, COARSE_PX)] as const,
  );
  const directions = sums.map(([fine, coarse]) => detailOf(fine, coarse, LEAST_CONTRAST));
  const clear = known(sums.map(([fine, coarse]) => detailOf(fine, coarse, CLEAR_CONTRAST)));
  const seen = clear.length > 0 ? clear : known(directions);
  return { sharpest: seen.length > 0 ? Math.max(...seen) : null, directions };
}

interface Area {
  luma: Plane;
  left: number;
  top: number;
  width_px: number;
  height_px: number;
}

function known(values: (number | null)[]): number[] {
  return values.filter((value) => value !== null);
}

function detailOf(fine: Float64Array, coarse: Float64Array, leastContrast: number): number | null {
  const ratios: number[] = [];
  for (const [block, sum] of coarse.entries()) {
    if (sum >= leastContrast * BLOCK_PX ** 2) ratios.push(Math.floor((1000 * Math.max(fine[block]!, 0)) / sum));
  }
  if (ratios.length === 0) return null;
  ratios.sort((one, other) => one - other);
  return ratios[ratios.length - 1 - Math.floor(ratios.length / SHARPEST_DENOMINATOR)]!;
}

/** Sums by block of the step over `lag_px` times the same step one line further: noise cancels. */
function agreementOf(area: Area, [alongX, alongY, acrossX, acrossY]: Direction, lag_px: number): Float64Array {
  const { values, width_px: stride } = area.luma;
  const [columns, rows] = [Math.floor(area.width_px / BLOCK_PX), Math.floor(area.height_px / BLOCK_PX)];
  const sums = new Float64Array(columns * rows);
  const ahead = lag_px * (alongX + alongY * stride);
  const beside = acrossX + acrossY * stride;
  for (let y = 0; y < rows * BLOCK_PX; y += 1) {
    const line = Math.floor(y / BLOCK_PX) * columns;
    const start = (area.top + y) * stride + area.left;
    for (let column = 0; column < columns; column += 1) {
      let sum = 0;
      const first = start + column * BLOCK_PX;
      for (let at = first; at < first + BLOCK_PX; at += 1) {
        sum += (values[at + ahead]! - values[at]!) * (values[at + ahead + beside]! - values[at + beside]!);
      }
      sums[line + column]! += sum;
    }
  }
  return sums;
}
