// The key that an end makes for one call, and signatures under it: ECDSA on P-256, r then s, in memory alone.

import { type Bytes, fromBase64url, NONCE_BYTES, toBase64url } from "./bytes";

const CURVE = { name: "ECDSA", namedCurve: "P-256" };
const SIGNATURE = { name: "ECDSA", hash: "SHA-256" };

export class CallKey {
  private constructor(
    private readonly pair: CryptoKeyPair,
    readonly publicKey: string,
  ) {}

  static async make(): Promise<CallKey> {
    const pair = await crypto.subtle.generateKey(CURVE, false, ["sign", "verify"]);
    const point = await crypto.subtle.exportKey("raw", pair.publicKey);
    return new CallKey(pair, toBase64url(new Uint8Array(point)));
  }

  async sign(bytes: Bytes): Promise<string> {
    return toBase64url(new Uint8Array(await crypto.subtle.sign(SIGNATURE, this.pair.privateKey, bytes)));
  }
}

/** False for whatever is no signature, too; a point that is not on the curve signs nothing. */
export async function isSigned(publicKey: string, bytes: Bytes, signature: string): Promise<boolean> {
  try {
    const key = await crypto.subtle.importKey("raw", fromBase64url(publicKey), CURVE, false, ["verify"]);
    return await crypto.subtle.verify(SIGNATURE, key, fromBase64url(signature), bytes);
  } catch {
    return false;
  }
}

export function makeNonce(): string {
  return toBase64url(crypto.getRandomValues(new Uint8Array(NONCE_BYTES)));
}
