// The worker that was here takes itself and what it kept away.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => {
  event.waitUntil(leave());
});

async function leave() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("ff-offline-")).map((name) => caches.delete(name)));
  await self.registration.unregister();
}
