// What two ends say to each other on their own connection (server/contract/call_talk.py).

import type { RungName } from "../link/ladder";

export type Talk =
  | { kind: "chat"; text: string }
  | { kind: "show"; partId: string | null }
  | { kind: "point"; partId: string; x: number; y: number }
  | { kind: "ask-still"; stillId: string }
  | { kind: "still-kept"; stillId: string; sha256: string; flaws: { name: string }[] }
  | { kind: "still-failed"; stillId: string; reason: "no-camera" | "no-room" | "refused" | "no-case" }
  | PictureOffer
  | { kind: "missing"; number: number; pieces: number[] }
  | { kind: "arrived"; number: number }
  | Report
  | { kind: "sending"; rung: RungName; isMuted: boolean; isWithoutPicture: boolean }
  | { kind: "measured"; code: string; device?: string; text: string; unit: string; flags?: string[]; measuredAt: { at: string } }
  | { kind: "pulse"; bpm?: number | null; declined?: string | null; snrDb?: number | null };

export interface PictureOffer {
  kind: "picture";
  number: number;
  purpose: "preview" | "still" | "fresh";
  stillId?: string | null;
  mediaType: "image/jpeg" | "image/webp";
  sizeBytes: number;
  sha256: string;
}

export interface Report {
  kind: "report";
  loss: number;
  bitsPerS: number;
  sentMs: number;
  echoMs?: number | null;
  heldMs?: number;
}

export type TalkOf<Kind extends Talk["kind"]> = Extract<Talk, { kind: Kind }>;

/** Undefined for what is not of this contract: another version at the other end may say more than this one knows. */
export function readTalk(data: unknown): Talk | undefined {
  try {
    const said = JSON.parse(String(data)) as Talk | null;
    return typeof said === "object" && said !== null && typeof said.kind === "string" ? said : undefined;
  } catch {
    return undefined;
  }
}
