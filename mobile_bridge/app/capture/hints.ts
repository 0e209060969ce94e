// What a frame of the live camera says about the photograph that it would become.

import { lumaOf, measure, type Picture } from "./measure";
import thresholds from "../../../imaging/data/quality_thresholds.json";

export type Hint = "too_dark" | "move_closer" | "hold_still";

/** Of a frame of some 256 px. */
export function hintsOf(frame: Picture): Hint[] {
  const { brightLuma, sharpnessPermille } = measure(lumaOf(frame.data, frame.width_px, frame.height_px));
  if (brightLuma < thresholds.minBrightLuma.value) return ["too_dark"];
  return sharpnessPermille < thresholds.minSharpnessPermille.value ? ["hold_still"] : [];
}
