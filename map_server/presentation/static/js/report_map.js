// The map of a report: compounds shaded by what was found for each hour of watching; a click opens the rows.
import { get } from "./api.js";
import { toast } from "./toast.js";
import { addWardLayers } from "./ward_layers.js";

const SHADES_FROM = 0.85;
const map = window.map_lilong;
const shades = new Map(JSON.parse(document.querySelector("#shades").textContent).map((one) => [one.id, one]));

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function styleOf(feature) {
  const shade = shades.get(feature.properties.id);
  const edge = { color: colour("--ink-soft"), weight: 1 };
  if (!shade || shade.level === null) return { ...edge, fillOpacity: 0, dashArray: "4 4" };
  return { ...edge, fillColor: colour(`--shade-${shade.level}`), fillOpacity: SHADES_FROM };
}

function wire(feature, layer) {
  const shade = shades.get(feature.properties.id);
  if (!shade) return;
  const text = document.createElement("span");
  text.textContent = shade.text;
  layer.bindTooltip(text, { sticky: true }).on("click", () => location.assign(shade.href));
}

async function draw() {
  await addWardLayers(map);
  const compounds = await get("/api/v1/layers/compounds.geojson");
  const drawn = L.geoJSON(compounds, { style: styleOf, onEachFeature: wire }).addTo(map);
  const bounds = drawn.getBounds();
  if (bounds.isValid()) map.fitBounds(bounds, { animate: false });
  document.addEventListener("themechange", () => drawn.setStyle(styleOf));
}

draw()
  .then(() => (document.querySelector(".report-map").dataset.ready = "true"))
  .catch((problem) => toast(problem.message, { isBad: true }));
