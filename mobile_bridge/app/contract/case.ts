// The case contract as `server/contract/case.py` defines it, as far as a phone speaks it.

export type Topic = "general" | "rash" | "lesion" | "wound";
export type View = "far" | "medium" | "close-straight" | "close-oblique" | "dermoscopic" | "other";
export type Laterality = "left" | "right" | "midline" | "both" | "not-applicable";

export interface Moment {
  at: string;
  zone: string;
}

export interface EdgeFlaw {
  name: string;
  score: number;
  threshold: number;
}

/** A bare name is a flaw that cannot be measured (`unreadable`), or one that an older version of the app found. */
export interface EdgeVerdict {
  checked: boolean;
  version: string;
  flaws: (EdgeFlaw | string)[];
  keptBecause: string;
}

export interface PhotographPart {
  kind: "photograph";
  partId: string;
  media: { sha256: string; sizeBytes: number; mediaType: string };
  site: { system: string; code: string; display: string };
  laterality: Laterality;
  view: View;
  takenAt: Moment;
  verdict: EdgeVerdict;
  replaces: string | null;
}

export interface Answer {
  question: string;
  choices: string[];
  text: string;
  absent: "asked-declined" | null;
}

export interface AnswersPart {
  kind: "answers";
  partId: string;
  instrument: string;
  version: string;
  language: string;
  answeredAt: Moment;
  answers: Answer[];
}

export interface VoicePart {
  kind: "voice";
  partId: string;
  media: { sha256: string; sizeBytes: number; mediaType: string };
  recordedAt: Moment;
}

export type Part = PhotographPart | AnswersPart | VoicePart;

export interface CaseSubmission {
  schema: "careferry.case/1";
  caseId: string;
  patientId: string;
  topic: Topic;
  language: string;
  startedAt: Moment;
  submittedAt: Moment;
  parts: Part[];
  consents: { consent: string; version: string; givenAt: Moment }[];
}

export interface PartsAdded {
  schema: "careferry.parts/1";
  additionId: string;
  caseId: string;
  submittedAt: Moment;
  parts: Part[];
}

export const TOPICS: readonly Topic[] = ["rash", "lesion", "wound", "general"];

/** The views of a site that are asked for, after the ATA quick guide. */
export const GUIDED_VIEWS: readonly View[] = ["far", "medium", "close-straight", "close-oblique"];

export function flawNames({ flaws }: EdgeVerdict): string[] {
  return flaws.map((flaw) => (typeof flaw === "string" ? flaw : flaw.name));
}

export function momentNow(): Moment {
  return momentAt(new Date());
}

export function momentAt(date: Date): Moment {
  return { at: date.toISOString(), zone: Intl.DateTimeFormat().resolvedOptions().timeZone };
}
