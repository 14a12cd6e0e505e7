// The map of the pages: choosing a spot on the form, and looking at what is public. Each page works without it.
import { VectorTile } from "@mapbox/vector-tile";
import { CRS, DomUtil, GridLayer, bounds, circle, control, divIcon, geoJSON, latLng, latLngBounds, layerGroup, map as made, marker, point, popup, tileLayer } from "leaflet/dist/leaflet-src.esm.js";
import { PbfReader } from "pbf";

// A tile of two zooms farther away, drawn four times as wide: its squares of a sixteenth are as wide as a finger.
const FARTHER = 2, TILE_PX = 256 << FARTHER, SQUARE_PX = TILE_PX / 16, NEAREST = 18, LISTED = 20;
const OVER = ["resolved", "closed"];

const Squares = GridLayer.extend({ createTile() { return DomUtil.create("div", "square"); } });

// The ground: the operator's tiles, or squares with the boundaries that are loaded and the names of places.
const ground = async (box, said) => {
  const map = made(box, { zoomControl: false, attributionControl: Boolean(box.dataset.tiles), minZoom: 7, maxZoom: 18, crs: CRS.EPSG3857 });
  control.zoom({ zoomInTitle: said.nearer, zoomOutTitle: said.farther }).addTo(map);
  const [south, west, north, east] = box.dataset.box.split(",").map(Number);
  map.fitBounds([[south, west], [north, east]]);
  map.setMaxBounds(latLngBounds([south, west], [north, east]).pad(0.5));
  Object.assign(map.createPane("names").style, { zIndex: 450, pointerEvents: "none" });  // above what is drawn, below what is pressed
  if (box.dataset.tiles) {
    const credit = Object.assign(document.createElement("span"), { textContent: box.dataset.credit });
    map.attributionControl.setPrefix(false);
    tileLayer(box.dataset.tiles, { attribution: credit.innerHTML, maxZoom: 18 }).addTo(map);
  } else new Squares({ tileSize: 128 }).addTo(map);
  const places = new Map(), names = layerGroup(), wide = layerGroup();
  try {
    const found = await (await fetch(box.dataset.places)).json();
    for (const one of found.features) {
      const [lon, lat] = one.properties.centre;
      places.set(one.properties.code, latLng(lat, lon));
      if (box.dataset.tiles) continue;
      if (one.geometry) geoJSON(one, { interactive: false, style: { color: "#5d7480", weight: 1.5, fill: false } }).addTo(map);
      const label = Object.assign(document.createElement("span"), { textContent: one.properties.name });
      const icon = divIcon({ className: "place", html: label, iconSize: [0, 0] });
      (one.properties.tier === "district" ? wide : names).addLayer(marker([lat, lon], { icon, keyboard: false, interactive: false, pane: "names" }));
    }
  } catch { /* squares alone */ }
  const from = wide.getLayers().length ? 12 : 0;
  let dots = [];
  const show = () => {
    const near = map.getZoom() >= from;
    (near ? wide : names).remove();
    apart(map, (near ? names : wide).addTo(map), dots);
  };
  map.on("zoomstart", () => { dots = []; });
  map.on("zoomend moveend resize", show);
  show();
  return { map, places, around: (drawn) => { dots = drawn; show(); } };
};

// A name steps up or down where a dot or another name is; where nothing is free it is hidden until one comes nearer.
const STEPS = [0, 22, -22, 40, -40];
const apart = (map, layer, dots) => {
  const view = map.getBounds().pad(0.1), taken = [...dots];
  const free = (box) => taken.every((other) => Math.abs(other.x - box.x) >= other.wide + box.wide || Math.abs(other.y - box.y) >= other.high + box.high);
  for (const label of layer.getLayers()) {
    const text = label.getElement()?.firstElementChild;
    if (!text) continue;
    const { x, y } = map.latLngToLayerPoint(label.getLatLng()), wide = text.offsetWidth / 2 + 4, high = text.offsetHeight / 2 + 1;
    const box = view.contains(label.getLatLng()) && STEPS.map((step) => ({ x, y: y + step, wide, high, step })).find(free);
    text.style.visibility = box ? "" : "hidden";
    if (!box) continue;
    text.style.top = `${box.step}px`;
    taken.push(box);
  }
};

// Choosing a spot: by a click, by dragging, or with the keyboard: move the map under the cross, then press the button.
export const pick = async (box, { said, form, aim, told }) => {
  const { map, places } = await ground(box, said);
  const [lat, lon, accuracy] = ["location.lat", "location.lon", "location.accuracy_m"].map((name) => form.elements[name]);
  const number = (field) => parseFloat(field.value.replace(",", "."));
  box.append(Object.assign(document.createElement("div"), { className: "aim" }));
  let pin = null, ring = null, asked = 0;
  const tell = async (at) => {
    const turn = ++asked;
    told.textContent = said.placed;
    try {
      const answer = await fetch(`/api/v1/areas/locate?lat=${at.lat.toFixed(6)}&lon=${at.lng.toFixed(6)}`, { headers: { "Accept-Language": document.documentElement.lang } });
      const found = await answer.json();
      if (turn !== asked) return;
      const name = answer.ok ? [found.area.commune, found.area.district].filter(Boolean).map((area) => area.name).join(", ") : found.detail;
      const area = form.elements.area_code, code = found.area?.commune?.code;
      if (area?.value && code) area.value = code;  // the pin says it better than what was chosen before
      told.textContent = answer.ok ? `${said.placed} ${name}.` : name;
    } catch { /* the pin stands all the same */ }
  };
  const draw = (at, metres) => {
    if (!pin) {
      pin = marker(at, { draggable: true, keyboard: false, icon: divIcon({ className: "pin", iconSize: [0, 0] }), alt: said.pin }).addTo(map);
      pin.on("dragend", () => set(pin.getLatLng()));
    }
    pin.setLatLng(at);
    ring?.remove();
    ring = metres > 5 ? circle(at, { radius: metres, color: "#a4161a", weight: 1, interactive: false }).addTo(map) : null;
  };
  const set = (at) => {
    lat.value = at.lat.toFixed(6);
    lon.value = at.lng.toFixed(6);
    accuracy.value = "";
    draw(at, 0);
    tell(at);
    form.dispatchEvent(new Event("input"));
  };
  const follow = () => {
    const at = latLng(number(lat) || 0, number(lon) || 0);
    if (!at.lat || !at.lng || (pin && pin.getLatLng().equals(at))) return;
    draw(at, number(accuracy) || 0);
    map.setView(at, Math.max(map.getZoom(), 16));
    tell(at);
  };
  map.on("click", (event) => set(event.latlng));
  aim.addEventListener("click", () => set(map.getCenter()));
  form.addEventListener("input", follow);
  form.elements.area_code?.addEventListener("change", () => {
    const at = places.get(form.elements.area_code.value);
    if (at && !pin) map.setView(at, 14);
  });
  const chosen = places.get(form.elements.area_code?.value);
  if (chosen) map.setView(chosen, 14);
  follow();
  box.focus();
};

// One case: its pin, or the middle of the area where nothing nearer is known.
export const show = async (box, { said }) => {
  const { map, places } = await ground(box, said);
  const [lat, lon] = (said.at || "").split(",").map(Number);
  const at = said.at ? latLng(lat, lon) : places.get(said.area);
  if (at) map.setView(at, said.at ? (said.tiles ? 16 : 14) : 13);  // without tiles the names around tell where it is
  if (said.at) marker(at, { keyboard: false, interactive: false, icon: divIcon({ className: "pin", iconSize: [0, 0] }), alt: said.pin }).addTo(map);
  box.focus();
};

// A tile's points where the map draws them; squares that are smaller than a finger are put together.
const pointsOf = (content, x, y) => {
  const layer = new VectorTile(new PbfReader(new Uint8Array(content))).layers.cases, found = [];
  for (let at = 0; at < (layer?.length || 0); at += 1) {
    const feature = layer.feature(at), [[place]] = feature.loadGeometry();
    found.push({ ...feature.properties, at: point(x + place.x / layer.extent, y + place.y / layer.extent).multiplyBy(TILE_PX) });
  }
  return found;
};
const together = (points) => {
  const squares = new Map();
  for (const one of points) {
    const square = one.at.divideBy(SQUARE_PX).floor(), key = `${square.x},${square.y}`;
    const held = squares.get(key) || { square, at: point(0, 0), count: 0, open: 0, code: "" };
    held.at = held.at.add(one.at.multiplyBy(one.count));
    held.count += one.count;
    held.open += one.state ? Number(!OVER.includes(one.state)) : one.count - OVER.reduce((sum, state) => sum + (one[state] || 0), 0);
    squares.set(key, Object.assign(held, one.code ? { code: one.code, category: one.category, state: one.state } : {}));
  }
  return [...squares.values()].map((one) => ({ ...one, at: one.at.divideBy(one.count) }));
};

// What is public, in view: counted squares that come apart as one comes nearer, and the newest as a list beside the map.
export const look = async (box, { said, form, list, told }) => {
  const { map, around } = await ground(box, said);
  const dots = layerGroup().addTo(map);
  let asking = null, timer = 0;
  const word = (name, value) => form.elements[name].querySelector(`[value="${CSS.escape(value)}"]`)?.textContent || "";
  const link = (code, title) => Object.assign(document.createElement("a"), { href: `/cases/${code}`, textContent: title });
  const wanted = (within) => {
    const fields = new URLSearchParams(new FormData(form));
    for (const [name, value] of [...fields]) if (!value) fields.delete(name);
    if (!within) return fields;
    fields.set("bbox", [within.getWest(), within.getSouth(), within.getEast(), within.getNorth()].map((side) => side.toFixed(6)).join());
    fields.set("limit", LISTED);
    return fields;
  };
  const listed = async (within, signal) => {
    const answer = await fetch(`/api/v1/public/cases.geojson?${wanted(within)}`, { signal });
    if (!answer.ok) throw new Error((await answer.json()).detail);
    return (await answer.json()).features.map(({ properties }) => properties);
  };
  // On the map itself, not on its dot: dots are drawn anew when the map moves to make room.
  const tell = (at, content) => popup({ offset: [0, -6] }).setLatLng(at).setContent(content).openOn(map);
  // The cases of a square that comes apart no further.
  const opened = (group) => {
    const all = document.createElement("div");
    all.textContent = said.waiting;
    const corners = [group.square, group.square.add([1, 1])].map((corner) => map.unproject(corner.multiplyBy(SQUARE_PX)));
    const told = tell(map.unproject(group.at), all);
    listed(latLngBounds(corners)).then((found) => {
      all.replaceChildren(...found.map(({ code, title }) => {
        const line = document.createElement("p");
        line.append(link(code, title));
        return line;
      }));
      told.update();
      all.querySelector("a")?.focus();
    }, () => { all.textContent = said.failed; });
  };
  const sideOf = (group) => (group.code && group.count === 1 ? 22 : 28 + Math.min(24, 8 * Math.log10(group.count)));
  const dot = (group) => {
    const alone = group.count === 1 && group.code, side = sideOf(group);
    const face = document.createElement("span");
    face.textContent = alone ? "" : group.count;
    const about = alone && [word("category", group.category), word("state", group.state)].filter(Boolean).join(" – ");
    const label = alone ? `${about} (${group.code})` : said.several.replace("%n", group.count);
    const at = marker(map.unproject(group.at), { title: label, alt: label, icon: divIcon({ className: `dot${group.open ? " open" : ""}`, html: face, iconSize: [side, side] }) });
    at.on("add", () => at.getElement().setAttribute("aria-label", label));
    at.on("click keypress", ({ type, originalEvent }) => {
      if (type === "keypress" && originalEvent.key !== "Enter") return;
      if (alone) {
        const to = link(group.code, label);
        tell(at.getLatLng(), to);
        to.focus();
      } else if (map.getZoom() < NEAREST) map.setView(at.getLatLng(), map.getZoom() + 2);
      else opened(group);
    });
    return at;
  };
  // Tiles that the view touches. What each holds is kept by the browser under its tag, and asked for anew.
  const drawn = async (signal) => {
    const view = map.getPixelBounds(), zoom = map.getZoom() - FARTHER, fields = wanted();
    const [from, to] = [view.min, view.max].map((corner) => corner.divideBy(TILE_PX).floor()), tiles = [];
    for (let x = from.x; x <= to.x; x += 1) for (let y = from.y; y <= to.y; y += 1) tiles.push([x, y]);
    const found = await Promise.all(tiles.map(async ([x, y]) => {
      const answer = await fetch(`/api/v1/public/tiles/${zoom}/${x}/${y}.mvt?${fields}`, { signal });
      if (!answer.ok) throw new Error((await answer.json()).detail);
      return pointsOf(await answer.arrayBuffer(), x, y);
    }));
    return together(found.flat());
  };
  const show = (groups, lines) => {
    const held = document.activeElement?.matches(".dot");
    dots.clearLayers();
    if (held) box.focus({ preventScroll: true });
    const { min, max } = map.getPixelBounds(), edge = point(SQUARE_PX, SQUARE_PX);
    const inView = groups.filter((group) => bounds(min, max).contains(group.at));
    const edges = bounds(min.subtract(edge), max.add(edge));  // no dot that Tab reaches and nobody sees
    const seen = groups.filter((group) => edges.contains(group.at));
    for (const group of seen) dots.addLayer(dot(group));
    around(seen.map((group) => ({ ...map.latLngToLayerPoint(map.unproject(group.at)), wide: sideOf(group) / 2, high: sideOf(group) / 2 })));
    told.textContent = said.count.replace("%n", inView.reduce((sum, group) => sum + group.count, 0));
    list.replaceChildren(...lines.map((one) => {
      const line = document.createElement("li"), title = Object.assign(document.createElement("h3"), { className: "title" });
      title.append(link(one.code, one.title));
      const meta = Object.assign(document.createElement("p"), { className: "meta" }), tag = Object.assign(document.createElement("span"), { className: "tag" });
      tag.textContent = word("state", one.state);
      meta.append(tag);
      line.append(title, meta);
      return line;
    }));
  };
  const load = async () => {
    asking?.abort();
    asking = new AbortController();
    const { signal } = asking;
    try { show(...await Promise.all([drawn(signal), listed(map.getBounds(), signal)])); }
    catch (error) { if (error.name !== "AbortError") told.textContent = said.failed; }
  };
  map.on("moveend", () => { clearTimeout(timer); timer = setTimeout(load, 150); });
  form.addEventListener("change", load);
  form.addEventListener("submit", (event) => { event.preventDefault(); load(); });
  await load();
};
