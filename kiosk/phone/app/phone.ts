// The one page that a kiosk serves to a patient's phone: join, compare the numbers, take photographs.

import { fromBase64Url } from "./line/line";
import { Closed, pause, Talk, type Arrived, type Piece, type Standing, type View } from "./line/talk";

const PIECE_BYTES = 256 * 1024;
const LOOK_EVERY_MS = 1000;
const WAIT_MS = 300;

interface Photo {
  id: string;
  view: View;
  file: File;
}

const page = document.querySelector<HTMLElement>("main")!;
const largestBytes = Number(page.dataset["largest"]);
const waiting: Photo[] = [];
const rows = new Map<string, HTMLElement>();

function show(step: "ready" | "asking" | "joined" | "over"): void {
  for (const section of page.querySelectorAll<HTMLElement>("[data-step]")) {
    section.hidden = section.dataset["step"] !== step;
  }
}

function say(what: string): string {
  return page.querySelector<HTMLTemplateElement>(`template[data-words="${what}"]`)!.content.textContent.trim();
}

function finish(words: string, talk: Talk | null): void {
  talk?.forget();
  for (const row of rows.values()) {
    if (["waiting", "coming", "checking"].includes(row.dataset["state"] ?? "")) {
      tell(row, "refused", say("not-in"), null);
    }
  }
  page.querySelector("[data-over]")!.textContent = words;
  sayIfSilent(false);
  show("over");
}

function sayIfSilent(isSilent: boolean): void {
  page.querySelector<HTMLElement>("[data-silent]")!.hidden = !isSilent;
}

function rowOf(id: string, view: View, file: File | null): HTMLElement {
  const known = rows.get(id);
  if (known) {
    return known;
  }
  const template = page.querySelector<HTMLTemplateElement>("template[data-row]")!;
  const row = template.content.firstElementChild!.cloneNode(true) as HTMLElement;
  row.querySelector("b")!.textContent = page.querySelector(`label[data-view="${view}"] b`)?.textContent ?? "";
  if (file) {
    const picture = row.querySelector("img")!;
    picture.onload = () => {
      picture.hidden = false;
      URL.revokeObjectURL(picture.src);
    };
    picture.src = URL.createObjectURL(file);
  }
  page.querySelector("[data-rows]")!.prepend(row);
  rows.set(id, row);
  return row;
}

function tell(row: HTMLElement, state: string, words: string, share: number | null): void {
  row.dataset["state"] = state;
  const line = row.querySelector("p")!;
  // What stands there already is not read out again.
  if (line.textContent !== words) {
    line.textContent = words;
  }
  const progress = row.querySelector("progress")!;
  progress.hidden = share === null;
  progress.value = share ?? 0;
}

function tellArrived(arrived: Arrived, sizeBytes: number): void {
  const row = rowOf(arrived.photoId, arrived.view, null);
  const words = [say(arrived.state), ...(arrived.words ?? [])];
  const isBare = arrived.state === "refused" || arrived.state === "removed";
  const share = arrived.state === "coming" && sizeBytes ? arrived.receivedBytes / sizeBytes : null;
  const said = (isBare ? words.slice(1) : words).join(" ") + (share === null ? "" : ` ${Math.floor(share * 100)} %`);
  const isDoubted = arrived.state === "kept" && words.length > 1;
  tell(row, isDoubted ? "doubted" : arrived.state, said, share);
}

function add(view: View, file: File): void {
  const id = newId();
  const row = rowOf(id, view, file);
  const wrong = !file.size || (file.type && !file.type.startsWith("image/")) ? "not-a-photo" : file.size > largestBytes ? "too-large" : "";
  if (wrong) {
    tell(row, "refused", say(wrong), null);
    return;
  }
  row.scrollIntoView({ block: "nearest" });
  waiting.push({ id, view, file });
  tell(row, "waiting", say("waiting"), null);
}

/** A UUID of version 4; `crypto.randomUUID` is there for pages with TLS only. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (each) => each.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** The next piece of the photograph that is first in line; null while there is nothing to send. */
async function nextPiece(standing: Standing): Promise<[Piece, Uint8Array] | null> {
  const photo = waiting[0];
  if (!photo || standing.photos?.some((each) => each.state === "checking")) {
    return null;
  }
  const offset = standing.photos?.find((each) => each.photoId === photo.id)?.receivedBytes ?? 0;
  try {
    const content = await new Response(photo.file.slice(offset, offset + PIECE_BYTES)).arrayBuffer();
    if (!content.byteLength) {
      throw new Error("the file ends before its size");
    }
    const piece = { photoId: photo.id, view: photo.view, sizeBytes: photo.file.size, offset };
    return [piece, new Uint8Array(content)];
  } catch {
    waiting.shift();
    tell(rowOf(photo.id, photo.view, photo.file), "refused", say("unreadable"), null);
    return null;
  }
}

async function talkOn(talk: Talk): Promise<void> {
  page.querySelector("[data-code]")!.textContent = talk.code;
  let standing: Standing = { state: "asking" };
  for (;;) {
    const next = standing.state === "joined" ? await nextPiece(standing) : null;
    standing = await talk.ask(next?.[0] ?? null, next?.[1] ?? new Uint8Array());
    for (const each of standing.photos ?? []) {
      const current = waiting[0]?.id === each.photoId ? waiting[0] : null;
      tellArrived(each, current?.file.size ?? 0);
      if (current && each.state !== "coming") {
        waiting.shift();
      }
    }
    if (standing.state === "ended") {
      finish(standing.words ?? say("over"), talk);
      return;
    }
    show(standing.state === "joined" ? "joined" : "asking");
    if (!next) {
      await pause(waiting.length ? WAIT_MS : LOOK_EVERY_MS);
    }
  }
}

async function run(begin: () => Promise<Talk>): Promise<void> {
  let talk: Talk | null = null;
  try {
    talk = await begin();
    await talkOn(talk);
  } catch (error) {
    if (!(error instanceof Closed)) {
      throw error;
    }
    finish(say(error.why), talk);
  }
}

function start(): void {
  window.addEventListener("hashchange", () => location.reload());
  const ticket = location.pathname.slice(1);
  const kioskKey = location.hash.slice(1);
  for (const input of page.querySelectorAll<HTMLInputElement>("input[type=file]")) {
    input.addEventListener("change", () => {
      for (const file of input.files ?? []) {
        add(input.closest("label")!.dataset["view"] as View, file);
      }
      input.value = "";
    });
  }
  if (!/^[\w-]{43}$/.test(kioskKey)) {
    finish(say("half-a-link"), null);
    return;
  }
  const join = () => void run(() => Talk.join(ticket, fromBase64Url(kioskKey), sayIfSilent));
  if (Talk.isJoined(ticket)) {
    join();
    return;
  }
  show("ready");
  const button = page.querySelector<HTMLButtonElement>("button[data-join]")!;
  button.addEventListener("click", () => {
    button.disabled = true;
    join();
  });
}

start();
