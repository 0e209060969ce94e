// The shared data files, as `server/contract/catalogue.py` describes them: questions, body sites, consents and flaws.

import bodySitesData from "../../../server/contract/data/body-sites-1.json";
import consentsData from "../../../server/contract/data/consents-1.json";
import flawsData from "../../../server/contract/data/photo-flaws-1.json";
import historyData from "../../../server/contract/data/skin-history-1.json";
import type { Topic } from "./case";

export type Texts = { en: string } & Partial<Record<string, string>>;

export interface Question {
  id: string;
  kind: "one" | "many" | "text";
  text: Texts;
  hint?: Texts;
  choices?: { id: string; text: Texts }[];
  required: boolean;
  alone?: string[];
}

export interface BodySite {
  code: string;
  text: Texts;
  region: "head" | "arm" | "trunk" | "leg" | "whole";
  hasSides: boolean;
  faces: ("front" | "back")[];
}

export const HISTORY = historyData as {
  instrument: string;
  version: string;
  topics: Record<Topic, string[]>;
  questions: Question[];
};
export const BODY_SITES = bodySitesData as { system: string; version: string; sites: BodySite[] };
export const CONSENTS = consentsData as {
  version: string;
  consents: { id: string; required: boolean; text: Texts }[];
};

export interface PhotoFlaw {
  name: string;
  was?: string;
  toldBy?: string;
  finding: Texts;
  advice: Texts;
}

export const PHOTO_FLAWS = flawsData as {
  version: string;
  flaws: PhotoFlaw[];
  reasons: { id: string; text: Texts }[];
};
const MOST_ADVICE = 2;

/** Those of these names, today's or older ones, each once and the most important first. */
export function flawsNamed(names: string[]): PhotoFlaw[] {
  return PHOTO_FLAWS.flaws.filter(({ name, was }) => names.includes(name) || (was !== undefined && names.includes(was)));
}

/** What to do, the most important first and never more than two things at once. */
export function adviceFor(names: string[]): Texts[] {
  const found = flawsNamed(names);
  const isTold = ({ toldBy }: PhotoFlaw) => found.some(({ name }) => name === toldBy);
  return found.filter((flaw) => !isTold(flaw)).slice(0, MOST_ADVICE).map(({ advice }) => advice);
}

/** The questions of a topic in the order in which it asks them. */
export function questionsOf(topic: Topic): Question[] {
  return HISTORY.topics[topic].map((id) => {
    const found = HISTORY.questions.find((question) => question.id === id);
    if (!found) throw new Error(`topic ${topic} names question ${id}, which does not exist`);
    return found;
  });
}

export function siteOf(code: string): BodySite | undefined {
  return BODY_SITES.sites.find((site) => site.code === code);
}

/** The text in the language or its base language, else in English. */
export function textIn(texts: Texts, language: string): string {
  return texts[language] ?? texts[language.split("-")[0] ?? ""] ?? texts.en;
}
