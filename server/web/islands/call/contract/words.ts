// The short string as people read it out: four words of BIP 39's list, and the same as digits for any language.

import { SHORT_STRING_BITS } from "./bytes";

const WORD_BITS = 11;
const DIGITS = 14;
const LISTS: Record<string, () => Promise<{ wordlist: string[] }>> = {
  en: () => import("@scure/bip39/wordlists/english.js"),
  es: () => import("@scure/bip39/wordlists/spanish.js"),
};

/** In `language`, which must be the same at both ends; English where there is no list for it. */
export async function wordsOf(bits: number, language: string): Promise<string[]> {
  const list = LISTS[primary(language)] ?? LISTS["en"];
  const { wordlist } = await (list as () => Promise<{ wordlist: string[] }>)();
  const words: string[] = [];
  for (let shift = SHORT_STRING_BITS - WORD_BITS; shift >= 0; shift -= WORD_BITS) {
    // Beyond 32 bits: no shifts. The Spanish list is published decomposed.
    words.push((wordlist[Math.floor(bits / 2 ** shift) % 2 ** WORD_BITS] ?? "").normalize("NFC"));
  }
  return words;
}

/** In groups of two for the voice: `12 34 56 78 90 12 34`. */
export function digitsOf(bits: number): string {
  return (String(bits).padStart(DIGITS, "0").match(/../g) ?? []).join(" ");
}

/** The language of a leg's words: that of both people, else English. */
export function languageOf(one: string, other: string): string {
  return primary(one) === primary(other) ? primary(one) : "en";
}

function primary(language: string): string {
  return language.split("-")[0] ?? "en";
}
