// An area drawn on the map, corner by corner: by clicks, or with the map's middle and the Enter key.
//   const area = new AreaDrawing(map, toolbar, () => …);  area.ring: closed [lon, lat] corners, or null.
import { t } from "./i18n.js";

const LEAST_CORNERS = 3;

export class AreaDrawing {
  constructor(map, toolbar, changed) {
    Object.assign(this, { map, toolbar, changed, corners: [], isDrawing: false, isWhole: false });
    map.createPane("area").style.zIndex = 460;
    this.marks = L.layerGroup().addTo(map);
    map.on("click", ({ latlng }) => this.isDrawing && this.add(latlng));
    map.getContainer().addEventListener("keydown", (event) => this.key(event));
    for (const [name, work] of [["undo", () => this.undo()], ["finish", () => this.finish()], ["cancel", () => this.clear()]]) {
      toolbar.querySelector(`[data-${name}]`).addEventListener("click", work);
    }
  }

  get ring() {
    if (!this.isWhole) return null;
    return [...this.corners, this.corners[0]].map(({ lng, lat }) => [lng, lat]);
  }

  start() {
    this.corners = [];
    this.set({ isDrawing: true, isWhole: false });
    this.map.getContainer().focus();
    this.map.getContainer().scrollIntoView({ block: "nearest" });
  }

  add(corner) {
    this.corners.push(corner);
    this.set({});
  }

  undo() {
    this.corners.pop();
    this.set({});
  }

  finish() {
    if (this.corners.length >= LEAST_CORNERS) this.set({ isDrawing: false, isWhole: true });
  }

  clear() {
    this.corners = [];
    this.set({ isDrawing: false, isWhole: false });
  }

  key(event) {
    if (!this.isDrawing || event.target !== this.map.getContainer()) return;
    const work = { Enter: () => this.add(this.map.getCenter()), Backspace: () => this.undo(), Escape: () => this.clear() }[event.key];
    if (!work) return;
    event.preventDefault();
    work();
  }

  set(state) {
    Object.assign(this, state);
    this.map.getContainer().classList.toggle("is-drawing", this.isDrawing);
    this.map.doubleClickZoom[this.isDrawing ? "disable" : "enable"]();
    this.toolbar.hidden = !this.isDrawing;
    this.toolbar.querySelector("[data-undo]").disabled = this.corners.length === 0;
    this.toolbar.querySelector("[data-finish]").disabled = this.corners.length < LEAST_CORNERS;
    this.toolbar.querySelector("[data-corners-count]").textContent = t("{count} corners", { count: this.corners.length });
    this.draw();
    this.changed();
  }

  draw() {
    const color = getComputedStyle(document.documentElement).getPropertyValue("--accent").trim();
    const look = { pane: "area", color, weight: 2, fillOpacity: 0.12, interactive: false };
    this.marks.clearLayers();
    if (this.corners.length > 1) this.marks.addLayer(L.polygon(this.corners, { ...look, dashArray: this.isWhole ? null : "4 6" }));
    if (!this.isDrawing) return;
    for (const [index, corner] of this.corners.entries()) this.marks.addLayer(this.corner(corner, index === 0, look));
  }

  /** A corner; the first one closes the area when it is clicked. */
  corner(place, isFirst, look) {
    const mark = L.circleMarker(place, { ...look, radius: isFirst ? 9 : 5, fillOpacity: 1, interactive: isFirst, bubblingMouseEvents: false });
    return mark.on("click", () => this.finish());
  }
}

/** Whether a line of [lon, lat] lies in the closed ring or crosses it. */
export function touches(ring, line) {
  return line.some((point) => isInside(ring, point)) || line.some((point, index) => index > 0 && crosses(ring, line[index - 1], point));
}

function isInside(ring, [x, y]) {
  let inside = false;
  for (let index = 1; index < ring.length; index += 1) {
    const [[x1, y1], [x2, y2]] = [ring[index - 1], ring[index]];
    if (y1 > y !== y2 > y && x < x1 + ((y - y1) * (x2 - x1)) / (y2 - y1)) inside = !inside;
  }
  return inside;
}

function crosses(ring, one, other) {
  return ring.some((corner, index) => index > 0 && side(one, other, ring[index - 1]) !== side(one, other, corner) && side(ring[index - 1], corner, one) !== side(ring[index - 1], corner, other));
}

function side([x1, y1], [x2, y2], [x, y]) {
  return (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1) > 0;
}
