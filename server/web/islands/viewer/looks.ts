// How the photographs look: light, contrast, one channel, corrected colours. Nothing is changed but the view.

import type { Pane } from "./pane";

const NAMESPACE = "http://www.w3.org/2000/svg";
/** Rows of a colour matrix that shows one channel as grey; luminance by ITU-R BT.709. */
const CHANNELS: Record<string, string> = {
  red: "1 0 0 0 0",
  green: "0 1 0 0 0",
  blue: "0 0 1 0 0",
  grey: "0.2126 0.7152 0.0722 0 0",
};

export class Looks {
  private readonly panel: HTMLElement | null;
  private readonly defs = document.createElementNS(NAMESPACE, "svg");

  constructor(
    element: HTMLElement,
    private readonly panes: () => Pane[],
  ) {
    this.panel = element.querySelector<HTMLElement>(".viewer-looks");
    this.defs.setAttribute("class", "visually-hidden");
    this.defs.setAttribute("aria-hidden", "true");
    for (const [name, row] of Object.entries(CHANNELS)) {
      this.defs.append(filterOf(`viewer-${name}`, "sRGB", matrixOf([row, row, row])));
    }
    element.append(this.defs);
    this.panel?.addEventListener("input", () => this.apply());
    element.addEventListener("click", (event) => this.press(event.target as HTMLElement));
  }

  /** Also after a pane shows another photograph: its correction is its own. */
  apply(): void {
    const common = [this.channel, `brightness(${this.percent("light")}%)`, `contrast(${this.percent("contrast")}%)`];
    this.panes().forEach((pane, place) => {
      pane.filter([this.colourOf(pane, place), ...common].filter(Boolean).join(" "));
    });
    this.offerColour();
  }

  private press(target: HTMLElement): void {
    const button = target.closest<HTMLButtonElement>("button[data-look]");
    if (button?.dataset["look"] === "panel") this.toggle(button);
    else if (button) this.reset();
  }

  private toggle(button: HTMLElement): void {
    if (!this.panel) return;
    this.panel.hidden = !this.panel.hidden;
    button.setAttribute("aria-pressed", String(!this.panel.hidden));
    button.setAttribute("aria-expanded", String(!this.panel.hidden));
    if (!this.panel.hidden) this.panel.querySelector("input")?.focus();
  }

  private reset(): void {
    for (const input of this.panel?.querySelectorAll("input") ?? []) {
      if (input.type === "checkbox") input.checked = false;
      else input.value = "100";
    }
    const channel = this.panel?.querySelector("select");
    if (channel) channel.value = "";
    this.apply();
  }

  private percent(name: string): string {
    return this.panel?.querySelector<HTMLInputElement>(`[data-look=${name}]`)?.value ?? "100";
  }

  private get channel(): string {
    const name = this.panel?.querySelector("select")?.value ?? "";
    return name in CHANNELS ? `url(#viewer-${name})` : "";
  }

  private colourOf(pane: Pane, place: number): string {
    const isWanted = this.panel?.querySelector<HTMLInputElement>("[data-look=colour]")?.checked ?? false;
    const colour = pane.picture?.colour;
    if (!isWanted || !colour) return "";
    const id = `viewer-colour-${place}`;
    this.defs.querySelector(`#${id}`)?.remove();
    const rows = [0, 3, 6].map((at) => `${colour.matrix.slice(at, at + 3).join(" ")} 0 0`);
    this.defs.append(filterOf(id, "linearRGB", gammaOf(colour.exponents), matrixOf(rows)));
    return `url(#${id})`;
  }

  private offerColour(): void {
    const label = this.panel?.querySelector<HTMLElement>(".viewer-colour");
    const told = [...new Set(this.panes().flatMap((pane) => pane.picture?.colour?.label ?? []))].join("; ");
    if (!label) return;
    label.hidden = told === "";
    const words = label.querySelector("span");
    if (words) words.textContent = told;
  }
}

function filterOf(id: string, space: string, ...steps: Element[]): Element {
  const filter = document.createElementNS(NAMESPACE, "filter");
  filter.id = id;
  filter.setAttribute("color-interpolation-filters", space);
  filter.append(...steps);
  return filter;
}

function matrixOf(rows: string[]): Element {
  const matrix = document.createElementNS(NAMESPACE, "feColorMatrix");
  matrix.setAttribute("type", "matrix");
  matrix.setAttribute("values", [...rows, "0 0 0 1 0"].join(" "));
  return matrix;
}

function gammaOf(exponents: number[]): Element {
  const transfer = document.createElementNS(NAMESPACE, "feComponentTransfer");
  ["feFuncR", "feFuncG", "feFuncB"].forEach((name, channel) => {
    const power = document.createElementNS(NAMESPACE, name);
    power.setAttribute("type", "gamma");
    power.setAttribute("exponent", String(exponents[channel] ?? 1));
    transfer.append(power);
  });
  return transfer;
}
