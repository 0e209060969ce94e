// What the other end's devices measure, as they sent it: shown while the call lasts, and in no case by that. Beside it the
// camera's pulse, with what it is worth.

import type { TalkOf } from "../contract/talk";
import { part, textOr, type Words } from "./texts";

export class Readings {
  constructor(
    private readonly section: HTMLElement,
    private readonly words: Words,
  ) {}

  measured({ code, device, text, unit, flags = [], measuredAt }: TalkOf<"measured">): void {
    const time = new Date(measuredAt.at).toLocaleTimeString(document.documentElement.lang);
    const value = text === "" ? this.words("noValue") : `${text} ${textOr(this.section, `unit-${unit}`, unit)}`;
    const name = [textOr(this.section, `sign-${code}`, code), device, time].filter(Boolean).join(" · ");
    this.put(`${device ?? ""} ${code}`, name, [value, ...flags].join(" · "));
  }

  pulse({ bpm }: TalkOf<"pulse">): void {
    const words = typeof bpm === "number" ? this.words("pulse", { bpm: bpm.toFixed(0) }) : this.words("noPulse");
    this.put("pulse", "", words);
  }

  private put(key: string, name: string, words: string): void {
    const list = part(this.section, "readings");
    part(this.section, "readings-why").hidden = false;
    const known = list.querySelector<HTMLElement>(`div[data-reading="${CSS.escape(key)}"]`);
    const row = known ?? list.appendChild(blankRow(key));
    row.children[0]!.textContent = name;
    row.children[1]!.textContent = words;
  }
}

function blankRow(key: string): HTMLElement {
  const row = document.createElement("div");
  row.dataset["reading"] = key;
  row.append(document.createElement("dt"), document.createElement("dd"));
  return row;
}
