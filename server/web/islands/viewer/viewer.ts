// Photographs large: one or two panes side by side, moved together, driven by buttons and keys.

import { onArrival } from "../loader/mount";
import { Drawing } from "./drawing";
import { Looks } from "./looks";
import { Pane } from "./pane";
import type { Picture } from "./picture";

const STEP = 1.4;

export function viewer(element: HTMLElement): void {
  const pictures = picturesOf(element);
  if (pictures.length > 0) new Viewer(element, pictures).start();
}

/** What the strip shows, which the page replaces when a photograph has come. */
function picturesOf(element: HTMLElement): Picture[] {
  return JSON.parse(element.querySelector<HTMLElement>(".viewer-strip")?.dataset["images"] ?? "[]") as Picture[];
}

class Viewer {
  private readonly panes: Pane[] = [];
  private active = 0;
  private isBeside = false;
  private isTogether = true;
  private isFollowing = false;
  private looks: Looks | undefined;
  private drawing: Drawing | undefined;

  constructor(
    private readonly element: HTMLElement,
    private pictures: Picture[],
  ) {}

  start(): void {
    this.element.dataset["ready"] = "";
    claimStyle();
    const [first, second] = this.element.querySelectorAll<HTMLElement>(".viewer-pane");
    if (!first || !second) throw new Error("the viewer needs two panes");
    this.looks = new Looks(this.element, () => this.panes);
    if (this.element.dataset["annotations"]) {
      this.drawing = new Drawing(this.element, () => this.panes, () => this.panes[this.active]);
    }
    this.panes.push(this.createPane(first, 0));
    this.show(0);
    this.element.addEventListener("click", (event) => this.press(event.target as HTMLElement, second));
    onArrival(this.element, () => this.takeIn(picturesOf(this.element)));
  }

  /** Photographs take the places of their previews; a pane in which nothing changed keeps its zoom and its drawing. */
  private takeIn(pictures: Picture[]): void {
    this.pictures = pictures;
    for (const pane of this.panes) {
      const index = Math.max(0, pictures.findIndex((picture) => picture.key === pane.picture?.key));
      const picture = pictures[index];
      if (!picture) continue;
      if (picture.src === pane.picture?.src) {
        pane.shown = index;
        continue;
      }
      pane.show(index, picture);
      if (pane === this.panes[this.active]) this.drawing?.follow();
    }
    this.looks?.apply();
    this.mark();
  }

  private createPane(element: HTMLElement, place: number): Pane {
    const pane = new Pane(element);
    element.addEventListener("focusin", () => this.activate(place));
    element.addEventListener("pointerdown", () => this.activate(place));
    pane.onMove(() => this.follow(pane));
    this.drawing?.serve(pane);
    return pane;
  }

  private press(target: HTMLElement, second: HTMLElement): void {
    const button = target.closest<HTMLElement>("[data-zoom]");
    if (!button) return;
    const { zoom, index } = button.dataset;
    if (zoom === "show") this.show(Number(index));
    else if (zoom === "beside") this.toggleBeside(button, second);
    else if (zoom === "together") this.toggleTogether(button);
    else this.move(zoom ?? "");
  }

  private move(verb: string): void {
    const pane = this.panes[this.active];
    if (verb === "in") pane?.zoomBy(STEP);
    else if (verb === "out") pane?.zoomBy(1 / STEP);
    else if (verb === "turn") pane?.turn(90);
    else if (verb === "home") for (const each of this.panes) each.home();
    else if (verb === "next") this.step(1);
    else if (verb === "previous") this.step(-1);
  }

  private step(by: number): void {
    const shown = this.panes[this.active]?.shown ?? 0;
    this.show((shown + by + this.pictures.length) % this.pictures.length);
  }

  private show(index: number): void {
    const picture = this.pictures[index];
    if (!picture) return;
    this.panes[this.active]?.show(index, picture);
    this.looks?.apply();
    this.drawing?.follow();
    this.mark();
  }

  private toggleBeside(button: HTMLElement, second: HTMLElement): void {
    this.isBeside = !this.isBeside;
    second.hidden = !this.isBeside;
    button.setAttribute("aria-pressed", String(this.isBeside));
    this.element.dataset["panes"] = this.isBeside ? "2" : "1";
    if (this.isBeside && this.panes.length === 1) this.panes.push(this.createPane(second, 1));
    this.activate(this.isBeside ? 1 : 0);
    if (this.isBeside && this.panes[1]?.shown === -1) this.show(this.pictures.length > 1 ? 1 : 0);
  }

  private toggleTogether(button: HTMLElement): void {
    this.isTogether = !this.isTogether;
    button.setAttribute("aria-pressed", String(this.isTogether));
  }

  private activate(place: number): void {
    const before = this.active;
    this.active = this.isBeside ? place : 0;
    if (before !== this.active) this.drawing?.follow();
    this.panes.forEach((pane, index) => pane.element.toggleAttribute("data-active", index === this.active));
    this.mark();
  }

  /** Two panes of one wound are compared by moving both; a follower's own move is not followed back. */
  private follow(leader: Pane): void {
    if (!this.isBeside || !this.isTogether || this.isFollowing) return;
    this.isFollowing = true;
    for (const pane of this.panes) if (pane !== leader) pane.moveLike(leader);
    this.isFollowing = false;
  }

  private mark(): void {
    const shown = this.panes[this.active]?.shown;
    for (const button of this.element.querySelectorAll<HTMLElement>("[data-zoom=show]")) {
      button.setAttribute("aria-pressed", String(Number(button.dataset["index"]) === shown));
    }
    const said = this.element.querySelector<HTMLElement>(".viewer-mark");
    if (!said) return;
    const mark = this.panes[this.active]?.picture?.mark ?? "";
    said.hidden = mark === "";
    said.querySelector("span")?.replaceChildren(mark);
  }
}

/**
 * OpenSeadragon writes a style element unless it finds its own, and the page's policy forbids inline styles:
 * an element of that name in no namespace is found, and styles nothing.
 */
function claimStyle(): void {
  const found = document.createElementNS(null, "style");
  found.setAttribute("data-openseadragon-mobile-css", "");
  document.head.append(found);
}
