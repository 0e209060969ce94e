// What is drawn, as the server keeps it: vectors in whole pixels of the photograph in full size.

export type Point = [x: number, y: number];

export type Mark =
  | { kind: "arrow"; tail: Point; tip: Point; words: string }
  | { kind: "outline"; points: Point[]; words: string }
  | { kind: "text"; at: Point; words: string }
  | { kind: "length"; start: Point; end: Point; pointingPx: number; words: string };

export type Kind = Mark["kind"];

export interface Annotation {
  annotationId: string;
  partId: string;
  version: number;
  authorId: string;
  drawnAt: string;
  mark: Mark | null;
  length: { mm: number; errorMm: number } | null;
}

export const MOST_CORNERS = 400;

/** The lines of a mark, and where its number stands: as server/reports/overlay.py lays it out. */
export function linesOf(mark: Mark): { lines: Point[][]; number: Point } {
  switch (mark.kind) {
    case "arrow":
      return { lines: [[mark.tail, mark.tip]], number: mark.tail };
    case "length":
      return { lines: [[mark.start, mark.end]], number: mark.start };
    case "text":
      return { lines: [], number: mark.at };
    case "outline": {
      const [first = [0, 0]] = mark.points;
      const highest = mark.points.reduce((best, point) => (point[1] < best[1] ? point : best), first);
      return { lines: [[...mark.points, first]], number: highest };
    }
  }
}

/** Every how many corners one is kept, so that a long outline stays within what the server takes. */
export function thinned(points: Point[]): Point[] {
  const step = Math.ceil(points.length / MOST_CORNERS);
  return step <= 1 ? points : points.filter((_, index) => index % step === 0);
}
