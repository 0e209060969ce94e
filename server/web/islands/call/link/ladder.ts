// What this end sends on its link (server/contract/call_ladder.py): the rungs, and when one is changed.
// Going down is quick and may skip rungs; going up is one at a time, a trial, and slower after one that failed.

import rules from "../../../../contract/data/call-ladder-1.json";

export type RungName = "high" | "standard" | "slow" | "stills" | "voice" | "messages";

export interface Rung {
  name: RungName;
  video: { heightPx: number; framesPerS: number; bitsPerS: number } | null;
  stillEveryS: number;
  voiceBitsPerS: number;
  packetMs: number;
  pictureBitsPerS: number;
  leastBitsPerS: number;
  mostLoss: number;
  mostRoundTripS: number;
  enterBitsPerS: number;
  enterLoss: number;
}

/** One look at the link. `bitsPerS` is what it is known to carry at most, null while nothing is held back. */
export interface LinkMeasure {
  atS: number;
  loss: number;
  roundTripS: number;
  bitsPerS: number | null;
  silentS: number;
}

export interface Standing {
  rung: number;
  sinceS: number;
  patienceS: number;
  isTrial: boolean;
  badSinceS: number | null;
  goodSinceS: number | null;
}

/** Reports come once a second: without one for so long, whatever is sent is too much. */
export const LATE_AFTER_S = rules.lateAfterS;
export const RUNGS = rules.rungs as Rung[];
const MESSAGES = RUNGS.length - 1;
const VOICE = MESSAGES - 1;

/** With a voice and stills, and quickly up from there: a picture in seconds, and no flood on a link without room. */
export function begin(atS: number): Standing {
  return standing(rules.beginRung, atS, rules.firstUpAfterS);
}

export function rungOf(now: Standing): Rung {
  return RUNGS[now.rung] as Rung;
}

/** How long the packets of a voice are on a rung. */
export function packetMsOn(name: RungName): number {
  return RUNGS.find((rung) => rung.name === name)?.packetMs ?? 0;
}

/** Where to stand after one more look. */
export function step(now: Standing, seen: LinkMeasure): Standing {
  if (now.rung === MESSAGES) return stepUpFromMessages(now, seen);
  if (seen.silentS >= rules.silentAfterS) return down(now, MESSAGES, seen.atS);
  if (!carries(rungOf(now), seen)) {
    const badSinceS = now.badSinceS ?? seen.atS;
    if (seen.atS - badSinceS >= rules.downAfterS) return down(now, rungBelow(now.rung, seen), seen.atS);
    return { ...now, badSinceS, goodSinceS: null };
  }
  const isTrial = now.isTrial && seen.atS - now.sinceS < rules.trialS;
  const patienceS = now.isTrial && !isTrial ? Math.min(now.patienceS, rules.upAfterS) : now.patienceS;
  const steady = { ...now, badSinceS: null, isTrial, patienceS };
  const above = RUNGS[now.rung - 1];
  if (!above || !mayEnter(above, seen)) return { ...steady, goodSinceS: null };
  const goodSinceS = now.goodSinceS ?? seen.atS;
  if (seen.atS - goodSinceS < patienceS) return { ...steady, goodSinceS };
  return { ...standing(now.rung - 1, seen.atS, patienceS), isTrial: true };
}

function stepUpFromMessages(now: Standing, seen: LinkMeasure): Standing {
  if (seen.silentS >= rules.heardAgainS) return { ...now, goodSinceS: null };
  const goodSinceS = now.goodSinceS ?? seen.atS;
  if (seen.atS - goodSinceS < rules.heardAgainS) return { ...now, goodSinceS };
  return standing(VOICE, seen.atS, rules.upAfterS);
}

function down(now: Standing, rung: number, atS: number): Standing {
  const patienceS = Math.max(now.isTrial ? now.patienceS * 2 : now.patienceS, rules.upAfterS);
  return standing(rung, atS, Math.min(patienceS, rules.upAfterMostS));
}

function rungBelow(rung: number, seen: LinkMeasure): number {
  for (let each = rung + 1; each < MESSAGES; each++) if (carries(RUNGS[each] as Rung, seen)) return each;
  return VOICE;
}

function carries(rung: Rung, seen: LinkMeasure): boolean {
  const hasRoom = seen.bitsPerS === null || seen.bitsPerS >= rung.leastBitsPerS;
  return hasRoom && seen.loss <= rung.mostLoss && seen.roundTripS <= rung.mostRoundTripS;
}

function mayEnter(rung: Rung, seen: LinkMeasure): boolean {
  const hasRoom = seen.bitsPerS === null || seen.bitsPerS >= rung.enterBitsPerS;
  return hasRoom && seen.loss <= rung.enterLoss && seen.roundTripS <= rung.mostRoundTripS;
}

function standing(rung: number, sinceS: number, patienceS: number): Standing {
  return { rung, sinceS, patienceS, isTrial: false, badSinceS: null, goodSinceS: null };
}
