// The bytes that both ends hash and sign (server/contract/call.py): each part behind its length in 4 bytes.

import type { Seat } from "./wire";

export const SHORT_STRING_BITS = 44;
export const NONCE_BYTES = 32;

export type Bytes = Uint8Array<ArrayBuffer>;

/** What an end commits to: its key and nonce, for this call, seat, role and name. */
export function revealedBytes(callId: string, seat: Seat, publicKey: string, nonce: string): Bytes {
  const identity = [utf8(seat.role), utf8(seat.name)];
  return framed([
    utf8("careferry call key 1"),
    uuidBytes(callId),
    uuidBytes(seat.seatId),
    ...identity,
    fromBase64url(publicKey),
    fromBase64url(nonce),
  ]);
}

export async function commitmentOf(revealed: Bytes): Promise<string> {
  return toBase64url(await sha256(revealed));
}

/** What both people compare; below 2^53, so that a number holds it. */
export async function shortStringBits(first: Bytes, second: Bytes): Promise<number> {
  const digest = await sha256(framed([utf8("careferry short string 1"), first, second]));
  const leading = digest.subarray(0, 6).reduce((bits, byte) => bits * 256 + byte, 0);
  return Math.floor(leading / 2 ** (48 - SHORT_STRING_BITS));
}

/** What a description's signature is over: one leg, direction, generation and certificate. */
export function fingerprintBytes(
  callId: string,
  sender: string,
  receiver: string,
  generation: number,
  fingerprint: string,
): Bytes {
  const ids = [callId, sender, receiver].map(uuidBytes);
  return framed([utf8("careferry call fingerprint 1"), ...ids, uint32(generation), utf8(fingerprint)]);
}

export function toBase64url(bytes: Uint8Array): string {
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Throws for what is not base64url. */
export function fromBase64url(text: string): Bytes {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

async function sha256(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

function framed(parts: Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((size, part) => size + 4 + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(uint32(part.length), place);
    whole.set(part, place + 4);
    place += 4 + part.length;
  }
  return whole;
}

function uint32(value: number): Bytes {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

function utf8(text: string): Bytes {
  return Uint8Array.from(new TextEncoder().encode(text));
}

function uuidBytes(id: string): Bytes {
  const digits = id.replaceAll("-", "").match(/../g) ?? [];
  return Uint8Array.from(digits, (digit) => Number.parseInt(digit, 16));
}
