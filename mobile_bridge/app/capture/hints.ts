// What a frame of the live camera says about the photograph that it would become: imaging/quality_hints.py.

import thresholds from "../../../imaging/data/quality_thresholds.json";
import { measureDetail } from "./detail";
import { brightLumaOf } from "./light";
import { lumaOf, type Picture } from "./pictures";
import { findSkin, skinShareOf } from "./subject";

export type Hint = "too_dark" | "move_closer" | "hold_still";

/** Of a frame of at most 256 px. In the dark nothing else is told, as nothing else can be seen. */
export function hintsOf(frame: Picture): Hint[] {
  const luma = lumaOf(frame);
  if (255 - brightLumaOf(luma) > thresholds.flaws.underexposed.value) return ["too_dark"];
  const hints: Hint[] = [];
  const detail = measureDetail(luma).directions.filter((value) => value !== null);
  const least = detail.length > 0 ? Math.min(...detail) : 0;
  if (least < thresholds.hints.leastDetailPermille.value) hints.push("hold_still");
  if (skinShareOf(findSkin(frame)) < thresholds.hints.leastSkinPermille.value) hints.push("move_closer");
  return hints;
}
