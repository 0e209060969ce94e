// What the server wrote into the page for scripts: texts in the reader's language, the token, the reader.

const texts = JSON.parse(document.body.dataset["texts"] ?? "{}") as Record<string, string>;

/** A text of the catalogue; `{name}` is replaced by its value. */
export function text(key: string, values: Record<string, string> = {}): string {
  const pattern = texts[key];
  if (pattern === undefined) throw new Error(`the page carries no text "${key}"`);
  return pattern.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

export function csrfToken(): string {
  return meta("csrf-token");
}

/** The id of whoever is signed in, empty if nobody is. */
export function readerId(): string {
  return meta("reader");
}

/** The key of the form that the last request carried out, empty if none was. */
export function doneKey(): string {
  return meta("form-done");
}

/** Says something to screen readers without moving the focus. */
export function announce(message: string): void {
  const region = document.getElementById("announcer");
  if (region) region.textContent = message;
}

function meta(name: string): string {
  return document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? "";
}
