// The page without a network: what is kept on this device, and a report that is written there.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const kept = $("#kept"), form = $("form[data-kept]");
  if (!self.application) return;
  const { tell, sendNow, fill, photos } = self.application;
  const files = $("input[type=file]", form), workers = navigator.serviceWorker;
  const FILES = "draft-files";
  const list = $("#kept-list");
  const made = (name) => $(`#line-${name}`).content.firstElementChild.cloneNode(true);
  const acts = {
    send: () => sendNow(true),
    drop: (one) => queue.drop(one.key).then(tell),
    edit: (one) => edit(one),
  };

  addEventListener("kept", ({ detail: all }) => {
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
  });

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

  const fail = () => { $("#no-room").hidden = false; $("#no-room").focus(); };
  const hidden = (name, value) => form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  const there = () => [...new FormData(form).entries()].filter(([name]) => name.startsWith("media."));
  files.addEventListener("change", () => photos()
    .then((all) => queue.setNote(FILES, { key: form.elements.key.value, files: all, there: there() })).catch(fail));

  // What came with the draft: photos that were chosen, and names of those that are there already.
  queue.note(FILES).then((held) => {
    if (held?.key !== form.elements.key.value) return;
    fill(held.files);
    for (const [name, value] of held.there) hidden(name, value);
  }).catch(() => {});
  $("#draft button").addEventListener("click", () => queue.setNote(FILES, null));
  $("#no-network").hidden = navigator.onLine && location.pathname === "/offline";
  $("#try-again").addEventListener("click", () => location.reload());

  const placed = () => ["area_code", "address", "location.lat"].some((name) => form.elements[name].value.trim());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    delete form.dataset.sent;
    form.elements.area_code.setCustomValidity(placed() ? "" : form.dataset.place);
    if (!form.reportValidity()) return;
    await photos();
    try {
      navigator.storage?.persist?.();
      await queue.put([...new FormData(form).entries()]);
    } catch { fail(); return; }
    await queue.setNote(FILES, null).catch(() => {});
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
  tell().catch(() => {});
})();
