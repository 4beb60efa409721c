// The service worker. It keeps the shell of the site and the page /offline, and no page with
// numbers: a visit that fails is answered with /offline, which says how old its data are.
"use strict";

const SETTINGS = /* settings */ {};
const SHELL = `shell-${SETTINGS.version}`;
const PATIENCE_MS = 12000;

self.addEventListener("install", (event) => {
  const fill = async () => {
    const shell = await caches.open(SHELL);
    await shell.addAll(SETTINGS.shell.map((address) => new Request(address, { cache: "reload" })));
    await self.skipWaiting();
  };
  event.waitUntil(fill());
});

self.addEventListener("activate", (event) => {
  const tidy = async () => {
    const names = await caches.keys();
    const old = names.filter((name) => name.startsWith("shell-") && name !== SHELL);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(tidy());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(pageOf(request, address));
  else if (address.pathname.startsWith("/static/")) event.respondWith(fileOf(request));
});

async function pageOf(request, address) {
  try {
    return await withPatience(fetch(request));
  } catch {
    const chinese = address.searchParams.get("lang")
      ? address.searchParams.get("lang").startsWith("zh") : /^zh/i.test(navigator.language);
    const page = await caches.match(SETTINGS.shell[chinese ? 0 : 1]);
    return page || Response.error();
  }
}

/** A line that answers nothing for so long is no line. */
function withPatience(answer) {
  return Promise.race([answer, new Promise((_, fail) => setTimeout(fail, PATIENCE_MS))]);
}

/** Files of the shell have their content in their address: what is kept is right. */
async function fileOf(request) {
  return (await caches.match(request)) || fetch(request);
}
