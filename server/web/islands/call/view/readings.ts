// What the other end's devices measure, as they sent it, and the camera's pulse with what it is worth.

import type { TalkOf } from "../contract/talk";
import { part, type Words } from "./texts";

export class Readings {
  constructor(
    private readonly section: HTMLElement,
    private readonly words: Words,
  ) {}

  measured({ code, text, unit, flags = [] }: TalkOf<"measured">): void {
    this.put(code, [`${text} ${unit}`, ...flags].join(" · "));
  }

  pulse({ bpm }: TalkOf<"pulse">): void {
    const words = typeof bpm === "number" ? this.words("pulse", { bpm: bpm.toFixed(0) }) : this.words("noPulse");
    this.put("pulse", words);
  }

  private put(code: string, words: string): void {
    const list = part(this.section, "readings");
    let value = list.querySelector<HTMLElement>(`dd[data-code="${CSS.escape(code)}"]`);
    if (!value) {
      value = document.createElement("dd");
      value.dataset["code"] = code;
      list.append(value);
    }
    value.textContent = words;
  }
}
