// Judges a photograph by the server's own thresholds (imaging/data/quality_thresholds.json).

import thresholds from "../../../imaging/data/quality_thresholds.json";
import type { Measures } from "./measure";

export const VERDICT_VERSION = thresholds.version;
export const LUMA_LONG_EDGE_PX = thresholds.lumaLongEdgePx;

/** Names as the server's, and `unreadable` for a format that this browser shows but a file it cannot. */
export type Flaw = "resolution" | "sharpness" | "too_dark" | "too_bright" | "unreadable";

export function flawsOf(measures: Measures, width_px: number, height_px: number): Flaw[] {
  const isSmall =
    Math.max(width_px, height_px) < thresholds.minLongEdgePx.value ||
    Math.min(width_px, height_px) < thresholds.minShortEdgePx.value;
  const checks: [boolean, Flaw][] = [
    [isSmall, "resolution"],
    [measures.sharpnessPermille < thresholds.minSharpnessPermille.value, "sharpness"],
    [measures.brightLuma < thresholds.minBrightLuma.value, "too_dark"],
    [measures.clippedPermille > thresholds.maxClippedPermille.value, "too_bright"],
  ];
  return checks.filter(([fails]) => fails).map(([, flaw]) => flaw);
}
