// The plane of one photograph laid into another's: three by three matrices, row by row, over shares of the size.

export type Matrix = readonly number[];

/** The inverse up to scale, which a homography does not mind. */
export function invert(matrix: Matrix): Matrix {
  const [a, b, c, d, e, f, g, h, i] = matrix as [
    number, number, number, number, number, number, number, number, number,
  ];
  return [
    e * i - f * h, c * h - b * i, b * f - c * e,
    f * g - d * i, a * i - c * g, c * d - a * f,
    d * h - e * g, b * g - a * h, a * e - b * d,
  ];
}

/** CSS for an element of the frame's size whose content `matrix` moves, both in shares of the frame. */
export function cssTransform(matrix: Matrix, width: number, height: number): string {
  const size = [width, height, 1];
  const at = (row: number, column: number) =>
    ((matrix[3 * row + column] ?? 0) * (size[row] ?? 1)) / (size[column] ?? 1) / (matrix[8] || 1);
  const columns = [
    [at(0, 0), at(1, 0), 0, at(2, 0)],
    [at(0, 1), at(1, 1), 0, at(2, 1)],
    [0, 0, 1, 0],
    [at(0, 2), at(1, 2), 0, at(2, 2)],
  ];
  return `matrix3d(${columns.flat().join(",")})`;
}
