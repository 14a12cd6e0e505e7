// The pages as an application: the service worker is registered, what waits is told and sent, photos are made small.
// Every page works without it.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const workers = navigator.serviceWorker;
  if (!workers || !self.indexedDB || !crypto.randomUUID) return;

  const waiting = $("#waiting"), newer = $("#newer"), kept = $("#kept"), form = $("form[data-kept]");
  if (waiting && !kept) queue.setNote("owner", waiting.dataset.owner).catch(() => {});  // by whom what is kept is written

  let timer = 0;
  const tell = async () => {
    const all = await queue.list();
    const waits = all.filter((one) => one.state === "waiting").length;
    const stuck = all.some((one) => one.state === "refused");
    const uncopied = all.some((one) => one.state === "sent" && one.secret);
    if (waiting && !kept) {
      const { one, many, sent } = waiting.dataset;
      $("span", waiting).textContent = stuck ? waiting.dataset.stuck : waits > 1 ? many.replace("%n", waits) : waits ? one : sent;
      waiting.hidden = !(waits || stuck || uncopied);
    }
    if (kept) dispatchEvent(new CustomEvent("kept", { detail: all }));
    clearTimeout(timer);
    if (waits) timer = setTimeout(() => sendNow(false), Math.max(5000, Math.min(...all.map((one) => one.next || Infinity)) - Date.now()));
    return waits;
  };
  const sendNow = (now) => queue.send(now).then(tell, tell);
  queue.channel?.addEventListener("message", () => tell());
  addEventListener("queued", () => tell());
  addEventListener("online", () => sendNow(true));
  document.addEventListener("visibilitychange", () => { if (!document.hidden) sendNow(false); });

  workers.register("/service-worker.js", { scope: "/", updateViaCache: "none" }).then((registration) => {
    const offer = (worker) => {
      if (!worker || !workers.controller || !newer) return;
      newer.hidden = false;
      $("button", newer).addEventListener("click", () => {
        workers.addEventListener("controllerchange", () => location.reload(), { once: true });
        worker.postMessage("take over");
      }, { once: true });
    };
    offer(registration.waiting);
    registration.addEventListener("updatefound", () => {
      const worker = registration.installing;
      worker.addEventListener("statechange", () => { if (worker.state === "installed") offer(worker); });
    });
  }).catch(() => { /* refused by the browser: pages work as ever */ });

  tell().then((waits) => { if (waits) sendNow(false); }, () => { /* the store is forbidden, as in private windows */ });

  // ---- messages in this browser: only when its owner says so, and until he says otherwise
  const push = $("[data-push]");
  const subscribed = async () => (await workers.ready).pushManager.getSubscription();
  const post = (way, fields) => fetch(`/account/push/${way}`, { method: "POST", body: new URLSearchParams(fields), redirect: "error", keepalive: true });
  // What the browser itself ends the server learns by the first message that is refused.
  const unsubscribe = async (held) => { await post("off", { endpoint: held.endpoint }).catch(() => {}); await held.unsubscribe(); };
  if (push && "PushManager" in self) {
    const button = $("button", push), told = $("[role=status]", push);
    const name = async () => { button.textContent = (await subscribed()) ? push.dataset.off : push.dataset.on; push.hidden = false; };
    const subscribe = async () => {
      const made = await (await workers.ready).pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: push.dataset.push });
      const { endpoint, keys } = made.toJSON();
      const answer = await post("on", { endpoint, ...keys });
      if (!answer.ok) { await made.unsubscribe(); throw new Error(answer.status); }
      await queue.setNote("told", waiting?.dataset.owner).catch(() => {});
    };
    button.addEventListener("click", async () => {
      const held = await subscribed();
      try {
        await (held ? unsubscribe(held) : subscribe());
        told.textContent = held ? push.dataset.gone : push.dataset.done;
      } catch { told.textContent = push.dataset.denied; }
      await name();
    });
    // Messages go with the signing in as which they were asked for: this browser, still its owner's, asks as who it is now.
    const again = async () => {
      const { endpoint, keys } = (await subscribed())?.toJSON() || {};
      if (endpoint && (await queue.note("told")) === waiting?.dataset.owner) await post("on", { endpoint, ...keys });
    };
    again().catch(() => {});
    name().catch(() => {});
    for (const leave of document.querySelectorAll("form[action='/account/sign-out'],form[action='/account/devices']")) {
      // First the browser, while it is still known whose it is; no longer than anybody waits for a page.
      leave.addEventListener("submit", (event) => {
        if (leave.dataset.left || event.defaultPrevented) return;
        event.preventDefault();
        leave.dataset.left = "yes";
        const go = () => { delete leave.dataset.sent; leave.requestSubmit(event.submitter); };
        const told = workers.getRegistration("/").then((there) => there?.pushManager.getSubscription()).then((held) => held && unsubscribe(held));
        Promise.race([told, new Promise((done) => { setTimeout(done, 3000); })]).then(go, go);
      });
    }
  }

  // A photo of today's phones is larger than anybody needs to see what is broken: its long side becomes 2048 pixels,
  // before it leaves by a weak network.
  const MOST = 2048, SMALL = 400_000;
  const smaller = async (file) => {
    if (!/^image\/(jpeg|png|webp)$/.test(file.type) || file.size < SMALL) return file;
    try {
      const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
      const scale = Math.min(1, MOST / Math.max(picture.width, picture.height));
      const canvas = Object.assign(document.createElement("canvas"), { width: picture.width * scale, height: picture.height * scale });
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      const blob = await new Promise((done) => { canvas.toBlob(done, "image/jpeg", 0.85); });
      if (!blob || blob.size >= file.size) return file;
      return new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
    } catch { return file; }
  };
  const files = $("form[action='/report'] input[type=file]");
  const fill = (list) => { const data = new DataTransfer(); list.forEach((file) => data.items.add(file)); files.files = data.files; };
  let reading = null;
  files?.addEventListener("change", () => {
    const mine = Promise.all([...files.files].map(smaller)).then((list) => { fill(list); return list; });
    reading = mine;
    mine.finally(() => { if (reading === mine) reading = null; });
  });
  if (files && !form) files.form.addEventListener("submit", (event) => {
    if (!reading || event.defaultPrevented) return;
    event.preventDefault();  // what was pressed is done once the photos are small
    reading.then(() => { reading = null; delete files.form.dataset.sent; files.form.requestSubmit(event.submitter); });
  });

  self.application = { tell, sendNow, fill, photos: () => reading };  // for the page without a network
})();
