// Single things the phone remembers: what the server said last, and the receipt key it pinned.

import type { SigningKey } from "../contract/receipt";
import { announce } from "./changes";
import { done, inTransaction } from "./database";
import type { Home } from "./model";

export function readHome(): Promise<Home | undefined> {
  return read<Home>("home");
}

export async function keepHome(home: Home): Promise<void> {
  const before = await inTransaction(["facts"], "readwrite", async (transaction) => {
    const person = await personIn(transaction);
    transaction.objectStore("facts").put(home, "home");
    return person;
  });
  announce({ kind: before === home.personId ? "home" : "person" });
}

/** Who is signed in, as the server said last; to be asked within the transaction that depends on it. */
export async function personIn(transaction: IDBTransaction): Promise<string | undefined> {
  return (await done<Home | undefined>(transaction.objectStore("facts").get("home")))?.personId;
}

/** Nobody is signed in any more: what the server said is forgotten, drafts stay until their owner comes back. */
export async function forgetHome(): Promise<void> {
  await write("home", undefined);
  announce({ kind: "home" });
}

/** The receipt keys in the order in which the server offered them; the first was pinned at the first visit. */
export function readKeys(): Promise<SigningKey[] | undefined> {
  return read<SigningKey[]>("receipt-keys");
}

export function keepKeys(keys: SigningKey[]): Promise<void> {
  return write("receipt-keys", keys);
}

function read<T>(name: string): Promise<T | undefined> {
  return inTransaction(["facts"], "readonly", (transaction) =>
    done<T | undefined>(transaction.objectStore("facts").get(name)),
  );
}

async function write(name: string, value: unknown): Promise<void> {
  await inTransaction(["facts"], "readwrite", async (transaction) => {
    transaction.objectStore("facts").put(value, name);
  });
}
