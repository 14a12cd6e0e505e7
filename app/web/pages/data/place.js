// Brings the map when it is wanted: on a page that is about it at once, on the form when its button is pressed.
for (const box of document.querySelectorAll("[data-map]")) {
  const part = (name) => document.querySelector(box.dataset[name]);
  const button = part("opener"), told = part("told");
  const open = async () => {
    const style = Object.assign(document.createElement("link"), { rel: "stylesheet", href: box.dataset.style });
    const styled = new Promise((done, failed) => { style.onload = done; style.onerror = failed; });
    document.head.append(style);
    try {
      await styled;
      const map = await import(box.dataset.script);
      for (const each of document.querySelectorAll("[data-with-map]")) each.hidden = false;
      if (button) button.hidden = true;
      await map[box.dataset.map](box, { said: box.dataset, form: part("form"), aim: part("aim"), list: part("list"), told });
    } catch { told.textContent = box.dataset.failed; }
  };
  if (button) {
    button.hidden = false;
    button.addEventListener("click", open);
  } else open();
}
