// Measures one connection: what arrived of the other end, for its report, and what the other says arrived of ours.

import type { Report } from "../contract/talk";
import type { Connection } from "../leg/connection";
import { LATE_AFTER_S, type LinkMeasure } from "./ladder";

const CONGESTED_LOSS = 0.03;
const QUEUED_S = 0.25;

interface Totals {
  received: number;
  lost: number;
  bytes: number;
}

export class Meter {
  private before: Totals = { received: 0, lost: 0, bytes: 0 };
  private beforeMs = performance.now();
  private heardMs = performance.now();
  private told: Report | undefined;
  private toldMs = performance.now();
  private roundTripS = 0;
  private shortestS = Number.POSITIVE_INFINITY;

  constructor(private readonly connection: Connection) {}

  /** What is said to the other end once a second. */
  async report(): Promise<Report> {
    const now = await this.totals();
    const nowMs = performance.now();
    const received = Math.max(0, now.received - this.before.received);
    const lost = Math.max(0, now.lost - this.before.lost);
    const bits = 8 * Math.max(0, now.bytes - this.before.bytes);
    const report: Report = {
      kind: "report",
      loss: received + lost > 0 ? lost / (received + lost) : 0,
      bitsPerS: Math.round((1_000 * bits) / Math.max(1, nowMs - this.beforeMs)),
      sentMs: Math.round(nowMs),
    };
    if (this.told) Object.assign(report, { echoMs: this.told.sentMs, heldMs: Math.round(nowMs - this.toldMs) });
    if (received > 0) this.heardMs = nowMs;
    this.before = now;
    this.beforeMs = nowMs;
    return report;
  }

  /** What the other end said of our own sending. */
  hear(report: Report): void {
    const nowMs = performance.now();
    this.told = report;
    this.toldMs = this.heardMs = nowMs;
    if (typeof report.echoMs !== "number") return;
    this.roundTripS = Math.max(0, nowMs - report.echoMs - (report.heldMs ?? 0)) / 1_000;
    this.shortestS = Math.min(this.shortestS, this.roundTripS);
  }

  /** A link that drops or queues carries what arrived, not more; one on which no report comes through, less. */
  look(): LinkMeasure {
    const nowMs = performance.now();
    const isLate = nowMs - this.toldMs > 1_000 * LATE_AFTER_S;
    const { loss, bitsPerS } = this.told ?? { loss: 0, bitsPerS: 0 };
    const isHeldBack = loss > CONGESTED_LOSS && this.roundTripS - this.shortestS > QUEUED_S;
    return {
      atS: nowMs / 1_000,
      loss: isLate ? 1 : loss,
      roundTripS: this.roundTripS,
      bitsPerS: isHeldBack ? bitsPerS : null,
      silentS: (nowMs - this.heardMs) / 1_000,
    };
  }

  private async totals(): Promise<Totals> {
    const totals: Totals = { received: 0, lost: 0, bytes: 0 };
    for (const stats of (await this.connection.peer.getStats()).values()) {
      if (stats.type !== "inbound-rtp") continue;
      totals.received += stats.packetsReceived ?? 0;
      totals.lost += stats.packetsLost ?? 0;
      totals.bytes += (stats.bytesReceived ?? 0) + (stats.headerBytesReceived ?? 0);
    }
    return totals;
  }
}
