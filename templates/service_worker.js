// Shows the studio's own page where a page cannot be reached, and does nothing else: no page, no answer of the API and
// nothing of a person's is ever kept.
const KEPT = {{ kept }};
const NAME = `ff-offline-${KEPT.version}`;

self.addEventListener("install", (event) => {
  const plain = { cache: "reload", credentials: "omit" };
  const wanted = [KEPT.page, ...KEPT.assets].map((path) => new Request(path, plain));
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(wanted)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(tidy());
});

async function tidy() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("ff-offline-") && name !== NAME).map((name) => caches.delete(name)));
  await self.registration.navigationPreload?.enable(); // the page is asked for while this worker wakes up
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.mode === "navigate") {
    event.respondWith(reach(event).catch(() => offline(request)));
  } else if (request.method === "GET" && KEPT.assets.includes(new URL(request.url).pathname)) {
    event.respondWith(fetch(request).catch(() => kept(new URL(request.url).pathname)));
  }
});

async function reach(event) {
  return (await event.preloadResponse) ?? fetch(event.request);
}

async function kept(path) {
  return (await (await caches.open(NAME)).match(path)) ?? Response.error();
}

/** The kept page under the policy it came with; it says so where a form was sent, which is not sent again. */
async function offline(request) {
  const page = await kept(KEPT.page);
  if (page.type === "error") return page;
  const text = await page.text();
  const headers = { "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store" };
  const policy = page.headers.get("Content-Security-Policy");
  if (policy) headers["Content-Security-Policy"] = policy;
  return new Response(request.method === "GET" ? text : text.replace("<html ", "<html data-sent "), { status: 503, headers });
}
