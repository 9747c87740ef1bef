// Teams and campaigns: places from the map or typed, shifts, the next days of a rule, saving, laying to rest.
import { change, get, post } from "./api.js";
import { t } from "./i18n.js";
import { paintColours } from "./patrol_colours.js";
import { nextDates } from "./roster_dates.js";
import { Places } from "./roster_places.js";
import { numberedShifts, shiftsOf } from "./roster_shifts.js";

paintColours();

const form = document.querySelector("[data-roster-form]");

function labelOf(field) {
  return field.labels?.[0]?.firstChild.textContent.trim() ?? field.name;
}

/** Say in words what is wrong with the first field that is; null where all is well. */
function lackOf(fields) {
  for (const field of fields) {
    field.removeAttribute("aria-invalid");
    const { validity } = field;
    if (!field.willValidate || validity.valid) continue;
    const name = labelOf(field);
    field.setAttribute("aria-invalid", "true");
    field.focus();
    if (validity.badInput) return t("“{name}” is not a number or time.", { name });
    if (validity.valueMissing) return t("“{name}” is missing.", { name });
    if (validity.patternMismatch) return t("“{name}” has characters that are not allowed.", { name });
    if (field.min && field.max) return t("“{name}” must lie between {min} and {max}.", { name, min: field.min, max: field.max });
    return t("“{name}” does not fit.", { name });
  }
  return null;
}

function all(name) {
  return [...form.querySelectorAll(`[name=${name}]:checked`)].map((box) => box.value);
}

function teamBody(places) {
  const { name_zh, name_en, colour, pace_m_s: pace, rest_minutes: minutes, rest_from: earliest, rest_until: latest } = Object.fromEntries(new FormData(form));
  const [first, ...further] = shiftsOf(form, places);
  return {
    name_zh,
    name_en,
    colour,
    pace_m_s: Number(pace),
    shift_from: first.shift_from,
    shift_until: first.shift_until,
    further_shifts: further,
    start: places.at("start"),
    end: places.at("end"),
    rest: Number(minutes) ? { earliest, latest, minutes: Number(minutes) } : null,
    skills: all("skills"),
  };
}

/** The rule of days as the server takes it. */
function ruleOf() {
  const { often, first, last, when_closed } = Object.fromEntries(new FormData(form));
  const weeks = often === "month" ? all("weeks_of_month").map(Number) : [];
  return { weekdays: all("weekdays").map(Number), first, last: last || null, every_weeks: often === "month" ? 1 : Number(often), weeks_of_month: weeks, when_closed };
}

function campaignBody(places) {
  const { name_zh, name_en, begins, minutes, team_count: count, units } = Object.fromEntries(new FormData(form));
  return {
    name_zh,
    name_en,
    begins,
    minutes: Number(minutes),
    place: places.at("place"),
    recurrence: ruleOf(),
    team_ids: all("team_ids"),
    team_count: Number(count),
    units: units.split(/[,，、]/).map((unit) => unit.trim()).filter(Boolean),
  };
}

function wire() {
  const kind = form.dataset.rosterForm;
  const { id, version, active } = form.dataset;
  const places = new Places(form, document.querySelector(".roster-map"));
  const buttons = form.querySelectorAll("button");
  const note = form.querySelector("[data-form-error]");
  const path = kind === "team" ? "/api/v1/teams" : "/api/v1/campaigns";

  function tell(problem) {
    note.textContent = problem;
    note.hidden = !problem;
    if (problem) note.scrollIntoView({ block: "nearest" });
  }

  async function save(isActive) {
    tell(lackOf(form.elements) ?? "");
    if (!note.hidden) return;
    const body = { ...(kind === "team" ? teamBody(places) : campaignBody(places)), is_active: isActive };
    for (const button of buttons) button.disabled = true;
    try {
      if (id) await change(`${path}/${encodeURIComponent(id)}`, body, version);
      else await post(path, kind === "team" ? { ...body, team_id: form.elements.team_id.value } : body);
      location.assign("/teams");
    } catch (problem) {
      tell(problem.message);
      for (const button of buttons) button.disabled = false;
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save(!id || active === "true");
  });
  form.querySelector("[data-rest]")?.addEventListener("click", () => save(active !== "true"));
  if (kind === "team") numberedShifts(form);
  else nextDates(form, ruleOf, (address) => get(address));
  form.dataset.ready = "true";
}

if (form) wire();
