// The zones of the body map: shapes in a box of 200 by 420, and the sites that each covers.

import type { Laterality } from "../../contract/case";

export interface Zone {
  sites: string[];
  shape: { name: "ellipse" | "rect" | "path"; at: Record<string, number | string> };
  /** Empty on the middle line. */
  side: Laterality | "";
}

export type Face = "front" | "back";

interface Half {
  sites: Record<Face, string[]>;
  path: string;
}

interface Middle {
  sites: Record<Face, string[]>;
  at: Record<string, number>;
}

const MIDDLE: Middle[] = [
  {
    sites: { front: ["scalp", "forehead", "eyelid", "nose", "cheek", "lips", "chin", "ear"], back: ["scalp", "ear"] },
    at: { x: 76, y: 4, width: 48, height: 58, rx: 22 },
  },
  { sites: { front: ["neck"], back: ["neck"] }, at: { x: 84, y: 63, width: 32, height: 19, rx: 6 } },
  { sites: { front: ["chest", "breast"], back: ["upper-back"] }, at: { x: 69, y: 84, width: 62, height: 54, rx: 8 } },
  { sites: { front: ["belly"], back: ["lower-back"] }, at: { x: 70, y: 140, width: 60, height: 46, rx: 8 } },
  { sites: { front: ["groin", "genitals"], back: ["buttock", "anus"] }, at: { x: 70, y: 188, width: 60, height: 34, rx: 10 } },
];

/** Drawn on the left of the picture; the right is its mirror. */
const HALVES: Half[] = [
  { sites: { front: ["shoulder", "armpit"], back: ["shoulder"] }, path: "M67 84 Q42 84 38 112 L67 116 Z" },
  { sites: { front: ["upper-arm"], back: ["upper-arm"] }, path: "M38 114 L64 118 L58 152 L30 150 Z" },
  { sites: { front: ["elbow"], back: ["elbow"] }, path: "M30 152 L57 154 L53 178 L24 175 Z" },
  { sites: { front: ["forearm", "wrist"], back: ["forearm", "wrist"] }, path: "M24 177 L52 180 L44 220 L15 216 Z" },
  {
    sites: { front: ["palm", "finger"], back: ["hand-back", "finger", "fingernail"] },
    path: "M14 218 L43 222 Q44 256 26 262 Q4 258 14 218 Z",
  },
  { sites: { front: ["hip"], back: ["hip"] }, path: "M68 190 L68 224 L52 228 Q54 204 60 190 Z" },
  { sites: { front: ["thigh"], back: ["thigh"] }, path: "M53 230 L70 224 L98 226 L95 290 L58 290 Z" },
  { sites: { front: ["knee"], back: ["knee"] }, path: "M58 292 L95 292 L93 322 L60 322 Z" },
  { sites: { front: ["shin"], back: ["calf"] }, path: "M60 324 L93 324 L90 372 L64 372 Z" },
  { sites: { front: ["ankle"], back: ["ankle", "heel"] }, path: "M64 374 L90 374 L89 392 L65 392 Z" },
  { sites: { front: ["foot-top", "toe", "toenail"], back: ["sole", "toe"] }, path: "M65 394 L90 394 L92 416 Q70 422 52 416 Z" },
];

/** Facing someone, their right side is on the left of the picture; from behind it is their left. */
export function zonesOf(face: Face): Zone[] {
  const [pictureLeft, pictureRight]: Laterality[] = face === "front" ? ["right", "left"] : ["left", "right"];
  const middle = MIDDLE.map(({ sites, at }): Zone => ({ sites: sites[face], side: "", shape: { name: "rect", at } }));
  const left = HALVES.map((half): Zone => zoneOf(half, face, pictureLeft ?? "", {}));
  const right = HALVES.map((half): Zone => zoneOf(half, face, pictureRight ?? "", { transform: "matrix(-1 0 0 1 200 0)" }));
  return [...middle, ...left, ...right];
}

function zoneOf(half: Half, face: Face, side: Laterality | "", more: Record<string, string>): Zone {
  return { sites: half.sites[face], side, shape: { name: "path", at: { d: half.path, ...more } } };
}
