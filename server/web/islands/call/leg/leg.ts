// The leg to one other seat: keys first, then connections whose certificates those keys have signed, one after another.

import { Backoff } from "../../loader/backoff";
import { fingerprintBytes } from "../contract/bytes";
import { type CallKey, isSigned } from "../contract/signing";
import type { Candidate, Describe, LegMessage, Rebuild, Seat } from "../contract/wire";
import type { LocalMedia } from "../media/local";
import { Connection } from "./connection";
import { type Agreed, Broken, Exchange } from "./exchange";
import { fingerprintIn, type Voice } from "./sdp";

const CONNECTED_WITHIN_MS = 30_000;
const BACK_WITHIN_MS = 4_000;
const FAILURES_AT_MOST = 6;

export type LegState = "absent" | "keying" | "connecting" | "live" | "interrupted" | "stopped";

/** Why media stopped for good: this person or the other read another string, or somebody stands between. */
export type StopReason = "differs" | "toldDiffers" | "unsigned" | "broken";

/** Who is at the two ends, with what is this end's alone. */
export interface Ends {
  callId: string;
  own: Seat;
  other: Seat;
  key: CallKey;
}

export interface Surroundings {
  say(message: LegMessage): void;
  configuration(): RTCConfiguration;
  media(): LocalMedia;
  voice(): Voice;
}

export interface LegListener {
  onChange(leg: Leg): void;
  onTrack(leg: Leg, track: MediaStreamTrack): void;
  onConnection(leg: Leg, connection: Connection): void;
}

export class Leg {
  state: LegState = "absent";
  reason: StopReason | undefined;
  /** What both people compare, once the keys are known. */
  bits: number | undefined;
  /** Another string than before in this call: the other end began anew, or somebody stands between since then. */
  hasChanged = false;
  isMatched = false;
  connection: Connection | undefined;
  private exchange: Exchange;
  private agreed: Agreed | undefined;
  private session = "";
  private generation = -1;
  private failures = 0;
  private timer = 0;
  private readonly backoff = new Backoff(500, 15_000);
  private work: Promise<void> = Promise.resolve();

  constructor(
    private readonly ends: Ends,
    private readonly around: Surroundings,
    private readonly listener: LegListener,
  ) {
    this.exchange = this.newExchange();
  }

  get other(): Seat {
    return this.ends.other;
  }

  /** The other seat is there: begin, or say that this end is. */
  arrive(): void {
    if (this.state !== "absent") return;
    this.become("keying");
    if (this.exchange.begins) this.inTurn(() => this.begin());
    else this.around.say({ kind: "rebuild", generation: 0 });
  }

  /** The other seat left: whoever comes back begins anew. */
  depart(): void {
    if (this.state === "stopped") return;
    this.inTurn(async () => {
      this.forget();
      this.session = "";
      this.become("absent");
    });
  }

  take(sessionId: string, message: LegMessage): void {
    this.inTurn(() => this.heed(sessionId, message));
  }

  match(): void {
    this.isMatched = true;
    this.hasChanged = false;
    this.listener.onChange(this);
  }

  /** A person read another string: both ends stop at once. */
  differ(): void {
    this.around.say({ kind: "differs" });
    this.stop("differs");
  }

  /** The network changed, or the picture stands: a new connection, whatever the old one says of itself. */
  rebuild(): void {
    if (this.agreed && this.state !== "stopped") this.interrupt();
  }

  close(): void {
    this.forget();
    this.state = "stopped";
  }

  private inTurn(step: () => Promise<void>): void {
    this.work = this.work.then(step).catch((error: unknown) => this.fail(error));
  }

  private async heed(sessionId: string, message: LegMessage): Promise<void> {
    if (this.state === "stopped") return;
    const isNew = sessionId !== this.session;
    if (isNew) await this.meet(sessionId, message);
    switch (message.kind) {
      case "commit":
      case "respond":
      case "reveal":
        return this.exchangeKeys(message);
      case "describe":
        return this.heedDescription(message);
      case "candidate":
        return this.heedCandidate(message);
      case "rebuild":
        return isNew ? undefined : this.heedRebuild(message);
      case "differs":
        return this.stop("toldDiffers");
    }
  }

  /** Another session at the other end: a page that was loaded again, a kiosk that was started again. */
  private async meet(sessionId: string, message: LegMessage): Promise<void> {
    const isFirst = this.session === "";
    this.session = sessionId;
    if (!isFirst) this.forget();
    if (this.state === "absent") this.become("keying");
    if (this.exchange.begins && (!isFirst || message.kind === "rebuild")) await this.begin();
  }

  private async begin(): Promise<void> {
    this.exchange = this.newExchange();
    this.around.say(await this.exchange.commit());
  }

  private async exchangeKeys(message: Parameters<Exchange["take"]>[0]): Promise<void> {
    const { say, agreed } = await this.exchange.take(message);
    if (say) this.around.say(say);
    if (!agreed) return;
    this.agreed = agreed;
    this.noteString(agreed.bits);
    this.become("connecting");
    if (this.exchange.begins) await this.offer();
    else this.watch(CONNECTED_WITHIN_MS);
  }

  private noteString(bits: number): void {
    if (this.bits !== undefined && this.bits !== bits) {
      this.hasChanged = true;
      this.isMatched = false;
    }
    this.bits = bits;
  }

  private async offer(): Promise<void> {
    const connection = this.replaceConnection(this.generation + 1);
    this.watch(CONNECTED_WITHIN_MS);
    await this.describe("offer", connection, await connection.offer());
  }

  private async describe(type: Describe["type"], connection: Connection, sdp: string): Promise<void> {
    const { callId, own, other, key } = this.ends;
    const fingerprint = fingerprintIn(sdp);
    if (fingerprint === undefined) throw new Error("the browser's own description names no certificate");
    const bytes = fingerprintBytes(callId, own.seatId, other.seatId, connection.generation, fingerprint);
    const signature = await key.sign(bytes);
    this.around.say({ kind: "describe", type, generation: connection.generation, sdp, fingerprint, signature });
  }

  /** Nothing of a description is used, and nothing of a camera sent, before the other end's key has vouched for it. */
  private async heedDescription(message: Describe): Promise<void> {
    if (!this.agreed) return;
    const { callId, own, other } = this.ends;
    const bytes = fingerprintBytes(callId, other.seatId, own.seatId, message.generation, message.fingerprint);
    const isVouched =
      fingerprintIn(message.sdp) === message.fingerprint &&
      (await isSigned(this.agreed.otherKey, bytes, message.signature));
    if (!isVouched) return this.stop("unsigned");
    if (message.type === "offer") await this.answer(message);
    else await this.accept(message);
  }

  private async answer({ generation, sdp }: Describe): Promise<void> {
    if (this.exchange.begins || generation <= this.generation) return;
    const connection = this.replaceConnection(generation);
    this.watch(CONNECTED_WITHIN_MS);
    const answered = await connection.answer(sdp, this.around.voice());
    await connection.attach(this.around.media());
    await this.describe("answer", connection, answered);
  }

  private async accept({ generation, sdp }: Describe): Promise<void> {
    const connection = this.connection;
    if (!this.exchange.begins || !connection || generation !== connection.generation) return;
    if (connection.peer.signalingState !== "have-local-offer") return;
    await connection.accept(sdp, this.around.voice());
    await connection.attach(this.around.media());
  }

  private async heedCandidate(message: Candidate): Promise<void> {
    if (message.generation !== this.connection?.generation) return;
    const { candidate, sdpMid = null, sdpMLineIndex = null } = message;
    await this.connection.addCandidate({ candidate, sdpMid, sdpMLineIndex });
  }

  private async heedRebuild({ generation }: Rebuild): Promise<void> {
    if (!this.exchange.begins) return;
    if (generation === 0) await this.begin();
    else if (this.agreed && generation > this.generation) await this.offer();
  }

  private replaceConnection(generation: number): Connection {
    this.connection?.close();
    this.generation = generation;
    const connection = new Connection(generation, this.around.configuration(), {
      onState: (state) => this.noteState(connection, state),
      onCandidate: (candidate) => this.sayCandidate(generation, candidate),
      onTrack: (track) => this.listener.onTrack(this, track),
    });
    this.connection = connection;
    this.listener.onConnection(this, connection);
    return connection;
  }

  private sayCandidate(generation: number, found: RTCIceCandidate | null): void {
    const { candidate, sdpMid, sdpMLineIndex } = found ?? { candidate: "", sdpMid: null, sdpMLineIndex: null };
    this.around.say({ kind: "candidate", generation, candidate, sdpMid, sdpMLineIndex });
  }

  private noteState(connection: Connection, state: RTCPeerConnectionState): void {
    if (connection !== this.connection || this.state === "stopped") return;
    if (state === "connected") {
      clearTimeout(this.timer);
      this.backoff.reset();
      this.failures = 0;
      this.become("live");
    } else if (state === "disconnected") {
      this.become("interrupted");
      this.watch(BACK_WITHIN_MS);
    } else if (state === "failed") this.interrupt();
  }

  private watch(within_ms: number): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.interrupt(), within_ms);
  }

  /** The seat with the smaller id offers the next connection; the other asks for it until it comes. */
  private interrupt(): void {
    this.become("interrupted");
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      if (this.exchange.begins) this.inTurn(() => this.offer());
      else {
        this.around.say({ kind: "rebuild", generation: this.generation + 1 });
        this.watch(CONNECTED_WITHIN_MS);
      }
    }, this.backoff.next_ms());
  }

  private fail(error: unknown): void {
    if (this.state === "stopped") return;
    if (error instanceof Broken || ++this.failures >= FAILURES_AT_MOST) this.stop("broken");
    else this.interrupt();
  }

  private stop(reason: StopReason): void {
    this.forget();
    this.reason = reason;
    this.become("stopped");
  }

  private forget(): void {
    clearTimeout(this.timer);
    this.connection?.close();
    this.connection = undefined;
    this.agreed = undefined;
    this.exchange = this.newExchange();
    if (!this.exchange.begins) this.generation = -1;
  }

  private newExchange(): Exchange {
    const { callId, own, other, key } = this.ends;
    return new Exchange(callId, own, other, key);
  }

  private become(state: LegState): void {
    this.state = state;
    this.listener.onChange(this);
  }
}
