// How far a draft is, told only by what the phone has kept and what the server has signed.

import { type Draft, mediaOf } from "../store/model";

export type Progress =
  | { kind: "draft" }
  | { kind: "waiting" }
  | { kind: "received"; come: number; of: number }
  | { kind: "sent"; of: number; refused: number }
  | { kind: "trouble" };

export function progressOf(draft: Draft): Progress {
  const { outbox } = draft;
  if (!outbox) return { kind: "draft" };
  if (outbox.trouble) return { kind: "trouble" };
  if (!outbox.receipt) return { kind: "waiting" };
  const { absent, refused } = outbox.receipt;
  const media = mediaOf(draft);
  const missing = media.filter(({ sha256 }) => absent.includes(sha256)).length;
  if (outbox.sentAt && missing === 0) {
    const unusable = media.filter(({ sha256 }) => refused.includes(sha256)).length;
    return { kind: "sent", of: media.length, refused: unusable };
  }
  return { kind: "received", come: media.length - missing, of: media.length };
}
