// Incidents, clusters and cameras on the map. A new picture of the world is compared with the present one, and only
// what differs is touched, so that nothing flickers and an open tooltip stays.
import { errorRing } from "./geometry.js";
import { ago, t } from "./i18n.js";
import { clusterDisc, fillOf, icon, symbol } from "./symbols.js";
import { word } from "./words.js";

const PIN_SIZE = 44;
const FRESH_FOR_MS = 6000;
const ELLIPSES_FROM_ZOOM = 17;
const PINS_SMALL_FROM_ZOOM = 19;

export class Pins {
  /** `onOpen(id)` is called when a pin is chosen. */
  constructor(map, onOpen) {
    this.map = map;
    this.onOpen = onOpen;
    this.markers = new Map();
    this.features = new Map();
    this.selected = null;
    this.showEllipses = true;
    map.createPane("ellipses").style.zIndex = 450;
    map.createPane("cameras").style.zIndex = 580;
    this.ellipses = L.featureGroup().addTo(map);
    this.ellipseRenderer = L.svg({ pane: "ellipses" });
    this.camerasShown = true;
    map.on("zoomend", () => this.zoomed());
    this.zoomed();
  }

  zoomed() {
    this.map.getContainer().classList.toggle("map--near", this.map.getZoom() >= PINS_SMALL_FROM_ZOOM);
    this.drawEllipses();
  }

  /** Show exactly these features; `fresh` holds ids that shall draw the eye. */
  show(features, fresh = new Set()) {
    const placed = features.filter((feature) => feature.geometry && this.isWanted(feature));
    const wanted = new Map(placed.map((feature) => [feature.id, feature]));
    for (const [id, entry] of this.markers) {
      if (!wanted.has(id)) {
        entry.marker.remove();
        this.markers.delete(id);
      }
    }
    for (const [id, feature] of wanted) this.put(id, feature, fresh.has(id));
    this.features = wanted;
    this.drawEllipses();
  }

  isWanted(feature) {
    return feature.properties.type !== "camera" || this.camerasShown;
  }

  put(id, feature, isFresh) {
    const [lon, lat] = feature.geometry.coordinates;
    const look = lookOf(feature);
    const known = this.markers.get(id);
    if (known && known.look === look) {
      if (known.lon !== lon || known.lat !== lat) known.marker.setLatLng([lat, lon]);
      Object.assign(known, { lon, lat });
      return;
    }
    const marker = known ? known.marker.setLatLng([lat, lon]) : this.newMarker(id, feature, [lat, lon]);
    marker.setIcon(iconOf(feature));
    marker.setZIndexOffset(zIndexOf(feature));
    this.markers.set(id, { marker, look, lon, lat });
    this.describe(marker, feature);
    if (isFresh) this.pulse(marker);
    if (id === this.selected) marker.getElement()?.classList.add("pin--selected");
  }

  newMarker(id, feature, position) {
    const isCamera = feature.properties.type === "camera";
    const options = { icon: iconOf(feature), keyboard: true, pane: isCamera ? "cameras" : "markerPane" };
    const marker = L.marker(position, options).addTo(this.map);
    marker.on("click", () => this.choose(id));
    marker.on("keypress", (event) => event.originalEvent.key === "Enter" && this.choose(id));
    marker.bindTooltip(() => tooltipOf(this.features.get(id) ?? feature), { direction: "top", offset: [0, -14] });
    return marker;
  }

  choose(id) {
    const feature = this.features.get(id);
    if (!feature) return;
    const { type } = feature.properties;
    const [lon, lat] = feature.geometry.coordinates;
    if (type === "cluster" || feature.properties.count) this.map.flyTo([lat, lon], Math.min(this.map.getZoom() + 2, this.map.getMaxZoom()), { duration: 0.4 });
    if (type === "incident") this.onOpen(id);
  }

  describe(marker, feature) {
    const element = marker.getElement();
    if (!element) return;
    element.setAttribute("aria-label", tooltipOf(feature).textContent);
    element.setAttribute("role", "button");
  }

  pulse(marker) {
    const element = marker.getElement();
    element?.classList.add("pin--fresh");
    setTimeout(() => element?.classList.remove("pin--fresh"), FRESH_FOR_MS);
  }

  /** Mark one incident as the one in the panel; null for none. */
  select(id) {
    for (const each of [this.selected, id]) {
      this.markers.get(each)?.marker.getElement()?.classList.toggle("pin--selected", each === id);
    }
    this.selected = id;
    this.drawEllipses();
  }

  /** Stated errors: of the selected incident always, of all surveyed ones when the map is near enough. */
  drawEllipses() {
    this.ellipses.clearLayers();
    const isNear = this.showEllipses && this.map.getZoom() >= ELLIPSES_FROM_ZOOM;
    for (const [id, feature] of this.features) {
      const { type, kind, is_surveyed: isSurveyed } = feature.properties;
      if (type !== "incident" || !(id === this.selected || (isNear && isSurveyed))) continue;
      const ring = errorRing(feature);
      if (!ring) continue;
      const className = `ellipse ellipse--${kind}`;
      L.polygon(ring, { renderer: this.ellipseRenderer, className, interactive: false }).addTo(this.ellipses);
    }
  }
}

function lookOf(feature) {
  const { type, kind, state, count, bad, by_kind: byKind, version } = feature.properties;
  return JSON.stringify([type, kind, state && type === "incident" ? fillOf(state) : state, count, bad, byKind, version]);
}

function zIndexOf(feature) {
  const { severity, state } = feature.properties;
  if (state === "open") return severity === "urgent" ? 400 : 300;
  return state === "confirmed" ? 200 : 0;
}

function iconOf(feature) {
  const { type, kind, state, count, bad } = feature.properties;
  if (type === "cluster") return clusterIcon(feature.properties);
  const holder = document.createElement("span");
  if (type === "camera") {
    holder.append(icon("camera"));
    if (count) {
      holder.append(String(count));
      const className = bad ? "spot spot--many spot--bad" : "spot spot--many";
      // Below the disc of the incidents of the same cell, which stands nearly at the same place.
      return L.divIcon({ html: holder, className, iconSize: [48, 24], iconAnchor: [24, -20] });
    }
    const isBad = !["ok", "starting"].includes(state);
    return L.divIcon({ html: holder, className: isBad ? "spot spot--bad" : "spot", iconSize: [24, 24] });
  }
  holder.append(symbol(kind, state));
  const className = fillOf(state) === "closed" ? "pin pin--ended" : "pin";
  return L.divIcon({ html: holder, className, iconSize: [PIN_SIZE, PIN_SIZE] });
}

function clusterIcon({ count, by_kind: byKind }) {
  const size = Math.round(38 + 6 * Math.log10(count + 1));
  return L.divIcon({ html: clusterDisc(count, kindTotals(byKind)), className: "cluster", iconSize: [size, size] });
}

/** Totals by kind of a cluster, in a fixed order. */
export function kindTotals(byKind) {
  return Object.entries(byKind)
    .map(([kind, states]) => [kind, Object.values(states).reduce((sum, number) => sum + number, 0)])
    .sort(([one], [other]) => one.localeCompare(other));
}

function tooltipOf(feature) {
  const { type, kind, state, number, last_seen_at: lastSeen } = feature.properties;
  const element = document.createElement("span");
  if (type === "cluster") {
    const parts = kindTotals(feature.properties.by_kind).map(([each, count]) => `${word("kind", each)} ${count}`);
    element.textContent = parts.join(" · ");
  } else if (type === "camera" && feature.properties.count) {
    const { count, bad } = feature.properties;
    element.textContent = t("Cameras: {count}, in trouble: {bad}", { count, bad });
  } else if (type === "camera") {
    element.textContent = `${feature.properties.camera_id} · ${word("camera_state", state)}`;
  } else {
    element.textContent = `${word("kind", kind)} ${t("No. {number}", { number })} · ${word("state", state)} · ${ago(lastSeen)}`;
  }
  return element;
}
