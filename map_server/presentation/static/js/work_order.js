// One work order: its actions send what was filled in, the pictures first. Nothing typed is lost when the server refuses.
import { newKey, post, put } from "./api.js";
import { wireEvidence } from "./evidence.js";
import { t } from "./i18n.js";
import { prepared, sha256 } from "./photo.js";
import { toast } from "./toast.js";

const page = document.querySelector("[data-work-order]");
const address = `/api/v1/work-orders/${page.dataset.id}`;
const DONE = "lilong-work-done";
const photosOf = new WeakMap();
const keys = new WeakMap();

wireEvidence(page);

for (const input of page.querySelectorAll("[data-photos]")) {
  photosOf.set(input.form, []);
  input.addEventListener("change", () => addPhotos(input));
}

async function addPhotos(input) {
  const strip = input.form.querySelector("[data-photo-strip]");
  for (const file of input.files) {
    try {
      const blob = await prepared(file);
      photosOf.get(input.form).push(blob);
      strip.append(thumb(input.form, strip, blob));
    } catch (error) {
      toast(error.message, { isBad: true });
    }
  }
  input.value = "";
}

function thumb(form, strip, blob) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "photo-strip__one";
  button.title = t("Leave this picture out");
  button.setAttribute("aria-label", t("Leave this picture out"));
  const picture = document.createElement("img");
  picture.alt = "";
  picture.src = URL.createObjectURL(blob);
  button.append(picture);
  button.addEventListener("click", () => {
    photosOf.set(form, photosOf.get(form).filter((each) => each !== blob));
    URL.revokeObjectURL(picture.src);
    button.remove();
  });
  return button;
}

/** Send a picture; the server may keep it under another hash, which is the one to name. */
async function sent(blob) {
  const answer = await put(`${address}/photos/${await sha256(blob)}`, blob);
  return answer.sha256;
}

async function bodyOf(form) {
  const body = { action: form.dataset.act };
  for (const [name, value] of new FormData(form)) {
    if (value === "") continue;
    if (name === "until") body.until = `${value}:00+08:00`; // the ward's zone, whatever the browser's is
    else if (name === "task_number" || name === "score") body[name] = Number(value);
    else body[name] = value;
  }
  const photos = photosOf.get(form) ?? [];
  if (photos.length) {
    body.photos = [];
    for (const blob of photos) body.photos.push(await sent(blob));
  }
  return body;
}

function missing(form) {
  const field = [...form.elements].find((each) => each.willValidate && !each.validity.valid);
  if (field) {
    field.focus();
    return t("Fill in what is asked for.");
  }
  const input = form.querySelector("[data-photos][data-required]");
  return input && !photosOf.get(form).length ? t("Add a picture of the place as it is now.") : null;
}

function tell(form, message) {
  const note = form.querySelector("[data-form-error]");
  note.textContent = message ?? "";
  note.hidden = !message;
}

page.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-act]");
  if (!form) return;
  event.preventDefault();
  const lack = missing(form);
  tell(form, lack);
  if (lack) return;
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  if (!keys.has(form)) keys.set(form, newKey());
  try {
    const body = await bodyOf(form);
    await post(`${address}/transitions`, body, { key: keys.get(form), version: Number(page.dataset.version) });
    sessionStorage.setItem(DONE, button.textContent);
    location.reload();
  } catch (problem) {
    // the same request may be sent again under the same key only while it is not known what became of it
    if (problem.status !== 0) keys.delete(form);
    tell(form, problem.message);
    if (problem.slug === "version-conflict") offerReload(problem.message);
    button.disabled = false;
  }
});

function offerReload(message) {
  toast(message, { isBad: true, action: { label: t("Show what is there now"), run: () => location.reload() } });
}

const done = sessionStorage.getItem(DONE);
if (done) {
  sessionStorage.removeItem(DONE);
  toast(t("Saved: {action}", { action: done }));
}
page.dataset.ready = "true";
