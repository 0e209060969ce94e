// Makes of a draft the text that is sent; it is made once, so that sending it again is the same request.

import { digestOfText } from "../capture/digest";
import { type Answer, type CaseSubmission, momentNow, type Part, type PartsAdded, type PhotographPart, type VoicePart } from "../contract/case";
import { BODY_SITES, CONSENTS, HISTORY, questionsOf, siteOf } from "../contract/catalogue";
import type { Draft, KeptPhoto, KeptVoice, Outbox } from "../store/model";

export function submissionOf(draft: Draft, language: string): string {
  return JSON.stringify(draft.kind === "case" ? caseOf(draft, language) : additionOf(draft));
}

/** The text that is sent is made once and kept with the draft. */
export async function outboxFor(draft: Draft, language: string): Promise<Outbox> {
  const body = submissionOf(draft, language);
  const sha256 = await digestOfText(body);
  return { body, sha256, queuedAt: new Date().toISOString(), receipt: null, uploads: {}, trouble: null, sentAt: null };
}

export function pathOf(draft: Draft): string {
  return draft.kind === "case" ? "/api/cases" : "/api/cases/parts";
}

function caseOf(draft: Draft, language: string): CaseSubmission {
  const now = momentNow();
  const answers: Part = {
    kind: "answers",
    partId: crypto.randomUUID(),
    instrument: HISTORY.instrument,
    version: HISTORY.version,
    language,
    answeredAt: now,
    answers: answersOf(draft),
  };
  return {
    schema: "careferry.case/1",
    caseId: draft.caseId,
    patientId: draft.patientId,
    topic: draft.topic,
    language,
    startedAt: draft.startedAt,
    submittedAt: now,
    parts: [answers, ...draft.photos.map((photo) => photographOf(draft, photo))],
    consents: draft.consents.map((consent) => ({ consent, version: CONSENTS.version, givenAt: now })),
  };
}

function additionOf(draft: Draft): PartsAdded {
  return {
    schema: "careferry.parts/1",
    additionId: draft.id,
    caseId: draft.caseId,
    submittedAt: momentNow(),
    parts: [...draft.photos.map((photo) => photographOf(draft, photo)), ...(draft.voices ?? []).map(voiceOf)],
  };
}

function answersOf(draft: Draft): Answer[] {
  return questionsOf(draft.topic).map(({ id }) => {
    const given = draft.answers[id];
    const isGiven = given !== undefined && (given.choices.length > 0 || given.text !== "");
    return {
      question: id,
      choices: given?.choices ?? [],
      text: given?.text ?? "",
      absent: isGiven ? null : "asked-declined",
    };
  });
}

function voiceOf({ partId, sha256, sizeBytes, mediaType, recordedAt }: KeptVoice): VoicePart {
  return { kind: "voice", partId, media: { sha256, sizeBytes, mediaType }, recordedAt };
}

function photographOf(draft: Draft, photo: KeptPhoto): PhotographPart {
  return {
    kind: "photograph",
    partId: photo.partId,
    media: { sha256: photo.sha256, sizeBytes: photo.sizeBytes, mediaType: photo.mediaType },
    site: { system: BODY_SITES.system, code: draft.site, display: siteOf(draft.site)?.text.en ?? "" },
    laterality: draft.side || "not-applicable",
    view: photo.view,
    takenAt: photo.takenAt,
    verdict: photo.verdict,
    replaces: photo.replaces,
  };
}
