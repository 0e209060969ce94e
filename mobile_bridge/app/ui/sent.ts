// The screen of a case on its way: how it stands, photograph by photograph, and what is in its way.

import { announce } from "../store/changes";
import { changeDraft, deleteDraft, readDraft } from "../store/drafts";
import { isMessage } from "../send/messages";
import { progressOf } from "../send/progress";
import { readHome } from "../store/facts";
import { type Draft, type KeptMedia, mediaOf, type Outbox } from "../store/model";
import { type Kind, banner, button, heading, linkButton, status } from "./pieces";
import { h } from "./dom";
import { goTo } from "./router";
import { draftStatus, titleOf } from "./standing";
import { family, sizeOf, t, when } from "./texts";
import { whoLine } from "./whom";

export async function sentScreen(id: string): Promise<Node[]> {
  const home = await readHome();
  const draft = await readDraft(id);
  if (!draft?.outbox) {
    goTo(draft ? (isMessage(draft) ? `/message/${id}` : `/c/${id}/place`) : "/");
    return [];
  }
  const progress = progressOf(draft);
  return [
    heading(titleOf(draft)),
    whoLine(home, draft.patientId),
    h("p", { class: "lead standing", role: "status" }, draftStatus(draft)),
    explanation(draft, draft.outbox),
    h("ul", { class: "plain card photo-lines" }, ...mediaOf(draft).map((media) => mediaLine(media, draft.outbox))),
    draft.outbox.trouble !== null && troubleBox(draft, draft.outbox),
    h(
      "p",
      { class: "cluster" },
      linkButton(t("sent.list"), "#/"),
      progress.kind === "sent" && linkButton(t("sent.follow"), `/cases/${draft.caseId}`, "primary"),
    ),
  ].filter((node): node is HTMLElement => Boolean(node));
}

function explanation(draft: Draft, outbox: Outbox): HTMLElement {
  const progress = progressOf(draft);
  if (progress.kind === "sent") {
    const receipt = t("sent.signed", { count: progress.of, time: when(outbox.receipt?.issuedAt ?? outbox.queuedAt) });
    return h("div", {}, h("p", {}, receipt), progress.refused > 0 && banner("warning", t("sent.refused", { count: progress.refused })));
  }
  if (progress.kind === "received") return h("p", {}, t("sent.receivedHint"));
  return h("p", {}, t("sent.waitingHint"));
}

function mediaLine(media: KeptMedia, outbox: Outbox | null): HTMLElement {
  const [kind, words] = mediaStanding(media, outbox);
  const name = "view" in media ? family("view", String(media.view)) : t("message.voice");
  const size = h("span", { class: "muted" }, sizeOf(media.sizeBytes));
  return h("li", { class: "cluster" }, h("strong", {}, name), status(kind, words), size);
}

function mediaStanding(media: KeptMedia, outbox: Outbox | null): [Kind, string] {
  const receipt = outbox?.receipt;
  if (receipt?.held.includes(media.sha256)) return ["good", t("sent.held")];
  if (receipt?.refused.includes(media.sha256)) return ["danger", t("sent.unusable")];
  const accepted = outbox?.uploads[media.partId]?.acceptedBytes ?? 0;
  if (accepted === 0) return ["waiting", t("standing.waiting")];
  return ["active", t("sent.part", { percent: Math.floor((100 * accepted) / media.sizeBytes) })];
}

function troubleBox(draft: Draft, outbox: Outbox): HTMLElement {
  const again = async () => {
    await changeDraft(draft.id, (kept) => {
      if (kept.outbox) kept.outbox.trouble = null;
    });
    announce({ kind: "send" });
  };
  const remove = async () => {
    await deleteDraft(draft);
    goTo("/");
  };
  const kind = outbox.trouble?.kind ?? "refused";
  return banner(
    "danger",
    h("p", {}, t(`trouble.${kind}`)),
    outbox.trouble?.detail ? h("p", {}, outbox.trouble.detail) : false,
    h("p", { class: "cluster" }, button(t("trouble.again"), again, "primary"), kind !== "not-believed" && button(t("trouble.remove"), remove, "danger")),
  );
}
