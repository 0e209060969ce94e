// Draws marks over a pane as SVG in the screen's pixels: lines keep their width however close one looks.

import { linesOf, type Mark, type Point } from "./marks";

const NAMESPACE = "http://www.w3.org/2000/svg";
const HEAD_PX = 16;
const HEAD_RAD = 0.46;
const TICK_PX = 8;
const DISC_PX = 11;
const LABEL_BELOW_PX = 22;
const BESIDE_PX = 18;

export interface Numbered {
  number: number;
  mark: Mark;
  label: string;
  isChosen: boolean;
}

type ToScreen = (point: Point) => Point;

export function createOverlay(): SVGSVGElement {
  const overlay = document.createElementNS(NAMESPACE, "svg");
  overlay.setAttribute("class", "viewer-marks");
  overlay.setAttribute("tabindex", "-1");
  return overlay;
}

/** Everything anew: there are at most a hundred marks, and every frame of a movement moves them all. */
export function drawOn(overlay: SVGSVGElement, marks: Numbered[], toScreen: ToScreen, cross: Point | undefined): void {
  overlay.replaceChildren(...marks.map((each) => drawn(each, toScreen)), ...(cross ? [crossAt(cross)] : []));
}

function drawn({ number, mark, label, isChosen }: Numbered, toScreen: ToScreen): SVGElement {
  const group = element("g", { class: "drawn" });
  if (isChosen) group.dataset["chosen"] = "";
  const { lines, number: place } = linesOf(mark);
  const screened = lines.map((line) => line.map(toScreen));
  const [first] = screened;
  if (mark.kind === "length" && first?.[0] && first[1]) screened.push(tick(first[0], first[1]), tick(first[1], first[0]));
  for (const [part, width] of [["halo", 6], ["line", 2.5]] as const) {
    for (const line of screened) group.append(stroked(line, part, width));
    if (mark.kind === "arrow" && first?.[0] && first[1]) group.append(head(first[0], first[1], part));
  }
  const [x, y] = mark.kind === "length" ? besideEnd(first) : toScreen(place);
  if (number > 0) group.append(element("circle", { class: "drawn-disc", cx: x, cy: y, r: DISC_PX }), numeral(x, y, number));
  // Below a measured line, which it would hide otherwise.
  if (label) group.append(words(x + DISC_PX + 5, mark.kind === "length" ? y + LABEL_BELOW_PX : y, label));
  return group;
}

/** A length's number would cover its end. */
function besideEnd(line: Point[] = []): Point {
  const [start = [0, 0], end = [0, 0]] = line;
  return at(start, Math.atan2(start[1] - end[1], start[0] - end[0]), BESIDE_PX);
}

function stroked(line: Point[], part: string, width: number): SVGElement {
  return element("polyline", { class: `drawn-${part}`, "stroke-width": width, points: listed(line) });
}

function head(tail: Point, tip: Point, part: string): SVGElement {
  const angle = Math.atan2(tail[1] - tip[1], tail[0] - tip[0]);
  const wings = [angle - HEAD_RAD, angle + HEAD_RAD].map((wing) => at(tip, wing, HEAD_PX));
  const width = part === "halo" ? 3 : 0;
  return element("polygon", { class: `drawn-${part} drawn-head`, "stroke-width": width, points: listed([tip, ...wings]) });
}

function tick(end: Point, other: Point): Point[] {
  const angle = Math.atan2(other[1] - end[1], other[0] - end[0]) + Math.PI / 2;
  return [at(end, angle, TICK_PX), at(end, angle, -TICK_PX)];
}

function numeral(x: number, y: number, number: number): SVGElement {
  const text = element("text", { class: "drawn-number", x, y, dy: "0.36em", "font-size": 13 });
  text.textContent = String(number);
  return text;
}

function words(x: number, y: number, label: string): SVGElement {
  const text = element("text", { class: "drawn-label", x, y, dy: "0.36em" });
  text.textContent = label;
  return text;
}

function crossAt([x, y]: Point): SVGElement {
  const path = `M${x - 14} ${y}h28M${x} ${y - 14}v28`;
  const group = element("g", {});
  group.append(
    element("path", { class: "drawn-halo", d: path, "stroke-width": 5 }),
    element("path", { class: "drawn-cross", d: path }),
  );
  return group;
}

function at([x, y]: Point, angle: number, length: number): Point {
  return [x + length * Math.cos(angle), y + length * Math.sin(angle)];
}

function listed(points: Point[]): string {
  return points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
}

function element(name: string, attributes: Record<string, string | number>): SVGElement {
  const made = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}
