// The drawing tools over the panes: by mouse, by touch and by keys alone, with the words and the list of what is drawn.

import { announce } from "../loader/page";
import { Ledger } from "./ledger";
import type { Annotation, Kind, Mark, Point } from "./marks";
import { drawOn, type Numbered } from "./overlay";
import type { Pane } from "./pane";
import { lengthText, measure } from "./scale";
import { Sketch } from "./sketch";

const STEP_PX = 24;
const FINE_STEP_PX = 3;
const DRAG_PX = 6;
const CLOSES_PX = 14;
/** How well a hand points at a screen: half of what its pixels are apart, and never less than a pixel. */
const POINTING_SCREEN_PX = 1;
const MOST_POINTING_PX = 1000;
const STEPS: Record<string, Point> = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
const HINTS: Record<Kind, string> = {
  arrow: "drawArrow",
  outline: "drawOutline",
  text: "drawText",
  length: "drawLength",
};

export class Drawing {
  private readonly ledger: Ledger;
  private readonly texts: Record<string, string>;
  private readonly mayDraw: boolean;
  private tool: Kind | undefined;
  private sketch: Sketch | undefined;
  private pointer: Point | undefined;
  private pressed: Point | undefined;
  private chosen: string | undefined;
  /** A note whose place is chosen and whose words are being written. */
  private unworded: { partId: string; mark: Mark } | undefined;

  constructor(
    private readonly element: HTMLElement,
    private readonly panes: () => Pane[],
    private readonly active: () => Pane | undefined,
  ) {
    const { annotations = "", case: caseAddress = "", texts = "{}" } = element.dataset;
    this.texts = JSON.parse(texts) as Record<string, string>;
    this.mayDraw = element.dataset["mayDraw"] !== undefined;
    this.ledger = new Ledger(annotations, caseAddress, {
      changed: () => this.refresh(),
      saving: () => this.tell(this.text("saving")),
      saved: () => this.tell(this.text("savedAt", { time: clock() })),
      waiting: () => this.tell(this.text("notSaved")),
      refused: (reason) => this.tell(this.text("refused", { reason })),
    });
    element.addEventListener("click", (event) => this.press(event.target as HTMLElement));
    this.words?.addEventListener("keydown", (event) => this.wordsKey(event));
    void this.ledger.load();
  }

  /** Lets the tools reach a pane that has come. */
  serve(pane: Pane): void {
    pane.onFrame(() => this.redraw(pane));
    const { overlay } = pane;
    overlay.addEventListener("pointerdown", (event) => this.down(pane, event));
    overlay.addEventListener("pointermove", (event) => this.move(pane, event));
    overlay.addEventListener("pointerup", (event) => this.up(pane, event));
    overlay.addEventListener("keydown", (event) => this.key(pane, event));
  }

  /** The shown photograph or the active pane is another one. */
  follow(): void {
    this.drop();
    this.chosen = undefined;
    this.offerWords();
    this.refresh();
  }

  private press(target: HTMLElement): void {
    const button = target.closest<HTMLElement>("[data-draw], [data-drawn]");
    const verb = button?.dataset["draw"];
    if (!button) return;
    if (verb === "undo") this.undo();
    else if (verb === "hide") this.toggleHidden(button);
    else if (verb === "words") this.keepWords();
    else if (verb === undefined) this.pressRow(button);
    else if (verb in HINTS) this.take(this.tool === verb ? undefined : (verb as Kind));
  }

  private pressRow(button: HTMLElement): void {
    const { drawn = "", id = "" } = button.dataset;
    if (drawn === "remove") this.ledger.change(id, null);
    else this.choose(id);
  }

  private take(kind: Kind | undefined): void {
    this.drop();
    const pane = this.active();
    if (kind && pane && !pane.picture?.partId) {
      this.hint(this.text("noDrawing"));
      return;
    }
    if (kind === "length" && pane?.picture?.noScale !== "") {
      this.hint(pane?.picture?.noScale ?? "");
      return;
    }
    this.tool = kind;
    if (!kind || !pane) return this.showTool();
    this.sketch = new Sketch(kind, () => this.pointing_px(pane));
    const { clientWidth, clientHeight } = pane.element;
    this.pointer = [clientWidth / 2, clientHeight / 2];
    this.showTool();
    this.hint(this.text(HINTS[kind]));
    pane.overlay.focus();
    this.redraw(pane);
  }

  private drop(): void {
    this.tool = undefined;
    this.sketch = undefined;
    this.pressed = undefined;
    this.pointer = undefined;
    this.hint("");
    this.showTool();
    for (const pane of this.panes()) this.redraw(pane);
  }

  private showTool(): void {
    for (const pane of this.panes()) pane.setDrawing(pane === this.active() ? this.tool : undefined);
    for (const kind of Object.keys(HINTS)) {
      this.element.querySelector(`[data-draw=${kind}]`)?.setAttribute("aria-pressed", String(kind === this.tool));
    }
  }

  private pointing_px(pane: Pane): number {
    return Math.min(Math.max(1, Math.ceil(pane.pxPerScreenPx * POINTING_SCREEN_PX)), MOST_POINTING_PX);
  }

  private down(pane: Pane, event: PointerEvent): void {
    if (!this.sketch || event.button !== 0) return;
    pane.overlay.setPointerCapture(event.pointerId);
    this.pressed = this.pointer = place(event);
    const closes = this.closes(pane, this.pressed);
    if (closes) return this.finish(pane);
    this.sketch.add(pane.toPhoto(this.pressed));
    this.redraw(pane);
  }

  private move(pane: Pane, event: PointerEvent): void {
    if (!this.sketch) return;
    const at = place(event);
    const last = this.pointer ?? at;
    if (this.pressed && this.tool === "outline" && apart(last, at) < DRAG_PX) return;
    this.pointer = at;
    if (this.pressed && this.tool === "outline") this.sketch.add(pane.toPhoto(at));
    this.redraw(pane);
  }

  private up(pane: Pane, event: PointerEvent): void {
    if (!this.sketch || !this.pressed) return;
    const wasDragged = apart(this.pressed, place(event)) > DRAG_PX || (this.tool === "outline" && this.sketch.points.length > 8);
    this.pressed = undefined;
    if (wasDragged && this.tool !== "text") this.sketch.add(pane.toPhoto(place(event)));
    if (this.sketch.isFull || (wasDragged && this.sketch.mark())) this.finish(pane);
  }

  private closes(pane: Pane, at: Point): boolean {
    const [first] = this.sketch?.points ?? [];
    return this.tool === "outline" && !!first && !!this.sketch?.mark() && apart(pane.toScreen(first), at) < CLOSES_PX;
  }

  private key(pane: Pane, event: KeyboardEvent): void {
    const step = STEPS[event.key];
    if (!this.sketch || !this.pointer) return;
    if (step) {
      const size = event.shiftKey ? FINE_STEP_PX : STEP_PX;
      this.pointer = [this.pointer[0] + step[0] * size, this.pointer[1] + step[1] * size];
    } else if (event.key === "Enter") {
      this.setByKey(pane, pane.toPhoto(this.pointer));
    } else if (event.key === "Escape") {
      this.drop();
    } else return;
    event.preventDefault();
    event.stopPropagation();
    this.redraw(pane);
  }

  private setByKey(pane: Pane, point: Point): void {
    const last = this.sketch?.points.at(-1);
    const isSame = last && last[0] === point[0] && last[1] === point[1];
    this.sketch?.add(point);
    if (this.sketch?.isFull || isSame) this.finish(pane);
  }

  private finish(pane: Pane): void {
    const mark = this.sketch?.mark();
    const partId = pane.picture?.partId;
    if (!mark || !partId) return;
    if (mark.kind === "length" && !this.measured(pane, mark)) {
      this.take("length");
      return this.hint(this.text("tooFar"));
    }
    this.drop();
    if (mark.kind === "text") {
      this.unworded = { partId, mark };
      this.chosen = undefined;
    } else this.chosen = this.ledger.add(partId, mark);
    this.offerWords(true);
    this.refresh();
  }

  private measured(pane: Pane, mark: Mark): string {
    const scale = pane.picture?.scale;
    if (mark.kind !== "length" || !scale) return "";
    const found = measure(scale, mark.start, mark.end, mark.pointingPx);
    return found ? lengthText(found) : "";
  }

  private undo(): void {
    const isDone = this.ledger.undo();
    this.chosen = undefined;
    this.offerWords();
    if (!isDone) this.tell(this.text("nothingToUndo"));
    else announce(this.text("undone"));
  }

  private toggleHidden(button: HTMLElement): void {
    const isHidden = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(isHidden));
    for (const pane of this.panes()) pane.overlay.toggleAttribute("data-hidden", isHidden);
  }

  private choose(id: string): void {
    this.unworded = undefined;
    this.chosen = id;
    this.offerWords(true);
    for (const pane of this.panes()) this.redraw(pane);
  }

  private get words(): HTMLInputElement | null {
    return this.element.querySelector<HTMLInputElement>("[data-draw-words]");
  }

  private offerWords(isFocused = false): void {
    const row = this.element.querySelector<HTMLElement>(".viewer-words");
    const there = this.chosen ? this.ledger.find(this.chosen) : undefined;
    if (!row || !this.words) return;
    if (!isFocused) this.unworded = undefined;
    row.hidden = !this.unworded && !(there && this.ledger.isOwn(there));
    this.words.value = there?.mark?.words ?? "";
    if (isFocused && !row.hidden) this.words.focus();
  }

  private wordsKey(event: KeyboardEvent): void {
    if (event.key === "Enter") this.keepWords();
    else if (event.key === "Escape") this.offerWords();
    else return;
    event.preventDefault();
  }

  private keepWords(): void {
    const words = this.words?.value.trim() ?? "";
    const there = this.chosen ? this.ledger.find(this.chosen) : undefined;
    if (this.unworded && words) this.ledger.add(this.unworded.partId, { ...this.unworded.mark, words });
    else if (there?.mark && there.mark.words !== words && (words || there.mark.kind !== "text")) {
      this.ledger.change(there.annotationId, { ...there.mark, words });
    }
    this.chosen = undefined;
    this.offerWords();
    this.refresh();
    this.active()?.overlay.focus({ preventScroll: true });
  }

  private refresh(): void {
    for (const pane of this.panes()) this.redraw(pane);
    this.list();
  }

  private redraw(pane: Pane): void {
    if (!pane.isOpen) return;
    const isActive = pane === this.active();
    const sketched = isActive && this.pointer ? this.sketch?.shown(pane.toPhoto(this.pointer)) : undefined;
    const marks = this.numbered(pane);
    if (sketched) marks.push({ number: 0, mark: sketched, label: this.measured(pane, sketched), isChosen: true });
    const place = this.unworded && this.unworded.partId === pane.picture?.partId ? this.unworded.mark : undefined;
    if (place) marks.push({ number: 0, mark: place, label: "…", isChosen: true });
    drawOn(pane.overlay, marks, (point) => pane.toScreen(point), isActive && this.sketch ? this.pointer : undefined);
  }

  private numbered(pane: Pane): Numbered[] {
    const on = this.ledger.on(pane.picture?.partId ?? "");
    return on.flatMap((each, index) => {
      const { mark } = each;
      if (!mark) return [];
      const label = mark.kind === "length" ? this.lengthOf(pane, each, mark) : mark.kind === "text" ? mark.words : "";
      return [{ number: index + 1, mark, label, isChosen: each.annotationId === this.chosen }];
    });
  }

  private lengthOf(pane: Pane | undefined, each: Annotation, mark: Mark): string {
    if (each.length) return lengthText(each.length);
    return pane ? this.measured(pane, mark) : "";
  }

  private list(): void {
    const list = this.element.querySelector(".viewer-drawn");
    const pane = this.active();
    const on = this.ledger.on(pane?.picture?.partId ?? "");
    const held = (document.activeElement as HTMLElement | null)?.dataset["id"];
    list?.replaceChildren(...on.map((each, index) => this.row(each, index + 1, pane)));
    if (held && !list?.contains(document.activeElement)) {
      list?.querySelector<HTMLElement>(`[data-id="${held}"], [data-id]`)?.focus();
    }
  }

  private row(each: Annotation, number: number, pane: Pane | undefined): HTMLElement {
    const row = document.createElement("li");
    const { mark } = each;
    if (!mark) return row;
    const length = mark.kind === "length" ? this.lengthOf(pane, each, mark) : "";
    const told = document.createElement("span");
    told.textContent = [`${number} ${this.text(mark.kind)}`, length, mark.words].filter(Boolean).join(" · ");
    const when = document.createElement("span");
    when.className = "muted";
    const drawn = new Date(each.drawnAt).toLocaleString(document.documentElement.lang, {
      dateStyle: "short",
      timeStyle: "short",
    });
    when.textContent = [this.ledger.nameOf(each), drawn].filter(Boolean).join(", ");
    row.append(told, when);
    if (this.mayDraw && this.ledger.isOwn(each)) {
      row.append(this.rowButton("reword", each, number), this.rowButton("remove", each, number));
    }
    return row;
  }

  private rowButton(verb: string, { annotationId }: Annotation, number: number): HTMLElement {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-quiet";
    button.dataset["drawn"] = verb;
    button.dataset["id"] = annotationId;
    button.textContent = this.text(verb);
    button.setAttribute("aria-label", `${this.text(verb)}: ${number}`);
    return button;
  }

  private tell(state: string): void {
    const status = this.element.querySelector("[data-draw-status]");
    if (status) status.textContent = state;
  }

  private hint(text: string): void {
    const hint = this.element.querySelector<HTMLElement>("[data-draw-hint]");
    if (!hint) return;
    hint.textContent = text;
    hint.hidden = text === "";
  }

  private text(key: string, values: Record<string, string> = {}): string {
    return (this.texts[key] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
  }
}

function place(event: PointerEvent): Point {
  const box = (event.currentTarget as Element).getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
}

function apart(a: Point, b: Point): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}

function clock(): string {
  return new Date().toLocaleTimeString(document.documentElement.lang, { hour: "numeric", minute: "2-digit" });
}
