// The way back: pages come from the network alone again. What waits to be sent stays on the device.
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith("shell-")) await caches.delete(name);
  await registration.unregister();
})()));
