// One other person: picture, name, how the connection is, and the words that both compare.

import { digitsOf, languageOf, wordsOf } from "../contract/words";
import type { TalkOf } from "../contract/talk";
import type { Seat } from "../contract/wire";
import type { Leg } from "../leg/leg";
import { part, type Words } from "./texts";

const NAMES: Record<Leg["state"], string> = {
  absent: "absent",
  keying: "keying",
  connecting: "connecting",
  live: "legLive",
  interrupted: "legInterrupted",
  stopped: "broken",
};

export class Tile {
  readonly element: HTMLElement;
  private readonly video: HTMLVideoElement;
  private readonly fresh: HTMLImageElement;
  private readonly stream = new MediaStream();
  private sending: TalkOf<"sending"> | undefined;
  private shownBits: number | undefined;

  constructor(
    section: HTMLElement,
    private readonly words: Words,
    private readonly own: Seat,
    private readonly leg: Leg,
  ) {
    const template = part<HTMLTemplateElement>(section, "tile");
    this.element = (template.content.cloneNode(true) as DocumentFragment).firstElementChild as HTMLElement;
    this.element.dataset["seat"] = leg.other.seatId;
    this.video = this.find<HTMLVideoElement>("video");
    this.fresh = this.find<HTMLImageElement>(".call-fresh");
    this.video.srcObject = this.stream;
    this.find(".call-name").textContent = `${leg.other.name} · ${words(leg.other.role)}`;
    this.find("[data-answer=match]").addEventListener("click", () => leg.match());
    this.find("[data-answer=differ]").addEventListener("click", () => leg.differ());
    part(section, "tiles").append(this.element);
  }

  show(): void {
    const { state, reason, isMatched, hasChanged } = this.leg;
    const name = this.leg.other.name;
    this.element.dataset["state"] = state;
    this.find(".call-tile-state").textContent = this.stateWords();
    this.find(".call-words").hidden = this.leg.bits === undefined || isMatched || state === "stopped";
    this.find(".call-words-changed").hidden = !hasChanged;
    this.find(".call-words-changed").textContent = this.words("changed");
    this.find(".call-matched").hidden = !isMatched || state === "stopped";
    this.find(".call-matched").textContent = this.words("matched");
    this.find(".call-words-why").textContent = this.words("compare", { name });
    if (reason) this.clear();
    void this.showString();
  }

  addTrack(track: MediaStreamTrack): void {
    // A rebuilt connection has new tracks; the old ones never speak again.
    for (const old of this.stream.getTracks()) if (old.kind === track.kind) this.stream.removeTrack(old);
    this.stream.addTrack(track);
    // A browser that wants a gesture first is asked again at the next one.
    this.video.play().catch(() => document.addEventListener("click", () => void this.video.play(), { once: true }));
  }

  hear(sending: TalkOf<"sending">): void {
    this.sending = sending;
    this.fresh.hidden = this.fresh.src === "" || sending.rung !== "stills";
    this.show();
  }

  showFresh(content: Blob): void {
    URL.revokeObjectURL(this.fresh.src);
    this.fresh.src = URL.createObjectURL(content);
    this.fresh.hidden = this.sending?.rung !== "stills";
  }

  remove(): void {
    this.clear();
    this.element.remove();
  }

  private clear(): void {
    for (const track of this.stream.getTracks()) this.stream.removeTrack(track);
    URL.revokeObjectURL(this.fresh.src);
    this.fresh.hidden = true;
  }

  private stateWords(): string {
    const { state, reason, other } = this.leg;
    if (reason) return this.words(reason, { name: other.name });
    if (state !== "live" || !this.sending) return this.words(NAMES[state]);
    const { rung, isMuted, isWithoutPicture } = this.sending;
    const said = ["high", "standard"].includes(rung) ? this.words("legLive") : this.words(rung);
    const wishes = [isMuted ? this.words("otherMuted") : "", isWithoutPicture ? this.words("otherUnseen") : ""];
    return [said, ...wishes].filter(Boolean).join(" · ");
  }

  private async showString(): Promise<void> {
    const { bits, other } = this.leg;
    if (bits === undefined || bits === this.shownBits) return;
    this.shownBits = bits;
    const language = languageOf(this.own.language, other.language);
    const words = await wordsOf(bits, language);
    const place = this.find(".call-string");
    place.lang = language;
    place.textContent = words.join(" · ");
    this.find(".call-digits").textContent = this.words("asDigits", { digits: digitsOf(bits) });
  }

  private find<Kind extends HTMLElement = HTMLElement>(selector: string): Kind {
    const found = this.element.querySelector<Kind>(selector);
    if (!found) throw new Error(`a tile has no ${selector}`);
    return found;
  }
}
