// Planned ways of a period on the map: what tracks walked of them as a full line, the rest dashed.
import { get } from "./api.js";
import { paintColours } from "./patrol_colours.js";
import { toast } from "./toast.js";
import { addWardLayers } from "./ward_layers.js";

const page = document.querySelector("[data-completion]");
const map = window.map_lilong;

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function styleOf({ properties }) {
  return properties.walked
    ? { color: colour("--good"), weight: 5, opacity: 0.9 }
    : { color: colour("--bad"), weight: 4, opacity: 0.95, dashArray: "3 8" };
}

async function show() {
  const { first, last, team } = page.dataset;
  const asked = new URLSearchParams({ from: first, to: last, ...(team && { team }) });
  const [ward, ways] = await Promise.all([addWardLayers(map), get(`/api/v1/completion/ways.geojson?${asked}`)]);
  map.createPane("ways").style.zIndex = 450;
  const drawn = L.geoJSON(ways, { pane: "ways", interactive: false, style: styleOf }).addTo(map);
  const bounds = drawn.getBounds();
  if (bounds.isValid()) map.fitBounds(bounds, { padding: [24, 24] });
  else if (ward.bounds) map.fitBounds(ward.bounds, { padding: [16, 16] });
  document.addEventListener("themechange", () => drawn.setStyle(styleOf));
  page.dataset.shown = "";
}

paintColours();
show().catch((problem) => toast(problem.message, { isBad: true }));
