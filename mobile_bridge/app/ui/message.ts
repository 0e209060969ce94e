// A message that a call left here and that was never sent: played or looked at, then sent or deleted.

import { mayDelete, queueMessage } from "../send/messages";
import { deleteDraft, readDraft, readPhoto } from "../store/drafts";
import { readHome } from "../store/facts";
import { type Draft, mediaOf } from "../store/model";
import { banner, button, heading, linkButton } from "./pieces";
import { h } from "./dom";
import { goTo } from "./router";
import { titleOf } from "./standing";
import { language, t } from "./texts";
import { whoLine } from "./whom";

export async function messageScreen(id: string): Promise<Node[]> {
  const draft = await readDraft(id);
  if (!draft || draft.outbox) {
    goTo(draft ? `/c/${id}` : "/");
    return [];
  }
  const problem = h("div");
  const send = async () => {
    await queueMessage(draft, language()).then(
      () => goTo(`/c/${id}`),
      () => problem.replaceChildren(banner("danger", t("trouble.photo-lost"))),
    );
  };
  const remove = async () => {
    await deleteDraft(draft);
    goTo("/");
  };
  return [
    heading(titleOf(draft)),
    whoLine(await readHome(), draft.patientId),
    h("p", {}, t("message.why")),
    ...(await shown(draft)),
    problem,
    h(
      "div",
      { class: "cluster" },
      button(t("message.send"), send, "primary"),
      mayDelete(draft) && button(t("message.delete"), remove, "danger"),
      linkButton(t("sent.list"), "#/"),
    ),
  ].filter((node): node is HTMLElement => Boolean(node));
}

async function shown(draft: Draft): Promise<HTMLElement[]> {
  const every = await Promise.all(mediaOf(draft).map(({ partId }) => readPhoto(partId)));
  return every.flatMap((bytes) => {
    if (!bytes) return [];
    const src = URL.createObjectURL(bytes.original);
    const isPicture = bytes.preview !== null;
    return isPicture ? h("img", { src, alt: titleOf(draft) }) : h("audio", { src, controls: true, "aria-label": titleOf(draft) });
  });
}
