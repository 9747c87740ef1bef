// The words of the domain's closed sets, as the server translated them for this page.
const words = JSON.parse(document.getElementById("words")?.textContent || "{}");

/** word("kind", "garbage_drop"); a value that is not known is shown as it is. */
export function word(group, value) {
  return words[group]?.[value] ?? value;
}
