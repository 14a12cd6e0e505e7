// The map of the pages: choosing a spot on the form, and looking at what is public. Each page works without it.
import { CRS, DomUtil, GridLayer, circle, control, divIcon, geoJSON, latLng, latLngBounds, layerGroup, map as made, marker, tileLayer } from "leaflet/dist/leaflet-src.esm.js";

const CLUSTER_PX = 48, MOST = 1000;

const Squares = GridLayer.extend({ createTile() { return DomUtil.create("div", "square"); } });

// The ground: the operator's tiles, or squares with the boundaries that are loaded and the names of places.
const ground = async (box, said) => {
  const map = made(box, { zoomControl: false, attributionControl: Boolean(box.dataset.tiles), minZoom: 7, maxZoom: 18, crs: CRS.EPSG3857 });
  control.zoom({ zoomInTitle: said.nearer, zoomOutTitle: said.farther }).addTo(map);
  const [south, west, north, east] = box.dataset.box.split(",").map(Number);
  map.fitBounds([[south, west], [north, east]]);
  map.setMaxBounds(latLngBounds([south, west], [north, east]).pad(0.5));
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
      (one.properties.tier === "district" ? wide : names).addLayer(marker([lat, lon], { icon, keyboard: false, interactive: false }));
    }
  } catch { /* squares alone */ }
  const from = wide.getLayers().length ? 12 : 10;
  const show = () => {
    const near = map.getZoom() >= from;
    (near ? wide : names).remove();
    if (near) names.addTo(map);
    else if (map.getZoom() >= 9) wide.addTo(map);
    else wide.remove();
  };
  map.on("zoomend", show);
  show();
  return { map, places };
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

// What is public, in view: dots that come apart as one comes nearer, and the same as a list beside the map.
export const look = async (box, { said, form, list, told }) => {
  const { map } = await ground(box, said);
  const dots = layerGroup().addTo(map);
  let asking = null, timer = 0;
  const link = (one) => {
    const to = document.createElement("a");
    to.href = `/cases/${one.properties.code}`;
    to.textContent = one.properties.title;
    return to;
  };
  const dot = (group) => {
    const [first] = group.cases, alone = group.cases.length === 1;
    const side = alone ? 20 : 28 + Math.min(24, 8 * Math.log10(group.cases.length));
    const open = group.cases.some((one) => !["resolved", "closed"].includes(one.properties.state));
    const face = document.createElement("span");
    face.textContent = alone ? "" : group.cases.length;
    const label = alone ? first.properties.title : said.several.replace("%n", group.cases.length);
    const at = marker(map.unproject(group.at), { title: label, alt: label, icon: divIcon({ className: `dot${open ? " open" : ""}`, html: face, iconSize: [side, side] }) });
    at.on("add", () => at.getElement().setAttribute("aria-label", label));
    if (alone) at.bindPopup(() => link(first));
    else at.on("click", () => (map.getZoom() < 18 ? map.setView(at.getLatLng(), map.getZoom() + 2) : at.bindPopup(() => {
      const all = document.createElement("div");
      for (const one of group.cases.slice(0, 20)) {
        const line = document.createElement("p");
        line.append(link(one));
        all.append(line);
      }
      return all;
    }).openPopup()));
    return at;
  };
  const show = (features, more) => {
    const groups = new Map();
    for (const one of features) {
      const [lng, lat] = one.geometry.coordinates;
      const at = map.project([lat, lng]), key = map.getZoom() >= 18 ? `${at.x},${at.y}` : `${Math.floor(at.x / CLUSTER_PX)},${Math.floor(at.y / CLUSTER_PX)}`;
      const group = groups.get(key) || { at: at.multiplyBy(0), cases: [] };
      group.at = group.at.add(at);
      group.cases.push(one);
      groups.set(key, group);
    }
    dots.clearLayers();
    for (const group of groups.values()) {
      group.at = group.at.divideBy(group.cases.length);
      dots.addLayer(dot(group));
    }
    told.textContent = (more ? said.most : said.count).replace("%n", features.length);
    list.replaceChildren(...features.slice(0, 20).map((one) => {
      const line = document.createElement("li"), title = Object.assign(document.createElement("h3"), { className: "title" });
      title.append(link(one));
      const meta = Object.assign(document.createElement("p"), { className: "meta" }), tag = Object.assign(document.createElement("span"), { className: "tag" });
      tag.textContent = form.elements.state.querySelector(`[value=${one.properties.state}]`)?.textContent || "";
      meta.append(tag);
      line.append(title, meta);
      return line;
    }));
  };
  const load = async () => {
    asking?.abort();
    asking = new AbortController();
    const inView = map.getBounds(), wanted = new URLSearchParams(new FormData(form));
    for (const [name, value] of [...wanted]) if (!value) wanted.delete(name);
    wanted.set("bbox", [inView.getWest(), inView.getSouth(), inView.getEast(), inView.getNorth()].map((side) => side.toFixed(5)).join());
    wanted.set("limit", MOST);
    try {
      const answer = await fetch(`/api/v1/public/cases.geojson?${wanted}`, { signal: asking.signal });
      const found = await answer.json();
      if (answer.ok) show(found.features, Boolean(found.next_cursor));
      else told.textContent = found.detail;
    } catch (error) { if (error.name !== "AbortError") told.textContent = said.failed; }
  };
  map.on("moveend", () => { clearTimeout(timer); timer = setTimeout(load, 150); });
  form.addEventListener("change", load);
  form.addEventListener("submit", (event) => { event.preventDefault(); load(); });
  await load();
};
