// Shows on which days a rule takes place before it is kept, holidays considered.
import { language, t } from "./i18n.js";

const LATE_MS = 300;
const format = new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", { timeZone: "UTC", weekday: "short", day: "numeric", month: "short", year: "numeric" });

function spoken(day) {
  return format.format(new Date(`${day}T00:00:00Z`));
}

function sentence({ day, meant }) {
  if (day === null) return t("{meant}: a holiday, falls away", { meant: spoken(meant) });
  return day === meant ? spoken(day) : t("{day}, instead of {meant} (holiday)", { day: spoken(day), meant: spoken(meant) });
}

/** Keep the list of next days as the rule in the form says. */
export function nextDates(form, ruleOf, ask) {
  const list = form.querySelector("[data-dates]");
  const weeks = form.querySelector("[data-weeks]");
  let timer = null;
  let asked = 0;

  function show(...lines) {
    list.replaceChildren(
      ...lines.map((line) => {
        const item = document.createElement("li");
        item.textContent = line;
        return item;
      }),
    );
  }

  async function refresh() {
    const rule = ruleOf();
    asked += 1;
    const mine = asked;
    weeks.hidden = form.elements.often.value !== "month";
    if (!rule.weekdays.length) return show(t("Tick at least one day of the week."));
    if (!weeks.hidden && !rule.weeks_of_month.length) return show(t("Tick at least one week of the month."));
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(rule)) for (const one of [value].flat()) if (one !== null && one !== "") query.append(name, one);
    try {
      const { dates } = await ask(`/api/v1/campaigns/dates?${query}`);
      if (mine !== asked) return;
      show(...(dates.length ? dates.map(sentence) : [t("On no day.")]));
    } catch (problem) {
      if (mine === asked) show(problem.message);
    }
  }

  form.querySelector("[data-rule]").addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, LATE_MS);
  });
  refresh();
}
