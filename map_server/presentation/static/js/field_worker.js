// The service worker of the phone page: keeps the page itself, so that it opens without signal, and nothing else. What
// people see and send goes past it; queues lie in IndexedDB, which an update does not touch.
/* global VERSION, SHELL -- the server writes both in front of this file */
const CACHE = `lilong-field-${VERSION}`;
const PAGES = ["/field/zh", "/field/en"];

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
self.addEventListener("message", (event) => event.data === "take-over" && self.skipWaiting());
self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== location.origin) return;
  if (event.request.mode === "navigate" && address.pathname === "/field") event.respondWith(language(event.request));
  else if (PAGES.includes(address.pathname) || address.pathname.startsWith("/static/")) event.respondWith(kept(event.request));
});

/** All of a version or nothing of it; a page behind a log-in that has ended is not that page. */
async function install() {
  const answers = await Promise.all(SHELL.map((path) => fetch(path, { cache: "reload" })));
  if (answers.some((answer) => !answer.ok || answer.redirected)) throw new Error("the page could not be fetched whole");
  const cache = await caches.open(CACHE);
  await Promise.all(answers.map((answer, index) => cache.put(SHELL[index], answer)));
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
