// What the map shows: kinds, states, a span of time. Kept for the tab, so that a reload shows the same.
const STORE = "lilong-map-filter";
const HOUR_MS = 3_600_000;
const STATES = {
  active: ["open", "confirmed"],
  open: ["open"],
  confirmed: ["confirmed"],
  closed: ["resolved", "cleared", "rejected"],
  all: ["open", "confirmed", "resolved", "cleared", "rejected"],
};
const SPANS_H = { hour: 1, day: 24, week: 168, month: 720 };

export class Filters {
  /** `form` holds the controls; `onChange()` is called when the choice differs. */
  constructor(form, onChange) {
    this.form = form;
    this.onChange = onChange;
    this.chips = [...form.querySelectorAll("[data-kind]")];
    this.state = form.querySelector("[data-filter-state]");
    this.span = form.querySelector("[data-filter-span]");
    this.custom = form.querySelector("[data-filter-custom]");
    this.restore();
    for (const chip of this.chips) chip.addEventListener("click", () => this.toggle(chip));
    form.addEventListener("change", () => this.changed());
    form.addEventListener("submit", (event) => event.preventDefault());
  }

  restore() {
    const kept = JSON.parse(sessionStorage.getItem(STORE) || "null");
    if (kept) {
      this.state.value = kept.state;
      this.span.value = kept.span;
      for (const chip of this.chips) chip.setAttribute("aria-pressed", String(kept.kinds.includes(chip.dataset.kind)));
    }
    if (!this.state.value) this.state.value = "active";
    if (!this.span.value) this.span.value = "any";
    this.custom.hidden = this.span.value !== "custom";
  }

  toggle(chip) {
    chip.setAttribute("aria-pressed", String(chip.getAttribute("aria-pressed") !== "true"));
    this.changed();
  }

  changed() {
    this.custom.hidden = this.span.value !== "custom";
    sessionStorage.setItem(STORE, JSON.stringify({ kinds: this.kinds, state: this.state.value, span: this.span.value }));
    this.onChange();
  }

  get kinds() {
    return this.chips.filter((chip) => chip.getAttribute("aria-pressed") === "true").map((chip) => chip.dataset.kind);
  }

  /** The query of live.geojson; null when no kind is chosen, and so nothing to show. */
  query() {
    if (this.kinds.length === 0) return null;
    const query = new URLSearchParams();
    for (const kind of this.kinds) query.append("kind", kind);
    for (const state of STATES[this.state.value]) query.append("state", state);
    const [from, to] = this.range();
    if (from) query.set("from", from);
    if (to) query.set("to", to);
    return query;
  }

  range() {
    const hours = SPANS_H[this.span.value];
    if (hours) return [new Date(Date.now() - hours * HOUR_MS).toISOString(), null];
    if (this.span.value !== "custom") return [null, null];
    const [from, to] = this.custom.querySelectorAll("input");
    return [inWard(from.value), inWard(to.value)];
  }

  /** Write how many incidents of each kind there are. */
  count(totals) {
    for (const chip of this.chips) {
      chip.querySelector("[data-count]").textContent = String(totals[chip.dataset.kind] ?? 0);
    }
  }
}

/** A local time typed by a person is the ward's time, whatever the browser's zone. */
function inWard(local) {
  return local ? new Date(`${local}:00+08:00`).toISOString() : null;
}
