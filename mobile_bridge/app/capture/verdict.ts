// By which thresholds this app judges (imaging/data/quality_thresholds.json), and what of an older verdict still holds.

import thresholds from "../../../imaging/data/quality_thresholds.json";
import { flawsNamed } from "../contract/catalogue";
import { type EdgeVerdict, flawNames } from "../contract/case";

export const VERDICT_VERSION = thresholds.version;

/** Why a photograph is kept still holds where nothing was found that had not been known. */
export function carryReason(before: EdgeVerdict, now: EdgeVerdict): EdgeVerdict {
  const known = flawsNamed(flawNames(before)).map(({ name }) => name);
  const isKnown = now.flaws.length > 0 && flawNames(now).every((name) => known.includes(name));
  return { ...now, keptBecause: isKnown ? before.keptBecause : "" };
}
