// Everything at a glance, what is missing, the consents, and *Send*.

import { CONSENTS, questionsOf, siteOf } from "../contract/catalogue";
import { openQuestions } from "../questions/check";
import { outboxFor } from "../send/submission";
import { announce } from "../store/changes";
import type { DraftKeeper } from "../store/keeper";
import type { Draft } from "../store/model";
import { banner, button, heading, status } from "./pieces";
import { h } from "./dom";
import { openDesk } from "./keeping";
import { missingViews } from "./photos";
import { preview } from "./slot";
import { goTo } from "./router";
import { type Step, stepButtons, stepLine } from "./steps";
import { family, language, t, told } from "./texts";

export async function reviewScreen(id: string): Promise<Node[]> {
  const desk = await openDesk(id);
  if (!desk) return [];
  const { keeper, line, whom } = desk;
  const problem = h("div");
  const send = async () => {
    const words = whatIsOpen(keeper);
    problem.replaceChildren(...words.map((each) => banner("danger", each)));
    if (words.length === 0) await queue(keeper);
  };
  return [
    stepLine("review", whom),
    heading(t("review.title")),
    placePart(keeper.draft),
    answersPart(keeper.draft),
    await photosPart(keeper),
    consentsPart(keeper),
    problem,
    line,
    stepButtons(id, "review", () => false, button(t("review.send"), send, "primary")),
  ];
}

/** From here on nothing changes. */
export async function queue(keeper: DraftKeeper): Promise<void> {
  const outbox = await outboxFor(keeper.draft, language());
  const kept = await keeper.change((draft) => (draft.outbox = outbox)).then(
    () => true,
    () => false,
  );
  if (!kept) return;
  announce({ kind: "send" });
  goTo(`/c/${keeper.draft.id}`);
}

function whatIsOpen(keeper: DraftKeeper): string[] {
  const { draft } = keeper;
  const lacksSide = siteOf(draft.site)?.hasSides && !draft.side;
  const open = openQuestions(questionsOf(draft.topic), draft.answers).length;
  const lacksConsent = CONSENTS.consents.some(({ id, required }) => required && !draft.consents.includes(id));
  return [
    !draft.site && t("place.needed"),
    lacksSide && t("place.sideNeeded"),
    open > 0 && t("questions.open", { count: open }),
    draft.photos.length === 0 && t("photos.needed"),
    lacksConsent && t("review.consentNeeded"),
  ].filter((words): words is string => Boolean(words));
}

function part(draft: Draft, step: Step, title: string, ...content: (Node | string)[]): HTMLElement {
  const change = h("a", { href: `#/c/${draft.id}/${step}`, "aria-label": `${t("review.change")}: ${title}` }, t("review.change"));
  return h("section", { class: "card stack" }, h("header", { class: "cluster" }, h("h2", {}, title), change), ...content);
}

function placePart(draft: Draft): HTMLElement {
  const site = siteOf(draft.site);
  const side = draft.side && draft.side !== "not-applicable" ? `, ${family("side", draft.side)}` : "";
  return part(draft, "place", t("place.title"), h("p", {}, site ? told(site.text) + side : t("place.needed")));
}

function answersPart(draft: Draft): HTMLElement {
  const rows = questionsOf(draft.topic).map((question) => {
    const given = draft.answers[question.id];
    const chosen = (question.choices ?? []).filter(({ id }) => given?.choices.includes(id)).map(({ text }) => told(text));
    const said = [...chosen, given?.text ?? ""].filter(Boolean).join(", ");
    return h("div", {}, h("dt", {}, told(question.text)), h("dd", {}, said || t("review.notAnswered")));
  });
  return part(draft, "questions", t("questions.title"), h("dl", { class: "facts" }, ...rows));
}

async function photosPart(keeper: DraftKeeper): Promise<HTMLElement> {
  const { draft } = keeper;
  const missing = missingViews(keeper).map((view) => family("view", view));
  const cards = draft.photos.map(async (photo) => h("li", {}, await preview(photo), h("p", {}, family("view", photo.view))));
  return part(
    draft,
    "photos",
    t("photos.title"),
    h("ul", { class: "plain thumbs" }, ...(await Promise.all(cards))),
    ...(missing.length > 0 ? [h("p", {}, status("warning", t("review.missing")), " ", missing.join(", "))] : []),
  );
}

function consentsPart(keeper: DraftKeeper): HTMLElement {
  const boxes = CONSENTS.consents.map(({ id, text, required }) => {
    const input: HTMLInputElement = h("input", {
      type: "checkbox",
      name: "consent",
      value: id,
      checked: keeper.draft.consents.includes(id),
      onchange: () => {
        const others = keeper.draft.consents.filter((each) => each !== id);
        keeper.change((draft) => (draft.consents = input.checked ? [...others, id] : others)).catch(() => undefined);
      },
    });
    return h("label", { class: "choice" }, input, h("span", {}, told(text), !required && h("small", {}, t("questions.optional"))));
  });
  return h("fieldset", { class: "field" }, h("legend", {}, t("review.consent")), h("div", { class: "stack-small" }, ...boxes));
}
