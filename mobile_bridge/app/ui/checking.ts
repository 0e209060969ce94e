// Shows how far the looking at a photograph is, with a way to go on without it.

import { STEPS, type Told } from "../capture/look";
import { button } from "./pieces";
import { h } from "./dom";
import { t } from "./texts";

export interface Checking {
  part: HTMLElement;
  told: Told;
  signal: AbortSignal;
}

export function beginChecking(): Checking {
  const leaving = new AbortController();
  const bar = h("progress", { max: STEPS, value: 0, "aria-label": t("checking.label") });
  const words = h("p", { role: "status" }, t("checking.step", { done: 0, of: STEPS }));
  const told = (done: number) => {
    bar.value = done;
    words.textContent = t("checking.step", { done, of: STEPS });
  };
  const part = h("div", { class: "checking stack" }, words, bar, button(t("checking.skip"), () => leaving.abort()));
  return { part, told, signal: leaving.signal };
}
