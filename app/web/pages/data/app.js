// The pages as an application: the service worker is registered, what waits is told and sent, the page without a
// network works. Every page works without it.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const workers = navigator.serviceWorker;
  if (!workers || !self.indexedDB || !crypto.randomUUID) return;

  const waiting = $("#waiting"), newer = $("#newer"), kept = $("#kept"), form = $("form[data-kept]");

  let timer = 0;
  const tell = async () => {
    const all = await queue.list();
    const waits = all.filter((one) => one.state === "waiting").length;
    const stuck = all.some((one) => one.state === "refused");
    if (waiting && !kept) {
      const { one, many } = waiting.dataset;
      $("span", waiting).textContent = stuck ? waiting.dataset.stuck : waits === 1 ? one : many.replace("%n", waits);
      waiting.hidden = !(waits || stuck);
    }
    if (kept) show(all);
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
  const unsubscribe = async (held) => { await post("off", { endpoint: held.endpoint }); await held.unsubscribe(); };
  if (push && "PushManager" in self) {
    const button = $("button", push), told = $("[role=status]", push);
    const name = async () => { button.textContent = (await subscribed()) ? push.dataset.off : push.dataset.on; push.hidden = false; };
    const subscribe = async () => {
      const made = await (await workers.ready).pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: push.dataset.push });
      const { endpoint, keys } = made.toJSON();
      const answer = await post("on", { endpoint, ...keys });
      if (!answer.ok) { await made.unsubscribe(); throw new Error(answer.status); }
    };
    button.addEventListener("click", async () => {
      const held = await subscribed();
      try {
        await (held ? unsubscribe(held) : subscribe());
        told.textContent = held ? push.dataset.gone : push.dataset.done;
      } catch { told.textContent = push.dataset.denied; }
      await name();
    });
    name().catch(() => {});
    for (const leave of document.querySelectorAll("form[action='/account/sign-out'],form[action='/account/devices']")) {
      leave.addEventListener("submit", () => { subscribed().then((held) => held && unsubscribe(held)).catch(() => {}); });
    }
  }

  if (!kept || !form) return;
  // ---- the page without a network

  const FILES = "draft-files";
  const files = $("input[type=file]", form), list = $("#kept-list");
  const made = (name) => $(`#line-${name}`).content.firstElementChild.cloneNode(true);
  const acts = {
    send: () => sendNow(true),
    drop: (one) => queue.drop(one.key).then(tell),
    edit: (one) => edit(one),
  };

  function show(all) {
    list.replaceChildren(...all.map((one) => {
      const line = made(one.state);
      $(".title", line).textContent = one.title || "…";
      const put = (name, text) => { const at = $(`[data-is=${name}]`, line); if (at) { at.textContent = text || ""; (at.closest("[data-whole]") || at).hidden = !text; } };
      put("told", [one.told, ...(one.errors || [])].filter(Boolean).join(" "));
      put("secret", one.secret);
      put("files", one.files?.length ? $("#line-files").dataset.said.replace("%n", one.files.length) : "");
      const link = $("a[data-is=code]", line);
      if (link) { link.textContent = one.code; link.href = `/follow/${one.code}`; }
      for (const button of line.querySelectorAll("button")) {
        button.addEventListener("click", () => {
          if (button.dataset.sure && !confirm(button.dataset.sure)) return;
          acts[button.dataset.act](one);
        });
      }
      return line;
    }));
    kept.hidden = !all.length;
    if (!all.some((one) => one.state === "waiting")) $("#just-kept").hidden = true;
  }

  // What was refused goes back into the form of the pages, which says what is wrong beside each field.
  function edit(one) {
    const going = document.createElement("form"), data = new DataTransfer();
    Object.assign(going, { method: "post", action: "/report", enctype: "multipart/form-data", hidden: true });
    const add = (name, value) => going.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    for (const [name, value] of one.fields) add(name, value);
    add("key", queue.newKey());
    add("step", "edit");
    for (const file of one.files) data.items.add(file);
    going.append(Object.assign(document.createElement("input"), { type: "file", name: "files", multiple: true, files: data.files }));
    document.body.append(going);
    going.submit();
  }

  // A photo of today's phones is larger than anybody needs to see what is broken: its long side becomes 2048 pixels.
  const MOST = 2048, SMALL = 400_000;
  async function smaller(file) {
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
  }
  let reading = Promise.resolve();
  const fill = (all) => { const data = new DataTransfer(); all.forEach((file) => data.items.add(file)); files.files = data.files; };
  files.addEventListener("change", () => {
    reading = Promise.all([...files.files].map(smaller)).then((all) => { fill(all); return queue.setNote(FILES, all); }).catch(fail);
  });
  const fail = () => { $("#no-room").hidden = false; $("#no-room").focus(); };

  queue.note(FILES).then((all) => { if (all?.length && !$("#draft").hidden) fill(all); }).catch(() => {});
  $("#draft button").addEventListener("click", () => queue.setNote(FILES, []));
  $("#no-network").hidden = navigator.onLine && location.pathname === "/offline";
  $("#try-again").addEventListener("click", () => location.reload());

  const placed = () => ["area_code", "address", "location.lat"].some((name) => form.elements[name].value.trim());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    delete form.dataset.sent;
    form.elements.area_code.setCustomValidity(placed() ? "" : form.dataset.place);
    if (!form.reportValidity()) return;
    await reading;
    try {
      navigator.storage?.persist?.();
      await queue.put([...new FormData(form).entries()]);
    } catch { fail(); return; }
    await queue.setNote(FILES, []).catch(() => {});
    try { localStorage.removeItem("lienthong.draft"); } catch { /* forbidden */ }
    workers.ready.then((registration) => registration.sync?.register("send")).catch(() => {});
    location.assign("/offline?kept=1");
  });
  form.addEventListener("input", () => form.elements.area_code.setCustomValidity(""));
  if (location.search.includes("kept=1")) {
    $("#just-kept").hidden = false;
    $("#just-kept").focus();
    history.replaceState(null, "", "/offline");
    sendNow(true);
  }
})();
