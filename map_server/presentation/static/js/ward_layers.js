// The ward under the pins: compounds and streets as the paper, fire lanes, drop points and grids as layers to switch.
// Any page with a map:  const layers = await addWardLayers(map);  layers.toggle("grids", true).
import { get } from "./api.js";
import { language, t } from "./i18n.js";

// What each layer of the ward is drawn like. Layers that are not named here (a user's own) are drawn plainly.
const STREET_WIDTHS = { arterial: 11, street: 8, lane: 5, internal: 4, path: 1.6 };
// Streets of OpenStreetMap say what they are in their own words.
const RANK_OF_HIGHWAY = {
  motorway: "arterial", motorway_link: "street", trunk: "arterial", trunk_link: "street", primary: "arterial", primary_link: "street",
  secondary: "arterial", secondary_link: "street", tertiary: "street", tertiary_link: "street", unclassified: "street", residential: "street",
  living_street: "lane", pedestrian: "lane", service: "internal", footway: "path", path: "path", steps: "path", cycleway: "path", track: "path",
};
const AREA_COLOURS = { water: "--map-water", park: "--map-green", garden: "--map-green", sports: "--map-green" };
const LAYERS = {
  ward: { order: 1, isBase: true, style: () => ({ fill: false, stroke: true, color: "--map-grid", weight: 1.5, dashArray: "8 6" }) },
  greens_and_water: { order: 2, isBase: true, style: (p) => ({ fillColor: AREA_COLOURS[p.use] ?? "--map-civic", fillOpacity: 1, stroke: false }) },
  compounds: { order: 3, isBase: true, style: () => ({ fillColor: "--map-compound", fillOpacity: 1, color: "--map-compound-edge", weight: 1 }), labelFrom: 16.5 },
  streets: { order: 4, isBase: true, isStreet: true },
  buildings: { order: 5, isBase: true, fromZoom: 16, style: () => ({ fillColor: "--map-building", fillOpacity: 1, color: "--map-compound-edge", weight: 0.6 }) },
  fire_lanes: { order: 6, isOn: true, fromZoom: 16.5, style: () => ({ fillColor: "--map-fire-lane", fillOpacity: 0.6, stroke: false }) },
  grids: { order: 7, style: () => ({ fill: false, color: "--map-grid", weight: 2, dashArray: "2 5" }), labelFrom: 13 },
  drop_points: { order: 8, point: { colour: "--site", radius: 3.5 } },
  bin_houses: { order: 9, point: { colour: "--garbage-drop", radius: 5 } },
  structure_points: { order: 10, point: { colour: "--illegal-structure", radius: 3.5 } },
  "blind-corners": { order: 12, colour: "--blind-corner", style: () => ({ color: "--blind-corner", weight: 6, opacity: 0.75 }), told: standing },
  gates: { order: 11, point: { colour: "--map-label", radius: 2.5 } },
};
const PLAIN = { order: 50, style: () => ({ color: "--accent", weight: 2, fillOpacity: 0.1 }), point: { colour: "--accent", radius: 4 } };

function standing({ days_since_walked: days, length_m: metres }) {
  const since = days === null ? t("nobody was seen walking here") : t("not walked for {days} days", { days: Math.round(days) });
  return `${Math.round(metres)} m · ${since}`;
}

function colour(name) {
  return name?.startsWith("--") ? getComputedStyle(document.documentElement).getPropertyValue(name).trim() : name;
}

function coloured(style) {
  return { ...style, color: colour(style.color), fillColor: colour(style.fillColor) };
}

/** The name of a place in the reader's language. */
export function nameOf(properties) {
  const both = language === "zh" ? [properties.name_zh, properties.name_en] : [properties.name_en, properties.name_zh];
  return both.find(Boolean) ?? properties.name ?? properties.id ?? "";
}

class WardLayer {
  constructor(map, entry) {
    this.map = map;
    this.name = entry.name;
    this.count = entry.feature_count;
    this.look = LAYERS[entry.name] ?? PLAIN;
    this.title = (language === "zh" ? entry.title_zh : entry.title_en) || entry.name;
    this.isOn = Boolean(this.look.isBase || this.look.isOn);
    this.parts = null;
    this.labels = L.layerGroup();
  }

  get isVisible() {
    return this.isOn && this.map.getZoom() >= (this.look.fromZoom ?? 0);
  }

  async update() {
    if (!this.isVisible) {
      this.parts?.remove();
      this.labels.remove();
      return;
    }
    this.loading ??= this.load();
    await this.loading;
    if (!this.isVisible) return;
    this.parts.addTo(this.map);
    if (this.look.isStreet) this.restyle();
    this.updateLabels();
  }

  async load() {
    const data = await get(`/api/v1/layers/${encodeURIComponent(this.name)}.geojson`);
    const pane = `ward-${this.look.order}`;
    this.map.createPane(pane).style.zIndex = 200 + this.look.order;
    const renderer = L.canvas({ pane, padding: 0.3 });
    this.parts = this.look.isStreet ? streets(data, pane, renderer) : this.shapes(data, pane, renderer);
    this.labelled = this.look.labelFrom ? data.features : [];
    this.restyle();
  }

  shapes(data, pane, renderer) {
    return L.geoJSON(data, {
      pane,
      renderer,
      interactive: Boolean(this.look.point || this.look.told),
      pointToLayer: (feature, position) => L.circleMarker(position, { pane, renderer, radius: this.look.point?.radius ?? 4 }),
      onEachFeature: (feature, layer) => this.bindTooltip(feature.properties, layer),
    });
  }

  bindTooltip(properties, layer) {
    if (this.look.told) layer.bindTooltip(() => textOf(this.look.told(properties)), { sticky: true });
    else if (this.look.point) layer.bindTooltip(() => textOf(nameOf(properties)));
  }

  restyle() {
    if (!this.parts) return;
    if (this.look.isStreet) {
      const scale = 2 ** (Math.min(this.map.getZoom(), 19) - 17);
      this.parts.eachLayer((group) => group.setStyle((feature) => streetStyle(feature, group.options.isCasing, scale)));
      return;
    }
    this.parts.setStyle?.((feature) => (feature.geometry.type === "Point" ? this.pointStyle() : coloured(this.look.style(feature.properties))));
  }

  pointStyle() {
    return { color: colour("--map-halo"), weight: 1.5, fillColor: colour(this.look.point?.colour), fillOpacity: 1 };
  }

  updateLabels() {
    this.labels.clearLayers();
    if (!this.look.labelFrom || this.map.getZoom() < this.look.labelFrom) return;
    const view = this.map.getBounds().pad(0.1);
    for (const feature of this.labelled) {
      const centre = L.geoJSON(feature).getBounds().getCenter();
      if (view.contains(centre)) this.labels.addLayer(label(centre, nameOf(feature.properties)));
    }
    this.labels.addTo(this.map);
  }
}

function streets(data, pane, renderer) {
  const line = (isCasing) => L.geoJSON(data, { pane, renderer, interactive: false, isCasing });
  return L.layerGroup([line(true), line(false)]);
}

function streetStyle(feature, isCasing, scale) {
  const rank = feature.properties.rank ?? RANK_OF_HIGHWAY[feature.properties.highway];
  const width = Math.max((STREET_WIDTHS[rank] ?? 4) * scale, rank === "path" ? 0.8 : 1.4);
  const style = { lineCap: "round", lineJoin: "round", opacity: 1 };
  if (rank === "path") return { ...style, weight: isCasing ? 0 : width, color: colour("--map-street-edge"), opacity: isCasing ? 0 : 1 };
  return { ...style, weight: isCasing ? width + 2 : width, color: colour(isCasing ? "--map-street-edge" : "--map-street") };
}

function textOf(text) {
  const element = document.createElement("span");
  element.textContent = text;
  return element;
}

function label(position, text) {
  return L.marker(position, {
    interactive: false,
    keyboard: false,
    icon: L.divIcon({ html: textOf(text), className: "map-label", iconSize: [0, 0] }),
  });
}

function boundsOf(entry) {
  if (!entry) return null;
  const [west, south, east, north] = entry.bounds;
  return L.latLngBounds([south, west], [north, east]);
}

/** Name those whose data the map shows, as their licences ask. Text only: it comes from files. */
function addSources(map, entries) {
  const said = new Set(entries.filter((entry) => entry.attribution).map((entry) => [entry.attribution, entry.licence].filter(Boolean).join(", ")));
  if (!said.size) return;
  const control = L.control({ position: "bottomleft" });
  control.onAdd = () => {
    const note = textOf([...said].join(" · "));
    note.className = "map-source";
    return note;
  };
  control.addTo(map);
}

/** What the server reckons from the streets, beside the layers that were loaded. */
function reckoned(entries) {
  if (!entries.some((entry) => entry.name === "streets")) return [];
  return [{ name: "blind-corners", title_zh: t("Blind corners: no camera, not walked lately"), title_en: t("Blind corners: no camera, not walked lately") }];
}

// A browser makes every shape with a hint a stop of the Tab key: nameless, and by the hundred. What they say stands in lists.
function leaveShapesOut(map) {
  const leave = (layer) => layer instanceof L.Path && layer.getElement()?.setAttribute("tabindex", "-1");
  map.eachLayer(leave);
  map.on("layeradd", ({ layer }) => leave(layer));
}

function nameMap(map) {
  map.getContainer().setAttribute("role", "region");
  map.getContainer().setAttribute("aria-label", t("Map: the arrow keys move it, + and − zoom"));
}

/** Put the ward's layers on a map. Gives the layers in drawing order, `toggle(name, isOn)` and `bounds`. */
export async function addWardLayers(map) {
  nameMap(map);
  leaveShapesOut(map);
  const { layers: entries } = await get("/api/v1/layers");
  addSources(map, entries);
  const layers = [...entries, ...reckoned(entries)].map((entry) => new WardLayer(map, entry)).sort((one, other) => one.look.order - other.look.order);
  const updateAll = () => Promise.all(layers.map((layer) => layer.update()));
  map.on("zoomend moveend", updateAll);
  document.addEventListener("themechange", () => layers.forEach((layer) => layer.restyle()));
  updateAll();
  return {
    layers,
    switchable: layers.filter((layer) => !layer.look.isBase),
    bounds: boundsOf(entries.find((entry) => entry.name === "ward") ?? entries[0]),
    async toggle(name, isOn) {
      const layer = layers.find((each) => each.name === name);
      if (!layer) return;
      layer.isOn = isOn;
      await layer.update();
    },
  };
}

function swatchOf(name) {
  const swatch = document.createElement("span");
  swatch.className = "layer-list__swatch";
  swatch.style.background = `var(${name})`;
  return swatch;
}

/** Fill an element with a switch for each layer. */
export function layerSwitches(place, ward, extra = []) {
  const rows = [
    ...extra,
    ...ward.switchable.map((layer) => ({ swatch: layer.look.colour, title: layer.title, count: layer.count, isOn: layer.isOn, set: (isOn) => ward.toggle(layer.name, isOn) })),
  ];
  place.replaceChildren(
    ...rows.map(({ swatch, title, count, isOn, set }) => {
      const row = document.createElement("label");
      const box = document.createElement("input");
      box.type = "checkbox";
      box.checked = isOn;
      box.addEventListener("change", () => set(box.checked));
      const number = document.createElement("span");
      number.className = "layer-list__count";
      number.textContent = count ?? "";
      row.append(box, ...(swatch ? [swatchOf(swatch)] : []), textOf(title), number);
      return row;
    }),
  );
}

