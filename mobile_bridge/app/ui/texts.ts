// The app's own texts in the reader's language; a text that Spanish lacks does not compile.

import type { Texts } from "../contract/catalogue";
import { textIn } from "../contract/catalogue";
import en from "../texts/en.json";
import es from "../texts/es.json";

export type TextKey = keyof typeof en;
type Values = Record<string, string | number>;

const CATALOGUES: Record<string, Record<TextKey, string>> = { en, es };
let chosen = "en";

/** Takes the first of these that there are texts for, by its base language. */
export function setLanguage(wanted: readonly string[]): void {
  const bases = wanted.map((tag) => tag.split("-")[0] ?? "");
  chosen = bases.find((base) => base in CATALOGUES) ?? "en";
  document.documentElement.lang = chosen;
  document.documentElement.dir = "ltr";
}

export function language(): string {
  return chosen;
}

/** `{name}` in the text is replaced by its value. */
export function t(key: TextKey, values: Values = {}): string {
  const text = CATALOGUES[chosen]?.[key] ?? en[key];
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** A text out of a family, where the code comes from data: `family("status", "waiting")`. */
export function family(prefix: string, code: string): string {
  const key = `${prefix}.${code}`;
  return key in en ? t(key as TextKey) : code;
}

export function told(texts: Texts): string {
  return textIn(texts, chosen);
}

/** The moment in the phone's zone, which is named; the phone's own way of writing it, where that is in the same language. */
export function when(moment: string): string {
  const locale = navigator.languages.find((tag) => tag.split("-")[0] === chosen) ?? chosen;
  const format = new Intl.DateTimeFormat(locale, {
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
  });
  return format.format(new Date(moment));
}

/** In kilobytes or megabytes, as phones count them. */
export function sizeOf(bytes: number): string {
  const [value, unit] = bytes < 1e6 ? [bytes / 1e3, "kilobyte"] : [bytes / 1e6, "megabyte"];
  const digits = bytes < 1e6 ? 0 : 1;
  return new Intl.NumberFormat(chosen, { style: "unit", unit, maximumFractionDigits: digits }).format(value);
}
