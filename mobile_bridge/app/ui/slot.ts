// One view's place on the screen: how to take it, the photograph, its verdict, and what to do about it.

import type { View } from "../contract/case";
import { NotAPhoto, type Taken, takePhoto } from "../capture/photo";
import { ChangedElsewhere, readPhoto } from "../store/drafts";
import { PhoneFull } from "../store/database";
import type { DraftKeeper } from "../store/keeper";
import type { KeptPhoto } from "../store/model";
import { hasCamera, openCamera } from "./camera";
import { banner, button, status } from "./pieces";
import { type Child, h } from "./dom";
import { notKept } from "./keeping";
import { family, t, type TextKey } from "./texts";

const REASONS: readonly TextKey[] = ["why.best", "why.cannot", "why.fine"];

export function photoSlot(keeper: DraftKeeper, view: View, replaces: string | null): HTMLElement {
  const place = h("section", { class: "card stack slot", "data-view": view, "aria-labelledby": `view-${view}` });
  const draw = async (...notes: Child[]) => {
    const photo = keeper.draft.photos.find((each) => each.view === view);
    const body = photo ? await takenBody(photo) : [h("p", { class: "hint" }, family("viewHint", view))];
    place.replaceChildren(title(view), ...body, ...notes.filter((note): note is Node => note instanceof Node), actions(photo));
  };
  const take = async (file: Blob) => {
    place.setAttribute("aria-busy", "true");
    try {
      await keep(keeper, await takePhoto(file, keeper.draft.id, view, replaces));
      await draw();
    } catch (error) {
      await draw(banner("danger", notTaken(error)));
    } finally {
      place.removeAttribute("aria-busy");
    }
  };
  const takenBody = async (photo: KeptPhoto): Promise<Node[]> => [await preview(photo), verdict(photo, keeper, () => void draw())];
  const actions = (photo: KeptPhoto | undefined) =>
    h(
      "div",
      { class: "cluster" },
      fileButton(view, "camera", t(photo ? "slot.again" : "slot.take"), take),
      !photo && hasCamera() && button(t("slot.camera"), () => openCamera(view, take)),
      fileButton(view, "file", t("slot.file"), take),
      photo && button(t("slot.remove"), () => void remove(keeper, photo).then(() => draw()), "quiet"),
    );
  void draw();
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

function verdict(photo: KeptPhoto, keeper: DraftKeeper, redraw: () => void): HTMLElement {
  const { checked, flaws, keptBecause } = photo.verdict;
  if (!checked) return h("p", {}, status("neutral", t("verdict.unchecked")), " ", t("verdict.uncheckedHint"));
  if (flaws.length === 0) return h("p", {}, status("good", t("verdict.good")));
  const words = flaws.map((flaw) => h("p", {}, family("flaw", flaw)));
  if (keptBecause) return h("div", {}, ...words, h("p", {}, status("neutral", t("verdict.kept")), " ", keptBecause));
  return banner("warning", ...words, keepAnyway(photo, keeper, redraw));
}

function keepAnyway(photo: KeptPhoto, keeper: DraftKeeper, redraw: () => void): HTMLElement {
  const because = (key: TextKey) =>
    keeper
      .change((draft) => {
        const kept = draft.photos.find((each) => each.partId === photo.partId);
        if (kept) kept.verdict.keptBecause = t(key);
      })
      .then(redraw, () => undefined);
  const reasons = REASONS.map((key) => button(t(key), () => because(key)));
  return h("details", {}, h("summary", { class: "button" }, t("verdict.keepAnyway")), h("p", {}, t("verdict.why")), h("div", { class: "cluster" }, ...reasons));
}
