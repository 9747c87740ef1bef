// The live map: fetches what the view and the filter show, hears of changes, and hands both to pins and panel.
import { get } from "./api.js";
import { Filters } from "./filters.js";
import { t } from "./i18n.js";
import { LiveFeed } from "./live_feed.js";
import { Panel } from "./panel.js";
import { kindTotals, Pins } from "./pins.js";
import { toast } from "./toast.js";
import { addWardLayers, layerSwitches } from "./ward_layers.js";
import { word } from "./words.js";

const map = window.map_lilong;
const page = document.querySelector("[data-live]");
const status = page.querySelector("[data-status]");
const emptyNote = page.querySelector("[data-empty]");
const announcer = page.querySelector("[data-announcer]");
const MOVE_PAUSE_MS = 150;
const CHANGE_PAUSE_MS = 120;

let features = [];
const known = new Set();
let running = null;
let timer = null;
let isFirst = true;

const pins = new Pins(map, openIncident);
const panel = new Panel(page.querySelector("[data-panel]"), {
  onClose: () => {
    pins.select(null);
    rememberIncident(null);
  },
  onChanged: () => refresh(),
  onOpen: openIncident,
});
const filters = new Filters(page.querySelector("[data-filters]"), () => refresh());

/** Fetch the picture of the present view; `draws` tells whether new incidents shall draw the eye. */
async function refresh({ draws = false } = {}) {
  running?.abort();
  running = new AbortController();
  const query = filters.query();
  try {
    const picture = query ? await get(`/api/v1/live.geojson?${withView(query)}`, running.signal) : { features: [] };
    show(picture, draws);
  } catch (problem) {
    if (problem.name !== "AbortError") toast(problem.message, { isBad: true });
  }
}

function withView(query) {
  const view = map.getBounds().pad(0.15);
  const box = [view.getWest(), view.getSouth(), view.getEast(), view.getNorth()];
  query.set("bbox", box.map((degrees) => degrees.toFixed(6)).join(","));
  query.set("zoom", String(Math.round(map.getZoom())));
  return query;
}

function show(picture, draws) {
  features = picture.features;
  const incidents = features.filter((feature) => feature.properties.type === "incident");
  const fresh = new Set(draws && !isFirst ? incidents.map(({ id }) => id).filter((id) => !known.has(id)) : []);
  for (const { id } of incidents) known.add(id);
  pins.show(features, fresh);
  filters.count(picture.counts ?? totals());
  emptyNote.hidden = features.some((feature) => feature.properties.type !== "camera");
  announce(incidents.filter(({ id }) => fresh.has(id)));
  if (panel.mode === "list") panel.openList(listed());
  isFirst = false;
}

function totals() {
  const sums = {};
  for (const { properties } of features) {
    const parts = properties.type === "cluster" ? kindTotals(properties.by_kind) : [[properties.kind, 1]];
    if (properties.type === "camera") continue;
    for (const [kind, number] of parts) sums[kind] = (sums[kind] ?? 0) + number;
  }
  return sums;
}

function announce(incidents) {
  if (incidents.length === 0) return;
  announcer.textContent = incidents.map(({ properties }) => t("New: {kind}", { kind: word("kind", properties.kind) })).join(". ");
}

function listed() {
  return features
    .filter((feature) => feature.properties.type === "incident")
    .sort((one, other) => other.properties.last_seen_at.localeCompare(one.properties.last_seen_at));
}

function openIncident(id) {
  pins.select(id);
  rememberIncident(id);
  panel.openIncident(id);
  const feature = pins.features.get(id);
  if (feature) keepInSight(feature.geometry.coordinates);
}

/** Move the map only as far as needed for the pin to stand beside the panel. */
function keepInSight([lon, lat]) {
  const isWide = matchMedia("(min-width: 48rem)").matches;
  const size = map.getSize();
  const free = isWide
    ? { paddingTopLeft: [60, 60], paddingBottomRight: [Math.min(size.x * 0.5, 500), 60] }
    : { paddingTopLeft: [40, 60], paddingBottomRight: [40, size.y * 0.74] };
  map.panInside([lat, lon], { ...free, animate: true });
}

function rememberIncident(id) {
  const address = new URL(location.href);
  if (id) address.searchParams.set("incident", id);
  else address.searchParams.delete("incident");
  history.replaceState(null, "", address);
}

function soon(pause, options) {
  clearTimeout(timer);
  timer = setTimeout(() => refresh(options), pause);
}

function rememberView() {
  const { lat, lng } = map.getCenter();
  sessionStorage.setItem("lilong-map-view", JSON.stringify([lat, lng, map.getZoom()]));
}

function setStatus(state) {
  if (status.dataset.state === "away" && state === "live") refresh({ draws: true });
  status.dataset.state = state;
  status.textContent = state === "live" ? t("Live") : t("Connection lost – the map shows the last known state. Trying again…");
}

async function start() {
  const kept = JSON.parse(sessionStorage.getItem("lilong-map-view") || "null");
  if (kept) map.setView([kept[0], kept[1]], kept[2], { animate: false });
  const asked = new URL(location.href).searchParams.get("incident");
  await Promise.all([refresh(), startLayers(Boolean(kept))]);
  map.on("moveend", () => {
    rememberView();
    soon(MOVE_PAUSE_MS);
  });
  if (asked) await openAsked(asked);
  new LiveFeed(
    "/api/v1/stream",
    (change) => {
      soon(CHANGE_PAUSE_MS, { draws: true });
      if (JSON.stringify(change).includes(panel.incidentId)) panel.refresh();
    },
    setStatus,
  );
  page.dataset.ready = "true";
}

async function startLayers(hasView) {
  try {
    const ward = await addWardLayers(map);
    if (ward.bounds?.isValid() && !hasView) map.fitBounds(ward.bounds, { animate: false });
    layerSwitches(page.querySelector("[data-layers]"), ward, [
      { title: t("Cameras"), isOn: true, set: (isOn) => setCameras(isOn) },
      { title: t("Stated errors (95 %)"), isOn: true, set: (isOn) => setEllipses(isOn) },
    ]);
  } catch (problem) {
    toast(problem.message, { isBad: true });
  }
}

function setCameras(isOn) {
  pins.camerasShown = isOn;
  pins.show(features);
}

function setEllipses(isOn) {
  pins.showEllipses = isOn;
  pins.drawEllipses();
}

async function openAsked(id) {
  await panel.openIncident(id);
  const place = page.querySelector("[data-panel-body] [data-lon]");
  if (place) map.setView([Number(place.dataset.lat), Number(place.dataset.lon)], Math.max(map.getZoom(), 18), { animate: false });
  await refresh();
  pins.select(id);
  if (place) keepInSight([Number(place.dataset.lon), Number(place.dataset.lat)]);
}

page.querySelector("[data-show-list]").addEventListener("click", () => {
  if (panel.mode === "list") panel.close();
  else panel.openList(listed());
});
document.addEventListener("themechange", () => pins.drawEllipses());
start();
