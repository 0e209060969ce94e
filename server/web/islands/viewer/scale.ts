// Millimetres on a photograph, as the server measures them (server/cases/service/measuring.py), while a line is drawn.

import type { Point } from "./marks";

export interface Scale {
  /** Nine numbers by rows: pixels of the photograph to millimetres from the card's corner. */
  homography: number[];
  relativeError: number;
  reachMm: number;
  cardMm: [number, number];
}

export interface Measured {
  mm: number;
  errorMm: number;
}

/** Undefined where an end lies too far from the card. */
export function measure(scale: Scale, start: Point, end: Point, pointing_px: number): Measured | undefined {
  const [from, to] = [start, end].map((point) => withinReach(scale, point));
  if (!from || !to) return undefined;
  const mm = distance(from, to);
  const pointing_mm = pointing_px * (mmPerPx(scale, start) + mmPerPx(scale, end));
  return { mm, errorMm: scale.relativeError * mm + pointing_mm };
}

/** `12.4 mm ± 0.3 mm`; the bound is rounded up, never to nothing. */
export function lengthText({ mm, errorMm }: Measured): string {
  const format = new Intl.NumberFormat(document.documentElement.lang, {
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  });
  const tenths = Math.max(1, Math.ceil(Math.round(errorMm * 100) / 10));
  return `${format.format(mm)} mm ± ${format.format(tenths / 10)} mm`;
}

function withinReach(scale: Scale, point: Point): Point | undefined {
  const at = map(scale, point);
  if (!at) return undefined;
  const outside = at.map((value, axis) => Math.max(-value, value - (scale.cardMm[axis] ?? 0), 0));
  return Math.hypot(...outside) <= scale.reachMm ? at : undefined;
}

function map({ homography: h }: Scale, [x, y]: Point): Point | undefined {
  const row = (at: number) => (h[at] ?? 0) * x + (h[at + 1] ?? 0) * y + (h[at + 2] ?? 0);
  const depth = row(6);
  return depth > 0 ? [row(0) / depth, row(3) / depth] : undefined;
}

function mmPerPx(scale: Scale, [x, y]: Point): number {
  const here = map(scale, [x, y]);
  const beside = [map(scale, [x + 1, y]), map(scale, [x, y + 1])];
  return Math.hypot(...beside.map((each) => (here && each ? distance(here, each) : Infinity)));
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}
