// The call on the page: everything that changes in the room, shown where people look for it.

import type { PictureOffer, Talk } from "../contract/talk";
import type { EndReason, Seat } from "../contract/wire";
import type { Leg } from "../leg/leg";
import { LocalDevices } from "../media/local";
import { Room, type RoomListener } from "../room";
import { Chat } from "./chat";
import { Controls } from "./controls";
import type { Messages } from "./messages";
import { SharedPhotos } from "./photos";
import { Readings } from "./readings";
import { Stills } from "./stills";
import { part, wordsOfPage } from "./texts";
import { Tile } from "./tile";

export class Stage implements RoomListener {
  private readonly words = wordsOfPage(this.section);
  private readonly tiles = new Map<string, Tile>();
  private readonly devices = new LocalDevices(() => this.noteDevices());
  private readonly controls = new Controls(this.section, this.words, this.devices, () => this.room?.leave());
  private readonly chat = new Chat(this.section, this.words, (text) => this.say({ kind: "chat", text }));
  private readonly photos = new SharedPhotos(this.section, this.words, (said) => this.say(said));
  private readonly stills = new Stills(this.section, this.words, (stillId) => this.askStill(stillId));
  private readonly readings = new Readings(this.section, this.words);
  private messages: Messages | undefined;
  private room: Room | undefined;
  private seats: Seat[] = [];
  private isLinked = true;
  private isCrowded = false;

  constructor(private readonly section: HTMLElement) {}

  async start(): Promise<void> {
    this.tell("starting");
    await this.devices.open();
    this.tell("joining");
    const { callId = "", relayed } = this.section.dataset;
    this.room = await Room.enter({ callId, isRelayed: relayed !== undefined }, this.devices, this);
    window.addEventListener("pagehide", () => this.devices.close());
    await this.openMessages();
  }

  /** Fetched while there is a link, for when there is none; who adds nothing to the case has no such part. */
  private async openMessages(): Promise<void> {
    if (!this.section.querySelector('[data-call="messages"]')) return;
    const { Messages } = await import("./messages");
    this.messages = new Messages(this.section, this.words, () => this.devices.media);
    this.showState();
  }

  onSeats(seats: Seat[]): void {
    this.seats = seats;
    this.showState();
  }

  onLeg(leg: Leg): void {
    this.tileOf(leg)?.show();
    const isPossible = [...(this.room?.legs.values() ?? [])].some((each) => each.other.isKiosk && each.state === "live");
    this.stills.allow(isPossible);
    this.showState();
  }

  onTrack(leg: Leg, track: MediaStreamTrack): void {
    this.tileOf(leg)?.addTrack(track);
  }

  onTalk(leg: Leg, talk: Talk): void {
    const name = leg.other.name;
    switch (talk.kind) {
      case "chat":
        return this.chat.add(name, String(talk.text));
      case "show":
      case "point":
        return this.photos.hear(name, talk);
      case "sending":
        return this.tileOf(leg)?.hear(talk);
      case "still-kept":
        return this.stills.kept(talk);
      case "still-failed":
        return this.stills.failed(talk);
      case "measured":
        return this.readings.measured(talk);
      case "pulse":
        return this.readings.pulse(talk);
    }
  }

  onPicture(leg: Leg, offer: PictureOffer, content: Blob): void {
    if (offer.purpose === "fresh") this.tileOf(leg)?.showFresh(content);
    else this.stills.show(leg.other.name, offer, content);
  }

  onProgress(_: Leg, offer: PictureOffer, share: number): void {
    if (offer.purpose === "still") this.stills.progress(share);
  }

  onRung(leg: Leg): void {
    const own = part(this.section, "own").parentElement;
    if (own) own.dataset["rung"] = this.room?.rungTo(leg.other.seatId) ?? "";
    this.showState();
  }

  onLink(isOpen: boolean): void {
    this.isLinked = isOpen;
    this.showState();
  }

  onCrowded(isCrowded: boolean): void {
    this.isCrowded = isCrowded;
    this.showState();
  }

  onEnded(reason: EndReason | "left"): void {
    this.tell(reason);
    this.controls.end();
    this.messages?.offer(false);
    this.warn(false);
    for (const tile of this.tiles.values()) tile.remove();
    this.section.dataset["ended"] = reason;
  }

  private say(talk: Talk): boolean {
    return this.room?.say(talk) ?? false;
  }

  private askStill(stillId: string): boolean {
    const kiosk = this.seats.find((seat) => seat.isKiosk);
    return (kiosk && this.room?.say({ kind: "ask-still", stillId }, kiosk.seatId)) ?? false;
  }

  private noteDevices(): void {
    this.controls.show();
    void this.room?.attachAll();
  }

  private tileOf(leg: Leg): Tile | undefined {
    const known = this.tiles.get(leg.other.seatId);
    const own = this.seats.find((seat) => seat.seatId === this.section.dataset["seatId"]);
    if (known || !own) return known;
    const tile = new Tile(this.section, this.words, own, leg);
    this.tiles.set(leg.other.seatId, tile);
    return tile;
  }

  private showState(): void {
    if (this.section.dataset["ended"] !== undefined) return;
    const legs = [...(this.room?.legs.values() ?? [])];
    const states = legs.map((leg) => leg.state);
    const isHeard = legs.some((leg) => leg.state === "live" && this.room?.rungTo(leg.other.seatId) !== "messages");
    const isJoining = states.some((state) => state === "keying" || state === "connecting");
    this.messages?.offer(!isHeard && !isJoining);
    this.warn(!isHeard && (states.includes("live") || states.includes("interrupted")));
    if (!this.isLinked) this.tell("noServer");
    else if (this.isCrowded) this.tell("crowded");
    else if (states.includes("live")) this.tell(isHeard ? "live" : "unheard");
    else if (states.includes("interrupted")) this.tell("interrupted");
    else if (isJoining) this.tell("joining");
    else this.tell("alone");
  }

  /** Whoever can leave no message is told that what they say now is lost. */
  private warn(isUnheard: boolean): void {
    const unkept = this.section.querySelector<HTMLElement>('[data-call="unkept"]');
    if (unkept) unkept.hidden = !isUnheard;
  }

  private tell(key: string): void {
    const place = part(this.section, "state");
    const words = this.words(key);
    if (place.textContent !== words) place.textContent = words;
    this.section.dataset["state"] = key;
  }
}
