// Keeps drawings at the server as they are drawn: one after another, again until they are there, undone by versions.

import { Backoff } from "../loader/backoff";
import { csrfToken, readerId } from "../loader/page";
import type { Annotation, Mark } from "./marks";

interface Change {
  partId: string;
  annotationId: string;
  version: number;
  mark: Mark | null;
}

interface Step {
  partId: string;
  annotationId: string;
  before: Mark | null;
}

export interface Telling {
  changed(): void;
  saving(): void;
  saved(): void;
  waiting(): void;
  refused(reason: string): void;
}

export class Ledger {
  private readonly standing = new Map<string, Annotation>();
  private readonly names: Record<string, string> = {};
  private readonly unsaved: Change[] = [];
  private readonly steps: Step[] = [];
  private readonly backoff = new Backoff(1000, 30_000);
  private isSending = false;

  constructor(
    private readonly annotations: string,
    private readonly caseAddress: string,
    private readonly telling: Telling,
  ) {
    window.addEventListener("online", () => void this.send());
    window.addEventListener("beforeunload", (event) => this.unsaved.length > 0 && event.preventDefault());
  }

  /** What stands at the server, without losing what is not there yet. */
  async load(): Promise<void> {
    const response = await fetch(this.annotations, { headers: { Accept: "application/json" } }).catch(() => undefined);
    if (!response?.ok) return;
    const waiting = new Set(this.unsaved.map((change) => change.annotationId));
    const kept = (await response.json()) as { versions: Annotation[]; names: Record<string, string> };
    Object.assign(this.names, kept.names);
    for (const each of kept.versions) {
      if (!waiting.has(each.annotationId)) this.standing.set(each.annotationId, each);
    }
    this.telling.changed();
  }

  on(partId: string): Annotation[] {
    return [...this.standing.values()].filter((each) => each.partId === partId && each.mark !== null);
  }

  find(annotationId: string): Annotation | undefined {
    return this.standing.get(annotationId);
  }

  isOwn(annotation: Annotation): boolean {
    return annotation.authorId === readerId();
  }

  nameOf(annotation: Annotation): string {
    return this.names[annotation.authorId] ?? "";
  }

  add(partId: string, mark: Mark): string {
    const annotationId = crypto.randomUUID();
    this.write(partId, annotationId, mark);
    return annotationId;
  }

  change(annotationId: string, mark: Mark | null): void {
    const there = this.standing.get(annotationId);
    if (there) this.write(there.partId, annotationId, mark);
  }

  /** False where there is nothing to undo. */
  undo(): boolean {
    const step = this.steps.pop();
    if (!step) return false;
    this.write(step.partId, step.annotationId, step.before, false);
    return true;
  }

  private write(partId: string, annotationId: string, mark: Mark | null, isStep = true): void {
    const there = this.standing.get(annotationId);
    if (isStep) this.steps.push({ partId, annotationId, before: there?.mark ?? null });
    const version = (there?.version ?? 0) + 1;
    const drawnAt = new Date().toISOString();
    this.standing.set(annotationId, {
      partId,
      annotationId,
      version,
      authorId: readerId(),
      drawnAt,
      mark,
      length: null,
    });
    this.unsaved.push({ partId, annotationId, version, mark });
    this.telling.changed();
    void this.send();
  }

  private async send(): Promise<void> {
    if (this.isSending) return;
    this.isSending = true;
    try {
      while (this.unsaved[0]) {
        this.telling.saving();
        if (!(await this.sendOne(this.unsaved[0]))) return this.sendLater();
        this.unsaved.shift();
      }
      this.backoff.reset();
    } finally {
      this.isSending = false;
    }
  }

  /** False where it is worth trying again. */
  private async sendOne(change: Change): Promise<boolean> {
    const response = await fetch(`${this.caseAddress}/photos/${change.partId}/annotations/${change.annotationId}`, {
      method: "PUT",
      body: JSON.stringify({ version: change.version, mark: change.mark }),
      headers: { "X-CSRF-Token": csrfToken(), "Content-Type": "application/json", Accept: "application/json" },
    }).catch(() => undefined);
    if (!response || response.status >= 500 || response.status === 429) return false;
    if (response.ok) this.settle((await response.json()) as Annotation);
    else await this.takeBack(change, response);
    return true;
  }

  private settle(kept: Annotation): void {
    if (this.standing.get(kept.annotationId)?.version === kept.version) this.standing.set(kept.annotationId, kept);
    this.telling.changed();
    if (this.unsaved.length === 1) this.telling.saved();
  }

  /** Nothing is shown as kept that is not: what the server refused goes, and what stands there is shown. */
  private async takeBack(change: Change, response: Response): Promise<void> {
    const problem = (await response.json().catch(() => ({}))) as { title?: string; detail?: string };
    for (let at = this.unsaved.length - 1; at > 0; at--) {
      if (this.unsaved[at]?.annotationId === change.annotationId) this.unsaved.splice(at, 1);
    }
    for (let at = this.steps.length - 1; at >= 0; at--) {
      if (this.steps[at]?.annotationId === change.annotationId) this.steps.splice(at, 1);
    }
    this.standing.delete(change.annotationId);
    const [sent] = this.unsaved.splice(0, 1);
    await this.load();
    if (sent) this.unsaved.unshift(sent);
    this.telling.changed();
    this.telling.refused(problem.detail || problem.title || String(response.status));
  }

  private sendLater(): void {
    this.telling.waiting();
    window.setTimeout(() => void this.send(), this.backoff.next_ms());
  }
}
