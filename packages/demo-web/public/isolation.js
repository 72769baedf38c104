// Adds the isolation headers where the host cannot set them, and keeps the site's own files, for use without a network.
const CACHE = "shadowbox-site";
const FILES = [] /* the build lists them */;
/** Milliseconds that a page has for itself before its files are looked for anew. */
const LOOK_AFTER_MS = 3000;

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(keepAll());
});
self.addEventListener("activate", (event) => event.waitUntil(tidy()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.headers.has("range")) return;
  event.respondWith(answer(event, url));
});

/** Files that a page is known to need; one that cannot be had now is kept when it is used. */
async function keepAll() {
  const cache = await caches.open(CACHE);
  const get = async (name) => {
    const address = new URL(name, self.registration.scope).href;
    if (isHashed(address) && (await cache.match(address))) return;
    await keep(cache, address, isolated(await fetch(address, { credentials: "omit", cache: "no-cache" })));
  };
  await Promise.all(FILES.map((name) => get(name).catch(() => {})));
}

/** Takes the pages over, and lets go of what earlier builds named by its content. */
async function tidy() {
  await self.clients.claim();
  const cache = await caches.open(CACHE);
  const wanted = new Set(FILES.map((name) => new URL(name, self.registration.scope).href));
  for (const { url } of await cache.keys()) if (isHashed(url) && !wanted.has(url)) await cache.delete(url);
}

/** The kept file at once, and what is newer for the next time; a caller that asks to reload gets the network's. */
async function answer(event, url) {
  const { request } = event;
  const cache = await caches.open(CACHE);
  const address = url.origin + url.pathname;
  const kept = request.cache === "reload" ? undefined : await cache.match(address);
  if (kept === undefined) {
    const response = isolated(await fetch(request));
    event.waitUntil(keep(cache, address, response.clone()));
    return response;
  }
  if (!isHashed(address)) event.waitUntil(renew(cache, address));
  return kept;
}

async function renew(cache, address) {
  await new Promise((resume) => setTimeout(resume, LOOK_AFTER_MS));
  const response = await fetch(address, { credentials: "omit", cache: "no-cache" }).catch(() => undefined);
  if (response !== undefined) await keep(cache, address, isolated(response));
}

/**
 * Kept with its headers, so that it is answered as it is: the browser keeps compiled code with such files. Programs of the registry are
 * kept unpacked elsewhere, by those who verified them.
 */
async function keep(cache, address, response) {
  if (response.status === 200 && !address.includes("/registry/assets/")) await cache.put(address, response);
}

function isHashed(address) {
  return /\/assets\/[\w.-]+-[\w-]{8}\.\w+$/.test(address);
}

/** An answer with the isolation headers; a redirect or an opaque one stays as it is. */
function isolated(response) {
  if (response.type === "opaque" || response.status === 0) return response;
  const headers = new Headers(response.headers);
  headers.set("cross-origin-opener-policy", "same-origin");
  headers.set("cross-origin-embedder-policy", "require-corp");
  headers.set("cross-origin-resource-policy", "same-origin");
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
