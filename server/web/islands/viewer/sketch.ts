// What one tool has been given so far: points become a mark, by dragging, by clicks or by keys.

import { type Kind, type Mark, type Point, thinned } from "./marks";

const NEEDED: Record<Kind, number> = { arrow: 2, length: 2, text: 1, outline: 3 };

export class Sketch {
  readonly points: Point[] = [];

  constructor(
    readonly kind: Kind,
    private readonly pointing_px: () => number,
  ) {}

  add(point: Point): void {
    const last = this.points.at(-1);
    if (!last || last[0] !== point[0] || last[1] !== point[1]) this.points.push(point);
  }

  /** Whether nothing is missing, so that it needs no end to be told. An outline goes on until it is closed. */
  get isFull(): boolean {
    return this.kind !== "outline" && this.points.length >= NEEDED[this.kind];
  }

  /** As it would stand with one more point; undefined where too little is there. */
  mark(next?: Point): Mark | undefined {
    const points = next ? [...this.points, next] : this.points;
    const [first, second] = points;
    if (!first || points.length < NEEDED[this.kind]) return undefined;
    if (this.kind === "text") return { kind: "text", at: first, words: "" };
    if (this.kind === "outline") return { kind: "outline", points: thinned(points), words: "" };
    if (!second || (first[0] === second[0] && first[1] === second[1])) return undefined;
    if (this.kind === "arrow") return { kind: "arrow", tail: first, tip: second, words: "" };
    return { kind: "length", start: first, end: second, pointingPx: this.pointing_px(), words: "" };
  }

  /** What is seen of it while it is drawn: an open line of two points is an arrow's or an outline's first edge. */
  shown(next: Point | undefined): Mark | undefined {
    const whole = this.mark(next);
    const [first] = this.points;
    if (whole || !first || !next) return whole;
    return { kind: "outline", points: [...this.points, next], words: "" };
  }
}
