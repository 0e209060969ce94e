// Keeps drafts and their photographs, each for its owner alone; a draft is written whole, never over a newer one from another tab.

import { announce } from "./changes";
import { done, inTransaction } from "./database";
import { personIn } from "./facts";
import { type Draft, mediaOf, type PhotoBytes } from "./model";

/** Another window has changed this draft since it was read. */
export class ChangedElsewhere extends Error {}

/** Somebody else is signed in on this phone than the one whose draft this is. */
export class NotTheOwner extends Error {}

/** None where the draft is not that of whoever is signed in: an address stays in a phone that is lent. */
export async function readDraft(id: string): Promise<Draft | undefined> {
  return inTransaction(["drafts", "facts"], "readonly", async (transaction) => {
    const draft = await done<Draft | undefined>(transaction.objectStore("drafts").get(id));
    return draft && draft.owner === (await personIn(transaction)) ? draft : undefined;
  });
}

/** The drafts of one person, newest first; whoever used this phone before is not shown. */
export async function draftsOf(owner: string): Promise<Draft[]> {
  const every = await inTransaction(["drafts"], "readonly", (transaction) =>
    done<Draft[]>(transaction.objectStore("drafts").getAll()),
  );
  const own = every.filter((draft) => draft.owner === owner);
  return own.sort((one, other) => other.startedAt.at.localeCompare(one.startedAt.at));
}

/** Writes the draft, and with it photographs that come or go; gives the draft as it is kept. */
export async function writeDraft(draft: Draft, added: PhotoBytes[] = [], removed: string[] = []): Promise<Draft> {
  const next = { ...draft, revision: draft.revision + 1 };
  await inTransaction(["drafts", "photos", "facts"], "readwrite", async (transaction) => {
    const drafts = transaction.objectStore("drafts");
    const kept = await done<Draft | undefined>(drafts.get(draft.id));
    await requireOwner(transaction, kept ?? draft);
    if ((kept?.revision ?? 0) !== draft.revision) throw new ChangedElsewhere();
    const photos = transaction.objectStore("photos");
    for (const partId of removed) photos.delete(partId);
    for (const bytes of added) photos.put(bytes);
    drafts.put(next);
  });
  announce({ kind: "drafts" });
  return next;
}

/** Changes what is kept now, whichever tab wrote it; used by the sender, who alone writes the outbox. */
export async function changeDraft(id: string, change: (draft: Draft) => void): Promise<Draft> {
  const changed = await inTransaction(["drafts", "facts"], "readwrite", async (transaction) => {
    const drafts = transaction.objectStore("drafts");
    const draft = await done<Draft | undefined>(drafts.get(id));
    if (!draft) throw new ChangedElsewhere();
    await requireOwner(transaction, draft);
    change(draft);
    draft.revision += 1;
    drafts.put(draft);
    return draft;
  });
  announce({ kind: "drafts" });
  return changed;
}

export async function deleteDraft(draft: Draft): Promise<void> {
  await inTransaction(["drafts", "photos", "facts"], "readwrite", async (transaction) => {
    await requireOwner(transaction, draft);
    transaction.objectStore("drafts").delete(draft.id);
    for (const { partId } of mediaOf(draft)) transaction.objectStore("photos").delete(partId);
  });
  announce({ kind: "drafts" });
}

export async function readPhoto(partId: string): Promise<PhotoBytes | undefined> {
  return inTransaction(["photos"], "readonly", (transaction) =>
    done<PhotoBytes | undefined>(transaction.objectStore("photos").get(partId)),
  );
}

/** Frees the room of photographs that the server holds. */
export async function forgetPhotos(partIds: string[]): Promise<void> {
  await inTransaction(["photos"], "readwrite", async (transaction) => {
    for (const partId of partIds) transaction.objectStore("photos").delete(partId);
  });
}

/** Where nobody is signed in any more what is in hand is still kept: a session that ends must not lose a photograph. */
async function requireOwner(transaction: IDBTransaction, draft: Draft): Promise<void> {
  const person = await personIn(transaction);
  if (person !== undefined && person !== draft.owner) throw new NotTheOwner();
}
