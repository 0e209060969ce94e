// Sends what waits, whenever there is a link; of all tabs of this phone only the one with the lock does.

import { announce, onChange } from "../store/changes";
import { deleteDraft, draftsOf } from "../store/drafts";
import type { Draft, Home, Trouble } from "../store/model";
import { Backoff } from "./backoff";
import { deliver, markTrouble, NotBelieved, PhotoLost } from "./delivery";
import { refreshHome } from "./home";
import { NotSignedIn, Refused } from "./server";

const LOCK = "careferry-send";

/** Runs as long as the page is open; another tab takes over when it closes. */
export function startSending(): void {
  const wake = new Wake();
  window.addEventListener("online", () => wake.now());
  document.addEventListener("visibilitychange", () => document.hidden || announce({ kind: "send" }));
  onChange((change) => change.kind === "send" && wake.now());
  void navigator.locks.request(LOCK, () => sendForever(wake));
}

async function sendForever(wake: Wake): Promise<never> {
  const backoff = new Backoff(2000, 5 * 60_000);
  await tidy().catch(() => undefined);
  for (;;) {
    const isDone = await sendRound().catch(() => false);
    announce({ kind: "stopped" });
    if (isDone) backoff.reset();
    const wasCalled = await wake.within(isDone ? null : backoff.next_ms());
    if (wasCalled) backoff.reset();
  }
}

/** What was sent in an earlier visit, and the server lists, need not stay in the phone: it holds answers about health. */
async function tidy(): Promise<void> {
  const home = await homeOrNone();
  if (!home) return;
  const listed = new Set(home.cases.map((each) => each.caseId));
  const drafts = await draftsOf(home.personId);
  for (const draft of drafts) if (draft.outbox?.sentAt && listed.has(draft.caseId)) await deleteDraft(draft);
}

/** Whether nothing is left that could be sent without anyone's doing. */
async function sendRound(): Promise<boolean> {
  const home = await homeOrNone();
  if (!home) return true;
  let isDone = true;
  const waiting = (await draftsOf(home.personId)).filter(isWaiting);
  for (const draft of waiting) if (!(await tryDeliver(draft, home))) isDone = false;
  if (waiting.length > 0) await refreshHome();
  return isDone;
}

/** None where nobody is signed in: signing in loads the page again. */
async function homeOrNone(): Promise<Home | null> {
  try {
    return await refreshHome();
  } catch (error) {
    if (error instanceof NotSignedIn || error instanceof Refused) return null;
    throw error;
  }
}

function isWaiting(draft: Draft): boolean {
  return draft.outbox !== null && !draft.outbox.sentAt && draft.outbox.trouble === null;
}

async function tryDeliver(draft: Draft, home: Home): Promise<boolean> {
  try {
    await deliver(draft, home);
    return true;
  } catch (error) {
    const trouble = troubleOf(error);
    if (trouble) await markTrouble(draft, trouble);
    return trouble !== null;
  }
}

function troubleOf(error: unknown): Trouble | null {
  if (error instanceof Refused) return { kind: "refused", detail: error.detail };
  if (error instanceof NotBelieved) return { kind: "not-believed", detail: "" };
  if (error instanceof PhotoLost) return { kind: "photo-lost", detail: "" };
  return null;
}

/** Waits for a time or until called; a call that comes while nobody waits is not lost. */
class Wake {
  private isCalled = false;
  private answer: (() => void) | null = null;

  now(): void {
    this.isCalled = true;
    this.answer?.();
  }

  async within(limit_ms: number | null): Promise<boolean> {
    if (!this.isCalled) {
      await new Promise<void>((resolve) => {
        this.answer = resolve;
        if (limit_ms !== null) setTimeout(resolve, limit_ms);
      });
    }
    const wasCalled = this.isCalled;
    this.isCalled = false;
    return wasCalled;
  }
}
