// The service worker: pages come from the network; without one the form and the queue do, which the device holds.
// It stores nothing of anybody's pages, and leaves the console, the API and everything of other sites alone.
const CACHE = `shell-${VERSION}`;
const FRESH_MS = 6 * 3600 * 1000;
const OURS = (path) => !/^\/(console|api|open311|health|docs|metrics)(\/|$)/.test(path);

const stored = async () => {
  const shell = await caches.open(CACHE);
  // Without cookies: what is stored is everybody's page, never that of whoever is signed in.
  await Promise.all(SHELL.map(async (path) => {
    const answer = await fetch(path, { credentials: "omit", cache: "no-cache" });
    if (!answer.ok || answer.redirected) throw new Error(path);
    await shell.put(path, answer);
  }));
  await queue.setNote("stored", Date.now());
};

addEventListener("install", (event) => event.waitUntil(stored()));

addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith("shell-") && name !== CACHE) await caches.delete(name);
  await registration.navigationPreload?.enable();
  await clients.claim();
})()));

addEventListener("message", (event) => {
  if (event.data === "take over") event.waitUntil(skipWaiting());
});

addEventListener("sync", (event) => {
  if (event.tag === "send") event.waitUntil(queue.send(true).then(async () => {
    if ((await queue.list()).some((one) => one.state === "waiting")) throw new Error("waits");  // the browser tries again
  }));
});

// What the server sealed for this browser alone; a browser that is told must show something.
addEventListener("push", (event) => {
  const { title, body, tag } = event.data?.json() || {};
  event.waitUntil(registration.showNotification(title || "Liên Thông", { body, tag, icon: "/icon-192.png" }));
});

addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(clients.openWindow("/account"));
});

const offlinePage = async () => {
  const lang = (await queue.note("lang").catch(() => null)) === "en" ? "en" : "vi";
  const shell = await caches.open(CACHE);
  return (await shell.match(`/offline?lang=${lang}`)) || Response.error();
};

const looked = async (answer) => {
  const lang = answer.headers.get("content-language");
  if (lang && lang !== (await queue.note("lang"))) await queue.setNote("lang", lang);
  if (Date.now() - ((await queue.note("stored")) || 0) > FRESH_MS) await stored();
};

const page = async (event) => {
  try {
    const answer = (await event.preloadResponse) || (await fetch(event.request));
    event.waitUntil(looked(answer).catch(() => {}));
    return answer;
  } catch { return offlinePage(); }
};

// Photos that were on their way from one page of the form to the next go along to the page without a network.
const laidAside = (entries) => {
  const of = (name) => (entries.find(([each]) => each === name) || ["", ""])[1];
  const files = entries.map(([, value]) => value).filter((value) => typeof value !== "string" && value.size);
  const there = entries.filter(([name]) => name.startsWith("media."));
  return files.length || there.length ? queue.setNote("draft-files", { key: of("key"), files, there }) : Promise.resolve();
};

// A report on its way when the network ended: whether it arrived nobody knows, so it is kept under its key.
const form = async (event) => {
  const copy = event.request.clone();
  try { return await fetch(event.request); } catch {
    const entries = [...(await copy.formData()).entries()];
    const sending = entries.some(([name, value]) => name === "step" && value === "send");
    if (!sending) { await laidAside(entries).catch(() => {}); return offlinePage(); }
    await queue.put(entries);
    await registration.sync?.register("send").catch(() => {});
    return Response.redirect("/offline?kept=1", 303);
  }
};

const file = async (request) => {
  const shell = await caches.open(CACHE);
  return (await shell.match(request)) || fetch(request);
};

addEventListener("fetch", (event) => {
  const { request } = event, address = new URL(request.url);
  if (address.origin !== location.origin || !OURS(address.pathname)) return;
  if (request.mode === "navigate" && request.method === "GET") event.respondWith(page(event));
  else if (request.mode === "navigate" && address.pathname === "/report") event.respondWith(form(event));
  else if (request.method === "GET" && address.pathname.startsWith("/static/")) event.respondWith(file(request));
});
