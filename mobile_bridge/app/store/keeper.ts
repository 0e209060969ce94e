// Holds the draft that is being edited and writes it after every change, one write at a time.

import { writeDraft } from "./drafts";
import type { Draft, PhotoBytes } from "./model";

export type Keeping = "kept" | "keeping" | "not-kept";

export class DraftKeeper {
  private queue: Promise<void> = Promise.resolve();

  constructor(
    public draft: Draft,
    private readonly tell: (keeping: Keeping, error?: unknown) => void,
  ) {}

  /** Resolves once the change is durable; rejects with PhoneFull or ChangedElsewhere, and then the draft is as before. */
  change(edit: (draft: Draft) => void, added: PhotoBytes[] = [], removed: string[] = []): Promise<void> {
    this.tell("keeping");
    const written = this.queue.then(async () => {
      const edited = structuredClone(this.draft);
      edit(edited);
      this.draft = await writeDraft(edited, added, removed);
    });
    this.queue = written.catch(() => undefined);
    return written.then(
      () => this.tell("kept"),
      (error: unknown) => {
        this.tell("not-kept", error);
        throw error;
      },
    );
  }
}
