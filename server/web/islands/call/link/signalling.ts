// The socket to the server: opened again whenever it is lost, and nothing that was said is lost with it.

import { Backoff } from "../../loader/backoff";
import { type EndReason, type FromEnd, type FromServer, type LegMessage, type Passed, type Refused, SIGNALLING_PROTOCOL } from "../contract/wire";
import type { Seat, TurnServer, Welcome } from "../contract/wire";

const ALIVE_EVERY_MS = 10_000;
/** How many of the last messages are said again after an interruption: the server passes each on once. */
const SAID_AGAIN = 200;
/** After a *too many*: how long this end is quiet with what was not taken, and the person is told so. */
const CROWDED_MS = 3_000;
const SIGN_IN_FIRST = 4401;
/** The close codes that say that there is no seat here, or none any more: asking again changes nothing. */
const isForGood = (code: number): boolean => code >= 4400 && code < 4429;

export interface SignallingListener {
  onWelcome(welcome: Welcome): void;
  onSeats(seats: Seat[]): void;
  onPassed(passed: Passed): void;
  onRelays(relays: TurnServer[]): void;
  onEnded(reason: EndReason): void;
  onLink(isOpen: boolean): void;
  /** The server takes no more just now, or does again. */
  onCrowded(isCrowded: boolean): void;
}

export class Signalling {
  private socket: WebSocket | undefined;
  private readonly sessionId = crypto.randomUUID();
  private readonly backoff = new Backoff(500, 15_000);
  private readonly said: Extract<FromEnd, { kind: "pass" }>[] = [];
  private number = 0;
  private heard = 0;
  private isOver = false;
  private timer = 0;
  private crowdedTimer = 0;

  constructor(
    private readonly address: string,
    private readonly listener: SignallingListener,
    private readonly isLive: () => boolean,
  ) {
    window.setInterval(() => this.sayAlive(), ALIVE_EVERY_MS);
    window.addEventListener("online", () => this.openSoon(0));
  }

  open(): void {
    const socket = new WebSocket(this.address, SIGNALLING_PROTOCOL);
    this.socket = socket;
    socket.onopen = () => this.send({ kind: "join", sessionId: this.sessionId, heard: this.heard });
    socket.onmessage = ({ data }) => this.hear(JSON.parse(data as string) as FromServer);
    socket.onclose = ({ code }) => {
      if (socket !== this.socket || this.isOver) return;
      if (isForGood(code)) {
        this.end();
        return this.listener.onEnded(code === SIGN_IN_FIRST ? "signed-out" : "removed");
      }
      this.listener.onLink(false);
      this.openSoon(this.backoff.next_ms());
    };
  }

  pass(to: string, message: LegMessage): void {
    const pass = { kind: "pass", to, number: ++this.number, message } as const;
    this.said.push(pass);
    if (this.said.length > SAID_AGAIN) this.said.shift();
    this.send(pass);
  }

  /** At once, besides the heartbeat: media begin or stop, and the call's page says so. */
  sayAlive(): void {
    this.send({ kind: "alive", isLive: this.isLive(), heard: this.heard });
  }

  leave(): void {
    this.send({ kind: "leave" });
    this.end();
  }

  private end(): void {
    this.isOver = true;
    clearTimeout(this.timer);
    this.socket?.close();
  }

  private openSoon(after_ms: number): void {
    if (this.isOver || this.socket?.readyState === WebSocket.OPEN) return;
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.open(), after_ms);
  }

  /** What was not taken is said later under a new number: those after it may have been taken meanwhile. */
  private heedRefused({ reason, number }: Refused): void {
    if (reason !== "too-many") return;
    const refused = this.said.findIndex((pass) => pass.number === number);
    const [pass] = refused < 0 ? [] : this.said.splice(refused, 1);
    if (pass) window.setTimeout(() => this.isOver || this.pass(pass.to, pass.message), CROWDED_MS);
    this.listener.onCrowded(true);
    clearTimeout(this.crowdedTimer);
    this.crowdedTimer = window.setTimeout(() => this.isOver || this.listener.onCrowded(false), 2 * CROWDED_MS);
  }

  private send(frame: FromEnd): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  private hear(frame: FromServer): void {
    switch (frame.kind) {
      case "welcome":
        this.backoff.reset();
        this.listener.onLink(true);
        this.listener.onWelcome(frame);
        for (const pass of [...this.said]) this.send(pass);
        return this.sayAlive();
      case "seats":
        return this.listener.onSeats(frame.seats);
      case "passed":
        if (frame.number <= this.heard) return;
        this.heard = frame.number;
        return this.listener.onPassed(frame);
      case "refused":
        return this.heedRefused(frame);
      case "relays":
        return this.listener.onRelays(frame.relays);
      case "ended":
        this.end();
        return this.listener.onEnded(frame.reason);
    }
  }
}
