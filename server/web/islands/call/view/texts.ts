// The words that the page carries for its call, in the reader's language.

export type Words = (key: string, values?: Record<string, string>) => string;

export function wordsOfPage(section: HTMLElement): Words {
  const texts = JSON.parse(section.dataset["texts"] ?? "{}") as Record<string, string>;
  return (key, values = {}) => {
    const pattern = texts[key];
    if (pattern === undefined) throw new Error(`the page carries no text "${key}"`);
    return pattern.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
  };
}

/** A text that the page may not carry, such as the name of a code that is newer than the page. */
export function textOr(section: HTMLElement, key: string, otherwise: string): string {
  const texts = JSON.parse(section.dataset["texts"] ?? "{}") as Record<string, string>;
  return texts[key] ?? otherwise;
}

/** The part of the call's page that is named so. */
export function part<Kind extends HTMLElement>(section: ParentNode, name: string): Kind {
  const found = section.querySelector<Kind>(`[data-call="${name}"]`);
  if (!found) throw new Error(`the page has no part "${name}" for its call`);
  return found;
}
