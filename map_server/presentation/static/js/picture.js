// What the map knows: the server's last picture of the view, kept up to date by the differences since its cursor.
import { get } from "./api.js";
import { kindTotals } from "./pins.js";

const MARGIN = 0.15;

export class Picture {
  constructor(map, filters) {
    this.map = map;
    this.filters = filters;
    this.byId = new Map();
    this.known = new Set();
    this.fresh = new Set();
    this.cursor = null;
    this.isClustered = false;
  }

  get features() {
    return [...this.byId.values()];
  }

  /** Whether anything but cameras is in view. */
  get hasFinds() {
    return this.features.some((feature) => feature.properties.type !== "camera");
  }

  /** Incidents, the one seen last first. */
  incidents() {
    return this.features
      .filter((feature) => feature.properties.type === "incident")
      .sort((one, other) => other.properties.last_seen_at.localeCompare(one.properties.last_seen_at));
  }

  /** Whether an incident that was just reported is new here and goes with the filter. */
  isNews(feature) {
    const { kind, state, version } = feature.properties;
    return feature.geometry && version === 1 && state === "open" && this.filters.kinds.includes(kind) && !this.known.has(feature.id);
  }

  /** Fetch the whole picture of the view, or what changed since the last one.
   * With `drawsEye`, incidents that were never seen before are `fresh`. */
  async bring({ isWhole, drawsEye }) {
    const answer = await this.ask(isWhole || this.isClustered ? null : this.cursor);
    const arrived = answer.features.filter(({ id, properties }) => properties.type === "incident" && !this.known.has(id));
    this.fresh = new Set(drawsEye ? arrived.map(({ id }) => id) : []);
    for (const { id } of arrived) this.known.add(id);
    if (!answer.is_delta) this.byId.clear();
    for (const id of answer.removed) this.byId.delete(id);
    for (const feature of answer.features) this.byId.set(feature.id, feature);
    this.cursor = answer.cursor;
    this.isClustered = answer.is_clustered;
  }

  async ask(since) {
    this.running?.abort();
    this.running = new AbortController();
    const query = this.filters.query();
    if (!query) return { features: [], removed: [], cursor: null, is_clustered: false, is_delta: false };
    const view = this.map.getBounds().pad(MARGIN);
    const box = [view.getWest(), view.getSouth(), view.getEast(), view.getNorth()];
    query.set("bbox", box.map((degrees) => degrees.toFixed(6)).join(","));
    query.set("zoom", String(this.map.getZoom()));
    if (since !== null) query.set("since", String(since));
    return get(`/api/v1/live.geojson?${query}`, this.running.signal);
  }

  /** How many incidents of each kind are in view. */
  totals() {
    const sums = {};
    for (const { properties } of this.byId.values()) {
      if (properties.type === "camera") continue;
      const parts = properties.type === "cluster" ? kindTotals(properties.by_kind) : [[properties.kind, 1]];
      for (const [kind, number] of parts) sums[kind] = (sums[kind] ?? 0) + number;
    }
    return sums;
  }
}
