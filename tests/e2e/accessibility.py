"""What a keyboard and a screen reader need of a page, asked in the page itself."""

from playwright.sync_api import Page

FAULTS = """(language) => {
  const faults = [];
  const shown = (one) => one.checkVisibility({ visibilityProperty: true }) && one.closest("[inert]") === null;
  const all = (selector) => [...document.querySelectorAll(selector)];
  const told = (one) => one.outerHTML.replace(/\\s+/g, " ").slice(0, 110);

  const lang = document.documentElement.lang;
  if (lang !== language) faults.push(`html lang is "${lang}"`);
  const heads = all("h1").filter(shown);
  if (heads.length !== 1) faults.push(`${heads.length} h1: ${heads.map((one) => one.textContent.trim())}`);
  const ids = all("[id]").map((one) => one.id);
  const twice = ids.filter((id, at) => ids.indexOf(id) !== at);
  for (const id of new Set(twice)) faults.push(`id "${id}" is there twice`);
  for (const one of all("[tabindex]")) if (one.tabIndex > 0) faults.push(`tabindex: ${told(one)}`);
  for (const one of all("img:not([alt])")) faults.push(`no alt: ${told(one)}`);

  const fields = "input:not([type=hidden]), select, textarea";
  const others = "a[href], button, summary, [role=button], [role=link], [tabindex='0']";
  const controls = all(`${fields}, ${others}`).filter(shown);
  const text = (one) => {
    const parts = [...one.querySelectorAll("img[alt], [aria-label]")];
    return [one.textContent, ...parts.map((part) => part.alt || part.ariaLabel)].join(" ");
  };
  const nameOf = (one) => {
    const named = (one.getAttribute("aria-labelledby") ?? "").split(" ");
    return [
      one.ariaLabel,
      ...named.map((id) => document.getElementById(id)?.textContent),
      ...[...(one.labels ?? [])].map(text),
      one.title,
      one.matches("input[type=submit], input[type=button]") ? one.value : "",
      one.matches(`${fields}, [tabindex]:not([role], a, button, summary)`) ? "" : text(one),
    ].join("").trim();
  };
  for (const one of controls) if (!nameOf(one)) faults.push(`no name: ${told(one)}`);

  const traits = ["boxShadow", "borderColor", "borderTopWidth", "backgroundColor", "stroke", "strokeWidth"];
  const lookOf = (part) => {
    const style = getComputedStyle(part);
    const { outlineStyle: line, outlineWidth, outlineColor } = style;
    const ring = line === "none" ? "" : line + outlineWidth + outlineColor;
    return [ring, ...traits.map((trait) => style[trait])].join();
  };
  const looks = (one) => [one, one.parentElement, one.closest("label")].filter(Boolean).map(lookOf).join("|");
  const before = document.activeElement;
  for (const one of controls) {
    if (one.disabled || one.matches("[tabindex='-1']")) continue;
    before?.blur?.();
    document.activeElement?.blur?.();
    const calm = looks(one);
    one.focus({ preventScroll: true });
    if (document.activeElement === one && looks(one) === calm) faults.push(`focus is not seen: ${told(one)}`);
  }
  document.activeElement?.blur?.();
  return faults;
}"""


def faults_of(page: Page, language: str) -> list[str]:
    """Name what is wrong with a page; each control is focused in turn, as by a keyboard."""
    page.keyboard.press("Shift")  # whoever uses keys is shown where he is
    return [str(fault) for fault in page.evaluate(FAULTS, language)]
