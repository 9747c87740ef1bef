// The live map: fetches what the view and the filter show, hears of changes, and hands both to pins and panel.
import { Filters } from "./filters.js";
import { errorRing } from "./geometry.js";
import { t } from "./i18n.js";
import { LiveFeed } from "./live_feed.js";
import { Panel } from "./panel.js";
import { Picture } from "./picture.js";
import { Pins } from "./pins.js";
import { toast } from "./toast.js";
import { addWardLayers, layerSwitches } from "./ward_layers.js";
import { word } from "./words.js";

const map = window.map_lilong;
const page = document.querySelector("[data-live]");
const status = page.querySelector("[data-status]");
const emptyNote = page.querySelector("[data-empty]");
const announcer = page.querySelector("[data-announcer]");
const MOVE_PAUSE_MS = 150;
const CHANGE_PAUSE_MS = 100;
const VIEW_STORE = "lilong-map-view";

let timer = null;
let pending = {};

const pins = new Pins(map, openIncident);
const panel = new Panel(page.querySelector("[data-panel]"), {
  onClose: () => {
    pins.select(null);
    rememberIncident(null);
  },
  onChanged: () => refresh({ isChange: true }),
  onOpen: openIncident,
  onZoom: zoomTo,
});
const filters = new Filters(page.querySelector("[data-filters]"), () => refresh());
const picture = new Picture(map, filters);

/** Bring the map up to date. `isChange`: the world changed, so new incidents draw the eye; `isMove`: the view did. */
async function refresh({ isChange = false, isMove = !isChange } = {}) {
  clearTimeout(timer);
  pending = {};
  try {
    await picture.bring({ isWhole: isMove, drawsEye: isChange });
  } catch (problem) {
    if (problem.name !== "AbortError") toast(problem.message, { isBad: true });
    return;
  }
  pins.show(picture.features, picture.fresh);
  filters.count(picture.totals());
  emptyNote.hidden = picture.hasFinds;
  announce([...picture.fresh].map((id) => pins.features.get(id)).filter(Boolean));
  if (panel.mode === "list") panel.openList(picture.incidents());
}

function announce(incidents) {
  if (incidents.length === 0) return;
  announcer.textContent = incidents.map(({ properties }) => newsOf(properties)).join(". ");
}

function newsOf({ kind }) {
  return t("New: {kind}", { kind: word("kind", kind) });
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
    ? { paddingTopLeft: [60, 80], paddingBottomRight: [Math.min(size.x * 0.5, 500), 60] }
    : { paddingTopLeft: [40, 120], paddingBottomRight: [40, size.y * 0.74] };
  map.panInside([lat, lon], { ...free, animate: true });
}

/** Come so near that the stated error is seen beside the pin. */
function zoomTo(id) {
  const ring = pins.features.has(id) ? errorRing(pins.features.get(id)) : null;
  if (!ring) return;
  const right = matchMedia("(min-width: 48rem)").matches ? 480 : 40;
  const bottom = right === 40 ? map.getSize().y * 0.74 : 60;
  map.fitBounds(L.latLngBounds(ring).pad(3), { paddingTopLeft: [40, 80], paddingBottomRight: [right, bottom], animate: true });
}

function rememberIncident(id) {
  const address = new URL(location.href);
  if (id) address.searchParams.set("incident", id);
  else address.searchParams.delete("incident");
  history.replaceState(null, "", address);
}

/** Refresh after a pause; what happens meanwhile is taken along. */
function soon(pause, reason) {
  pending = { ...pending, ...reason };
  clearTimeout(timer);
  timer = setTimeout(() => refresh({ isChange: Boolean(pending.isChange), isMove: Boolean(pending.isMove) }), pause);
}

function moved() {
  const { lat, lng } = map.getCenter();
  sessionStorage.setItem(VIEW_STORE, JSON.stringify([lat, lng, map.getZoom()]));
  soon(MOVE_PAUSE_MS, { isMove: true });
}

function changed(kind, data) {
  if (kind === "patrol") return;
  soon(CHANGE_PAUSE_MS, { isChange: true });
  if (kind !== "incident") return;
  if (data.id === panel.incidentId) panel.refresh();
  if (picture.isNews(data) && !map.getBounds().contains(positionOf(data))) {
    toast(newsOf(data.properties), { action: { label: t("Show"), run: () => showFar(data) } });
  }
}

function positionOf({ geometry }) {
  const [lon, lat] = geometry.coordinates;
  return [lat, lon];
}

async function showFar(feature) {
  map.setView(positionOf(feature), Math.max(map.getZoom(), 17), { animate: false });
  await refresh();
  openIncident(feature.id);
}

function setStatus(state) {
  if (state === "live" && status.dataset.state !== "live") refresh({ isChange: true }); // what came before the line did
  status.dataset.state = state;
  status.textContent =
    state === "live" ? t("Live") : t("Connection lost – the map shows the last known state. Trying again…");
}

async function start() {
  const kept = JSON.parse(sessionStorage.getItem(VIEW_STORE) || "null");
  const asked = new URL(location.href).searchParams.get("incident");
  if (kept) map.setView([kept[0], kept[1]], kept[2], { animate: false });
  await startLayers(Boolean(kept));
  await refresh();
  map.on("moveend", moved);
  if (asked) await openAsked(asked);
  new LiveFeed("/api/v1/stream", changed, setStatus);
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
  pins.show(picture.features);
}

function setEllipses(isOn) {
  pins.showEllipses = isOn;
  pins.drawEllipses();
}

async function openAsked(id) {
  await panel.openIncident(id);
  const place = page.querySelector("[data-panel-body] [data-lon]");
  if (!place) return;
  const [lon, lat] = [Number(place.dataset.lon), Number(place.dataset.lat)];
  map.setView([lat, lon], Math.max(map.getZoom(), 18), { animate: false });
  await refresh();
  pins.select(id);
  keepInSight([lon, lat]);
}

page.querySelector("[data-show-list]").addEventListener("click", () => {
  if (panel.mode === "list") panel.close();
  else panel.openList(picture.incidents());
});
start();
