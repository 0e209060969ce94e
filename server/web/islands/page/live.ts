// Keeps part of a page current: each server-sent event fetches the fragment again. Where that is the page itself, what
// follows the part (`data-follows`, with an id) is taken from it too.

import { Backoff } from "../loader/backoff";
import { announceArrival } from "../loader/mount";
import { announce, text } from "../loader/page";
import { RANG } from "./ringing";

const GATHER_MS = 150;

export function live(element: HTMLElement): void {
  new LiveRegion(element, element.dataset["live"] ?? "", element.dataset["fragment"] ?? location.href).open();
}

class LiveRegion {
  private readonly backoff = new Backoff(1000, 60_000);
  private readonly fetching = new Backoff(1000, 60_000);
  private timer = 0;
  private wasLost = false;

  constructor(
    private readonly region: HTMLElement,
    private readonly events: string,
    private readonly fragment: string,
  ) {
    region.addEventListener("focusout", () => this.region.dataset["stale"] !== undefined && this.refreshSoon());
  }

  open(): void {
    const source = new EventSource(this.events);
    source.addEventListener("open", () => this.noteOpen());
    source.addEventListener("message", () => this.refreshSoon());
    source.addEventListener("changed", () => this.refreshSoon());
    source.addEventListener("ringing", () => document.dispatchEvent(new Event(RANG)));
    source.addEventListener("error", () => {
      source.close();
      this.noteLost();
    });
  }

  private noteOpen(): void {
    this.backoff.reset();
    this.region.dataset["link"] = "open";
    if (this.wasLost) this.refreshSoon();
    this.wasLost = false;
  }

  private noteLost(): void {
    this.wasLost = true;
    this.region.dataset["link"] = "lost";
    window.setTimeout(() => this.open(), this.backoff.next_ms());
  }

  private refreshSoon(after_ms = GATHER_MS): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.refresh(), after_ms);
  }

  private async refresh(): Promise<void> {
    if (this.isTypedIn()) {
      this.region.dataset["stale"] = "";
      return;
    }
    const response = await fetch(this.fragment, { headers: { Accept: "text/html" } }).catch(() => undefined);
    const html = await response?.text().catch(() => undefined);
    if (response === undefined || html === undefined || response.status >= 500 || response.status === 429) {
      // A change is told once: without another try the page would stay as it was.
      this.refreshSoon(this.fetching.next_ms());
      return;
    }
    this.fetching.reset();
    if (response.ok && !response.redirected) this.show(html);
  }

  /** What someone is typing is never replaced under their hands. */
  private isTypedIn(): boolean {
    const active = document.activeElement;
    return this.region.contains(active) && (active?.matches("input, textarea, select") ?? false);
  }

  private show(html: string): void {
    const arrived = new DOMParser().parseFromString(html, "text/html");
    const same = this.region.id ? arrived.getElementById(this.region.id) : null;
    const focused = this.region.contains(document.activeElement) ? document.activeElement?.id : undefined;
    this.region.replaceChildren(...(same ?? arrived.body).childNodes);
    delete this.region.dataset["stale"];
    this.bringAlong(arrived);
    if (focused) document.getElementById(focused)?.focus();
    announceArrival(this.region);
    announce(this.region.querySelector("[data-announcement]")?.textContent ?? text("updated"));
  }

  private bringAlong(arrived: Document): void {
    if (!this.region.id) return;
    for (const follower of document.querySelectorAll<HTMLElement>(`[data-follows="${this.region.id}"]`)) {
      const same = arrived.getElementById(follower.id);
      if (!same || same.isEqualNode(follower)) continue;
      const focused = follower.contains(document.activeElement) ? document.activeElement?.id : undefined;
      follower.replaceWith(same);
      if (focused) document.getElementById(focused)?.focus();
      announceArrival(same.parentElement ?? same);
    }
  }
}
