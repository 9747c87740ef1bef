// The audit desk: keys to decisions. The queue and the sending of verdicts are in audit_queue.js.
import { AuditQueue } from "./audit_queue.js";
import { wireEvidence } from "./evidence.js";
import { errorRing } from "./geometry.js";
import { t } from "./i18n.js";
import { LiveFeed } from "./live_feed.js";
import { symbol } from "./symbols.js";
import { toast } from "./toast.js";
import { addWardLayers } from "./ward_layers.js";
import { word } from "./words.js";

const map = window.map_lilong;
const desk = document.querySelector("[data-desk]");
const place = desk.querySelector("[data-item]");
const emptyNote = desk.querySelector("[data-empty]");
const actions = desk.querySelector("[data-actions]");
const mapBox = desk.querySelector("[data-map]");
const kindFilter = desk.querySelector("[data-kind-filter]");
const onMap = L.featureGroup().addTo(map);

const CLOSEST_ZOOM = 20;

let choice = "none";

const queue = new AuditQueue({
  first: desk.dataset.first,
  filter: () => kindFilter.value,
  onShow: show,
  onProgress: showProgress,
  onProblem: (message) => toast(message, { isBad: true }),
  onKnown: tellKnown,
});

function show(item) {
  setChoice("none");
  const isEmpty = item === null;
  emptyNote.hidden = !isEmpty;
  place.hidden = mapBox.hidden = isEmpty;
  for (const button of actions.querySelectorAll("[data-key]")) {
    button.disabled = button.dataset.key === "z" ? !queue.canUndo : isEmpty;
  }
  if (isEmpty) {
    place.replaceChildren();
    return;
  }
  place.replaceChildren(item.fragment.cloneNode(true));
  wireEvidence(place);
  showOnMap(place.querySelector("[data-incident]"));
  place.querySelector("[data-heading]").focus({ preventScroll: true });
}

function showOnMap(article) {
  onMap.clearLayers();
  map.invalidateSize();
  const fix = article.dataset.fix ? JSON.parse(article.dataset.fix) : null;
  mapBox.classList.toggle("desk__map--nowhere", !fix);
  if (!fix) return;
  const { kind, state } = article.dataset;
  const feature = { geometry: { coordinates: [fix.lon, fix.lat] }, properties: fix };
  const ring = errorRing(feature);
  if (ring) L.polygon(ring, { className: `ellipse ellipse--${kind}`, interactive: false }).addTo(onMap);
  const view = ring ? L.latLngBounds(ring).pad(2) : L.latLng(fix.lat, fix.lon).toBounds(80);
  map.fitBounds(view, { animate: false, maxZoom: CLOSEST_ZOOM });
  const icon = L.divIcon({ html: pin(kind, state), className: "pin", iconSize: [44, 44] });
  L.marker([fix.lat, fix.lon], { icon, interactive: false, keyboard: false }).addTo(onMap);
}

function pin(kind, state) {
  const holder = document.createElement("span");
  holder.append(symbol(kind, state));
  return holder;
}

function tellKnown(item, wasRight) {
  const what = word("kind", item.kind);
  const told = wasRight
    ? t("{what}: that was a known item, and you were right.", { what })
    : t("{what}: that was a known item, and you were wrong.", { what });
  toast(told, { isBad: !wasRight });
}

function showProgress(progress) {
  const set = (name, value) => {
    desk.querySelector(`[data-${name}]`).textContent = String(value);
  };
  set("waiting", progress.waiting);
  set("decided", progress.decided_today);
  set("mine", progress.decided_today_by_me);
  const rate = progress.rate_per_hour;
  set("rate", rate === null ? "" : t("{count} per hour", { count: Math.round(rate) }));
  const bar = desk.querySelector("[data-bar]");
  bar.max = Math.max(progress.decided_today + progress.waiting, 1);
  bar.value = progress.decided_today;
}

function setChoice(name) {
  choice = name;
  for (const group of actions.querySelectorAll("[data-choice]")) group.hidden = group.dataset.choice !== name;
  if (name === "reject") actions.querySelector("[data-reason]").focus();
  if (name === "relabel") {
    actions.querySelector("[data-new-label]").value = "";
    actions.querySelector("[data-new-kind]").focus();
  }
}

function decide(opinion) {
  const item = queue.current;
  if (!item) return;
  const what = `${word("kind", item.kind)} ${t("No. {number}", { number: item.number })}`;
  const reason = opinion.reason ? ` – ${word("reason", opinion.reason)}` : "";
  toast(`${what}: ${word("decision", opinion.decision)}${reason}`, { action: { label: t("Undo"), run: () => queue.undo() } });
  queue.decide(opinion);
}

function relabel() {
  const label = actions.querySelector("[data-new-label]").value.trim();
  if (label) decide({ decision: "relabel", label });
  else actions.querySelector("[data-new-label]").focus();
}

const keys = {
  y: () => decide({ decision: "confirm" }),
  n: () => setChoice("reject"),
  l: () => setChoice("relabel"),
  u: () => decide({ decision: "unsure" }),
  z: () => queue.undo(),
  arrowright: () => queue.move(1),
  arrowleft: () => queue.move(-1),
};

function chosenByDigit(digit) {
  const attribute = { reject: "[data-reason]", relabel: "[data-new-kind]" }[choice];
  return attribute ? actions.querySelectorAll(attribute)[digit - 1] : undefined;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape") setChoice("none");
  if (event.target.closest("input:not([type=range]), textarea, select")) return;
  if (event.target.matches("[data-slider]") && event.key.startsWith("Arrow")) return;
  const key = event.key.toLowerCase();
  const chosen = /^[1-9]$/.test(key) ? chosenByDigit(Number(key)) : undefined;
  const isLeafletKey = event.target.closest(".leaflet-container") && key.startsWith("arrow");
  if (chosen) chosen.click();
  else if (keys[key] && !isLeafletKey && (queue.current || key === "z")) keys[key]();
  else return;
  event.preventDefault();
});

actions.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.key) keys[button.dataset.key]();
  if (button.dataset.reason) decide({ decision: "reject", reason: button.dataset.reason });
  if (button.dataset.newKind) decide({ decision: "relabel", kind: button.dataset.newKind });
  if ("cancel" in button.dataset) setChoice("none");
});

actions.querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  relabel();
});

kindFilter.addEventListener("change", () => {
  kindFilter.blur();
  queue.restart();
});

new LiveFeed(
  "/api/v1/stream",
  (kind, data) => kind === "incident" && queue.heard(data),
  () => {},
);
addWardLayers(map).catch((problem) => toast(problem.message, { isBad: true }));
await queue.restart();
desk.dataset.ready = "true";
