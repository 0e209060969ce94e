// The copies of typed forms that this tab keeps until the server has them: they die with the tab.

import { doneKey, readerId } from "../loader/page";

const PREFIX = "draft:";
const NEVER_KEPT = new Set(["_csrf"]);
const SECRETS = "input[type=password], input[autocomplete=one-time-code]";

export type Field = [name: string, value: string];

interface Draft {
  reader: string;
  fields: Field[];
}

/** Whether the tab could keep it: its store may be full, or switched off. */
export function keepDraft(address: string, form: HTMLFormElement): boolean {
  const draft: Draft = { reader: readerId(), fields: fieldsOf(form) };
  try {
    sessionStorage.setItem(PREFIX + address, JSON.stringify(draft));
  } catch (error) {
    if (error instanceof DOMException) return false;
    throw error;
  }
  return true;
}

export function forgetDraft(address: string): void {
  sessionStorage.removeItem(PREFIX + address);
}

export function findDraft(address: string): Field[] | undefined {
  const kept = sessionStorage.getItem(PREFIX + address);
  return kept === null ? undefined : (JSON.parse(kept) as Draft).fields;
}

/** Whoever signs in next in this tab finds nothing of the last person's. */
export function forgetDraftsOfOthers(): void {
  if (readerId() === "") return;
  forgetWhere((draft) => draft.reader !== "" && draft.reader !== readerId());
}

/** The server names the form that it carried out: its copy has served. */
export function forgetDoneDraft(): void {
  const done = doneKey();
  if (done) forgetWhere((draft) => draft.fields.some(([name, value]) => name === "_key" && value === done));
}

export function forgetAllDrafts(): void {
  forgetWhere(() => true);
}

export function fieldsOf(form: HTMLFormElement): Field[] {
  const secret = new Set([...form.querySelectorAll<HTMLInputElement>(SECRETS)].map((input) => input.name));
  const kept: Field[] = [];
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && !NEVER_KEPT.has(name) && !secret.has(name)) kept.push([name, value]);
  }
  return kept;
}

/** Puts kept values back, the form's key with them, so that sending again is recognised as the same form. */
export function restoreFields(form: HTMLFormElement, fields: Field[]): void {
  const values = new Map<string, string[]>();
  for (const [name, value] of fields) values.set(name, [...(values.get(name) ?? []), value]);
  for (const control of form.elements) restoreControl(control, values);
}

function restoreControl(control: Element, values: Map<string, string[]>): void {
  if (control instanceof HTMLInputElement && ["checkbox", "radio"].includes(control.type)) {
    control.checked = (values.get(control.name) ?? []).includes(control.value);
  } else if (control instanceof HTMLInputElement && ["file", "password", "submit"].includes(control.type)) {
    return;
  } else if (isValued(control) && values.has(control.name)) {
    control.value = values.get(control.name)?.shift() ?? "";
  }
}

function isValued(control: Element): control is HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement {
  return (
    control instanceof HTMLInputElement ||
    control instanceof HTMLTextAreaElement ||
    control instanceof HTMLSelectElement
  );
}

function forgetWhere(isOver: (draft: Draft) => boolean): void {
  for (const key of Object.keys(sessionStorage)) {
    if (!key.startsWith(PREFIX)) continue;
    if (isOver(JSON.parse(sessionStorage.getItem(key) ?? '{"fields":[]}') as Draft)) sessionStorage.removeItem(key);
  }
}
