// Team colours come with the data; the content policy forbids style attributes, so they are set here.

/** Paint every element that names its colour in data-colour. */
export function paintColours(root = document) {
  for (const element of root.querySelectorAll("[data-colour]")) {
    element.style.setProperty("--team", element.dataset.colour);
  }
}
