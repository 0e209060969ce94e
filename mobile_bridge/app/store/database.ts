// The phone's database: opens it, and runs transactions that are durable when they are over.

const NAME = "careferry";
const VERSION = 1;

export type StoreName = "drafts" | "photos" | "facts";

/** There is no room for what was to be kept; what was kept before is still there. */
export class PhoneFull extends Error {}

let opening: Promise<IDBDatabase> | null = null;

export function database(): Promise<IDBDatabase> {
  opening ??= open();
  return opening;
}

/** Runs `work` in one transaction; resolves with its result once everything is on the disk, or nothing was changed. */
export async function inTransaction<T>(
  stores: StoreName[],
  mode: "readonly" | "readwrite",
  work: (transaction: IDBTransaction) => Promise<T>,
): Promise<T> {
  const transaction = (await database()).transaction(stores, mode, { durability: "strict" });
  const over = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(asFault(transaction.error));
  });
  try {
    const result = await work(transaction);
    await over;
    return result;
  } catch (error) {
    over.catch(() => undefined);
    if (transaction.error === null) tryAbort(transaction);
    throw asFault(error);
  }
}

export function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(asFault(request.error));
  });
}

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(NAME, VERSION);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("drafts", { keyPath: "id" });
    request.result.createObjectStore("photos", { keyPath: "partId" });
    request.result.createObjectStore("facts");
  };
  return done(request).then((opened) => {
    // Another tab brings a newer layout: this one lets go, and opens again when it next needs to.
    opened.onversionchange = () => {
      opened.close();
      opening = null;
    };
    return opened;
  });
}

function asFault(error: unknown): unknown {
  const isFull = error instanceof DOMException && error.name === "QuotaExceededError";
  return isFull ? new PhoneFull() : error;
}

function tryAbort(transaction: IDBTransaction): void {
  try {
    transaction.abort();
  } catch {
    // It is over already.
  }
}
