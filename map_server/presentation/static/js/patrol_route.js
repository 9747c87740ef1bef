// A team's stops on the phone. A check-in counts at once; without signal it is kept here and sent later, once.
import { newKey, post } from "./api.js";
import { t } from "./i18n.js";
import { paintColours } from "./patrol_colours.js";
import { toast } from "./toast.js";

const page = document.querySelector("[data-walk]");
const stops = [...document.querySelectorAll("[data-stop]")];
const STORE = "lilong-check-ins";
const RETRY_MS = 15_000;
let isSending = false;

paintColours();

function kept() {
  return JSON.parse(localStorage.getItem(STORE) ?? "[]");
}

function keep(reports) {
  localStorage.setItem(STORE, JSON.stringify(reports));
  const notice = document.querySelector("[data-unsent]");
  notice.hidden = !reports.length;
  notice.querySelector("span").textContent = t("{count} check-ins wait for a signal; they are kept on this phone.", { count: reports.length });
}

function mark(stop, state) {
  if (stop.dataset.state === "done") return;
  stop.dataset.state = state;
  const waiting = stops.filter((each) => each.dataset.state !== "done");
  const done = stops.length - waiting.length;
  for (const each of stops) each.toggleAttribute("data-next", each === waiting[0]);
  document.querySelector("[data-done]").textContent = done;
  document.querySelector("[data-walk-progress]").value = done;
  document.querySelector("[data-finished]").hidden = waiting.length > 0;
  if (state === "done") waiting[0]?.scrollIntoView({ block: "center", behavior: "smooth" });
}

function report(stop, state) {
  mark(stop, state);
  const path = `/api/v1/patrols/${page.dataset.plan}/stops/${stop.dataset.stop}/check-in`;
  keep([...kept(), { path, key: newKey(), body: { state, happened_at: new Date().toISOString() } }]);
  send();
}

/** Send what is kept, in order. The server takes each report once, however often it comes. */
async function send() {
  if (isSending) return;
  isSending = true;
  try {
    for (let reports = kept(); reports.length; reports = kept()) {
      try {
        await post(reports[0].path, reports[0].body, { key: reports[0].key });
      } catch (problem) {
        if (problem.status === 0 || problem.status === 401 || problem.status >= 500) return;
        toast(problem.message, { isBad: true });
      }
      keep(kept().slice(1));
    }
  } finally {
    isSending = false;
  }
}

for (const stop of stops) {
  stop.querySelector("[data-arrive]").addEventListener("click", () => report(stop, "started"));
  stop.querySelector("[data-check-in]").addEventListener("click", () => report(stop, "done"));
  stop.querySelector(".walk-stop__line").addEventListener("click", () => stop.toggleAttribute("data-open"));
}

for (const { path, body } of kept()) {
  const stop = stops.find((each) => path.includes(each.dataset.stop));
  if (stop) mark(stop, body.state);
}
keep(kept());
document.querySelector("[data-stop][data-state=done] ~ [data-next]")?.scrollIntoView({ block: "center" });
send();
addEventListener("online", send);
setInterval(send, RETRY_MS);
