// The streets on a map: choose segments by click or key, close them, open them again; blind corners beneath.
import { get, post } from "./api.js";
import { t } from "./i18n.js";
import { toast } from "./toast.js";
import { addWardLayers, nameOf } from "./ward_layers.js";

const map = window.map_lilong;
const form = document.querySelector("[data-closure-form]");
const chosen = new Map();
const lines = new Map();

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function styleOf(feature) {
  if (chosen.has(feature.id)) return { color: colour("--accent"), weight: 7, opacity: 1 };
  if (feature.properties.closed) return { color: colour("--blocked-fire-lane"), weight: 5, opacity: 1, dashArray: "6 6" };
  return { color: colour("--map-label"), weight: 2.5, opacity: 0.55 };
}

function tell() {
  const metres = [...chosen.values()].reduce((sum, feature) => sum + feature.properties.length_m, 0);
  const text = chosen.size
    ? t("{count} segments chosen, {metres} m.", { count: chosen.size, metres: Math.round(metres) })
    : t("Click streets on the map to choose what is closed.");
  form.querySelector("[data-chosen]").textContent = text;
  form.querySelector("[data-close-button]").disabled = chosen.size === 0;
  form.querySelector("[data-clear]").hidden = chosen.size === 0;
}

function toggle(feature) {
  if (!chosen.delete(feature.id)) chosen.set(feature.id, feature);
  lines.get(feature.id).setStyle(styleOf(feature));
  tell();
}

function tooltip(feature) {
  const text = document.createElement("span");
  const name = feature.properties.name_zh || feature.properties.name_en ? nameOf(feature.properties) : t("Street without a name");
  text.textContent = `${name} · ${Math.round(feature.properties.length_m)} m`;
  return text;
}

async function show() {
  const [ward, segments] = await Promise.all([addWardLayers(map), get("/api/v1/streets/segments.geojson")]);
  map.createPane("segments").style.zIndex = 450;
  const renderer = L.canvas({ pane: "segments", tolerance: 6 });
  const drawn = L.geoJSON(segments, {
    pane: "segments",
    renderer,
    style: styleOf,
    onEachFeature: (feature, line) => {
      lines.set(feature.id, line);
      line.bindTooltip(() => tooltip(feature), { sticky: true });
      line.on("click", () => toggle(feature));
    },
  }).addTo(map);
  const bounds = drawn.getBounds();
  if (bounds.isValid()) map.fitBounds(ward.bounds && bounds.contains(ward.bounds) ? ward.bounds : bounds, { padding: [16, 16] });
  return ward;
}

function moment(name) {
  const text = form.elements[name].value;
  return text ? new Date(text).toISOString() : null;
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
  const body = { reason: form.elements.reason.value, segment_ids: [...chosen.keys()], starts_at: moment("starts_at"), until: moment("until") };
  change(form.querySelector("[data-close-button]"), () => post("/api/v1/closures", body));
});

form.querySelector("[data-clear]").addEventListener("click", () => {
  for (const feature of [...chosen.values()]) toggle(feature);
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

document.addEventListener("themechange", () => lines.forEach((line) => line.setStyle(styleOf(line.feature))));
const loaded = show().catch((problem) => toast(problem.message, { isBad: true }));
