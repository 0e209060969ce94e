// How a draft stands, in words; the line of one that is being sent moves with every announcement.

import { isMessage } from "../send/messages";
import { progressOf } from "../send/progress";
import { onChange } from "../store/changes";
import type { Draft } from "../store/model";
import { type Kind, status } from "./pieces";
import { h } from "./dom";
import { family, t } from "./texts";

/** What a draft is called in lists and on its own screen. */
export function titleOf(draft: Draft): string {
  if (draft.kind === "case") return family("topic", draft.topic);
  if (!isMessage(draft)) return t("home.betterPhoto");
  return t(draft.photos.length > 0 ? "message.still" : "message.voice");
}

interface Standing {
  kind: Kind;
  words: string;
}

interface Live {
  number: number;
  of: number;
  percent: number;
}

const sending = new Map<string, Live>();

onChange((change) => {
  if (change.kind === "sending") sending.set(change.draftId, change);
  else if (change.kind === "stopped") sending.clear();
  else return;
  for (const place of document.querySelectorAll<HTMLElement>("[data-standing]")) retell(place);
});

const shown = new WeakMap<HTMLElement, Draft>();

export function draftStatus(draft: Draft): HTMLElement {
  const place = h("span", { "data-standing": draft.id });
  shown.set(place, draft);
  retell(place);
  return place;
}

function retell(place: HTMLElement): void {
  const draft = shown.get(place);
  if (!draft) return;
  const { kind, words } = standingOf(draft, sending.get(draft.id));
  place.replaceChildren(status(kind, words));
}

/** *Sent* comes only from a receipt whose signature and digests were checked (send/delivery.ts). */
export function standingOf(draft: Draft, live: Live | undefined): Standing {
  const progress = progressOf(draft);
  if (live && (progress.kind === "waiting" || progress.kind === "received")) {
    return { kind: "active", words: t("standing.sending", { ...live }) };
  }
  switch (progress.kind) {
    case "draft":
      return { kind: "neutral", words: t("standing.draft") };
    case "waiting":
      return { kind: "waiting", words: t("standing.waiting") };
    case "received":
      return { kind: "active", words: t("standing.received", { come: progress.come, of: progress.of }) };
    case "trouble":
      return { kind: "danger", words: t("standing.trouble") };
    case "sent":
      return { kind: "good", words: t("standing.sent") };
  }
}
