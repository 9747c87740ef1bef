// One site: where it is, and the forms for a look and a new state. Nothing typed is lost when the server refuses.
import { get, post, put } from "./api.js";
import { t } from "./i18n.js";
import { prepared, sha256 } from "./photo.js";
import { addSites } from "./site_marks.js";
import { toast } from "./toast.js";
import { addWardLayers } from "./ward_layers.js";

const page = document.querySelector("[data-site]");
const address = `/api/v1/sites/${encodeURIComponent(page.dataset.site)}`;
const DONE = "lilong-site-done";

function tell(form, message) {
  const note = form.querySelector("[data-form-error]");
  note.textContent = message;
  note.hidden = !message;
}

/** Send a picture; the server keeps it under the hash of what is left when personal things are taken out. */
async function sent(file) {
  const blob = await prepared(file);
  return (await put(`${address}/photos/${await sha256(blob)}`, blob)).sha256;
}

async function inspection(form) {
  const data = new FormData(form);
  const photos = [];
  for (const file of form.querySelector("[data-photos]").files) photos.push(await sent(file));
  return post(`${address}/inspections`, { result: data.get("result"), note: data.get("note"), photos });
}

async function newState(form) {
  const data = new FormData(form);
  return post(`${address}/state`, { state: data.get("state"), reason: data.get("reason"), version: Number(page.dataset.version) });
}

function wire(selector, send) {
  const form = document.querySelector(selector);
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    tell(form, "");
    const button = form.querySelector("[type=submit]");
    button.disabled = true;
    try {
      await send(form);
      sessionStorage.setItem(DONE, button.textContent);
      location.reload();
    } catch (problem) {
      tell(form, problem.message);
      button.disabled = false;
    }
  });
}

wire("[data-inspect]", inspection);
wire("[data-state-form]", newState);

const done = sessionStorage.getItem(DONE);
if (done) {
  sessionStorage.removeItem(DONE);
  toast(t("Saved: {action}", { action: done }));
}

const map = window.map_lilong;
L.circleMarker([Number(page.dataset.lat), Number(page.dataset.lon)], { radius: 12, weight: 3, fill: false, interactive: false }).addTo(map);
try {
  await addWardLayers(map);
  await addSites(map, get);
} catch (problem) {
  toast(problem.message, { isBad: true });
}
page.dataset.ready = "true";
