// Judges a kept photograph again where the thresholds have changed since, as a new version of the app brings them.

import { readPhoto } from "../store/drafts";
import type { DraftKeeper } from "../store/keeper";
import type { KeptPhoto } from "../store/model";
import { check } from "./check";
import type { Told } from "./look";
import { carryReason, VERDICT_VERSION } from "./verdict";

export function isOutdated({ verdict }: KeptPhoto): boolean {
  return verdict.version !== VERDICT_VERSION;
}

/** Where the new look is not waited for, or its bytes are gone, the old verdict stays with its version. */
export async function judgeAgain(keeper: DraftKeeper, photo: KeptPhoto, told: Told, signal: AbortSignal): Promise<void> {
  const bytes = await readPhoto(photo.partId);
  if (!bytes) return;
  const { verdict } = await check(bytes.original, photo.mediaType, told, signal);
  if (signal.aborted) return;
  await keeper.change((draft) => {
    const kept = draft.photos.find((each) => each.partId === photo.partId);
    if (kept) kept.verdict = carryReason(kept.verdict, verdict);
  });
}
