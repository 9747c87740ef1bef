// The record's page: holds are placed and lifted, evidence is erased on request; each asks for its reason.
import { post } from "./api.js";
import { t } from "./i18n.js";
import { toast } from "./toast.js";

const page = document.querySelector("[data-holds]");
const dialog = document.querySelector("[data-lift-dialog]");

async function send(path, body) {
  try {
    await post(path, body);
    location.reload();
  } catch (problem) {
    toast(problem.message, { isBad: true });
  }
}

function fields(form) {
  return Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value).trim()]));
}

page.querySelector("[data-hold-form]")?.addEventListener("submit", (event) => {
  event.preventDefault();
  send("/api/v1/legal-holds", fields(event.target));
});

page.querySelector("[data-erase-form]")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const { sha256, reason } = fields(event.target);
  if (!confirm(t("The picture cannot be brought back. Erase it?"))) return;
  send(`/api/v1/evidence/${encodeURIComponent(sha256)}/erase`, { reason });
});

page.addEventListener("click", (event) => {
  const button = event.target.closest("[data-lift]");
  if (!button) return;
  dialog.dataset.hold = button.dataset.lift;
  dialog.showModal();
});

dialog.addEventListener("close", () => {
  if (dialog.returnValue !== "lift") return;
  const { reason } = fields(dialog.querySelector("[data-lift-form]"));
  send(`/api/v1/legal-holds/${encodeURIComponent(dialog.dataset.hold)}/lift`, { reason });
});
