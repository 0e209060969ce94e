// The line that says whether what was done is kept in the phone, and the keeper whose word it tells.

import { ChangedElsewhere, readDraft } from "../store/drafts";
import { PhoneFull } from "../store/database";
import { readHome } from "../store/facts";
import { DraftKeeper, type Keeping } from "../store/keeper";
import { h } from "./dom";
import { banner } from "./pieces";
import { goTo } from "./router";
import { t } from "./texts";
import { whoLine } from "./whom";

export interface Desk {
  keeper: DraftKeeper;
  /** To be placed on the screen. */
  line: HTMLElement;
  /** For whom the draft is, for the top of the screen. */
  whom: HTMLElement | false;
}

/** The draft's keeper; where there is no such draft, or it is on its way, its own screen is shown instead. */
export async function openDesk(id: string): Promise<Desk | null> {
  const home = await readHome();
  const draft = await readDraft(id);
  if (!draft || draft.outbox) {
    goTo(draft ? `/c/${id}` : "/");
    return null;
  }
  const line = h("div", { class: "save-state", role: "status" });
  const keeper = new DraftKeeper(draft, (keeping, error) => line.replaceChildren(...wordsFor(keeping, error)));
  return { keeper, line, whom: whoLine(home, draft.patientId) };
}

function wordsFor(keeping: Keeping, error: unknown): Node[] {
  if (keeping === "keeping") return [h("p", {}, t("keeping.keeping"))];
  if (keeping === "kept") return [h("p", {}, t("keeping.kept"))];
  return [banner("danger", notKept(error))];
}

export function notKept(error: unknown): string {
  if (error instanceof PhoneFull) return t("keeping.full");
  if (error instanceof ChangedElsewhere) return t("keeping.elsewhere");
  return t("keeping.failed");
}
