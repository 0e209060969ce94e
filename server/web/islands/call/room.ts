// The call as this page holds it: a leg to each other seat over one socket, this person's devices, and who is told.

import { CallKey } from "./contract/signing";
import type { PictureOffer, Talk } from "./contract/talk";
import type { EndReason, Passed, Seat, TurnServer, Welcome } from "./contract/wire";
import type { Connection } from "./leg/connection";
import { Leg } from "./leg/leg";
import { Conversation } from "./link/conversation";
import { begin, type Rung, rungOf } from "./link/ladder";
import { Signalling } from "./link/signalling";
import type { LocalDevices, LocalMedia } from "./media/local";

export interface RoomListener {
  onSeats(seats: Seat[]): void;
  onLeg(leg: Leg): void;
  onTrack(leg: Leg, track: MediaStreamTrack): void;
  onTalk(leg: Leg, talk: Talk): void;
  onPicture(leg: Leg, offer: PictureOffer, content: Blob): void;
  onProgress(leg: Leg, offer: PictureOffer, share: number): void;
  onRung(leg: Leg): void;
  onLink(isOpen: boolean): void;
  onCrowded(isCrowded: boolean): void;
  onEnded(reason: EndReason | "left"): void;
}

export interface RoomOptions {
  callId: string;
  /** Only through relays, so that nobody learns this person's address. */
  isRelayed: boolean;
}

export class Room {
  readonly legs = new Map<string, Leg>();
  private readonly conversations = new Map<string, Conversation>();
  private readonly signalling: Signalling;
  private own: Seat | undefined;
  private relays: TurnServer[] = [];
  private wasLive = false;

  private constructor(
    private readonly options: RoomOptions,
    private readonly key: CallKey,
    private readonly devices: LocalDevices,
    private readonly listener: RoomListener,
  ) {
    const address = new URL(`/api/calls/${options.callId}/signalling`, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    this.signalling = new Signalling(
      address.href,
      {
        onWelcome: (welcome) => this.welcome(welcome),
        onSeats: (seats) => this.seat(seats),
        onPassed: (passed) => this.hear(passed),
        onRelays: (relays) => (this.relays = relays),
        onLink: (isOpen) => listener.onLink(isOpen),
        onCrowded: (isCrowded) => listener.onCrowded(isCrowded),
        onEnded: (reason) => this.end(reason),
      },
      () => this.isLive,
    );
    window.addEventListener("online", () => this.rebuild());
  }

  static async enter(options: RoomOptions, devices: LocalDevices, listener: RoomListener): Promise<Room> {
    const room = new Room(options, await CallKey.make(), devices, listener);
    room.signalling.open();
    return room;
  }

  get isLive(): boolean {
    return [...this.legs.values()].some((leg) => leg.state === "live");
  }

  /** To everybody, or to one; whether anybody heard it. */
  say(talk: Talk, to?: string): boolean {
    const heard = [...this.conversations].filter(([seat, each]) => (to ?? seat) === seat && each.say(talk));
    return heard.length > 0;
  }

  /** Devices were changed, muted or put away. */
  async attachAll(): Promise<void> {
    for (const [seat, conversation] of this.conversations) {
      await this.legs.get(seat)?.connection?.attach(this.mediaTo(seat));
      conversation.enter();
    }
  }

  rebuild(): void {
    for (const leg of this.legs.values()) leg.rebuild();
  }

  leave(): void {
    this.signalling.leave();
    this.end("left");
  }

  private welcome({ seatId, seats, relays }: Welcome): void {
    this.own = seats.find((seat) => seat.seatId === seatId);
    this.relays = relays;
    this.seat(seats);
  }

  private seat(seats: Seat[]): void {
    this.listener.onSeats(seats);
    for (const seat of seats) {
      if (!this.own || seat.seatId === this.own.seatId) continue;
      if (seat.presence === "present") this.legTo(seat, this.own).arrive();
      else if (seat.presence === "left") this.legs.get(seat.seatId)?.depart();
    }
  }

  private hear({ sender, sessionId, message }: Passed): void {
    this.legs.get(sender)?.take(sessionId, message);
  }

  private legTo(other: Seat, own: Seat): Leg {
    const known = this.legs.get(other.seatId);
    if (known) return known;
    const ends = { callId: this.options.callId, own, other, key: this.key };
    const around = {
      say: (message: Passed["message"]) => this.signalling.pass(other.seatId, message),
      configuration: () => this.configuration(),
      media: () => this.mediaTo(other.seatId),
      voice: () => this.voiceTo(other.seatId),
    };
    const leg = new Leg(ends, around, {
      onChange: () => this.noteLeg(leg),
      onTrack: (_, track) => this.listener.onTrack(leg, track),
      onConnection: (_, connection) => this.converse(leg, connection),
    });
    this.legs.set(other.seatId, leg);
    return leg;
  }

  private noteLeg(leg: Leg): void {
    if (leg.state === "stopped" || leg.state === "absent") this.silence(leg.other.seatId);
    if (this.isLive !== this.wasLive) {
      this.wasLive = this.isLive;
      this.signalling.sayAlive();
    }
    this.listener.onLeg(leg);
  }

  private converse(leg: Leg, connection: Connection): void {
    const seat = leg.other.seatId;
    const before = this.conversations.get(seat)?.standing;
    this.silence(seat);
    const told = {
      onTalk: (talk: Talk) => this.listener.onTalk(leg, talk),
      onPicture: (offer: PictureOffer, content: Blob) => this.listener.onPicture(leg, offer, content),
      onProgress: (offer: PictureOffer, share: number) => this.listener.onProgress(leg, offer, share),
      onRung: () => this.listener.onRung(leg),
    };
    this.conversations.set(seat, new Conversation(connection, () => this.devices.media, told, before));
  }

  private silence(seat: string): void {
    this.conversations.get(seat)?.close();
    this.conversations.delete(seat);
  }

  /** The rung on which this end sends to a seat. */
  rungTo(seat: string): string | undefined {
    const standing = this.conversations.get(seat)?.standing;
    return standing && rungOf(standing).name;
  }

  /** Without a picture where the rung has none: the first second of a slow link is not flooded. */
  private mediaTo(seat: string): LocalMedia {
    const { microphone, camera } = this.devices.media;
    return { microphone, camera: this.rungFor(seat).video ? camera : null };
  }

  private rungFor(seat: string): Rung {
    return rungOf(this.conversations.get(seat)?.standing ?? begin(0));
  }

  private voiceTo(seat: string): { bitsPerS: number; packetMs: number } {
    const rung = this.rungFor(seat);
    return { bitsPerS: rung.voiceBitsPerS, packetMs: rung.packetMs };
  }

  private configuration(): RTCConfiguration {
    const iceServers = this.relays.map(({ urls, username, credential }) => ({ urls, username, credential }));
    return { iceServers, iceTransportPolicy: this.options.isRelayed ? "relay" : "all" };
  }

  private end(reason: EndReason | "left"): void {
    for (const seat of [...this.conversations.keys()]) this.silence(seat);
    for (const leg of this.legs.values()) leg.close();
    this.devices.close();
    this.listener.onEnded(reason);
  }
}
