// How far a draft is, told only by what the phone has kept and what the server has signed.

import type { Draft } from "../store/model";

export type Progress =
  | { kind: "draft" }
  | { kind: "waiting" }
  | { kind: "received"; come: number; of: number }
  | { kind: "sent"; of: number; refused: number }
  | { kind: "trouble" };

export function progressOf(draft: Draft): Progress {
  const { outbox, photos } = draft;
  if (!outbox) return { kind: "draft" };
  if (outbox.trouble) return { kind: "trouble" };
  if (!outbox.receipt) return { kind: "waiting" };
  const { absent, refused } = outbox.receipt;
  const missing = photos.filter((photo) => absent.includes(photo.sha256)).length;
  if (outbox.sentAt && missing === 0) {
    const unusable = photos.filter((photo) => refused.includes(photo.sha256)).length;
    return { kind: "sent", of: photos.length, refused: unusable };
  }
  return { kind: "received", come: photos.length - missing, of: photos.length };
}
