// The list of sites: the map is drawn when it is opened; empty filters stay out of the address.
import { get } from "./api.js";
import { addSites } from "./site_marks.js";
import { toast } from "./toast.js";
import { addWardLayers } from "./ward_layers.js";

const holder = document.querySelector("[data-sites-map]");
let isDrawn = false;

holder.addEventListener("toggle", async () => {
  if (!holder.open || isDrawn) return;
  isDrawn = true;
  const map = window.map_lilong;
  map.invalidateSize();
  try {
    await addWardLayers(map);
    await addSites(map, get);
    holder.dataset.ready = "true";
  } catch (problem) {
    toast(problem.message, { isBad: true });
  }
});

for (const select of document.querySelectorAll("[data-optional]")) {
  select.form.addEventListener("submit", () => (select.disabled = select.value === ""));
}
