// Evidence in a panel or at the desk: choose the picture, compare before and after, show and hide the box.
import { t } from "./i18n.js";

const BOX_KEY = "b";

/** Bring every evidence viewer inside `root` to life. */
export function wireEvidence(root) {
  for (const viewer of root.querySelectorAll("[data-evidence]")) new Viewer(viewer);
}

/** Show or hide the boxes of all viewers; the choice stays for the page. */
export function toggleBoxes() {
  const isOff = document.documentElement.dataset.boxes !== "off";
  document.documentElement.dataset.boxes = isOff ? "off" : "on";
  for (const viewer of document.querySelectorAll("[data-evidence]")) {
    viewer.dataset.box = isOff ? "off" : "on";
    viewer.querySelector("[data-toggle-box]")?.setAttribute("aria-pressed", String(!isOff));
  }
}

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest?.("input:not([type=range]), textarea, select");
  if (event.key.toLowerCase() !== BOX_KEY || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector("[data-evidence]")) toggleBoxes();
});

class Viewer {
  constructor(viewer) {
    this.viewer = viewer;
    viewer.style.setProperty("--ratio", viewer.dataset.ratio);
    viewer.dataset.box = document.documentElement.dataset.boxes === "off" ? "off" : "on";
    this.slider = viewer.querySelector("[data-slider]");
    this.slider?.addEventListener("input", () => this.cut());
    for (const thumb of viewer.querySelectorAll("[data-show]")) {
      thumb.addEventListener("click", () => this.choose(thumb));
    }
    viewer.querySelector("[data-toggle-box]")?.addEventListener("click", toggleBoxes);
    for (const picture of viewer.querySelectorAll("img[data-picture]")) {
      picture.addEventListener("error", () => this.missing(picture));
    }
    this.cut();
  }

  cut() {
    if (this.slider) this.viewer.style.setProperty("--cut", `${this.slider.value}%`);
  }

  choose(thumb) {
    for (const each of this.viewer.querySelectorAll("[data-show]")) {
      each.setAttribute("aria-pressed", String(each === thumb));
    }
    const wanted = thumb.dataset.show;
    for (const part of this.viewer.querySelectorAll("[data-part]")) {
      part.hidden = !part.dataset.part.split(" ").includes(wanted);
    }
    const isComparing = wanted === "compare";
    this.viewer.style.setProperty("--cut", isComparing ? `${this.slider?.value ?? 50}%` : "0%");
  }

  missing(picture) {
    const note = document.createElement("p");
    note.className = "evidence__missing";
    note.textContent = t("This picture has not arrived yet. The device sends it as soon as it can.");
    picture.replaceWith(note);
  }
}
