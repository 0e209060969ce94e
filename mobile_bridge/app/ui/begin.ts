// Begins a case: for whom, and what it is about.

import { type Topic, TOPICS, momentNow } from "../contract/case";
import { writeDraft } from "../store/drafts";
import { readHome } from "../store/facts";
import type { Draft, Home } from "../store/model";
import { banner, heading } from "./pieces";
import { h } from "./dom";
import { notKept } from "./keeping";
import { goTo } from "./router";
import { family, t } from "./texts";
import { whoLine } from "./whom";

/** `wanted` is whom the person chose on the server's pages. */
export async function beginScreen(wanted = ""): Promise<Node[]> {
  const home = await readHome();
  const [first] = home?.patients ?? [];
  if (!home || !first) {
    return [heading(t("begin.title")), banner("warning", t(home ? "begin.nobody" : "home.signInWhy"))];
  }
  const isSure = home.patients.length === 1 || first.isSelf;
  let patientId = home.patients.find((each) => each.patientId === wanted)?.patientId ?? (isSure ? first.patientId : "");
  const refusal = h("div");
  const begin = async (topic: Topic) => {
    if (!patientId) {
      refusal.replaceChildren(banner("danger", t("begin.whomNeeded")));
      document.getElementById("whom")?.focus();
      return;
    }
    try {
      // Without this the browser may clear the store when the phone runs out of room.
      await navigator.storage.persist();
      const draft = await writeDraft(newDraft(home, patientId, topic));
      goTo(`/c/${draft.id}/place`);
    } catch (error) {
      refusal.replaceChildren(banner("danger", notKept(error)));
    }
  };
  return [
    heading(t("begin.title")),
    home.patients.length > 1 ? whom(home, patientId, (chosen) => (patientId = chosen)) : whoLine(home, patientId),
    refusal,
    h("div", { class: "stack topics" }, ...TOPICS.map((topic) => topicButton(topic, begin))),
    h("p", {}, h("a", { href: "#/" }, t("step.back"))),
  ].filter((node): node is HTMLElement => Boolean(node));
}

function topicButton(topic: Topic, begin: (topic: Topic) => Promise<void>): HTMLElement {
  return h(
    "button",
    { class: "choice", type: "button", onclick: () => void begin(topic) },
    h("span", {}, h("strong", {}, family("topic", topic)), h("small", {}, family("topicHint", topic))),
  );
}

function whom(home: Home, chosen: string, choose: (patientId: string) => void): HTMLElement {
  const named = home.patients.map((each) =>
    h("option", { value: each.patientId, selected: each.patientId === chosen }, each.name),
  );
  const options = chosen ? named : [h("option", { value: "" }, t("place.choose")), ...named];
  const select: HTMLSelectElement = h("select", { id: "whom", onchange: () => choose(select.value) }, ...options);
  return h("div", { class: "field" }, h("label", { for: "whom" }, t("begin.whom")), select);
}

function newDraft(home: Home, patientId: string, topic: Topic): Draft {
  const id = crypto.randomUUID();
  return {
    id,
    kind: "case",
    owner: home.personId,
    caseId: id,
    patientId,
    revision: 0,
    topic,
    site: "",
    side: "",
    answers: {},
    photos: [],
    consents: [],
    startedAt: momentNow(),
    asked: null,
    outbox: null,
  };
}
