// The history questions of the topic, kept at every touch.

import { type Question, questionsOf } from "../contract/catalogue";
import { choose, openQuestions } from "../questions/check";
import type { DraftKeeper } from "../store/keeper";
import { banner, heading } from "./pieces";
import { h } from "./dom";
import { openDesk } from "./keeping";
import { stepButtons, stepLine } from "./steps";
import { t, told } from "./texts";

export async function questionsScreen(id: string): Promise<Node[]> {
  const desk = await openDesk(id);
  if (!desk) return [];
  const { keeper, line, whom } = desk;
  const questions = questionsOf(keeper.draft.topic);
  const problem = h("div");
  const mayGoOn = () => {
    const open = openQuestions(questions, keeper.draft.answers);
    problem.replaceChildren(...(open.length === 0 ? [] : [banner("danger", t("questions.open", { count: open.length }))]));
    for (const question of questions) mark(question.id, open.includes(question.id));
    if (open[0]) document.getElementById(`q-${open[0]}`)?.scrollIntoView({ block: "center" });
    return open.length === 0;
  };
  return [
    stepLine("questions", whom),
    heading(t("questions.title")),
    ...questions.map((question) => field(question, keeper)),
    problem,
    line,
    stepButtons(id, "questions", mayGoOn),
  ];
}

function mark(questionId: string, isOpen: boolean): void {
  const element = document.getElementById(`q-${questionId}`);
  element?.toggleAttribute("data-open", isOpen);
  const error = element?.querySelector(".error");
  if (error) error.textContent = isOpen ? t("questions.needed") : "";
}

function field(question: Question, keeper: DraftKeeper): HTMLElement {
  return question.kind === "text" ? textField(question, keeper) : choiceField(question, keeper);
}

function textField(question: Question, keeper: DraftKeeper): HTMLElement {
  const name = `text-${question.id}`;
  const area: HTMLTextAreaElement = h("textarea", {
    id: name,
    rows: 3,
    maxlength: 4000,
    oninput: () => answer(keeper, question.id, { choices: [], text: area.value }),
  });
  area.value = keeper.draft.answers[question.id]?.text ?? "";
  return h("div", { class: "field", id: `q-${question.id}` }, h("label", { for: name }, ...words(question)), hint(question), error(), area);
}

function choiceField(question: Question, keeper: DraftKeeper): HTMLElement {
  const inputs = (question.choices ?? []).map((choice) => {
    const input: HTMLInputElement = h("input", {
      type: question.kind === "one" ? "radio" : "checkbox",
      name: `choice-${question.id}`,
      value: choice.id,
      checked: keeper.draft.answers[question.id]?.choices.includes(choice.id) ?? false,
      onchange: () => switchChoice(choice.id, input.checked),
    });
    return { input, label: h("label", { class: "choice" }, input, h("span", {}, told(choice.text))) };
  });
  const switchChoice = (id: string, isOn: boolean) => {
    const before = inputs.filter(({ input }) => input.checked && input.value !== id).map(({ input }) => input.value);
    const chosen = choose(question, isOn ? before : [...before, id], id, isOn);
    for (const { input } of inputs) input.checked = chosen.includes(input.value);
    answer(keeper, question.id, { choices: chosen, text: "" });
  };
  return h(
    "fieldset",
    { class: "field", id: `q-${question.id}` },
    h("legend", {}, ...words(question)),
    hint(question),
    error(),
    h("div", { class: "choice-cards" }, ...inputs.map(({ label }) => label)),
  );
}

function answer(keeper: DraftKeeper, questionId: string, given: { choices: string[]; text: string }): void {
  mark(questionId, false);
  keeper.change((draft) => (draft.answers[questionId] = given)).catch(() => undefined);
}

function words(question: Question): Node[] {
  const optional = question.required ? [] : [h("span", { class: "optional" }, ` (${t("questions.optional")})`)];
  return [document.createTextNode(told(question.text)), ...optional];
}

function hint(question: Question): HTMLElement | false {
  return question.hint !== undefined && h("p", { class: "hint" }, told(question.hint));
}

function error(): HTMLElement {
  return h("p", { class: "error", role: "status" });
}
