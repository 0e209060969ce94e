// Saves a form as it is typed: a copy in this tab at once, and to `data-url` where the server keeps drafts.

import { Backoff } from "../loader/backoff";
import { csrfToken, text } from "../loader/page";
import { fieldsOf, findDraft, forgetDraft, keepDraft, restoreFields } from "./drafts";

const PAUSE_MS = 1000;

export function autosave(element: HTMLElement): void {
  const form = element as HTMLFormElement;
  new Autosave(form, form.dataset["url"] ?? "", statusOf(form)).start();
}

class Autosave {
  private readonly backoff = new Backoff(2000, 30_000);
  private timer = 0;
  private edits = 0;
  private isSaving = false;
  private isKept = true;

  constructor(
    private readonly form: HTMLFormElement,
    private readonly url: string,
    private readonly status: HTMLElement,
  ) {}

  start(): void {
    this.restore();
    this.form.addEventListener("input", () => this.noteEdit());
    this.form.addEventListener("submit", () => keepDraft(this.address, this.form));
    window.addEventListener("online", () => this.saveSoon(0));
    document.addEventListener("visibilitychange", () => document.hidden && this.saveSoon(0));
  }

  private get address(): string {
    return this.url || this.form.action;
  }

  private restore(): void {
    const fields = findDraft(this.address);
    if (!fields || this.form.dataset["refused"] !== undefined) return;
    restoreFields(this.form, fields);
    this.status.textContent = text("restored");
    this.noteEdit();
  }

  private noteEdit(): void {
    this.edits += 1;
    this.isKept = keepDraft(this.address, this.form);
    if (!this.isKept && !this.url) this.status.textContent = text("notKept");
    this.saveSoon(PAUSE_MS);
  }

  private saveSoon(delay_ms: number): void {
    if (!this.url || this.edits === 0) return;
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.save(), delay_ms);
  }

  private async save(): Promise<void> {
    if (this.isSaving) return this.saveSoon(PAUSE_MS);
    const saved = this.edits;
    this.isSaving = true;
    try {
      await this.settle(await this.send(), saved);
    } catch {
      this.status.textContent = text(this.isKept ? "notSaved" : "notKept");
      this.saveSoon(this.backoff.next_ms());
    } finally {
      this.isSaving = false;
    }
  }

  private send(): Promise<Response> {
    return fetch(this.url, {
      method: "POST",
      body: new URLSearchParams(fieldsOf(this.form)),
      headers: { "X-CSRF-Token": csrfToken(), Accept: "application/json" },
      keepalive: true,
    });
  }

  private async settle(response: Response, saved: number): Promise<void> {
    if (response.status >= 500 || response.status === 429) throw new Error(String(response.status));
    if (!response.ok || response.redirected) {
      this.status.textContent = text(response.status === 409 ? "changedElsewhere" : "saveRefused");
      return;
    }
    this.backoff.reset();
    this.takeVersion(await response.text());
    if (this.edits !== saved) return this.saveSoon(PAUSE_MS);
    this.edits = 0;
    forgetDraft(this.address);
    const time = new Date().toLocaleTimeString(document.documentElement.lang, {
      hour: "numeric",
      minute: "2-digit",
      timeZoneName: "short",
    });
    this.status.textContent = text("savedAt", { time });
  }

  /** A draft with versions answers `{"version": 4}`, which the next save has to name. */
  private takeVersion(body: string): void {
    const field = this.form.elements.namedItem("version");
    if (!body || !(field instanceof HTMLInputElement)) return;
    field.value = String((JSON.parse(body) as { version: number }).version);
  }
}

function statusOf(form: HTMLFormElement): HTMLElement {
  const found = form.querySelector<HTMLElement>("[data-autosave-status]");
  if (found) return found;
  const status = document.createElement("p");
  status.className = "save-state";
  status.setAttribute("role", "status");
  form.append(status);
  return status;
}
