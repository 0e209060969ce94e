// The first screen: what waits in this phone, what the server has, and where a new case begins.

import type { Draft, Home } from "../store/model";
import { draftsOf } from "../store/drafts";
import { isMessage } from "../send/messages";
import { readHome } from "../store/facts";
import { type Kind, banner, heading, linkButton, status } from "./pieces";
import { h } from "./dom";
import { draftStatus, titleOf } from "./standing";
import { family, t, when } from "./texts";
import { whoLine } from "./whom";

const SIGN_IN = "/sign-in/code?back=%2Fapp";
const KINDS: Record<string, Kind> = {
  preparing: "active",
  waiting: "waiting",
  "in-review": "active",
  "needs-more": "warning",
  answered: "good",
};

export async function homeScreen(): Promise<Node[]> {
  const home = await readHome();
  if (!home) return [heading(t("home.title")), signInCard()];
  const drafts = await draftsOf(home.personId);
  const unsent = drafts.filter((draft) => !draft.outbox?.sentAt || !isListed(home, draft));
  return [
    h("header", { class: "cluster" }, heading(t("home.title")), linkButton(t("home.new"), "#/new", "primary")),
    unsent.length > 0 && section("phone", t("home.inPhone"), unsent.map((draft) => draftCard(draft, home))),
    home.cases.length > 0
      ? section("server", t("home.onServer"), home.cases.map((each) => caseCard(each, home)), t("home.asOf", { time: when(home.toldAt) }))
      : unsent.length === 0 && h("div", { class: "empty" }, h("h2", {}, t("home.none")), h("p", {}, t("home.noneHint"))),
  ].filter((node): node is HTMLElement => Boolean(node));
}

function signInCard(): HTMLElement {
  return h("div", { class: "stack" }, h("p", { class: "lead" }, t("home.signInWhy")), linkButton(t("home.signIn"), SIGN_IN, "primary"));
}

function isListed(home: Home, draft: Draft): boolean {
  return home.cases.some((each) => each.caseId === draft.caseId);
}

function section(id: string, title: string, cards: HTMLElement[], note = ""): HTMLElement {
  return h(
    "section",
    { class: "stack", "aria-labelledby": id },
    h("h2", { id }, title),
    note && h("p", { class: "muted" }, note),
    h("ul", { class: "plain stack" }, ...cards),
  );
}

function draftCard(draft: Draft, home: Home): HTMLElement {
  return h(
    "li",
    { class: "card", "data-draft": draft.id },
    h("a", { href: draft.outbox ? `#/c/${draft.id}` : editPath(draft) }, h("strong", {}, titleOf(draft))),
    whoLine(home, draft.patientId),
    h("p", { class: "cluster" }, draftStatus(draft), h("span", { class: "muted" }, when(draft.startedAt.at))),
  );
}

function editPath(draft: Draft): string {
  if (isMessage(draft)) return `#/message/${draft.id}`;
  return draft.kind === "addition" ? `#/better/${draft.id}` : `#/c/${draft.id}/place`;
}

function caseCard(each: Home["cases"][number], home: Home): HTMLElement {
  const isWanted = each.status === "needs-more";
  return h(
    "li",
    { class: "card", "data-case": each.caseId },
    h("a", { href: `/cases/${each.caseId}` }, h("strong", {}, family("topic", each.topic))),
    whoLine(home, each.patientId),
    h(
      "p",
      { class: "cluster" },
      status(KINDS[each.status] ?? "neutral", family("status", each.status)),
      each.come < each.promised && h("span", {}, t("home.come", { come: each.come, of: each.promised })),
      h("span", { class: "muted" }, when(each.happenedAt)),
    ),
    Boolean(each.facesAsked) && banner("info", h("p", {}, t("home.faces")), linkButton(t("home.facesAnswer"), `/cases/${each.caseId}`)),
    isWanted && banner("warning", h("p", {}, t("home.wanted")), linkButton(t("home.takeIt"), `#/asked/${each.caseId}`, "primary")),
  );
}
