// The server's signed receipt: the bytes under the signature, and which keys can be believed (server/contract/receipt.py).

export interface Receipt {
  schema: "careferry.receipt/1";
  caseId: string;
  submissionSha256: string;
  receivedAt: string;
  issuedAt: string;
  held: string[];
  absent: string[];
  refused: string[];
  keyId: string;
  signature: string;
}

export interface SigningKey {
  keyId: string;
  publicKey: string;
  startsAt: string;
  endorsedBy: string;
  endorsement: string;
}

/** The receipt without its signature as JSON with sorted keys. */
export function signedBytes(receipt: Receipt): Uint8Array<ArrayBuffer> {
  const bare: Record<string, unknown> = { ...receipt, signature: "" };
  const sorted = Object.fromEntries(Object.keys(bare).sort().map((key) => [key, bare[key]]));
  return new TextEncoder().encode(JSON.stringify(sorted));
}

export function endorsedBytes(key: SigningKey): Uint8Array<ArrayBuffer> {
  const words = ["careferry.endorsement/1", key.keyId, key.publicKey, key.startsAt, key.endorsedBy];
  return new TextEncoder().encode(words.join("|"));
}

/** The pinned key and every successor endorsed from it, by id; what is offered under a known id changes nothing. */
export async function follow(pinned: SigningKey, offered: readonly SigningKey[]): Promise<Map<string, SigningKey>> {
  const believed = new Map([[pinned.keyId, pinned]]);
  for (;;) {
    const found: SigningKey[] = [];
    for (const key of offered) {
      const endorser = believed.get(key.endorsedBy);
      if (believed.has(key.keyId) || !endorser) continue;
      if (await verify(endorser.publicKey, key.endorsement, endorsedBytes(key))) found.push(key);
    }
    if (found.length === 0) return believed;
    for (const key of found) believed.set(key.keyId, key);
  }
}

export async function isSigned(receipt: Receipt, believed: ReadonlyMap<string, SigningKey>): Promise<boolean> {
  const key = believed.get(receipt.keyId);
  return key !== undefined && verify(key.publicKey, receipt.signature, signedBytes(receipt));
}

/** Ed25519 (RFC 8032); key and signature in base64url without padding. Throws where the browser does not know it. */
async function verify(publicKey: string, signature: string, message: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const key = await crypto.subtle.importKey("raw", fromBase64Url(publicKey), "Ed25519", false, ["verify"]);
  return crypto.subtle.verify("Ed25519", key, fromBase64Url(signature), message);
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
