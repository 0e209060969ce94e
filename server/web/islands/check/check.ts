// Goes through the probes and says what each found, with what to do about it.

import { type Found, type Relay, tryCamera, tryLink, tryMicrophone, tryRelay } from "./probes";

const PARTS = ["camera", "microphone", "link", "relay"] as const;
type Part = (typeof PARTS)[number];

export class Check {
  private readonly texts: Record<string, string>;
  private readonly button: HTMLButtonElement;
  private readonly picture: HTMLVideoElement;
  private readonly probes: Record<Part, () => Promise<Found>>;

  constructor(private readonly section: HTMLElement) {
    this.texts = JSON.parse(section.dataset["texts"] ?? "{}") as Record<string, string>;
    this.button = part(section, "begin");
    this.picture = part(section, "picture");
    const relays = JSON.parse(section.dataset["relays"] ?? "[]") as Relay[];
    this.probes = {
      camera: () => tryCamera(this.picture),
      microphone: tryMicrophone,
      link: () => tryLink(section.dataset["probe"] ?? ""),
      relay: () => tryRelay(relays),
    };
  }

  /** Nothing is tried before the button: a page that opens must not ask for the camera. */
  offer(): void {
    this.button.hidden = false;
    this.button.addEventListener("click", () => void this.run());
  }

  private async run(): Promise<void> {
    this.button.disabled = true;
    for (const name of PARTS) {
      this.tell(name, "trying");
      this.tell(name, await this.probes[name]());
    }
    this.button.disabled = false;
  }

  private tell(name: Part, found: Found | "trying"): void {
    const row = part<HTMLElement>(this.section, name);
    row.dataset["found"] = found;
    const said = row.querySelector<HTMLElement>("[data-said]");
    if (said) said.textContent = this.texts[`${name}-${found}`] ?? this.texts[found] ?? "";
  }
}

function part<Kind extends HTMLElement>(section: ParentNode, name: string): Kind {
  const found = section.querySelector<Kind>(`[data-check="${name}"]`);
  if (!found) throw new Error(`the page has no part "${name}" for its check`);
  return found;
}
