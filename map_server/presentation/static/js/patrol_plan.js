// One plan on the map: routes along the streets in team colours, numbered stops, progress while it is made.
import { get, post } from "./api.js";
import { t } from "./i18n.js";
import { paintColours } from "./patrol_colours.js";
import { toast } from "./toast.js";
import { addWardLayers, nameOf } from "./ward_layers.js";

const page = document.querySelector("[data-plan]");
const address = `/api/v1/patrols/${page.dataset.plan}`;
const map = window.map_lilong;
const POLL_MS = 400;

paintColours();

function lineOf(leg) {
  return leg.map(([lon, lat]) => [lat, lon]);
}

// Beside its colour each team has its own kind of line and its letter.
const DASHES = [null, "14 7", "3 8", "18 6 3 6", "9 9", "22 8", "3 5 12 5", "28 5"];

function drawRoute(route, number) {
  const legs = route.legs.map(lineOf);
  const casing = { color: "#ffffff", weight: 8, opacity: 0.9, interactive: false, pane: "routes" };
  L.polyline(legs, casing).addTo(map);
  L.polyline(legs, { color: route.colour, weight: 4.5, opacity: 0.95, dashArray: DASHES[number % DASHES.length], interactive: false, pane: "routes" }).addTo(map);
}

function clockOf(moment) {
  return new Date(moment).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Shanghai" });
}

function stopIcon(stop, route, isChanged) {
  const badge = document.createElement("span");
  badge.className = ["stop-pin", stop.state === "done" && "stop-pin--done", stop.visit.is_urgent && "stop-pin--urgent", isChanged && "stop-pin--changed"].filter(Boolean).join(" ");
  badge.style.setProperty("--team", route.colour);
  badge.textContent = `${route.letter}${stop.position}`;
  return L.divIcon({ html: badge, className: "", iconSize: [32, 26] });
}

function tooltipOf(stop, route) {
  const text = document.createElement("span");
  text.textContent = `${route.letter}${stop.position} · ${clockOf(stop.arrives_at)} · ${nameOf(stop.visit)}`;
  return text;
}

function drawStops(route, markers, changed) {
  for (const stop of route.stops) {
    const position = [stop.visit.lat, stop.visit.lon];
    const marker = L.marker(position, { icon: stopIcon(stop, route, changed.has(`${stop.visit.subject_kind}:${stop.visit.subject_id}`)), zIndexOffset: stop.visit.is_urgent ? 500 : 0 });
    marker.bindTooltip(tooltipOf(stop, route)).on("click", () => select(stop.stop_id)).addTo(map);
    markers.set(stop.stop_id, marker);
  }
}

/** Mark where each shift of a route begins: with its first leg, one more than stops after the shift before. */
function drawEnds(route) {
  let leg = 0;
  for (const { stops } of route.shifts) {
    const [start] = lineOf(route.legs[leg]);
    if (stops) L.circleMarker(start, { radius: 7, color: "#ffffff", weight: 3, fillColor: route.colour, fillOpacity: 1, pane: "routes" }).addTo(map);
    leg += stops + 1;
  }
}

function drawLeftOut(visits) {
  const group = L.layerGroup(
    visits.map(({ visit }) => L.circleMarker([visit.lat, visit.lon], { radius: 4, color: "#5b6a70", weight: 1.5, fillColor: "#ffffff", fillOpacity: 0.8 }).bindTooltip(nameOf(visit))),
  );
  const list = document.querySelector("[data-left-out]");
  list?.addEventListener("toggle", () => (list.open ? group.addTo(map) : group.remove()));
}

function select(stopId) {
  for (const button of document.querySelectorAll("[data-stop]")) {
    const isIt = button.dataset.stop === stopId;
    button.toggleAttribute("aria-current", isIt);
    if (isIt) button.scrollIntoView({ block: "nearest" });
  }
}

async function show() {
  const plan = await get(address);
  map.createPane("routes").style.zIndex = 450;
  const markers = new Map();
  const drawn = plan.routes.filter((route) => route.stops.length);
  const changed = new Set(plan.changes.filter(({ kind }) => kind !== "time").map((change) => change.subject_key));
  for (const [number, route] of drawn.entries()) {
    drawRoute(route, number);
    drawStops(route, markers, changed);
    drawEnds(route);
  }
  drawLeftOut(plan.left_out);
  for (const button of document.querySelectorAll("[data-stop]")) {
    button.addEventListener("click", () => {
      select(button.dataset.stop);
      const marker = markers.get(button.dataset.stop);
      map.setView(marker.getLatLng(), Math.max(map.getZoom(), 17));
      marker.openTooltip();
    });
  }
  const bounds = L.latLngBounds(drawn.flatMap((route) => route.legs.flatMap(lineOf)));
  if (bounds.isValid()) map.fitBounds(bounds, { padding: [24, 24] });
}

/** Draw how the best plan grew: share of the time to the right, worth upwards. */
function drawBetter(better) {
  if (better.length === 0) return;
  const values = better.map(({ value_s }) => value_s);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const points = better.map(({ share, value_s }) => `${100 * share},${23 - (22 * (value_s - least)) / Math.max(most - least, 1)}`);
  document.querySelector("[data-better]").setAttribute("points", points.join(" "));
  document.querySelector("[data-better-text]").textContent = t("Best plan so far: worth {hours} h of patrol", { hours: (most / 3600).toFixed(1) });
}

/** Follow the making of the plan until it is there. */
async function follow() {
  try {
    const plan = await get(address);
    if (plan.progress === null) {
      location.reload();
      return;
    }
    document.querySelector("[data-progress]").value = plan.progress;
    drawBetter(plan.better);
  } catch (problem) {
    toast(problem.message, { isBad: true });
  }
  setTimeout(follow, POLL_MS);
}

async function change(button, action) {
  button.disabled = true;
  try {
    await post(`${address}/${action}`);
    location.reload();
  } catch (problem) {
    toast(problem.message, { isBad: true });
    button.disabled = false;
  }
}

document.querySelector("[data-replan]")?.addEventListener("click", (event) => change(event.currentTarget, "replan"));
document.querySelector("[data-cancel]")?.addEventListener("click", (event) => {
  // Teams outside may be walking by this plan: the one place where it is asked back.
  if (confirm(t("Give up this plan? Its teams will see that it is no longer in force."))) change(event.currentTarget, "cancel");
});

addWardLayers(map).catch((problem) => toast(problem.message, { isBad: true }));
if ("running" in page.dataset) follow();
else show().catch((problem) => toast(problem.message, { isBad: true }));
