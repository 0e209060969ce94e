// Two registered photographs side by side, under a slider, blinking, or as their difference.

import { cssTransform, invert, type Matrix } from "./plane";

const BLINK_MS = 800;

export function compare(element: HTMLElement): void {
  new Comparison(element, JSON.parse(element.dataset["matrix"] ?? "[]") as Matrix).start();
}

class Comparison {
  private readonly toEarlier: Matrix;
  private readonly later: HTMLElement;
  private readonly picture: HTMLElement;
  private readonly slide: HTMLElement;
  private readonly range: HTMLInputElement;
  private blinking = 0;

  constructor(
    private readonly element: HTMLElement,
    matrix: Matrix,
  ) {
    this.toEarlier = invert(matrix);
    this.later = find(element, ".compare-later");
    this.picture = find(element, ".compare-later .compare-picture");
    this.slide = find(element, ".compare-slide");
    this.range = find(element, ".compare-slide input");
  }

  start(): void {
    find(this.element, ".compare-tools").hidden = false;
    this.element.addEventListener("click", (event) => {
      const mode = (event.target as HTMLElement).closest<HTMLElement>("[data-compare]")?.dataset["compare"];
      if (mode === "outlines") this.toggleOutlines();
      else if (mode) this.show(mode);
    });
    this.range.addEventListener("input", () => this.clip());
    new ResizeObserver(() => this.place()).observe(this.element);
  }

  private show(mode: string): void {
    this.element.dataset["mode"] = mode;
    for (const button of this.element.querySelectorAll<HTMLElement>("[data-compare]:not([data-compare=outlines])")) {
      button.setAttribute("aria-pressed", String(button.dataset["compare"] === mode));
    }
    this.slide.hidden = mode !== "slider";
    clearInterval(this.blinking);
    this.element.dataset["shown"] = "later";
    if (mode === "blink") this.blinking = window.setInterval(() => this.blink(), BLINK_MS);
    this.place();
    this.clip();
  }

  private blink(): void {
    this.element.dataset["shown"] = this.element.dataset["shown"] === "later" ? "earlier" : "later";
  }

  private toggleOutlines(): void {
    const isOff = this.element.dataset["outlines"] === "off";
    this.element.dataset["outlines"] = isOff ? "on" : "off";
    find(this.element, "[data-compare=outlines]").setAttribute("aria-pressed", String(isOff));
  }

  private place(): void {
    const isBeside = this.element.dataset["mode"] === "beside";
    const { clientWidth, clientHeight } = this.later;
    this.picture.style.transform = isBeside ? "" : cssTransform(this.toEarlier, clientWidth, clientHeight);
  }

  private clip(): void {
    const isSliding = this.element.dataset["mode"] === "slider";
    this.later.style.clipPath = isSliding ? `inset(0 0 0 ${this.range.value}%)` : "";
  }
}

function find<T extends HTMLElement>(root: ParentNode, selector: string): T {
  const found = root.querySelector<T>(selector);
  if (!found) throw new Error(`the comparison needs ${selector}`);
  return found;
}
