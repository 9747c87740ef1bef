// The service worker of the phone page: keeps the page itself, so that it opens without signal, and nothing else. What
// people see and send goes past it; queues lie in IndexedDB, which an update does not touch.
/* global VERSION, PAGES, FILES -- the server writes them in front of this file; FILES gives each address its SHA-256 */
const CACHE = `lilong-field-${VERSION}`;

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
self.addEventListener("message", (event) => event.data === "take-over" && self.skipWaiting());
self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== location.origin) return;
  if (event.request.mode === "navigate" && address.pathname === "/field") event.respondWith(language(event.request));
  else if (PAGES.includes(address.pathname) || address.pathname.startsWith("/static/")) event.respondWith(kept(event.request));
});

/** All of a version or nothing of it. */
async function install() {
  const pages = PAGES.map(async (path) => [path, await page(path)]);
  const files = Object.entries(FILES).map(async ([path, hash]) => [path, await file(path, hash)]);
  const answers = await Promise.all([...pages, ...files]);
  const cache = await caches.open(CACHE);
  await Promise.all(answers.map(([path, answer]) => cache.put(path, answer)));
}

async function fetched(path) {
  const answer = await fetch(path, { cache: "reload" });
  // a page behind a log-in that has ended is not that page
  if (!answer.ok || answer.redirected) throw new Error(`${path} could not be fetched`);
  return answer;
}

async function page(path) {
  const answer = await fetched(path);
  const text = await answer.clone().text();
  if (!text.includes(`data-version="${VERSION}"`)) throw new Error(`${path} is of another version`);
  return answer;
}

/** A server that is changed in this moment gives files of two versions: none of them is taken. */
async function file(path, hash) {
  const answer = await fetched(path);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await answer.clone().arrayBuffer()));
  const found = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (found !== hash) throw new Error(`${path} is of another version`);
  return answer;
}

async function takeOver() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("lilong-field-") && name !== CACHE).map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function kept(request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(request, { ignoreSearch: true, ignoreVary: true })) ?? fetch(request);
}

async function language(request) {
  try {
    return await fetch(request);
  } catch {
    return Response.redirect(self.navigator.language.startsWith("en") ? "/field/en" : "/field/zh");
  }
}
