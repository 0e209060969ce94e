// Which receipts are believed: those under the key that was pinned at the first visit, and its endorsed successors.

import { follow, isSigned, type Receipt, type SigningKey } from "../contract/receipt";
import { keepKeys, readKeys } from "../store/facts";
import { getJson } from "./server";

const KEYS_PATH = "/.well-known/careferry-receipt-keys.json";

/** Pins the first key, once in the life of this phone's store. */
export async function pinKeys(): Promise<void> {
  if (!(await readKeys())) await keepKeys(await getJson<SigningKey[]>(KEYS_PATH));
}

/** Whether the receipt is signed by a believed key; asks for successors only where the key is not known yet. */
export async function isBelieved(receipt: Receipt): Promise<boolean> {
  await pinKeys();
  if (await isSignedUnder(receipt)) return true;
  const [pinned] = (await readKeys()) ?? [];
  if (!pinned) return false;
  const offered = await getJson<SigningKey[]>(KEYS_PATH);
  await keepKeys([pinned, ...offered.filter((key) => key.keyId !== pinned.keyId)]);
  return isSignedUnder(receipt);
}

async function isSignedUnder(receipt: Receipt): Promise<boolean> {
  const [pinned, ...offered] = (await readKeys()) ?? [];
  return pinned !== undefined && isSigned(receipt, await follow(pinned, offered));
}
