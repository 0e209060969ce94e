// The guided views: one after the other, each with a verdict, to be taken again or kept with a reason.

import { GUIDED_VIEWS, type View } from "../contract/case";
import type { DraftKeeper } from "../store/keeper";
import { photoSlot } from "./slot";
import { banner, heading } from "./pieces";
import { h } from "./dom";
import { openDesk } from "./keeping";
import { stepButtons, stepLine } from "./steps";
import { t } from "./texts";
import { isUndecided } from "./verdict";

export async function photosScreen(id: string): Promise<Node[]> {
  const desk = await openDesk(id);
  if (!desk) return [];
  const { keeper, line, whom } = desk;
  const problem = h("div");
  const mayGoOn = openingOnce(keeper, problem);
  return [
    stepLine("photos", whom),
    heading(t("photos.title")),
    h("p", {}, t("photos.hint")),
    ...GUIDED_VIEWS.map((view) => photoSlot(keeper, view, null)),
    problem,
    line,
    stepButtons(id, "photos", mayGoOn),
  ];
}

/** Without a photograph there is no going on; a flaw that nobody has decided about is asked about once. */
export function openingOnce(keeper: DraftKeeper, problem: HTMLElement): () => boolean {
  let asked = "";
  return () => {
    const undecided = keeper.draft.photos.filter(isUndecided).map(({ partId }) => partId).join();
    const isNew = undecided !== "" && undecided !== asked;
    asked = undecided;
    const words = keeper.draft.photos.length === 0 ? t("photos.needed") : isNew ? t("photos.decide") : "";
    problem.replaceChildren(...(words ? [banner("danger", words)] : []));
    return !words;
  };
}

export function missingViews(keeper: DraftKeeper): View[] {
  return GUIDED_VIEWS.filter((view) => !keeper.draft.photos.some((photo) => photo.view === view));
}
