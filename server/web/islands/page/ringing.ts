// Shows on every page what rings for its reader. A page that listens to something else already is told by that stream:
// a browser has six connections to a host, and a second one for each tab would use them up.

import { announceArrival } from "../loader/mount";
import { Backoff } from "../loader/backoff";
import { announce } from "../loader/page";

export const RANG = "careferry:ringing";
const SIGN = "☎ ";

export function ringing(element: HTMLElement): void {
  const banner = new RingingBanner(element, element.dataset["fragment"] ?? "");
  document.addEventListener(RANG, () => void banner.refresh());
  void banner.refresh();
  if (!document.querySelector("[data-live]")) listen(element.dataset["events"] ?? "", banner, new Backoff(1000, 60_000));
}

function listen(events: string, banner: RingingBanner, backoff: Backoff): void {
  const source = new EventSource(events);
  source.addEventListener("open", () => backoff.reset());
  source.addEventListener("ringing", () => void banner.refresh());
  source.addEventListener("error", () => {
    source.close();
    window.setTimeout(() => {
      // What rang while nobody listened is asked for.
      void banner.refresh();
      listen(events, banner, backoff);
    }, backoff.next_ms());
  });
}

class RingingBanner {
  private readonly title = document.title;

  constructor(
    private readonly element: HTMLElement,
    private readonly fragment: string,
  ) {}

  async refresh(): Promise<void> {
    const response = await fetch(this.fragment, { headers: { Accept: "text/html" } }).catch(() => undefined);
    if (!response?.ok || response.redirected) return;
    const arrived = new DOMParser().parseFromString(await response.text(), "text/html");
    const calls = [...arrived.body.childNodes];
    this.element.replaceChildren(...calls);
    const told = this.element.querySelector("[data-announcement]")?.textContent?.trim() ?? "";
    document.title = told ? SIGN + this.title : this.title;
    if (told) announce(told);
    announceArrival(this.element);
  }
}
