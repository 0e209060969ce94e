// Keeps drafts and their photographs; a draft is written whole, and never over a newer one from another tab.

import { announce } from "./changes";
import { done, inTransaction } from "./database";
import type { Draft, PhotoBytes } from "./model";

/** Another window has changed this draft since it was read. */
export class ChangedElsewhere extends Error {}

/** The owner's draft: whoever else used this phone has none of that address. */
export async function readDraft(id: string, owner: string | undefined): Promise<Draft | undefined> {
  const draft = await inTransaction(["drafts"], "readonly", (transaction) =>
    done<Draft | undefined>(transaction.objectStore("drafts").get(id)),
  );
  return draft?.owner === owner ? draft : undefined;
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
  await inTransaction(["drafts", "photos"], "readwrite", async (transaction) => {
    const drafts = transaction.objectStore("drafts");
    const kept = await done<Draft | undefined>(drafts.get(draft.id));
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
  const changed = await inTransaction(["drafts"], "readwrite", async (transaction) => {
    const drafts = transaction.objectStore("drafts");
    const draft = await done<Draft | undefined>(drafts.get(id));
    if (!draft) throw new ChangedElsewhere();
    change(draft);
    draft.revision += 1;
    drafts.put(draft);
    return draft;
  });
  announce({ kind: "drafts" });
  return changed;
}

export async function deleteDraft(draft: Draft): Promise<void> {
  await inTransaction(["drafts", "photos"], "readwrite", async (transaction) => {
    transaction.objectStore("drafts").delete(draft.id);
    for (const photo of draft.photos) transaction.objectStore("photos").delete(photo.partId);
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
