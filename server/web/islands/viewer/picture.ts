// One photograph as the server describes it, and as OpenSeadragon wants it.

import type { TileSourceSpecifier } from "openseadragon";
import type { Scale } from "./scale";

export interface Picture {
  /** The photograph's own, also while a preview stands in its place. */
  key?: string;
  label: string;
  /** That it is a small picture in the place of a photograph, in the reader's words. */
  mark?: string;
  /** The review image, also shown where there is no pyramid. */
  src: string;
  width: number;
  height: number;
  /** Address of a tile with `{level}`, `{x}` and `{y}`; levels are numbered as in Deep Zoom (0 is one pixel). */
  tiles?: string;
  tileSize?: number;
  /** What drawings on it are kept under; nothing can be drawn on one without. */
  partId?: string;
  scale?: Scale;
  /** Why nothing can be measured, in the reader's words; empty where something can. */
  noScale?: string;
  colour?: Colour;
}

/** A power and then a matrix (by rows) of linear RGB. */
export interface Colour {
  exponents: number[];
  matrix: number[];
  label: string;
}

export function tileSourceOf(picture: Picture): TileSourceSpecifier {
  const { tiles, width, height, tileSize = 512 } = picture;
  if (tiles === undefined) return { type: "image", url: picture.src } as unknown as TileSourceSpecifier;
  return {
    width,
    height,
    tileSize,
    // As the server cuts them: a pixel of each neighbour, so that no seam is seen.
    tileOverlap: 1,
    minLevel: Math.min(Math.ceil(Math.log2(tileSize)), Math.ceil(Math.log2(Math.max(width, height)))),
    getTileUrl: (level: number, x: number, y: number) =>
      tiles.replace("{level}", String(level)).replace("{x}", String(x)).replace("{y}", String(y)),
  } as unknown as TileSourceSpecifier;
}
