// The form of a report: what and where, of which one is shown at a time, and what is similar as soon as the place is
// known. Without this script both stand on the page, and what is similar comes on the next one.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const form = $("form[data-steps]");
  if (!form) return;
  const steps = all("fieldset.step", form), end = $("#end"), marks = all(".steps li");
  const field = (name) => form.elements[name];
  const stepOf = (element) => steps.findIndex((step) => element && step.contains(element));
  const named = () => document.getElementById(decodeURIComponent(location.hash.slice(1)));
  let now = -1, moved = false;

  const show = (to) => {
    now = to;
    steps.forEach((step, at) => { step.hidden = at !== to; });
    end.hidden = to !== steps.length - 1;
    marks.forEach((mark, at) => {
      mark.classList.toggle("past", at < to);
      if (at === to) mark.setAttribute("aria-current", "step");
      else mark.removeAttribute("aria-current");
    });
    $("#near").hidden = $("#near-told").hidden = end.hidden;
    if (!end.hidden) look();
  };
  // The focus goes to the name of the step, which says how far one has come, or to the field that was asked for.
  const come = (to, target) => {
    show(to);
    const legend = $("legend", steps[to]);
    document.title = `${legend.innerText.trim().replace(/\s*\n\s*/, ": ")} – ${form.dataset.steps}`;
    if (target === steps[to]) {
      $(".steps").scrollIntoView();
      legend.focus({ preventScroll: true });
    } else target.focus();
  };
  // The address says which step: going back does what it always does, and so does a link from what is wrong.
  addEventListener("hashchange", () => {
    const target = named(), to = stepOf(target);
    if (to >= 0) come(to, target);
    else if (!location.hash) come(0, steps[0]);
  });
  const go = (id) => {
    if (moved && id === "what") { moved = false; history.back(); return; }
    moved = true;
    location.hash = id;
  };
  const ask = () => {  // the server says what is missing, and which category the words speak of
    const wanted = Object.assign(document.createElement("input"), { type: "hidden", name: "step", value: "where" });
    form.append(wanted);
    form.requestSubmit();
    wanted.remove();
  };
  const settle = () => {  // what was wrong with the first step is mended
    if (!$(".wrong", steps[1])) $("#errors")?.remove();
    for (const mended of all(".wrong", steps[0])) {
      mended.classList.remove("wrong");
      all(".error", mended).forEach((error) => { error.textContent = ""; });
      all("[aria-invalid]", mended).forEach((each) => each.removeAttribute("aria-invalid"));
    }
  };
  for (const button of all("[data-to]", form)) {
    button.addEventListener("click", () => {
      const whole = field("description").value.trim() && field("category").value;
      if (button.dataset.to === "where" && !whole) { ask(); return; }
      if (button.dataset.to === "where") settle();
      go(button.dataset.to);
    });
  }

  const near = $("#near"), told = $("#near-told"), forms = $("#near-forms");
  const ASKED = ["key", "portal", "description", "category", "location.lat", "location.lon", "location.accuracy_m", "area_code", "address"];
  let timer = 0, last = "";
  const look = async () => {
    const asked = new URLSearchParams(ASKED.map((name) => [name, field(name)?.value || ""])), mine = asked.toString();
    if (end.hidden || mine === last || !(asked.get("location.lat") || asked.get("area_code"))) return;
    last = mine;
    try {
      const answer = await fetch("/report/near", { method: "POST", body: asked });
      const found = new DOMParser().parseFromString(answer.status === 200 ? await answer.text() : "", "text/html");
      if (mine !== last) return;
      const list = $("section", found);
      near.replaceChildren(...(list ? [list] : []));
      forms.replaceChildren(...found.forms);
      told.textContent = list ? list.dataset.said : "";
    } catch { last = ""; }
  };
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(look, 700); });
  form.addEventListener("change", () => { clearTimeout(timer); timer = setTimeout(look, 700); });

  for (const each of all("[data-stepped]", form)) each.hidden = false;
  const asked = stepOf(named()), wrong = stepOf($(".wrong", form));
  show(asked >= 0 ? asked : wrong >= 0 ? wrong : Number(form.dataset.at) - 1);
})();
