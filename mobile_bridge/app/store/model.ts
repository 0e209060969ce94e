// What the phone keeps: drafts, their photographs, and how far each is on its way.

import type { EdgeVerdict, Laterality, Moment, Topic, View } from "../contract/case";
import type { Receipt } from "../contract/receipt";

export interface GivenAnswer {
  choices: string[];
  text: string;
}

/** What is known of a kept file; its bytes lie in a store of their own. */
export interface KeptMedia {
  partId: string;
  sha256: string;
  sizeBytes: number;
  mediaType: string;
}

export interface KeptPhoto extends KeptMedia {
  view: View;
  takenAt: Moment;
  verdict: EdgeVerdict;
  replaces: string | null;
}

/** A voice that was recorded in a call which nobody could hear. */
export interface KeptVoice extends KeptMedia {
  recordedAt: Moment;
  lastsS: number;
}

export interface PhotoBytes {
  partId: string;
  draftId: string;
  original: Blob;
  /** Absent where the browser cannot show the format. */
  preview: Blob | null;
}

/** What someone has to do before it can go on; a dead link is no trouble, it passes by itself. */
export interface Trouble {
  kind: "refused" | "photo-lost" | "not-believed";
  detail: string;
}

/** Set when *Send* was pressed: from then on what is sent no longer changes. */
export interface Outbox {
  body: string;
  sha256: string;
  queuedAt: string;
  receipt: Receipt | null;
  uploads: Record<string, { url: string; acceptedBytes: number }>;
  trouble: Trouble | null;
  sentAt: string | null;
}

/** A case that is being made here, or parts added to one that was sent; `id` is its idempotency key. */
export interface Draft {
  id: string;
  kind: "case" | "addition";
  owner: string;
  caseId: string;
  patientId: string;
  revision: number;
  topic: Topic;
  site: string;
  side: Laterality | "";
  answers: Record<string, GivenAnswer>;
  photos: KeptPhoto[];
  /** Absent in drafts of before calls left messages. */
  voices?: KeptVoice[];
  consents: string[];
  startedAt: Moment;
  /** For an addition: what was asked for; null for a message, which nobody asked for. */
  asked: { partId: string | null; view: View; reason: string; note: string } | null;
  outbox: Outbox | null;
}

export function mediaOf(draft: Draft): KeptMedia[] {
  return [...draft.photos, ...(draft.voices ?? [])];
}

/** What `/api/app/home` said last (mobile_bridge/home.py). */
export interface Home {
  personId: string;
  name: string;
  language: string;
  csrfToken: string;
  toldAt: string;
  patients: { patientId: string; name: string; isSelf: boolean }[];
  cases: CaseAtHome[];
}

export interface CaseAtHome {
  caseId: string;
  patientId: string;
  topic: Topic;
  status: string;
  happenedAt: string;
  promised: number;
  come: number;
  refused: number;
  /** Absent in what an older server said. */
  facesAsked?: number;
}
