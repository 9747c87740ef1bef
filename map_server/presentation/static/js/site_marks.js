// How sites are drawn: the state by the fill, overdue by a ring.
import { nameOf } from "./ward_layers.js";

const LAYERS = ["structure_points", "bin_houses", "drop_points"];
const FILLS = { to_clear: 1, suspect: 1, deferred: 0.5 };

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function mark(properties, position) {
  const isDue = properties.interval_days && (!properties.due_at || new Date(properties.due_at) <= new Date());
  const own = colour(properties.kind === "structure_point" ? "--illegal-structure" : "--site");
  const style = { radius: properties.state === "suspect" ? 6 : 4.5, color: isDue ? colour("--bad") : own, weight: isDue ? 3 : 1.5 };
  const fill = properties.state ? FILLS[properties.state] ?? 0.05 : 0.9;
  return L.circleMarker(position, { ...style, fillColor: own, fillOpacity: fill, dashArray: properties.state === "released" ? "2 2" : undefined });
}

function open(event) {
  location.href = `/sites/${encodeURIComponent(event.target.feature.properties.id)}`;
}

/** Draw the sites of the loaded layers onto a map; a click opens the site. `get` fetches JSON. */
export async function addSites(map, get) {
  const { layers } = await get("/api/v1/layers");
  for (const name of LAYERS.filter((each) => layers.some((layer) => layer.name === each))) {
    const data = await get(`/api/v1/layers/${name}.geojson`);
    L.geoJSON(data, {
      pointToLayer: (feature, position) => mark(feature.properties, position),
      onEachFeature: (feature, layer) => {
        const text = document.createElement("span");
        text.textContent = nameOf(feature.properties);
        layer.bindTooltip(text).on("click", open);
      },
    }).addTo(map);
  }
}
