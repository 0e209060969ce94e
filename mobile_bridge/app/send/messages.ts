// What is left for a case when a call's link dies: a recorded voice or a still, an addition that nobody asked for.

import { digestOf } from "../capture/digest";
import { type Laterality, momentNow, type Topic } from "../contract/case";
import { announce } from "../store/changes";
import { draftsOf, readPhoto, writeDraft } from "../store/drafts";
import type { Draft, KeptPhoto, KeptVoice } from "../store/model";
import { PhotoLost } from "./delivery";
import { outboxFor } from "./submission";

/** Which case a message is for, and where its photographs were taken so far ("" where it has none). */
export interface AboutCase {
  caseId: string;
  patientId: string;
  topic: Topic;
  site: string;
  side: Laterality | "";
}

export function isMessage(draft: Draft): boolean {
  return draft.kind === "addition" && draft.asked === null;
}

/** Those of one case, the oldest first. */
export async function messagesOf(owner: string, caseId: string): Promise<Draft[]> {
  return (await draftsOf(owner)).filter((draft) => isMessage(draft) && draft.caseId === caseId).reverse();
}

function emptyMessage(owner: string, about: AboutCase): Draft {
  return {
    id: crypto.randomUUID(),
    kind: "addition",
    owner,
    ...about,
    revision: 0,
    answers: {},
    photos: [],
    voices: [],
    consents: [],
    startedAt: momentNow(),
    asked: null,
    outbox: null,
  };
}

/** A recording that is only beginning: its bytes come with `keepVoice`, and its digest with `queueMessage`. */
export function beginVoice(owner: string, about: AboutCase, mediaType: string): Draft {
  const voice: KeptVoice = {
    partId: crypto.randomUUID(),
    sha256: "",
    sizeBytes: 0,
    mediaType,
    recordedAt: momentNow(),
    lastsS: 0,
  };
  return { ...emptyMessage(owner, about), voices: [voice] };
}

/** The recording as far as it goes, in place of what was kept before; durable on return. */
export function keepVoice(draft: Draft, recording: Blob, lastsS: number): Promise<Draft> {
  const voices = (draft.voices ?? []).map((voice) => ({ ...voice, sizeBytes: recording.size, lastsS }));
  const added = voices.map(({ partId }) => ({ partId, draftId: draft.id, original: recording, preview: null }));
  return writeDraft({ ...draft, voices }, added);
}

/** A photograph that no check on this device has looked at: the server's will. Durable on return. */
export async function keepStill(owner: string, about: AboutCase, still: Blob): Promise<Draft> {
  const draft = emptyMessage(owner, about);
  const photo: KeptPhoto = {
    partId: crypto.randomUUID(),
    view: "other",
    sha256: await digestOf(still),
    sizeBytes: still.size,
    mediaType: still.type,
    takenAt: momentNow(),
    verdict: { checked: false, version: "", flaws: [], keptBecause: "" },
    replaces: null,
  };
  const bytes = { partId: photo.partId, draftId: draft.id, original: still, preview: still };
  return writeDraft({ ...draft, photos: [photo] }, [bytes]);
}

/** From here on nothing changes, and it goes by itself. PhotoLost where its bytes are gone. */
export async function queueMessage(draft: Draft, language: string): Promise<Draft> {
  const voices = await Promise.all((draft.voices ?? []).map(digested));
  const whole = { ...draft, voices };
  const queued = await writeDraft({ ...whole, outbox: await outboxFor(whole, language) });
  announce({ kind: "send" });
  return queued;
}

/** Whether nothing of it has reached the server, so that it can still be taken back whole. */
export function mayDelete({ outbox }: Draft): boolean {
  return !outbox?.receipt;
}

async function digested(voice: KeptVoice): Promise<KeptVoice> {
  const bytes = await readPhoto(voice.partId);
  if (!bytes) throw new PhotoLost(voice.partId);
  return { ...voice, sha256: await digestOf(bytes.original), sizeBytes: bytes.original.size };
}
