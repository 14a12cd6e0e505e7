// What a browser with scripts adds to officers' pages: single keys, word of changes. Every page works without it.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // Single keys, until they are switched off on this computer (WCAG 2.2, 2.1.4).
  const OFF = "lienthong.keys";
  const dialog = $("#key-help");
  const store = (way, ...what) => { try { return localStorage[way](...what); } catch { return null; } };
  let on = store("getItem", OFF) !== "off";
  const lines = () => all("#lines [data-line]");
  const line = () => lines().find((each) => each.contains(document.activeElement));
  const click = (found) => { found?.click(); return Boolean(found); };
  const step = (by) => {
    const rows = lines();
    const here = rows.indexOf(line());
    const next = rows[here < 0 ? (by > 0 ? 0 : rows.length - 1) : here + by];
    $(".title a", next)?.focus();
    next?.scrollIntoView({ block: "nearest" });
    return rows.length > 0;
  };
  const focus = (found) => { found?.focus(); return Boolean(found); };
  const acts = {
    j: () => step(1),
    k: () => step(-1),
    x: () => click($("input[name=case]", line())),
    t: () => click($(".take", line())),
    n: () => click($("a[rel=next]")),
    u: () => click($(".path a")),
    a: () => focus($("#act")?.parentNode.querySelector("button, summary")),
    h: () => { const found = $("#history"); if (found) { found.tabIndex = -1; found.focus(); } return Boolean(found); },
    "/": () => focus($("#code")),
    "?": () => { dialog.showModal(); return true; },
  };
  if (dialog) {
    const opener = $("[data-keys]");
    const box = $("[data-keys-on]");
    opener.closest("[hidden]").hidden = false;
    opener.addEventListener("click", () => dialog.showModal());
    box.checked = on;
    box.addEventListener("change", () => {
      on = box.checked;
      store("setItem", OFF, on ? "on" : "off");
    });
    document.addEventListener("keydown", (event) => {
      if (!on || dialog.open || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target.closest("select, textarea, input:not([type=checkbox])")) return;
      if (Object.hasOwn(acts, event.key) && acts[event.key]()) event.preventDefault();
    });
  }

  for (const button of navigator.clipboard ? all("[data-copy]") : []) {
    button.hidden = false;
    button.addEventListener("click", () => navigator.clipboard.writeText(new URL(button.dataset.copy, location).href).then(() => {
      button.nextElementSibling.textContent = button.textContent = button.dataset.done;
    }, () => { button.hidden = true; }));
  }

  const told = $("[data-ticked]");
  const count = () => {
    const ticked = all("input[name=case]:checked").length;
    if (told) told.textContent = ticked ? `(${ticked})` : "";
  };
  document.addEventListener("change", count);
  addEventListener("pageshow", count);

  // Word of changes while the page is looked at: a queue nobody is at work in is shown anew, else it is only said.
  const live = $("[data-live]");
  if (live) {
    const REST_MS = 10_000;
    const POLL_MS = 60_000;
    const { live: stream, address, code, version } = live.dataset;
    let source = null;
    let poll = 0;
    let waiting = 0;
    let last = 0;
    const say = () => { live.firstElementChild.hidden = false; };
    const busy = () => all("input[name=case]:checked").length || $(".many details[open]") || $("dialog[open]");
    const look = async () => {
      waiting = 0;
      last = Date.now();
      const answer = await fetch(address, { credentials: "same-origin" }).catch(() => null);
      if (!answer?.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (code) {
        if ($("[data-live]", page)?.dataset.version !== version) say();
        return;
      }
      const parts = ["ul#lines", "#views"].map((name) => [$(name), $(name, page)]);
      if (parts.every(([now, then]) => now?.outerHTML === then?.outerHTML)) return;
      if (busy() || !parts.every(([now, then]) => now && then)) { say(); return; }
      const here = line()?.dataset.line;
      parts.forEach(([now, then]) => now.replaceWith(then));
      lines().forEach((each) => { if (each.dataset.line === here) $(".title a", each).focus(); });
    };
    const soon = () => { waiting ||= setTimeout(look, Math.max(300, last + REST_MS - Date.now())); };
    const heard = ({ data }) => {
      const news = JSON.parse(data);
      if (!code) soon();
      else if (news.code === code && !(news.version <= version)) say();
    };
    const open = () => {
      if (source || poll || document.hidden) return;
      source = new EventSource(stream);
      for (const kind of ["case.arrived", "case.changed", "case.left"]) source.addEventListener(kind, heard);
      source.addEventListener("error", () => {
        if (source?.readyState !== EventSource.CLOSED) return;
        source = null;
        poll ||= setInterval(() => { if (!document.hidden) look(); }, POLL_MS);
      });
    };
    const close = () => { source?.close(); source = null; };
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) { close(); return; }
      open();
      soon();
    });
    addEventListener("pagehide", close);
    addEventListener("pageshow", open);
  }
})();
