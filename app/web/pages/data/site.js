// What scripts add: position, a kept draft, a counter, a quick search. Pages work without.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const fold = (text) =>
    text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/đ/g, "d");
  const store = {
    get(key) { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
    set(key, value) { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* full or forbidden */ } },
    drop(key) { try { localStorage.removeItem(key); } catch { /* forbidden */ } },
  };

  const news = $("[data-focus], main > .good[role=status]"); // told
  if (news) news.tabIndex = -1;
  news?.focus();

  // A second tap on the way adds nothing; the page may be used again when it comes back from the history.
  for (const form of all("form[method=post]")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "yes";
    });
  }
  addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => delete form.dataset.sent));

  for (const area of all("textarea[data-count]")) {
    const told = document.createElement("span");
    told.className = "hint";
    const most = area.maxLength;
    const count = () => { told.textContent = area.dataset.count.replace("%n", most - area.value.length); };
    area.after(told);
    area.addEventListener("input", count);
    count();
  }

  // Typing narrows a long list of choices: "o ga" finds "Ổ gà". The first is chosen meanwhile, or what has just that
  // name: "nha trang" is "Phường Nha Trang" before "Phường Bắc Nha Trang". What a person chose stays.
  for (const select of all("select[data-search]")) {
    const box = document.createElement("input");
    box.type = "search";
    box.placeholder = select.dataset.search;
    box.setAttribute("aria-label", select.dataset.search);
    box.autocomplete = "off";
    box.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
    const whole = select.cloneNode(true);
    let guessed = "";
    box.addEventListener("input", () => {
      const words = fold(box.value).split(/\s+/).filter(Boolean);
      const chosen = select.value;
      const shown = whole.cloneNode(true);
      const hits = [];
      for (const option of all("option", shown)) {
        const group = option.parentNode.label || "";
        const text = fold(`${option.textContent} ${option.dataset.words || ""} ${group}`);
        if (!option.value || words.every((word) => text.includes(word))) { if (option.value) hits.push([option.value, fold(` ${option.textContent.trim()}`)]); }
        else if (option.value !== chosen) option.remove();
      }
      for (const group of all("optgroup", shown)) if (!group.children.length) group.remove();
      select.replaceChildren(...shown.childNodes);
      const named = hits.filter(([, name]) => name.endsWith(` ${words.join(" ")}`)).sort((one, other) => one[1].length - other[1].length);
      const best = (named[0] || hits[0])?.[0];
      const stays = !words.length || !best || (chosen !== guessed && hits.some(([value]) => value === chosen));
      select.value = stays ? chosen : (guessed = best);
      select.dispatchEvent(new Event("change", { bubbles: true }));
    });
    select.before(box);
  }

  // "Use my position" fills the coordinates; whoever refuses can still choose the commune.
  const locate = $("[data-locate]");
  if (locate && navigator.geolocation) {
    const told = $("#located");
    locate.hidden = false;
    locate.addEventListener("click", () => {
      told.textContent = locate.dataset.waiting;
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          $("[name='location.lat']").value = coords.latitude.toFixed(6);
          $("[name='location.lon']").value = coords.longitude.toFixed(6);
          $("[name='location.accuracy_m']").value = Math.min(100000, Math.ceil(coords.accuracy));
          told.textContent = locate.dataset.found.replace("%m", Math.ceil(coords.accuracy));
          locate.form.dispatchEvent(new Event("input"));
        },
        () => { told.textContent = locate.dataset.failed; },
        { enableHighAccuracy: true, timeout: 20000, maximumAge: 60000 },
      );
    });
  }

  // Files that the server would refuse are not sent to it over a slow network first.
  const files = $("input[type=file][data-most-bytes]");
  files?.addEventListener("change", () => {
    const chosen = [...files.files];
    const bytes = chosen.reduce((sum, file) => sum + file.size, 0);
    const refused = chosen.length > files.dataset.mostFiles || bytes > files.dataset.mostBytes;
    if (refused) files.value = "";
    $("#files-told").hidden = !refused;
    files.setAttribute("aria-invalid", refused);
  });

  // An unsent report stays on this device with its key, so that a lost answer or a closed tab never makes it twice.
  // Contact details are never kept here.
  const DRAFT = "lienthong.draft";
  if ($("[data-draft-sent]")) store.drop(DRAFT);
  const form = $("form[data-draft]");
  if (form) {
    const kept = store.get(DRAFT);
    const mine = (field) => field.name && !["hidden", "submit", "file"].includes(field.type)
      && !field.name.startsWith("reporter.");
    const fields = () => [...form.elements].filter(mine);
    const fresh = form.dataset.draft === "fresh";
    const chosen = new Set(fields().filter((field) => field.type === "radio" ? field.checked : field.value).map((field) => field.name));
    if (kept && (fresh || kept.key === form.elements.key.value)) {
      for (const field of fields()) {
        const value = kept.values[field.name];
        if (value === undefined || (!fresh && chosen.has(field.name))) continue;
        if (field.type === "radio") field.checked = field.value === value;
        else field.value = value;
      }
    }
    if (kept && fresh) {
      form.elements.key.value = kept.key;
      const notice = $("#draft");
      notice.hidden = false;
      $("button", notice).addEventListener("click", () => { store.drop(DRAFT); location.assign(location.pathname); });
    } else if (fresh && crypto.randomUUID) {
      const at = Date.now().toString(16).padStart(12, "0");  // a UUIDv7 and a secret, as in queue.js
      form.elements.key.value = `${at.slice(0, 8)}-${at.slice(8)}-7${crypto.randomUUID().slice(15)}.${crypto.randomUUID()}`;
    }
    form.addEventListener("input", () => {
      const values = kept ? { ...kept.values } : {};
      for (const field of fields()) {
        if (field.type !== "radio") values[field.name] = field.value;
        else if (field.checked) values[field.name] = field.value;
      }
      store.set(DRAFT, { key: form.elements.key.value, values });
    });
  }

  // Parts of a picture are marked by mouse or finger; the numbers beside it are what counts, and can be typed as well.
  const marking = $("[data-marking]");
  if (marking && $("[data-patch]")) {
    const SIDES = ["x", "y", "width", "height"];
    const draw = $("[data-draw]");
    const rows = () => all("[data-patch]");
    const field = (row, side) => $(`[name=${side}]`, row);
    const value = (row, side) => parseFloat(field(row, side).value.replace(",", "."));
    const show = () => {
      all(".mark", marking).forEach((mark) => mark.remove());
      rows().forEach((row, at) => {
        $("[data-remove]", row).hidden = SIDES.every((side) => !field(row, side).value);
        const [x, y, width, height] = SIDES.map((side) => value(row, side));
        if (!(width > 0 && height > 0)) return;
        const mark = document.createElement("span");
        mark.className = "mark";
        mark.textContent = at + 1;
        Object.assign(mark.style, { left: `${x}%`, top: `${y}%`, width: `${width}%`, height: `${height}%` });
        marking.append(mark);
      });
    };
    const added = () => {
      const last = rows().at(-1);
      const row = last.cloneNode(true);
      const at = rows().length;
      for (const each of all("[id],[for]", row)) {
        for (const name of ["id", "for"]) {
          if (each.hasAttribute(name)) each.setAttribute(name, each.getAttribute(name).replace(/\.\d+\./, `.${at}.`));
        }
      }
      $("legend b", row).textContent = at + 1;
      last.after(row);
      return row;
    };
    const fill = (row, values) => SIDES.forEach((side, at) => {
      field(row, side).value = values ? Math.round(values[at] * 10) / 10 : "";
    });
    const place = ({ clientX, clientY }) => {
      const box = marking.getBoundingClientRect();
      const within = (part) => Math.min(100, Math.max(0, part * 100));
      return [within((clientX - box.left) / box.width), within((clientY - box.top) / box.height)];
    };
    let row = null;
    let from = null;
    marking.addEventListener("pointerdown", (event) => {
      if (draw.getAttribute("aria-pressed") !== "true") return;
      event.preventDefault();
      marking.setPointerCapture(event.pointerId);
      from = place(event);
      row = rows().find((each) => SIDES.every((side) => !field(each, side).value)) || added();
    });
    marking.addEventListener("pointermove", (event) => {
      if (!from) return;
      const to = place(event);
      fill(row, [Math.min(from[0], to[0]), Math.min(from[1], to[1]), Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1])]);
      show();
    });
    const end = () => {
      if (!from) return;
      if (!(value(row, "width") >= 0.5 && value(row, "height") >= 0.5)) fill(row, null);
      else { const blur = $("input[name=choice][value=blur]"); if (blur) blur.checked = true; }
      from = null;
      show();
    };
    marking.addEventListener("pointerup", end);
    marking.addEventListener("pointercancel", end);
    const press = (on) => {
      draw.setAttribute("aria-pressed", on);
      marking.classList.toggle("drawing", on);
    };
    draw.closest("[hidden]").hidden = false;
    draw.addEventListener("click", () => press(draw.getAttribute("aria-pressed") !== "true"));
    press(matchMedia("(pointer: fine)").matches);
    const patches = $("#patches");
    patches.addEventListener("input", show);
    patches.addEventListener("click", (event) => {
      if (!event.target.matches("[data-remove]")) return;
      fill(event.target.closest("[data-patch]"), null);
      show();
    });
    rows().forEach((each) => {
      const remove = document.createElement("button");
      remove.type = "button";
      remove.className = "btn plain";
      remove.dataset.remove = "";
      remove.textContent = marking.dataset.marking;
      each.append(remove);
    });
    show();
  }

  for (const box of all("[data-all]")) {
    box.closest("[hidden]")?.removeAttribute("hidden");
    box.addEventListener("change", () => all("input[name=case]").forEach((each) => { each.checked = box.checked; }));
  }
})();
