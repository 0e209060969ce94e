// Which screen is shown: the part of the address after `#`, so that Back works and a reload stays.

export type Screen = () => Promise<Node[]>;
type Route = [pattern: RegExp, screen: (...parts: string[]) => Promise<Node[]>];

export class Router {
  private turn = 0;

  constructor(
    private readonly place: HTMLElement,
    private readonly routes: readonly Route[],
    private readonly fail: (error: unknown) => Node[],
  ) {}

  start(): void {
    window.addEventListener("hashchange", () => void this.show(true));
    void this.show(false);
  }

  /** Draws the screen of the address; only a change of screen moves the focus and the page. */
  async show(isNew: boolean): Promise<void> {
    const turn = ++this.turn;
    const content = await this.draw();
    if (turn !== this.turn) return;
    this.place.replaceChildren(...content);
    const title = this.place.querySelector("h1");
    document.title = `${title?.textContent ?? "Careferry"} · Careferry`;
    if (!isNew) return;
    window.scrollTo(0, 0);
    title?.focus();
  }

  private async draw(): Promise<Node[]> {
    const path = location.hash.slice(1) || "/";
    try {
      for (const [pattern, screen] of this.routes) {
        const match = pattern.exec(path);
        if (match) return await screen(...match.slice(1));
      }
      goTo("/");
      return [];
    } catch (error) {
      return this.fail(error);
    }
  }
}

export function goTo(path: string): void {
  location.hash = path;
}
