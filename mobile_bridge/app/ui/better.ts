// A better photograph was asked for: shows which and why, takes it, and sends it in its place.

import { momentNow, type View } from "../contract/case";
import { getJson } from "../send/server";
import { draftsOf, writeDraft } from "../store/drafts";
import { readHome } from "../store/facts";
import type { Draft } from "../store/model";
import { banner, button, heading, linkButton } from "./pieces";
import { h } from "./dom";
import { openDesk } from "./keeping";
import { openingOnce } from "./photos";
import { queue } from "./review";
import { goTo } from "./router";
import { photoSlot } from "./slot";
import { family, t } from "./texts";

interface AskedPhotos {
  caseId: string;
  patientId: string;
  topic: Draft["topic"];
  asked: { partId: string | null; reason: string; note: string; site: string; laterality: Draft["side"]; view: View }[];
}

/** Opens at the one that is wanted; a draft that was begun for it is gone on with. */
export async function askedScreen(caseId: string, partId?: string): Promise<Node[]> {
  const home = await readHome();
  if (!home) return [heading(t("better.title")), banner("warning", t("home.signInWhy")), linkButton(t("home.signIn"), "/sign-in/code?back=%2Fapp", "primary")];
  const begun = (await draftsOf(home.personId)).find((draft) => isFor(draft, caseId, partId));
  if (begun) {
    goTo(begun.outbox ? `/c/${begun.id}` : `/better/${begun.id}`);
    return [];
  }
  const told = await getJson<AskedPhotos>(`/api/app/cases/${caseId}/asked`);
  const wanted = told.asked.find((each) => !partId || each.partId === partId) ?? told.asked[0];
  if (!wanted) return [heading(t("better.title")), h("p", {}, t("better.none")), linkButton(t("sent.list"), "#/")];
  const draft = await writeDraft(additionTo(told, wanted, home.personId));
  goTo(`/better/${draft.id}`);
  return [];
}

export async function betterScreen(id: string): Promise<Node[]> {
  const desk = await openDesk(id);
  if (!desk) return [];
  const { keeper, line, whom } = desk;
  const asked = keeper.draft.asked;
  if (!asked) throw new Error("a better photograph without what was asked for");
  const problem = h("div");
  const maySend = openingOnce(keeper, problem);
  const send = async () => {
    if (maySend()) await queue(keeper);
  };
  return [
    heading(t("better.title")),
    ...(whom ? [whom] : []),
    banner("info", h("p", {}, h("strong", {}, family("reason", asked.reason))), asked.note && h("p", {}, asked.note)),
    photoSlot(keeper, asked.view, asked.partId),
    problem,
    line,
    h("div", { class: "cluster step-buttons" }, button(t("review.send"), send, "primary"), linkButton(t("step.back"), "#/")),
  ];
}

function isFor(draft: Draft, caseId: string, partId: string | undefined): boolean {
  const isSame = draft.kind === "addition" && draft.caseId === caseId && !draft.outbox?.sentAt;
  return isSame && (!partId || draft.asked?.partId === partId);
}

function additionTo(told: AskedPhotos, wanted: AskedPhotos["asked"][number], owner: string): Draft {
  const { partId, view, reason, note } = wanted;
  return {
    id: crypto.randomUUID(),
    kind: "addition",
    owner,
    caseId: told.caseId,
    patientId: told.patientId,
    revision: 0,
    topic: told.topic,
    site: wanted.site,
    side: wanted.laterality,
    answers: {},
    photos: [],
    consents: [],
    startedAt: momentNow(),
    asked: { partId, view, reason, note },
    outbox: null,
  };
}
