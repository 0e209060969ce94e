// A photograph of the case that everybody looks at, each with a pointer that the others see.

import type { TalkOf } from "../contract/talk";
import { part, type Words } from "./texts";

const POINT_EVERY_MS = 80;
const KEY_STEP = 20;

interface Photo {
  partId: string;
  src: string;
  label: string;
}

type Said = TalkOf<"show"> | TalkOf<"point">;

export class SharedPhotos {
  private readonly photos: Photo[];
  private shown: string | null = null;
  private pointedAtMs = 0;
  private place = { x: 500, y: 500 };

  constructor(
    private readonly section: HTMLElement,
    private readonly words: Words,
    private readonly say: (said: Said) => void,
  ) {
    this.photos = JSON.parse(section.dataset["photos"] ?? "[]") as Photo[];
    part(section, "photos").hidden = this.photos.length === 0;
    part(section, "photo-strip").replaceChildren(...this.photos.map((photo) => this.button(photo)));
    part(section, "put-away").addEventListener("click", () => this.choose(null));
    const shared = part(section, "shared");
    shared.tabIndex = 0;
    shared.addEventListener("pointermove", (event) => this.follow(event));
    shared.addEventListener("keydown", (event) => this.move(event));
  }

  hear(name: string, said: Said): void {
    if (said.kind === "show") return this.show(said.partId);
    if (said.partId !== this.shown) this.show(said.partId);
    this.point(said.x, said.y);
    part(this.section, "photo-state").textContent = this.words("pointsAt", { name });
  }

  private button(photo: Photo): HTMLElement {
    const item = document.createElement("li");
    const button = document.createElement("button");
    const picture = document.createElement("img");
    const label = document.createElement("span");
    button.type = "button";
    button.dataset["part"] = photo.partId;
    picture.src = photo.src;
    picture.alt = "";
    label.textContent = photo.label;
    button.append(picture, label);
    button.addEventListener("click", () => this.choose(photo.partId));
    item.append(button);
    return item;
  }

  private choose(partId: string | null): void {
    this.show(partId);
    this.say({ kind: "show", partId });
  }

  /** A photograph that this person may not see is not shown, whoever points at it. */
  private show(partId: string | null): void {
    const photo = this.photos.find((each) => each.partId === partId);
    this.shown = photo?.partId ?? null;
    const shared = part(this.section, "shared");
    shared.hidden = part(this.section, "put-away").hidden = !photo;
    part(this.section, "pointer").hidden = true;
    const picture = shared.querySelector("img");
    if (!photo || !picture) return;
    picture.src = photo.src;
    picture.alt = photo.label;
  }

  private follow(event: PointerEvent): void {
    const box = part(this.section, "shared").getBoundingClientRect();
    this.tell((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  }

  private move(event: KeyboardEvent): void {
    const steps: Record<string, [number, number]> = {
      ArrowLeft: [-KEY_STEP, 0],
      ArrowRight: [KEY_STEP, 0],
      ArrowUp: [0, -KEY_STEP],
      ArrowDown: [0, KEY_STEP],
    };
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    this.tell((this.place.x + step[0]) / 1_000, (this.place.y + step[1]) / 1_000);
  }

  private tell(right: number, down: number): void {
    const now_ms = performance.now();
    if (this.shown === null || now_ms - this.pointedAtMs < POINT_EVERY_MS) return;
    this.pointedAtMs = now_ms;
    const [x, y] = [right, down].map((share) => Math.round(1_000 * Math.min(1, Math.max(0, share)))) as [number, number];
    this.point(x, y);
    this.say({ kind: "point", partId: this.shown, x, y });
  }

  private point(x: number, y: number): void {
    this.place = { x, y };
    const pointer = part(this.section, "pointer");
    pointer.hidden = false;
    pointer.style.setProperty("inset-inline-start", `${x / 10}%`);
    pointer.style.setProperty("inset-block-start", `${y / 10}%`);
  }
}
