// The corners of an outline over their photograph, to be dragged or moved by keys; the form's text is what is sent.

const SVG = "http://www.w3.org/2000/svg";
const STEP = 0.5;
const RADIUS = 0.8;
const KEYS: Record<string, readonly [number, number]> = {
  ArrowLeft: [-STEP, 0],
  ArrowRight: [STEP, 0],
  ArrowUp: [0, -STEP],
  ArrowDown: [0, STEP],
};

export function outline(form: HTMLElement): void {
  const text = form.querySelector("textarea");
  const editor = form.querySelector<HTMLElement>(".outline-editor");
  const drawing = editor?.querySelector("svg");
  if (!text || !editor || !drawing) throw new Error("the outline's form is not whole");
  new Editor(text, editor, drawing).start();
}

class Editor {
  private corners: [number, number][] = [];
  private readonly polygon = document.createElementNS(SVG, "polygon");

  constructor(
    private readonly text: HTMLTextAreaElement,
    private readonly editor: HTMLElement,
    private readonly drawing: SVGSVGElement,
  ) {}

  start(): void {
    this.editor.hidden = false;
    const hint = this.editor.parentElement?.querySelector<HTMLElement>(".outline-hint");
    if (hint) hint.hidden = false;
    this.text.addEventListener("input", () => this.read());
    const picture = this.editor.querySelector("img");
    picture?.addEventListener("load", () => this.read());
    this.read();
  }

  private read(): void {
    const rows = this.text.value.split("\n").map((line) => line.trim().split(/\s+/).map(Number));
    this.corners = rows.filter((row) => row.length === 2 && row.every(Number.isFinite)) as [number, number][];
    if (this.corners.length < 3) this.corners = [[40, 40], [60, 40], [60, 60], [40, 60]];
    this.drawing.replaceChildren(this.polygon, ...this.corners.map((_, place) => this.handle(place)));
    this.draw();
  }

  private handle(place: number): SVGElement {
    const handle = document.createElementNS(SVG, "ellipse");
    const isWide = this.editor.clientWidth / Math.max(this.editor.clientHeight, 1);
    handle.setAttribute("rx", String(RADIUS));
    handle.setAttribute("ry", String(RADIUS * isWide));
    handle.setAttribute("tabindex", "0");
    handle.setAttribute("role", "button");
    handle.setAttribute("aria-label", `${this.text.dataset["corner"] ?? ""} ${place + 1}`);
    handle.addEventListener("pointerdown", (event) => handle.setPointerCapture(event.pointerId));
    handle.addEventListener("pointermove", (event) => {
      if (handle.hasPointerCapture(event.pointerId)) this.moveTo(place, ...this.under(event));
    });
    handle.addEventListener("keydown", (event) => {
      const by = KEYS[event.key];
      const from = this.corners[place];
      if (!by || !from) return;
      event.preventDefault();
      this.moveTo(place, from[0] + by[0], from[1] + by[1]);
    });
    return handle;
  }

  private under(event: PointerEvent): [number, number] {
    const { left, top, width, height } = this.drawing.getBoundingClientRect();
    return [((event.clientX - left) / width) * 100, ((event.clientY - top) / height) * 100];
  }

  private moveTo(place: number, x: number, y: number): void {
    this.corners[place] = [Math.min(100, Math.max(0, x)), Math.min(100, Math.max(0, y))];
    this.text.value = this.corners.map((corner) => corner.map((share) => share.toFixed(2)).join(" ")).join("\n");
    this.draw();
  }

  private draw(): void {
    this.polygon.setAttribute("points", this.corners.map((corner) => corner.join(",")).join(" "));
    this.drawing.querySelectorAll("ellipse").forEach((handle, place) => {
      const [x, y] = this.corners[place] ?? [0, 0];
      handle.setAttribute("cx", String(x));
      handle.setAttribute("cy", String(y));
    });
  }
}
