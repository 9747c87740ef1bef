// Small pieces of which the phone page's views are built.
import { language, t } from "./i18n.js";

/** Make an element: attributes by name, `on…` as listeners, true and false as flags; text is never read as markup. */
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== false && child !== undefined));
  return made;
}

export function icon(name) {
  const drawn = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawn.setAttribute("class", "icon");
  drawn.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#icon-${name}`);
  drawn.append(use);
  return drawn;
}

export function notice(kind, text, ...more) {
  return el("div", { class: `notice notice--${kind}` }, icon(kind === "good" ? "check" : "warning"), el("div", {}, el("p", {}, text), ...more));
}

/** The name of a stop or team in the reader's language. */
export function nameOf(thing) {
  return language === "zh" ? thing.name_zh : thing.name_en;
}

const clock = new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit" });

export function clockTime(iso) {
  return clock.format(new Date(iso));
}

export function metres(length) {
  return length >= 1000 ? `${(length / 1000).toFixed(1)} km` : `${Math.round(length)} m`;
}

const states = {
  waiting: ["clock", "warn", () => t("Waiting for signal")],
  sending: ["up", "warn", () => t("Being sent")],
  kept: ["check", "good", () => t("The server has it")],
  refused: ["cross", "bad", () => t("Not taken")],
};

export function stateBadge(state) {
  const [sign, tone, text] = states[state];
  return el("span", { class: `badge badge--${tone} field-state`, "data-item-state": state }, icon(sign), text());
}

/** Put new pieces in the place of old ones, but leave alone what is the same: a finger may be on it. */
export function swap(place, ...pieces) {
  const isSame = place.childNodes.length === pieces.length && pieces.every((piece, index) => place.childNodes[index].isEqualNode(piece));
  if (!isSame) place.replaceChildren(...pieces);
}

/** Go on to another view when something is done; who has left the view `from` meanwhile is left where he is. */
export function goOn(from, to) {
  if (location.hash === from) location.hash = to;
}
