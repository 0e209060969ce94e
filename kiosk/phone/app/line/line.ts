// The sealed line to the kiosk: the layout of `server/contract/handoff.py`, in script alone, since a page that came
// without TLS has no WebCrypto.

import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { x25519 } from "@noble/curves/ed25519.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";

const INFO = new TextEncoder().encode("careferry hand-off 1");
const KEY_BYTES = 32;
const NUMBER_BYTES = 8;

export function newKey(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(KEY_BYTES));
}

/** One phone's line: `own` is its private key, made for this hand-off alone. */
export class Line {
  readonly publicKey: Uint8Array;
  /** The six digits that the kiosk's screen shows too. */
  readonly code: string;
  private readonly questions: Uint8Array;
  private readonly answers: Uint8Array;
  private readonly ticket: Uint8Array;

  constructor(own: Uint8Array, kioskKey: Uint8Array, ticket: string) {
    this.publicKey = x25519.getPublicKey(own);
    const salt = joined(kioskKey, this.publicKey);
    const derived = hkdf(sha256, x25519.getSharedSecret(own, kioskKey), salt, INFO, 2 * KEY_BYTES + 4);
    this.questions = derived.slice(0, KEY_BYTES);
    this.answers = derived.slice(KEY_BYTES, 2 * KEY_BYTES);
    this.ticket = new TextEncoder().encode(ticket);
    const digits = String(viewOf(derived).getUint32(2 * KEY_BYTES) % 1_000_000).padStart(6, "0");
    this.code = `${digits.slice(0, 3)} ${digits.slice(3)}`;
  }

  /** The message that holds a question; a number is used once. */
  seal(number: number, question: object, content: Uint8Array): Uint8Array {
    const head = new TextEncoder().encode(JSON.stringify(question));
    const length = new Uint8Array(4);
    viewOf(length).setUint32(0, head.length);
    const nonce = nonceOf(number);
    const sealed = chacha20poly1305(this.questions, nonce, this.ticket).encrypt(joined(length, head, content));
    return joined(nonce.subarray(nonce.length - NUMBER_BYTES), sealed);
  }

  /** What the kiosk says to the question of that number; throws where it is not the kiosk's answer to it. */
  open(number: number, message: Uint8Array): unknown {
    const nonce = nonceOf(number);
    if (message.length < NUMBER_BYTES || message.slice(0, NUMBER_BYTES).some((each, at) => each !== nonce[at + 4])) {
      throw new Error("an answer to another question");
    }
    const plain = chacha20poly1305(this.answers, nonce, this.ticket).decrypt(message.subarray(NUMBER_BYTES));
    return JSON.parse(new TextDecoder().decode(plain));
  }
}

export function joined(...parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function fromBase64Url(text: string): Uint8Array {
  return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (each) => each.charCodeAt(0));
}

export function toBase64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
}

function nonceOf(number: number): Uint8Array {
  const nonce = new Uint8Array(12);
  viewOf(nonce).setUint32(4, Math.floor(number / 2 ** 32));
  viewOf(nonce).setUint32(8, number >>> 0);
  return nonce;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
