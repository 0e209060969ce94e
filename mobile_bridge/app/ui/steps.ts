// The steps of a new case, where one is, and the buttons that lead on and back.

import { button } from "./pieces";
import { type Child, h } from "./dom";
import { goTo } from "./router";
import { t } from "./texts";

export const STEPS = ["place", "questions", "photos", "review"] as const;
export type Step = (typeof STEPS)[number];

/** Step 1 is the topic, which is chosen before there is a draft. */
export function stepLine(step: Step, whom: HTMLElement | false): HTMLElement {
  const number = STEPS.indexOf(step) + 2;
  const of = STEPS.length + 1;
  return h(
    "div",
    { class: "steps" },
    whom,
    h("p", { class: "muted" }, t("step.of", { number, of })),
    h("progress", { max: of, value: number, "aria-label": t("step.label") }),
  );
}

/** `onNext` says whether it may go on. */
export function stepButtons(id: string, step: Step, onNext: () => Promise<boolean> | boolean, ...more: Child[]): HTMLElement {
  const at = STEPS.indexOf(step);
  const before = STEPS[at - 1];
  const after = STEPS[at + 1];
  const next = async () => {
    if (after && (await onNext())) goTo(`/c/${id}/${after}`);
  };
  return h(
    "div",
    { class: "cluster step-buttons" },
    after && button(t("step.next"), next, "primary"),
    ...more,
    h("a", { class: "button", href: before ? `#/c/${id}/${before}` : "#/" }, t("step.back")),
  );
}
