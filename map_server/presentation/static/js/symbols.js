// Symbols and icons of the sprite as elements; states to fills, as everywhere.
const SVG = "http://www.w3.org/2000/svg";

/** Which fill a state has: open solid, in work half, closed outline. */
export function fillOf(state) {
  if (state === "open") return "open";
  return state === "confirmed" ? "work" : "closed";
}

function fromSprite(className, id) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", className);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#${id}`);
  svg.append(use);
  return svg;
}

/** The symbol of a kind with the fill of a state. */
export function symbol(kind, state) {
  return fromSprite(`symbol symbol--${kind}`, `${kind}-${fillOf(state)}`);
}

/** A line icon. */
export function icon(name) {
  return fromSprite("icon", `icon-${name}`);
}

/** The disc of a cluster: its count, inside a ring of arcs that show the share of each kind. */
export function clusterDisc(count, byKind) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 44 44");
  svg.setAttribute("aria-hidden", "true");
  svg.append(circle({ r: 21, class: "cluster__disc" }));
  const length = 2 * Math.PI * 18;
  let start = 0;
  for (const [kind, number] of byKind) {
    const share = (number / count) * length;
    const arc = circle({ r: 18, class: `cluster__share symbol--${kind}` });
    arc.setAttribute("stroke-dasharray", `${Math.max(share - 1.5, 0.5)} ${length}`);
    arc.setAttribute("stroke-dashoffset", String(-start));
    arc.setAttribute("transform", "rotate(-90 22 22)");
    svg.append(arc);
    start += share;
  }
  const text = document.createElementNS(SVG, "text");
  text.setAttribute("x", "22");
  text.setAttribute("y", "22");
  text.setAttribute("class", "cluster__count");
  text.textContent = count > 999 ? `${Math.floor(count / 1000)}k` : String(count);
  svg.append(text);
  return svg;
}

function circle(attributes) {
  const element = document.createElementNS(SVG, "circle");
  for (const [name, value] of Object.entries({ cx: 22, cy: 22, ...attributes })) element.setAttribute(name, value);
  return element;
}
