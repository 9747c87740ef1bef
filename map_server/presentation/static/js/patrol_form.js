// The patrols page: ask for a plan and follow it.
import { post } from "./api.js";
import { t } from "./i18n.js";
import { paintColours } from "./patrol_colours.js";

paintColours();

function refuse(form, message) {
  const place = form.querySelector("[data-form-error]");
  place.textContent = message;
  place.hidden = false;
}

async function sendOnce(form, send) {
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  form.querySelector("[data-form-error]").hidden = true;
  try {
    await send();
  } catch (problem) {
    refuse(form, problem.message);
    button.disabled = false;
  }
}

const planForm = document.querySelector("[data-plan-form]");
planForm?.addEventListener("submit", (event) => {
  event.preventDefault();
  const shifts = [...planForm.querySelectorAll("[data-team]")]
    .filter((row) => row.querySelector("[name=team]").checked)
    .map((row) => ({
      team_id: row.dataset.team,
      shift_from: row.querySelector("[data-from]").value,
      shift_until: row.querySelector("[data-until]").value,
    }));
  if (!shifts.length) {
    refuse(planForm, t("Choose at least one team."));
    return;
  }
  sendOnce(planForm, async () => {
    const plan = await post("/api/v1/patrols", { day: planForm.elements.day.value, shifts });
    location.assign(`/patrols/${plan.plan_id}`);
  });
});
