// A duty officer fixes, moves or forbids a stop by hand; the plan is revised by it.
import { post } from "./api.js";

const page = document.querySelector("[data-plan]");
const dialog = document.querySelector("[data-decision]");
const form = dialog.querySelector("form");
const error = dialog.querySelector("[data-form-error]");
let subject = null;

/** The moment of a time of the ward's day (UTC+8). */
function momentOf(time) {
  return time ? `${page.dataset.day}T${time}:00+08:00` : null;
}

function open(button) {
  subject = { subject_kind: button.dataset.kind, subject_id: button.dataset.subject };
  dialog.querySelector("[data-decision-name]").textContent = button.dataset.name;
  dialog.querySelector("[data-free]").hidden = !("decided" in button.dataset);
  form.elements.team.value = button.dataset.team;
  form.elements.time.value = "";
  form.elements.reason.value = "";
  error.hidden = true;
  dialog.showModal();
}

async function decide(button) {
  const wish = button.dataset.wish;
  const where = wish === "pin" ? { team_id: form.elements.team.value || null, at: momentOf(form.elements.time.value) } : {};
  button.disabled = true;
  try {
    await post(`/api/v1/patrols/${page.dataset.plan}/decisions`, { ...subject, wish, ...where, reason: form.elements.reason.value });
    location.reload();
  } catch (problem) {
    error.textContent = problem.message;
    error.hidden = false;
    button.disabled = false;
  }
}

for (const button of document.querySelectorAll("[data-decide]")) button.addEventListener("click", () => open(button));
for (const button of dialog.querySelectorAll("[data-wish]")) button.addEventListener("click", () => decide(button));
