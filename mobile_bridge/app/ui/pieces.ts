// Small pieces that every screen uses: status words with a shape, banners, headings that take the focus, buttons.

import { type Child, h, svg } from "./dom";

export type Kind = "neutral" | "waiting" | "active" | "good" | "warning" | "danger";

/** Told by shape and word, never by colour alone; the shapes are those of the server's pages. */
const SHAPES: Record<Kind, { d: string; isLine: boolean }> = {
  neutral: { d: "M8 2.5a5.5 5.5 0 1 0 .01 0z", isLine: true },
  waiting: { d: "M8 1.5a6.5 6.5 0 1 0 .01 0zM8 4v4l2.5 2", isLine: true },
  active: { d: "M4 2.5v11l9-5.5z", isLine: false },
  good: { d: "M2.5 8.5l3.5 4 7.5-9", isLine: true },
  warning: { d: "M8 1.5l7 13H1z", isLine: false },
  danger: { d: "M5 1h6l4 4v6l-4 4H5l-4-4V5zm2 3v5h2V4zm0 6.5v2h2v-2z", isLine: false },
};

const LINE = { stroke: "currentColor", "stroke-width": 2 };

export function shape(kind: Kind): SVGElement {
  const { d, isLine } = SHAPES[kind];
  return svg(
    "svg",
    { class: "shape", viewBox: "0 0 16 16", "aria-hidden": "true" },
    svg("path", isLine ? { d, fill: "none", ...LINE } : { d, fill: "currentColor", "fill-rule": "evenodd" }),
  );
}

export function status(kind: Kind, word: string): HTMLElement {
  return h("span", { class: `status status-${kind}` }, shape(kind), word);
}

export function banner(kind: "info" | "good" | "warning" | "danger", ...content: Child[]): HTMLElement {
  const role = kind === "danger" ? "alert" : "status";
  return h(
    "div",
    { class: `banner banner-${kind}`, role },
    shape(kind === "info" ? "neutral" : kind),
    h("div", {}, ...content),
  );
}

export function heading(text: string): HTMLElement {
  return h("h1", { tabindex: -1 }, text);
}

export function button(label: string, act: () => unknown, kind: "" | "primary" | "danger" | "quiet" = ""): HTMLButtonElement {
  const classes = kind ? `button button-${kind}` : "button";
  return h("button", { class: classes, type: "button", onclick: () => void act() }, label);
}

export function linkButton(label: string, href: string, kind: "primary" | "secondary" = "secondary"): HTMLElement {
  return h("a", { class: `button button-${kind}`, href }, label);
}
