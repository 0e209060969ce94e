// Keeps the app's own files in the phone, so that it opens without a link; never anything about a person.

declare const self: ServiceWorkerGlobalScope & {
  /** Written before this text by the server (mobile_bridge/shell.py). */
  SHELL: { version: string; page: string; files: string; styles: string };
};
/** Written by the build: every built file of the app. */
declare const BUILT_FILES: readonly string[];
export {};

const { SHELL } = self;
const CACHE = `careferry-app-${SHELL.version}-${digestOf([SHELL.styles, ...BUILT_FILES].join())}`;
const STATIC_IMPORT = /(?:import|from)\s*"\.\/([^"]+)"/g;

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("message", (event) => {
  if (event.data === "take-over") void self.skipWaiting();
});
self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== self.location.origin) return;
  if (event.request.mode === "navigate" && address.pathname === SHELL.page) event.respondWith(kept(SHELL.page));
  else if (address.pathname.startsWith(SHELL.files) || address.pathname === SHELL.styles) {
    event.respondWith(kept(address.pathname));
  }
});

async function install(): Promise<void> {
  const cache = await caches.open(CACHE);
  const names = isMetered() ? await essentialFiles() : BUILT_FILES;
  await cache.addAll([SHELL.page, SHELL.styles, ...names.map((name) => SHELL.files + name)]);
}

/** What the screens need; on metered links the rest is kept when it is first used. */
async function essentialFiles(): Promise<string[]> {
  const own = BUILT_FILES.filter((name) => name.startsWith("app-") || name.startsWith("measurer-"));
  const scripts = own.filter((name) => name.endsWith(".js"));
  const texts = await Promise.all(scripts.map(async (name) => (await fetch(SHELL.files + name)).text()));
  const imported = texts.flatMap((text) => [...text.matchAll(STATIC_IMPORT)].map((match) => match[1] ?? ""));
  // The app and the worker that measures share code, and a cache refuses what is named twice.
  return [...new Set([...own, ...imported])];
}

async function activate(): Promise<void> {
  const old = (await caches.keys()).filter((name) => name.startsWith("careferry-app-") && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

/** From the cache, else from the link, and then it is kept. */
async function kept(path: string): Promise<Response> {
  const cache = await caches.open(CACHE);
  const found = await cache.match(path);
  if (found) return found;
  const response = await fetch(path);
  if (response.ok) await cache.put(path, response.clone());
  return response;
}

function isMetered(): boolean {
  const { connection } = self.navigator as WorkerNavigator & { connection?: { saveData?: boolean } };
  return connection?.saveData === true;
}

/** Tells builds apart, nothing more (FNV-1a). */
function digestOf(text: string): string {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0).toString(16);
}
