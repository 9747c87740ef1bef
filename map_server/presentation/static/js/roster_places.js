// Places in a form: typed, or chosen on the map by a press, or with the keyboard in the middle of the map.
import { t } from "./i18n.js";
import { toast } from "./toast.js";
import { addWardLayers } from "./ward_layers.js";

const DEGREES = 6;

function colour() {
  return getComputedStyle(document.documentElement).getPropertyValue("--accent").trim();
}

export class Places {
  constructor(form, holder) {
    this.form = form;
    this.holder = holder;
    this.map = window.map_lilong;
    this.marks = new Map();
    this.picking = null;
    addWardLayers(this.map);
    form.addEventListener("input", ({ target }) => target.closest("[data-place]") && this.mark(target.closest("[data-place]")));
    form.addEventListener("click", ({ target }) => {
      const field = target.closest("[data-pick]")?.closest("[data-place]");
      if (field) this.pick(this.picking === field ? null : field);
      else this.forgetGone();
    });
    for (const field of form.querySelectorAll("[data-place]")) this.mark(field);
    this.map.on("click", ({ latlng }) => this.take(latlng));
    this.map.on("keypress", ({ originalEvent }) => {
      if (!this.picking || originalEvent.key !== "Enter") return;
      originalEvent.preventDefault();
      this.take(this.map.getCenter());
    });
  }

  /** Give [lon, lat] of a place, or null where nothing is written. */
  at(name) {
    return this.read(this.form.querySelector(`[data-place=${name}]`));
  }

  read(field) {
    const [lon, lat] = ["[data-lon]", "[data-lat]"].map((part) => field.querySelector(part).value);
    return lon === "" || lat === "" ? null : [Number(lon), Number(lat)];
  }

  mark(field) {
    this.marks.get(field)?.remove();
    const at = this.read(field);
    if (!at || at.some(Number.isNaN)) return;
    const name = field.querySelector("legend").textContent;
    const mark = L.circleMarker([at[1], at[0]], { radius: 9, weight: 3, color: colour(), fillOpacity: 0.4, interactive: false });
    this.marks.set(field, mark.bindTooltip(name, { permanent: true, direction: "top", offset: [0, -8] }).addTo(this.map));
  }

  /** Take marks of rows away that are no longer there. */
  forgetGone() {
    for (const [field, mark] of this.marks) if (!field.isConnected) mark.remove();
  }

  pick(field) {
    this.picking = field;
    for (const one of this.form.querySelectorAll("[data-place]")) one.querySelector("[data-pick]").setAttribute("aria-pressed", String(one === field));
    this.holder.toggleAttribute("data-picking", field !== null);
    if (!field) return;
    toast(t("Press on the map; or move it with the arrow keys and press Enter for its middle."));
    this.holder.scrollIntoView({ block: "nearest" });
    this.map.getContainer().focus({ preventScroll: true });
  }

  take({ lng, lat }) {
    const field = this.picking;
    if (!field) return;
    field.querySelector("[data-lon]").value = lng.toFixed(DEGREES);
    field.querySelector("[data-lat]").value = lat.toFixed(DEGREES);
    this.mark(field);
    this.pick(null);
    field.querySelector("[data-pick]").focus();
  }
}
