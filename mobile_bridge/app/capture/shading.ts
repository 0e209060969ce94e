// What skin's luma would be without a lesion: imaging/quality_shading.py, sums exact, the rest in the same order.

import type { Plane } from "./pictures";

const DARKER = 820;
const TERMS = 6;

export function fitShading(luma: Plane, isSkin: Uint8Array): Int32Array {
  const first = fit(luma, isSkin);
  let places = 0;
  const isPlain = isSkin.map((skin, pixel) => {
    const plain = skin && 1000 * luma.values[pixel]! >= DARKER * first[pixel]! ? 1 : 0;
    places += plain;
    return plain;
  });
  return places >= TERMS ? fit(luma, isPlain) : first;
}

function fit({ width_px, height_px, values }: Plane, counts: Uint8Array): Int32Array {
  const rows = Array.from({ length: TERMS }, () => new Array<number>(TERMS + 1).fill(0));
  const surface = new Int32Array(values.length);
  eachPlace(width_px, height_px, (pixel, terms) => {
    if (!counts[pixel]) return;
    for (let row = 0; row < TERMS; row += 1) {
      const sums = rows[row]!;
      for (let column = 0; column < TERMS; column += 1) sums[column]! += terms[row]! * terms[column]!;
      sums[TERMS]! += terms[row]! * values[pixel]!;
    }
  });
  const factors = solve(rows);
  eachPlace(width_px, height_px, (pixel, terms) => {
    let value = 0;
    for (let term = 0; term < TERMS; term += 1) value += factors[term]! * terms[term]!;
    surface[pixel] = Math.min(255, Math.max(0, Math.floor(value)));
  });
  return surface;
}

function eachPlace(width_px: number, height_px: number, visit: (pixel: number, terms: number[]) => void): void {
  const terms = [1, 0, 0, 0, 0, 0];
  for (let row = 0, pixel = 0; row < height_px; row += 1) {
    const y = row - Math.floor(height_px / 2);
    for (let column = 0; column < width_px; column += 1, pixel += 1) {
      const x = column - Math.floor(width_px / 2);
      [terms[1], terms[2], terms[3], terms[4], terms[5]] = [x, y, x * x, x * y, y * y];
      visit(pixel, terms);
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
