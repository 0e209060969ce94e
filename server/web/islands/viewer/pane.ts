// One pane of the viewer: shows a picture, follows another pane when asked, and carries the drawings over it.

import OpenSeadragon from "openseadragon";
import type { Point } from "./marks";
import { createOverlay } from "./overlay";
import { type Picture, tileSourceOf } from "./picture";

const OWN_KEYS = new Set(["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "+", "=", "-", "_", "0"]);

export class Pane {
  shown = -1;
  picture: Picture | undefined;
  readonly overlay = createOverlay();
  private readonly osd: OpenSeadragon.Viewer;

  constructor(readonly element: HTMLElement) {
    this.osd = OpenSeadragon({
      element,
      drawer: "canvas",
      showNavigationControl: false,
      animationTime: 0.3,
      maxZoomPixelRatio: 4,
      visibilityRatio: 0.5,
      gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true },
    });
    // Letters belong to the page's shortcuts, not to the canvas.
    this.osd.addHandler("canvas-key", (event) => {
      if (!OWN_KEYS.has((event.originalEvent as KeyboardEvent).key)) event.preventDefaultAction = true;
    });
    this.osd.addOnceHandler("tile-drawn", () => element.querySelector(".viewer-first")?.remove());
    element.append(this.overlay);
  }

  show(index: number, picture: Picture): void {
    this.shown = index;
    this.picture = picture;
    this.element.setAttribute("aria-label", picture.label);
    this.osd.open(tileSourceOf(picture));
  }

  zoomBy(factor: number): void {
    this.osd.viewport.zoomBy(factor).applyConstraints();
  }

  turn(degrees: number): void {
    this.osd.viewport.setRotation(this.osd.viewport.getRotation() + degrees);
  }

  home(): void {
    this.osd.viewport.goHome();
  }

  onMove(moved: () => void): void {
    for (const name of ["pan", "zoom", "rotate"] as const) this.osd.addHandler(name, moved);
  }

  /** After every frame in which the picture stands elsewhere than before. */
  onFrame(drawn: () => void): void {
    for (const name of ["open", "update-viewport", "resize"] as const) this.osd.addHandler(name, drawn);
  }

  moveLike(other: Pane): void {
    const { viewport } = this.osd;
    const leader = other.osd.viewport;
    if (!this.osd.isOpen() || !other.osd.isOpen()) return;
    viewport.zoomTo(leader.getZoom(false), undefined, true);
    viewport.panTo(leader.getCenter(false), true);
    viewport.setRotation(leader.getRotation(), true);
  }

  get isOpen(): boolean {
    return this.osd.isOpen();
  }

  /** Where a pixel of the photograph in full size stands in the pane, in the screen's pixels. */
  toScreen([x, y]: Point): Point {
    const share = this.share;
    const image = new OpenSeadragon.Point((x + 0.5) * share, (y + 0.5) * share);
    const at = this.osd.viewport.imageToViewerElementCoordinates(image);
    return [at.x, at.y];
  }

  /** The whole pixel of the photograph under a place of the pane; the nearest one where there is none. */
  toPhoto([x, y]: Point): Point {
    const image = this.osd.viewport.viewerElementToImageCoordinates(new OpenSeadragon.Point(x, y));
    const { width = 1, height = 1 } = this.picture ?? {};
    const within = (value: number, most: number) => Math.min(Math.max(Math.floor(value / this.share), 0), most - 1);
    return [within(image.x, width), within(image.y, height)];
  }

  /** Pixels of the photograph under one of the screen. */
  get pxPerScreenPx(): number {
    const [a, b] = [0, 100].map((x) => this.osd.viewport.viewerElementToImageCoordinates(new OpenSeadragon.Point(x, 0)));
    return a && b ? a.distanceTo(b) / 100 / this.share : 1;
  }

  /** While something is drawn the mouse draws and does not move the picture. */
  setDrawing(tool: string | undefined): void {
    if (tool === undefined) delete this.overlay.dataset["tool"];
    else this.overlay.dataset["tool"] = tool;
  }

  filter(value: string): void {
    this.osd.drawer.canvas.style.filter = value;
  }

  /** Of the picture that is open, which is the review image where there is no pyramid, to the photograph. */
  private get share(): number {
    const open = this.osd.world.getItemAt(0)?.getContentSize().x;
    return open && this.picture ? open / this.picture.width : 1;
  }
}
