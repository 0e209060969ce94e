// What skin's luma and redness would be without a lesion: imaging/quality_shading.py, sums exact, the rest in the same order.

import type { Plane } from "./pictures";

/** What of the values is still plain skin, in ‰ of the surface through them. */
export interface Plain {
  least: number;
  most: number;
}

export const PLAIN_LUMA: Plain = { least: 820, most: 1200 };
export const PLAIN_REDNESS: Plain = { least: 880, most: 1120 };
const TERMS = 6;
const ROUNDS = 3;
const STEP = 2;

export function fitSurface(plane: Plane, isSkin: Uint8Array, { least, most }: Plain): Int32Array {
  let surface = fit(plane, isSkin);
  for (let round = 0; round < ROUNDS; round += 1) {
    const isPlain = isSkin.map((skin, pixel) => {
      const value = 1000 * plane.values[pixel]!;
      return skin && value >= least * surface[pixel]! && value <= most * surface[pixel]! ? 1 : 0;
    });
    if (!hasEnough(plane, isPlain)) break;
    surface = fit(plane, isPlain);
  }
  return surface;
}

function hasEnough(plane: Plane, counts: Uint8Array): boolean {
  let places = 0;
  eachPlace(plane, STEP, (pixel) => {
    places += counts[pixel]!;
  });
  return places >= TERMS;
}

function fit(plane: Plane, counts: Uint8Array): Int32Array {
  const rows = Array.from({ length: TERMS }, () => new Array<number>(TERMS + 1).fill(0));
  eachPlace(plane, STEP, (pixel, terms) => {
    if (!counts[pixel]) return;
    for (let row = 0; row < TERMS; row += 1) {
      const sums = rows[row]!;
      for (let column = 0; column < TERMS; column += 1) sums[column]! += terms[row]! * terms[column]!;
      sums[TERMS]! += terms[row]! * plane.values[pixel]!;
    }
  });
  const factors = solve(rows);
  const surface = new Int32Array(plane.values.length);
  eachPlace(plane, 1, (pixel, terms) => {
    let value = 0;
    for (let term = 0; term < TERMS; term += 1) value += factors[term]! * terms[term]!;
    surface[pixel] = Math.min(255, Math.max(0, Math.floor(value)));
  });
  return surface;
}

function eachPlace(
  { width_px, height_px }: Plane,
  step: number,
  visit: (pixel: number, terms: number[]) => void,
): void {
  const terms = [1, 0, 0, 0, 0, 0];
  for (let row = 0; row < height_px; row += step) {
    const y = row - Math.floor(height_px / 2);
    for (let column = 0; column < width_px; column += step) {
      const x = column - Math.floor(width_px / 2);
      [terms[1], terms[2], terms[3], terms[4], terms[5]] = [x, y, x * x, x * y, y * y];
      visit(row * width_px + column, terms);
    }
  }
}

/** Gauss-Jordan with the largest pivot of each column. */
function solve(rows: number[][]): number[] {
  const size = rows.length;
  for (let column = 0; column < size; column += 1) {
    let pivot = column;
    for (let row = column + 1; row < size; row += 1) {
      if (Math.abs(rows[row]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = row;
    }
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    const above = rows[column]!;
    if (Math.abs(above[column]!) < 1e-9) return new Array<number>(size).fill(0);
    for (let row = 0; row < size; row += 1) {
      if (row === column) continue;
      const share = rows[row]![column]! / above[column]!;
      rows[row] = rows[row]!.map((value, place) => value - share * above[place]!);
    }
  }
  return rows.map((row, place) => row[size]! / row[place]!);
}
