// By which thresholds this app judges (imaging/data/quality_thresholds.json), and what of an older verdict still holds.

import thresholds from "../../../imaging/data/quality_thresholds.json";
import { flawsNamed, type PhotoFlaw } from "../contract/catalogue";
import { type EdgeVerdict, flawNames } from "../contract/case";

export const VERDICT_VERSION = thresholds.version;

/** Why a photograph is kept still holds where nothing was found that had not been known or asks for something new. */
export function carryReason(before: EdgeVerdict, now: EdgeVerdict): EdgeVerdict {
  const known = flawsNamed(flawNames(before)).map(({ name }) => name);
  const isOld = ({ name, toldBy = name }: PhotoFlaw) => known.includes(name) || known.includes(toldBy);
  const isKnown = now.flaws.length > 0 && flawsNamed(flawNames(now)).every(isOld);
  return { ...now, keptBecause: isKnown ? before.keptBecause : "" };
}
