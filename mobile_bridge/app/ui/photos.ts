// The guided views: one after the other, each with a verdict, to be taken again or kept with a reason.

import { GUIDED_VIEWS, type View } from "../contract/case";
import type { DraftKeeper } from "../store/keeper";
import { photoSlot } from "./slot";
import { banner, heading } from "./pieces";
import { h } from "./dom";
import { openDesk } from "./keeping";
import { stepButtons, stepLine } from "./steps";
import { t } from "./texts";

export async function photosScreen(id: string): Promise<Node[]> {
  const desk = await openDesk(id);
  if (!desk) return [];
  const { keeper, line, whom } = desk;
  const problem = h("div");
  const mayGoOn = () => {
    const words = openWords(keeper);
    problem.replaceChildren(...(words ? [banner("danger", words)] : []));
    return !words;
  };
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

/** What keeps it from going on: no photograph at all, or one with flaws that nobody has decided about. */
export function openWords(keeper: DraftKeeper): string {
  const { photos } = keeper.draft;
  if (photos.length === 0) return t("photos.needed");
  const isOpen = photos.some(({ verdict }) => verdict.flaws.length > 0 && !verdict.keptBecause);
  return isOpen ? t("photos.decide") : "";
}

export function missingViews(keeper: DraftKeeper): View[] {
  return GUIDED_VIEWS.filter((view) => !keeper.draft.photos.some((photo) => photo.view === view));
}
