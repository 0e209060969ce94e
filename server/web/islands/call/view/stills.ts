// A photograph at full resolution, asked of the other end: its preview first, then as it fits the link; the file itself
// goes into the case by the other end's durable way.

import type { PictureOffer, TalkOf } from "../contract/talk";
import { part, type Words } from "./texts";

export class Stills {
  constructor(
    private readonly section: HTMLElement,
    private readonly words: Words,
    ask: (stillId: string) => boolean,
  ) {
    part(section, "still").addEventListener("click", () => {
      if (ask(crypto.randomUUID())) this.tell(words("stillAsked"));
    });
  }

  /** Only a kiosk has a way into the case of its own. */
  allow(isPossible: boolean): void {
    part(this.section, "still").hidden = !isPossible;
  }

  progress(share: number): void {
    this.tell(this.words("stillComes", { percent: String(Math.round(100 * share)) }));
  }

  show(name: string, { stillId, purpose }: PictureOffer, content: Blob): void {
    const stills = part(this.section, "stills");
    const known = stills.querySelector<HTMLImageElement>(`img[data-still="${CSS.escape(stillId ?? "")}"]`);
    const picture = known ?? document.createElement("img");
    URL.revokeObjectURL(picture.src);
    picture.src = URL.createObjectURL(content);
    picture.alt = this.words("stillOf", { name });
    picture.dataset["still"] = stillId ?? "";
    picture.dataset["purpose"] = purpose;
    if (!known) stills.prepend(picture);
  }

  kept({ flaws }: TalkOf<"still-kept">): void {
    this.tell(this.words(flaws.length > 0 ? "stillFlawed" : "stillKept"));
  }

  failed({ reason }: TalkOf<"still-failed">): void {
    this.tell(this.words(`stillFailed-${reason}`));
  }

  private tell(words: string): void {
    part(this.section, "still-state").textContent = words;
  }
}
