// Noise and blocks of compression in tiles at full resolution: imaging/quality_grain.py in integers.

import type { Plane } from "./pictures";

const BLOCK_PX = 16;
const [DARKEST, BRIGHTEST] = [16, 239];
const QUIETEST_DENOMINATOR = 5;
const GRID_PX = 8;

/** Step 10: deviation in hundredths of a luma value; null without blocks that are neither black nor burnt out. */
export function measureNoise(tiles: Plane[]): number | null {
  const quiet = tiles.flatMap(blockSums).sort((one, other) => one - other);
  if (quiet.length === 0) return null;
  return Math.floor((20889 * quiet[Math.floor(quiet.length / QUIETEST_DENOMINATOR)]!) / (1000 * (BLOCK_PX - 2) ** 2));
}

function blockSums(tile: Plane): number[] {
  const sums: number[] = [];
  for (let top = 0; top + BLOCK_PX <= tile.height_px; top += BLOCK_PX) {
    for (let left = 0; left + BLOCK_PX <= tile.width_px; left += BLOCK_PX) {
      const mean = Math.floor(totalOf(tile, left, top) / BLOCK_PX ** 2);
      if (mean >= DARKEST && mean <= BRIGHTEST) sums.push(roughnessOf(tile, left, top));
    }
  }
  return sums;
}

function totalOf({ width_px, values }: Plane, left: number, top: number): number {
  let total = 0;
  for (let y = top; y < top + BLOCK_PX; y += 1) {
    for (let x = left; x < left + BLOCK_PX; x += 1) total += values[y * width_px + x]!;
  }
  return total;
}

function roughnessOf({ width_px: stride, values }: Plane, left: number, top: number): number {
  const across = (at: number) => values[at - 1]! - 2 * values[at]! + values[at + 1]!;
  let total = 0;
  for (let y = top + 1; y < top + BLOCK_PX - 1; y += 1) {
    for (let x = left + 1; x < left + BLOCK_PX - 1; x += 1) {
      const at = y * stride + x;
      total += Math.abs(across(at - stride) - 2 * across(at) + across(at + stride));
    }
  }
  return total;
}

/** Step 10, in ‰: how much larger steps are at every eighth place than between; null without steps. */
export function measureBlocks(tiles: Plane[]): number | null {
  const [rows, columns] = [excessOf(tiles, "row"), excessOf(tiles, "column")];
  return rows === null || columns === null ? null : Math.floor((rows + columns) / 2);
}

function excessOf(tiles: Plane[], direction: "row" | "column"): number | null {
  const sums = new Array<number>(GRID_PX).fill(0);
  for (const tile of tiles) addPhases(sums, tile, direction);
  const total = sums.reduce((sum, each) => sum + each, 0);
  return total === 0 ? null : Math.floor((1000 * (GRID_PX * Math.max(...sums) - total)) / total);
}

function addPhases(sums: number[], { width_px, height_px, values }: Plane, direction: "row" | "column"): void {
  const [length, lines] = direction === "row" ? [width_px, height_px] : [height_px, width_px];
  const [step, nextLine] = direction === "row" ? [1, width_px] : [width_px, 1];
  const counted = Math.floor((length - 1) / GRID_PX) * GRID_PX;
  for (let line = 0; line < lines; line += 1) {
    for (let place = 0, at = line * nextLine; place < counted; place += 1, at += step) {
      sums[place % GRID_PX]! += Math.abs(values[at + step]! - values[at]!);
    }
  }
}
