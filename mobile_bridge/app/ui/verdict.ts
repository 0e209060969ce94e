// What is said of a kept photograph: that it looks good, what to do about it, or why it was kept as it is.

import { adviceFor, PHOTO_FLAWS } from "../contract/catalogue";
import { flawNames } from "../contract/case";
import type { DraftKeeper } from "../store/keeper";
import type { KeptPhoto } from "../store/model";
import { banner, button, status } from "./pieces";
import { h } from "./dom";
import { t, told } from "./texts";

const MOST_CHARACTERS = 500;

/** `redraw` is called once a reason is kept. */
export function verdictPart(photo: KeptPhoto, keeper: DraftKeeper, redraw: () => void): HTMLElement {
  const { checked, flaws, keptBecause } = photo.verdict;
  if (!checked) return h("p", {}, status("neutral", t("verdict.unchecked")), " ", t("verdict.uncheckedHint"));
  if (flaws.length === 0) return h("p", {}, status("good", t("verdict.good")));
  const words = wordsFor(photo).map((advice) => h("p", {}, advice));
  if (keptBecause) return h("div", {}, ...words, h("p", {}, status("neutral", t("verdict.kept")), " ", keptBecause));
  return banner("warning", ...words, keepAnyway(photo, keeper, redraw));
}

export function isUndecided({ verdict }: KeptPhoto): boolean {
  return verdict.flaws.length > 0 && !verdict.keptBecause;
}

/** A flaw that this version of the app has no words for still asks for another try. */
function wordsFor(photo: KeptPhoto): string[] {
  const advice = adviceFor(flawNames(photo.verdict)).map(told);
  return advice.length > 0 ? advice : [t("verdict.tryAgain")];
}

function keepAnyway(photo: KeptPhoto, keeper: DraftKeeper, redraw: () => void): HTMLElement {
  const because = (reason: string) =>
    keeper
      .change((draft) => {
        const kept = draft.photos.find((each) => each.partId === photo.partId);
        if (kept) kept.verdict.keptBecause = reason;
      })
      .then(redraw, () => undefined);
  const ready = PHOTO_FLAWS.reasons.map(({ text }) => button(told(text), () => because(told(text))));
  const id = `why-${photo.partId}`;
  const own = h("textarea", { id, rows: 2, maxlength: MOST_CHARACTERS });
  const keepIt = () => {
    if (own.value.trim()) void because(own.value.trim());
    else own.focus();
  };
  return h(
    "details",
    { class: "stack" },
    h("summary", { class: "button" }, t("verdict.keepAnyway")),
    h("p", {}, t("verdict.why")),
    h("div", { class: "cluster" }, ...ready),
    h("div", { class: "field" }, h("label", { for: id }, t("verdict.ownWords")), own),
    button(t("verdict.keepIt"), keepIt),
  );
}
