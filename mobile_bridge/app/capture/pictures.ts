// The pictures that a verdict is measured on: imaging/quality_picture.py in integers.

export interface Picture {
  width_px: number;
  height_px: number;
  /** RGBA, row by row. */
  data: Uint8ClampedArray;
}

export interface Plane {
  width_px: number;
  height_px: number;
  /** Row by row. */
  values: Int32Array;
}

export interface Rectangle {
  left: number;
  top: number;
  width_px: number;
  height_px: number;
}

export interface Plan {
  /** The whole photograph, averaged down to this size. */
  overview: { width_px: number; height_px: number };
  /** Cut from the photograph in its full size. */
  tiles: Rectangle[];
}

const OVERVIEW_LONG_EDGE_PX = 1024;
const SMALL_LONG_EDGE_PX = 256;
const TILE_PX = 128;
const [TILE_COLUMNS, TILE_ROWS, TILE_ALIGNED_PX] = [4, 3, 8];

export function planOf(width_px: number, height_px: number): Plan {
  const [wide_px, high_px] = scaledSize(width_px, height_px, OVERVIEW_LONG_EDGE_PX);
  return { overview: { width_px: wide_px, height_px: high_px }, tiles: tilesOf(width_px, height_px) };
}

/** Step 1's size: a long edge of at most `longEdge_px`, never larger than it was. */
export function scaledSize(width_px: number, height_px: number, longEdge_px: number): [number, number] {
  const long_px = Math.max(width_px, height_px);
  if (long_px <= longEdge_px) return [width_px, height_px];
  const scaled = (side_px: number) => Math.max(1, Math.floor((2 * longEdge_px * side_px + long_px) / (2 * long_px)));
  return [scaled(width_px), scaled(height_px)];
}

/** Step 10: twelve tiles in the middles of a grid of four by three, at multiples of eight pixels. */
function tilesOf(width_px: number, height_px: number): Rectangle[] {
  const [wide_px, high_px] = [Math.min(TILE_PX, width_px), Math.min(TILE_PX, height_px)];
  const lefts = startsOf(width_px, wide_px, TILE_COLUMNS);
  return startsOf(height_px, high_px, TILE_ROWS).flatMap((top) =>
    lefts.map((left) => ({ left, top, width_px: wide_px, height_px: high_px })),
  );
}

function startsOf(length_px: number, tile_px: number, count: number): number[] {
  return Array.from({ length: count }, (_, place) => {
    const middle = Math.floor(((2 * place + 1) * length_px) / (2 * count)) - Math.floor(tile_px / 2);
    const start = Math.min(Math.max(0, middle), length_px - tile_px);
    return Math.floor(start / TILE_ALIGNED_PX) * TILE_ALIGNED_PX;
  });
}

/** Step 2. */
export function lumaOf({ width_px, height_px, data }: Picture): Plane {
  const values = new Int32Array(width_px * height_px);
  for (let pixel = 0, at = 0; pixel < values.length; pixel += 1, at += 4) {
    values[pixel] = (77 * data[at]! + 150 * data[at + 1]! + 29 * data[at + 2]!) >> 8;
  }
  return { width_px, height_px, values };
}

/** Step 3. */
export function smallOf(picture: Picture): Picture {
  let small = picture;
  while (Math.max(small.width_px, small.height_px) > SMALL_LONG_EDGE_PX && Math.min(small.width_px, small.height_px) > 1) {
    small = halve(small);
  }
  return small;
}

function halve({ width_px, height_px, data }: Picture): Picture {
  const [wide_px, high_px] = [width_px >> 1, height_px >> 1];
  const halved = new Uint8ClampedArray(wide_px * high_px * 4);
  for (let y = 0, to = 0; y < high_px; y += 1) {
    let at = 2 * y * width_px * 4;
    for (let x = 0; x < wide_px; x += 1, at += 8, to += 4) {
      for (let channel = 0; channel < 3; channel += 1) {
        const one = at + channel;
        const below = one + width_px * 4;
        halved[to + channel] = (data[one]! + data[one + 4]! + data[below]! + data[below + 4]! + 2) >> 2;
      }
    }
  }
  return { width_px: wide_px, height_px: high_px, data: halved };
}
