// Keyboard: `data-key` on anything that can be pressed or filled, j and k through a list, ? for help.

import { text } from "../loader/page";

const SEQUENCE_MS = 1200;
const TYPED_IN = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";

let pressed: string[] = [];
let pressed_at_ms = 0;

export function listenForShortcuts(): void {
  offerHelp();
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const target = event.target as HTMLElement;
    if (target.matches(TYPED_IN)) return leaveField(event, target);
    if (document.querySelector("dialog[open]")) return;
    if (act(event.key)) event.preventDefault();
  });
}

/** Who does not know of `?` finds the keys at the foot of a page that has some. */
function offerHelp(): void {
  const button = document.getElementById("show-keys");
  if (!button || !document.querySelector("[data-key], [data-keys-list]")) return;
  button.hidden = false;
  button.addEventListener("click", showHelp);
}

function leaveField(event: KeyboardEvent, field: HTMLElement): void {
  if (event.key === "Escape") field.blur();
}

function act(key: string): boolean {
  if (key === "?") return showHelp();
  if (key === "j" || key === "k") return moveInList(key === "j" ? 1 : -1);
  const now_ms = performance.now();
  pressed = now_ms - pressed_at_ms < SEQUENCE_MS ? [...pressed.slice(-1), key] : [key];
  pressed_at_ms = now_ms;
  return press(pressed.join(" ")) || press(key);
}

function press(keys: string): boolean {
  const element = document.querySelector<HTMLElement>(`[data-key="${CSS.escape(keys)}"]`);
  if (!element) return false;
  pressed = [];
  if (element.matches("input, textarea, select")) element.focus();
  else element.click();
  return true;
}

function moveInList(step: number): boolean {
  const items = "[data-keys-list] :is([data-keys-item], a.row-link)";
  const stops = [...document.querySelectorAll<HTMLElement>(items)];
  if (stops.length === 0) return press(step > 0 ? "j" : "k");
  const here = stops.indexOf(document.activeElement as HTMLElement);
  stops[Math.min(Math.max(here + step, 0), stops.length - 1)]?.focus();
  return true;
}

function showHelp(): boolean {
  const dialog = document.getElementById("shortcuts") as HTMLDialogElement | null;
  const list = dialog?.querySelector("dl");
  if (!dialog || !list) return false;
  list.replaceChildren(...helpRows());
  dialog.showModal();
  return true;
}

function helpRows(): HTMLElement[] {
  const rows: [string, string][] = [["?", text("keysHelp")]];
  if (document.querySelector("[data-keys-list]")) rows.push(["j", text("keysDown")], ["k", text("keysUp")]);
  for (const element of document.querySelectorAll<HTMLElement>("[data-key]")) {
    rows.push([element.dataset["key"] ?? "", labelOf(element)]);
  }
  return rows.flatMap(([keys, label]) => [termOf(keys), descriptionOf(label)]);
}

function labelOf(element: HTMLElement): string {
  const labelled = element as HTMLInputElement;
  return element.getAttribute("aria-label") ?? labelled.labels?.[0]?.textContent ?? element.textContent ?? "";
}

function termOf(keys: string): HTMLElement {
  const term = document.createElement("dt");
  for (const key of keys.split(" ")) {
    const cap = document.createElement("kbd");
    cap.textContent = key;
    term.append(cap, " ");
  }
  return term;
}

function descriptionOf(label: string): HTMLElement {
  const description = document.createElement("dd");
  description.textContent = label.trim();
  return description;
}
