// The streets by name, for who cannot or will not click on a map: a box for each street, and for each of its segments.
import { t } from "./i18n.js";
import { nameOf } from "./ward_layers.js";

const MOST_SHOWN = 30;

export class StreetList {
  /** `isChosen(id)` and `choose(features, isOn)` belong to the page. */
  constructor(place, features, isChosen, choose) {
    Object.assign(this, { place, isChosen, choose });
    this.namesAt = namesAt(features);
    this.streets = streetsOf(features);
    this.search = place.querySelector("[data-street-search]");
    this.search.addEventListener("input", () => this.show());
    this.show();
  }

  show() {
    const wanted = this.search.value.trim().toLowerCase();
    const found = this.streets.filter((street) => street.words.includes(wanted));
    this.boxes = [];
    this.place.querySelector("[data-street-list]").replaceChildren(...found.slice(0, MOST_SHOWN).map((street) => this.row(street)));
    const more = found.length - MOST_SHOWN;
    this.place.querySelector("[data-street-more]").textContent =
      found.length === 0 ? t("No street has this name.") : more > 0 ? t("{count} more streets; write more of the name.", { count: more }) : "";
    this.refresh();
  }

  /** Tick the boxes of what is chosen. */
  refresh() {
    for (const [box, features] of this.boxes) {
      const count = features.filter((feature) => this.isChosen(feature.id)).length;
      box.checked = count === features.length;
      box.indeterminate = count > 0 && count < features.length;
    }
  }

  row({ name, features }) {
    const item = document.createElement("li");
    item.append(this.box(t("{name}, {metres} m", { name, metres: metresOf(features) }), features));
    if (features.length > 1) {
      const parts = document.createElement("details");
      const summary = document.createElement("summary");
      summary.textContent = t("Its {count} segments", { count: features.length });
      parts.append(summary, ...features.map((feature) => this.box(this.course(feature), [feature])));
      item.append(parts);
    }
    return item;
  }

  box(text, features) {
    const label = document.createElement("label");
    label.className = "check";
    const box = document.createElement("input");
    box.type = "checkbox";
    box.addEventListener("change", () => this.choose(features, box.checked));
    this.boxes.push([box, features]);
    label.append(box, text);
    return label;
  }

  /** From which street to which a segment leads. */
  course(feature) {
    const line = feature.geometry.coordinates;
    const own = titleOf(feature);
    const nothing = t("its end");
    const [one, other] = [line[0], line[line.length - 1]].map((end) => [...this.namesAt.get(String(end))].filter((name) => name !== own).join(" / "));
    return t("{one} to {other}, {metres} m", { one: one || nothing, other: other || nothing, metres: metresOf([feature]) });
  }
}

/** What a segment's street is called. */
export function titleOf({ properties }) {
  return properties.name_zh || properties.name_en ? nameOf(properties) : t("Street without a name");
}

function metresOf(features) {
  return Math.round(features.reduce((sum, feature) => sum + feature.properties.length_m, 0));
}

function namesAt(features) {
  const names = new Map();
  for (const feature of features) {
    const line = feature.geometry.coordinates;
    for (const end of [line[0], line[line.length - 1]]) {
      if (!names.has(String(end))) names.set(String(end), new Set());
      if (feature.properties.name_zh || feature.properties.name_en) names.get(String(end)).add(titleOf(feature));
    }
  }
  return names;
}

/** Streets in order of their names; those without one come last. */
function streetsOf(features) {
  const streets = new Map();
  for (const feature of features) {
    const { name_zh: zh, name_en: en } = feature.properties;
    const words = `${zh} ${en}`.trim().toLowerCase();
    if (!streets.has(words)) streets.set(words, { name: titleOf(feature), words, features: [] });
    streets.get(words).features.push(feature);
  }
  return [...streets.values()].sort((one, other) => Number(!one.words) - Number(!other.words) || one.name.localeCompare(other.name));
}
