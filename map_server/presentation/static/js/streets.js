// The streets on a map: choose segments by click, by name or by an area, close them, open them again; blind corners beneath.
import { get, post } from "./api.js";
import { t } from "./i18n.js";
import { AreaDrawing, touches } from "./street_area.js";
import { StreetList, titleOf } from "./street_list.js";
import { toast } from "./toast.js";
import { addWardLayers } from "./ward_layers.js";

const map = window.map_lilong;
const form = document.querySelector("[data-closure-form]");
const chosen = new Map();
const lines = new Map();
let inArea = new Set();
let list = null;

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function styleOf(feature) {
  const isMeant = chosen.has(feature.id) || inArea.has(feature.id);
  if (isMeant) return { color: colour("--accent"), weight: chosen.has(feature.id) ? 7 : 4, opacity: 1, dashArray: null };
  if (feature.properties.closed) return { color: colour("--blocked-fire-lane"), weight: 5, opacity: 1, dashArray: "6 6" };
  return { color: colour("--map-label"), weight: 2.5, opacity: 0.55, dashArray: null };
}

function restyle() {
  lines.forEach((line) => line.setStyle(styleOf(line.feature)));
}

function tell() {
  const meant = new Set([...chosen.keys(), ...inArea]);
  const metres = [...meant].reduce((sum, id) => sum + lines.get(id).feature.properties.length_m, 0);
  const text = meant.size
    ? t("{count} segments chosen, {metres} m.", { count: meant.size, metres: Math.round(metres) })
    : area.ring
      ? t("No street lies in this area.")
      : t("Click streets on the map, draw an area, or choose streets by name.");
  form.querySelector("[data-chosen]").textContent = text;
  form.querySelector("[data-close-button]").disabled = meant.size === 0;
  form.querySelector("[data-clear]").hidden = meant.size === 0 && !area.ring;
}

function choose(features, isOn) {
  for (const feature of features) {
    if (isOn) chosen.set(feature.id, feature);
    else chosen.delete(feature.id);
    lines.get(feature.id).setStyle(styleOf(feature));
  }
  list?.refresh();
  tell();
}

const area = new AreaDrawing(map, document.querySelector("[data-area-tools]"), () => {
  const ring = area.ring;
  const touched = ring ? [...lines.values()].filter(({ feature }) => touches(ring, feature.geometry.coordinates)) : [];
  inArea = new Set(touched.map(({ feature }) => feature.id));
  restyle();
  tell();
});

function tooltip(feature) {
  const text = document.createElement("span");
  text.textContent = `${titleOf(feature)} · ${Math.round(feature.properties.length_m)} m`;
  return text;
}

/** The areas that were drawn for closures, beneath the streets that they close. */
async function showAreas() {
  const { closures } = await get("/api/v1/closures");
  map.createPane("closed-areas").style.zIndex = 440;
  for (const closure of closures.filter((each) => each.area)) {
    const look = { pane: "closed-areas", interactive: false, style: { color: colour("--blocked-fire-lane"), weight: 1.5, dashArray: "3 5", fillOpacity: 0.08 } };
    L.geoJSON({ type: "Feature", properties: {}, geometry: closure.area }, look).addTo(map);
  }
}

async function show() {
  const [ward, segments] = await Promise.all([addWardLayers(map), get("/api/v1/streets/segments.geojson"), showAreas()]);
  map.createPane("segments").style.zIndex = 450;
  const renderer = L.canvas({ pane: "segments", tolerance: 6 });
  const drawn = L.geoJSON(segments, {
    pane: "segments",
    renderer,
    style: styleOf,
    onEachFeature: (feature, line) => {
      lines.set(feature.id, line);
      line.bindTooltip(() => tooltip(feature), { sticky: true });
      line.on("click", () => area.isDrawing || choose([feature], !chosen.has(feature.id)));
    },
  }).addTo(map);
  list = new StreetList(form.querySelector("[data-by-name]"), segments.features, (id) => chosen.has(id), choose);
  const bounds = drawn.getBounds();
  if (bounds.isValid()) map.fitBounds(ward.bounds && bounds.contains(ward.bounds) ? ward.bounds : bounds, { padding: [16, 16], animate: false });
  document.querySelector("[data-streets]").dataset.ready = "true";
  return ward;
}

/** What was typed is the ward's time, wherever the browser is. */
function moment(name) {
  const text = form.elements[name].value;
  return text ? `${text}:00+08:00` : null;
}

async function change(button, work) {
  button.disabled = true;
  try {
    await work();
    location.reload();
  } catch (problem) {
    toast(problem.message, { isBad: true });
    button.disabled = false;
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const drawn = area.ring && { type: "Polygon", coordinates: [area.ring] };
  const body = { reason: form.elements.reason.value, segment_ids: [...chosen.keys()], area: drawn, starts_at: moment("starts_at"), until: moment("until") };
  change(form.querySelector("[data-close-button]"), () => post("/api/v1/closures", body));
});

form.querySelector("[data-draw]").addEventListener("click", () => area.start());

form.querySelector("[data-clear]").addEventListener("click", () => {
  area.clear();
  choose([...chosen.values()], false);
});

for (const button of document.querySelectorAll("[data-end-closure]")) {
  button.addEventListener("click", () => change(button, () => post(`/api/v1/closures/${button.dataset.endClosure}/end`)));
}

for (const button of document.querySelectorAll("[data-show-closure]")) {
  button.addEventListener("click", () => {
    const closed = button.dataset.showClosure.split(" ").map((id) => lines.get(id)).filter(Boolean);
    if (closed.length) map.fitBounds(L.featureGroup(closed).getBounds(), { padding: [40, 40], maxZoom: 18 });
  });
}

document.querySelector("[data-corners]")?.addEventListener("change", async ({ target }) => {
  const ward = await loaded;
  ward?.toggle("blind-corners", target.checked);
});

document.addEventListener("themechange", () => {
  restyle();
  area.draw();
});
const loaded = show().catch((problem) => toast(problem.message, { isBad: true }));
