// Delivers one draft: the submission first, so that the case exists, then its photographs and recordings, then the receipt.

import type { Receipt } from "../contract/receipt";
import { announce } from "../store/changes";
import { changeDraft, forgetPhotos, readPhoto } from "../store/drafts";
import { type Draft, type Home, type KeptMedia, mediaOf, type Outbox, type Trouble } from "../store/model";
import { NoLink, getJson, postJson } from "./server";
import { pathOf } from "./submission";
import { isBelieved } from "./trust";
import { sendMedia } from "./upload";

const RECEIPT_LOOKS = 6;
const FIRST_LOOK_MS = 500;

/** The receipt is not under a believed key, or is about something else: it counts for nothing. */
export class NotBelieved extends Error {}

/** The phone has lost the bytes of a photograph or a recording, as browsers may when they run out of room. */
export class PhotoLost extends Error {}

/** Resolves when the draft is sent; throws NoLink, NotSignedIn, Refused, NotBelieved or PhotoLost. */
export async function deliver(draft: Draft, home: Home): Promise<void> {
  let current = await keepReceipt(draft, await submit(draft, home));
  for (const media of absentOf(current)) current = await upload(current, media, home);
  current = await awaitReceipt(current);
  await markSent(current);
}

/** A receipt that is kept already is asked for again: what it says may have changed. */
async function submit(draft: Draft, home: Home): Promise<Receipt> {
  const outbox = outboxOf(draft);
  if (outbox.receipt) return getJson<Receipt>(`/api/cases/${draft.caseId}/receipt`);
  return postJson<Receipt>(pathOf(draft), outbox.body, home.csrfToken);
}

async function keepReceipt(draft: Draft, receipt: Receipt): Promise<Draft> {
  await requireBelieved(draft, receipt);
  return changeDraft(draft.id, (kept) => {
    const outbox = outboxOf(kept);
    outbox.receipt = receipt;
    outbox.trouble = null;
  });
}

async function requireBelieved(draft: Draft, receipt: Receipt): Promise<void> {
  const isOurs = receipt.caseId === draft.caseId && namesSubmission(draft, receipt);
  const told = new Set([...receipt.held, ...receipt.absent, ...receipt.refused]);
  const isWhole = mediaOf(draft).every(({ sha256 }) => told.has(sha256));
  if (!isOurs || !isWhole || !(await isBelieved(receipt))) throw new NotBelieved();
}

/** A case's receipt names the submission's digest; for parts that were added it names that of the case before. */
function namesSubmission(draft: Draft, receipt: Receipt): boolean {
  return draft.kind === "addition" || receipt.submissionSha256 === outboxOf(draft).sha256;
}

function absentOf(draft: Draft): KeptMedia[] {
  const absent = outboxOf(draft).receipt?.absent ?? [];
  return mediaOf(draft).filter(({ sha256 }) => absent.includes(sha256));
}

async function upload(draft: Draft, media: KeptMedia, home: Home): Promise<Draft> {
  const bytes = await readPhoto(media.partId);
  if (!bytes) throw new PhotoLost(media.partId);
  let current = draft;
  let keeping: Promise<unknown> = Promise.resolve();
  const every = mediaOf(draft);
  const number = every.indexOf(media) + 1;
  const tell = (sentBytes: number) => {
    const percent = Math.floor((100 * sentBytes) / media.sizeBytes);
    announce({ kind: "sending", draftId: draft.id, number, of: every.length, percent });
  };
  tell(0);
  await sendMedia(draft, media, bytes.original, home.csrfToken, {
    onSent: tell,
    onAccepted: (url, acceptedBytes) => {
      keeping = keeping.then(async () => {
        current = await changeDraft(draft.id, (kept) => {
          outboxOf(kept).uploads[media.partId] = { url, acceptedBytes };
        });
      });
    },
  });
  await keeping;
  return current;
}

/** The server sorts arrivals in the background: its receipt follows an upload by a moment. */
async function awaitReceipt(draft: Draft): Promise<Draft> {
  let current = draft;
  for (let look = 0; absentOf(current).length > 0; look += 1) {
    if (look === RECEIPT_LOOKS) throw new NoLink("the receipt still waits for photographs");
    if (look > 0) await pause(FIRST_LOOK_MS * 2 ** (look - 1));
    current = await keepReceipt(current, await getJson<Receipt>(`/api/cases/${draft.caseId}/receipt`));
  }
  return current;
}

async function markSent(draft: Draft): Promise<void> {
  const sentAt = outboxOf(draft).receipt?.issuedAt ?? null;
  await changeDraft(draft.id, (kept) => {
    outboxOf(kept).sentAt = sentAt;
  });
  await forgetPhotos(mediaOf(draft).map(({ partId }) => partId));
}

export async function markTrouble(draft: Draft, trouble: Trouble): Promise<void> {
  await changeDraft(draft.id, (kept) => {
    outboxOf(kept).trouble = trouble;
  });
}

function outboxOf(draft: Draft): Outbox {
  if (!draft.outbox) throw new Error("a draft that was not queued cannot be sent");
  return draft.outbox;
}

function pause(duration_ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, duration_ms));
}
