// Makes of what single frames say a hint that stays still: it comes when most frames say so, and stays a while.

import type { Hint } from "./hints";

/** `ready` is told where frames have nothing against them. */
export type SteadyHint = Hint | "ready";

/** What has to be mended first comes first. */
const ORDER: readonly SteadyHint[] = ["too_dark", "hold_still", "move_closer", "ready"];
const FRAMES = 5;
const MOST_OF_THEM = 4;
const STAYS_MS = 1500;

export class Steadying {
  private frames: SteadyHint[][] = [];
  private shown: SteadyHint | null = null;
  private since_ms = 0;

  /** The hint to show after this frame; null until enough frames agree. `now_ms` only ever grows. */
  next(seen: Hint[], now_ms: number): SteadyHint | null {
    const frame: SteadyHint[] = seen.length > 0 ? seen : ["ready"];
    this.frames = [...this.frames, frame].slice(-FRAMES);
    const wanted = ORDER.find((hint) => this.count(hint) >= MOST_OF_THEM);
    const isDue = this.shown === null || now_ms - this.since_ms >= STAYS_MS;
    if (wanted && wanted !== this.shown && isDue) {
      this.shown = wanted;
      this.since_ms = now_ms;
    }
    return this.shown;
  }

  private count(hint: SteadyHint): number {
    return this.frames.filter((frame) => frame.includes(hint)).length;
  }
}
