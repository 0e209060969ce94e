// One view's place on the screen: how to take it, the photograph, its verdict, and what to do about it.

import type { View } from "../contract/case";
import { isOutdated, judgeAgain } from "../capture/again";
import { NotAPhoto, type Taken, takePhoto } from "../capture/photo";
import { ChangedElsewhere, readPhoto } from "../store/drafts";
import { PhoneFull } from "../store/database";
import type { DraftKeeper } from "../store/keeper";
import type { KeptPhoto } from "../store/model";
import { hasCamera, openCamera } from "./camera";
import { beginChecking, type Checking } from "./checking";
import { banner, button } from "./pieces";
import { type Child, h } from "./dom";
import { notKept } from "./keeping";
import { family, t } from "./texts";
import { verdictPart } from "./verdict";

export function photoSlot(keeper: DraftKeeper, view: View, replaces: string | null): HTMLElement {
  const place = h("section", { class: "card stack slot", "data-view": view, "aria-labelledby": `view-${view}` });
  const draw = async (...notes: Child[]) => {
    const photo = keeper.draft.photos.find((each) => each.view === view);
    const body = photo ? await takenBody(photo) : [h("p", { class: "hint" }, family("viewHint", view))];
    place.replaceChildren(title(view), ...body, ...notes.filter((note): note is Node => note instanceof Node), actions(photo));
  };
  const whileChecking = async (work: (checking: Checking) => Promise<void>) => {
    const checking = beginChecking();
    place.setAttribute("aria-busy", "true");
    place.replaceChildren(title(view), checking.part);
    try {
      await work(checking);
      await draw();
    } catch (error) {
      await draw(banner("danger", notTaken(error)));
    } finally {
      place.removeAttribute("aria-busy");
    }
  };
  const take = (file: Blob) =>
    whileChecking(async ({ told, signal }) => {
      const taken = await takePhoto(file, { draftId: keeper.draft.id, view, replaces }, told, signal);
      await keep(keeper, taken);
    });
  const takenBody = async (photo: KeptPhoto): Promise<Node[]> => [
    await preview(photo),
    verdictPart(photo, keeper, () => void draw()),
  ];
  const actions = (photo: KeptPhoto | undefined) =>
    h(
      "div",
      { class: "cluster" },
      fileButton(view, "camera", t(photo ? "slot.again" : "slot.take"), take),
      !photo && hasCamera() && button(t("slot.camera"), () => openCamera(view, take)),
      fileButton(view, "file", t("slot.file"), take),
      photo && button(t("slot.remove"), () => void remove(keeper, photo).then(() => draw()), "quiet"),
    );
  const kept = keeper.draft.photos.find((each) => each.view === view);
  if (kept && isOutdated(kept)) void whileChecking(({ told, signal }) => judgeAgain(keeper, kept, told, signal));
  else void draw();
  return place;
}

function title(view: View): HTMLElement {
  return h("h2", { id: `view-${view}` }, family("view", view));
}

/** `camera` opens the phone's own camera app; both work where the live camera does not. */
function fileButton(view: View, from: "camera" | "file", label: string, take: (file: Blob) => Promise<void>): HTMLElement {
  const input: HTMLInputElement = h("input", {
    type: "file",
    accept: "image/*,.heic,.heif",
    capture: from === "camera" ? "environment" : null,
    class: "visually-hidden",
    id: `${from}-${view}`,
    onchange: () => {
      const file = input.files?.[0];
      if (file) void take(file);
    },
  });
  const classes = from === "camera" ? "button button-primary" : "button";
  return h("label", { class: classes, for: input.id }, label, input);
}

async function keep(keeper: DraftKeeper, taken: Taken): Promise<void> {
  const before = keeper.draft.photos.find((each) => each.view === taken.photo.view);
  const isTwice = keeper.draft.photos.some((each) => each !== before && each.sha256 === taken.photo.sha256);
  if (isTwice) throw new SamePhoto();
  await keeper.change(
    (draft) => (draft.photos = [...draft.photos.filter((each) => each.view !== taken.photo.view), taken.photo]),
    [taken.bytes],
    before ? [before.partId] : [],
  );
}

async function remove(keeper: DraftKeeper, photo: KeptPhoto): Promise<void> {
  const drop = keeper.change(
    (draft) => (draft.photos = draft.photos.filter((each) => each.partId !== photo.partId)),
    [],
    [photo.partId],
  );
  await drop.catch(() => undefined);
}

/** The very same file was taken for another view. */
class SamePhoto extends Error {}

function notTaken(error: unknown): string {
  if (error instanceof NotAPhoto) return t(`slot.${error.reason}`);
  if (error instanceof SamePhoto) return t("slot.same");
  if (error instanceof PhoneFull) return t("slot.full");
  return error instanceof ChangedElsewhere ? notKept(error) : t("slot.failed");
}

export async function preview(photo: KeptPhoto): Promise<HTMLElement> {
  const bytes = await readPhoto(photo.partId);
  if (!bytes?.preview) return h("p", { class: "no-preview" }, t("slot.noPreview"));
  const image = h("img", { alt: family("view", photo.view), src: URL.createObjectURL(bytes.preview) });
  image.addEventListener("load", () => URL.revokeObjectURL(image.src), { once: true });
  return h("figure", { class: "photo" }, image);
}
