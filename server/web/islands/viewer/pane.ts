// One pane of the viewer: shows a picture, and follows another pane when asked.

import OpenSeadragon from "openseadragon";
import { type Picture, tileSourceOf } from "./picture";

const OWN_KEYS = new Set(["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "+", "=", "-", "_", "0"]);

export class Pane {
  shown = -1;
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
  }

  show(index: number, picture: Picture): void {
    this.shown = index;
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

  moveLike(other: Pane): void {
    const { viewport } = this.osd;
    const leader = other.osd.viewport;
    if (!this.osd.isOpen() || !other.osd.isOpen()) return;
    viewport.zoomTo(leader.getZoom(false), undefined, true);
    viewport.panTo(leader.getCenter(false), true);
    viewport.setRotation(leader.getRotation(), true);
  }
}
