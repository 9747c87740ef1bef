// The patrols page: ask for a plan and follow it, add a team.
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

/** The second shift of a team's day, as the form has it: its hours, and its start where it is another. */
function secondShift(data) {
  const [from, until, lon, lat] = ["from", "until", "lon", "lat"].map((name) => data.get(`second_${name}`));
  for (const name of ["from", "until", "lon", "lat"]) data.delete(`second_${name}`);
  if (!from && !until) return [];
  return [{ shift_from: from, shift_until: until, start: lon && lat ? [Number(lon), Number(lat)] : null }];
}

const teamForm = document.querySelector("[data-team-form]");
teamForm?.addEventListener("submit", (event) => {
  event.preventDefault();
  const data = new FormData(teamForm);
  const furtherShifts = secondShift(data);
  const { lon, lat, pace_m_s: pace, rest_minutes: minutes, rest_from: earliest, rest_until: latest, ...rest } = Object.fromEntries(data);
  sendOnce(teamForm, async () => {
    await post("/api/v1/teams", {
      ...rest,
      start: [Number(lon), Number(lat)],
      further_shifts: furtherShifts,
      pace_m_s: Number(pace),
      skills: data.getAll("skills"),
      rest: Number(minutes) ? { earliest, latest, minutes: Number(minutes) } : null,
    });
    location.reload();
  });
});

const campaignForm = document.querySelector("[data-campaign-form]");
campaignForm?.addEventListener("submit", (event) => {
  event.preventDefault();
  const { lon, lat, weekday, minutes, team_count: count, when_closed: whenClosed, units, ...rest } = Object.fromEntries(new FormData(campaignForm));
  const first = document.querySelector("[name=day]")?.min || new Date().toISOString().slice(0, 10);
  sendOnce(campaignForm, async () => {
    await post("/api/v1/campaigns", {
      ...rest,
      place: [Number(lon), Number(lat)],
      minutes: Number(minutes),
      team_count: Number(count),
      recurrence: { weekdays: [Number(weekday)], first, when_closed: whenClosed },
      units: units.split(/[,，、]/).map((unit) => unit.trim()).filter(Boolean),
    });
    location.reload();
  });
});
