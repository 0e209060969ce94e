// Which required questions are open, and what a choice does to the others of its question.

import type { Question } from "../contract/catalogue";
import type { GivenAnswer } from "../store/model";

export function openQuestions(questions: readonly Question[], answers: Record<string, GivenAnswer>): string[] {
  return questions.filter((question) => question.required && !isAnswered(answers[question.id])).map(({ id }) => id);
}

export function isAnswered(answer: GivenAnswer | undefined): boolean {
  return answer !== undefined && (answer.choices.length > 0 || answer.text.trim() !== "");
}

/** The choices after one was switched: `alone` choices exclude the rest, and the rest exclude them. */
export function choose(question: Question, chosen: readonly string[], id: string, isOn: boolean): string[] {
  if (!isOn) return chosen.filter((each) => each !== id);
  if (question.kind === "one") return [id];
  const alone = question.alone ?? [];
  const kept = alone.includes(id) ? [] : chosen.filter((each) => !alone.includes(each) && each !== id);
  return [...kept, id];
}
