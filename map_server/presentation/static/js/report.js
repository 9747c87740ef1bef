// Reports: one is made and followed, appeals are written down and decided, weights are set, what came later is fetched.
import { get, getFragment, post } from "./api.js";
import { t } from "./i18n.js";
import { toast } from "./toast.js";

const RUNS = "/api/v1/reports/runs";
const ASK_AGAIN_MS = 400;
const ended = new Set(["done", "cancelled", "failed"]);
const stages = {
  work_orders: () => t("collecting work orders"),
  steps: () => t("following their steps"),
  incidents: () => t("collecting incidents"),
  cameras: () => t("adding up the hours of cameras"),
  figures: () => t("computing figures"),
  comparing: () => t("comparing"),
  writing: () => t("writing it down"),
};

const notice = document.querySelector("[data-run]");
const refusal = document.querySelector("[data-run-error]");
const makeForms = document.querySelectorAll("[data-make]");

function refuse(place, message) {
  place.textContent = message;
  place.hidden = !message;
}

function showRun(run) {
  notice.hidden = ended.has(run.state);
  notice.dataset.id = run.run_id;
  notice.querySelector("[data-run-share]").value = run.share;
  notice.querySelector("[data-run-stage]").textContent = stages[run.stage]?.() ?? t("waiting for its turn");
}

function setBusy(isBusy) {
  for (const form of makeForms) form.querySelector("[type=submit]").disabled = isBusy;
}

async function follow(run) {
  while (!ended.has(run.state)) {
    showRun(run);
    await new Promise((wake) => setTimeout(wake, ASK_AGAIN_MS));
    run = await get(`${RUNS}/${encodeURIComponent(run.run_id)}`);
  }
  showRun(run);
  setBusy(false);
  if (run.state === "failed") refuse(refusal, t("It could not be made: {why}", { why: run.problem }));
  if (run.state === "cancelled") toast(t("Called off; nothing was written."));
  if (run.state !== "done") return;
  const period = new URLSearchParams({ kind: run.kind, first: run.first, last: run.last, run: run.run_id });
  location.assign(run.report_id ? `/reports/${run.report_id}` : `/reports/draft?${period}`);
}

async function followSafely(begin) {
  refuse(refusal, "");
  setBusy(true);
  try {
    await follow(await begin());
  } catch (problem) {
    notice.hidden = true;
    refuse(refusal, problem.message);
    setBusy(false);
  }
}

for (const form of makeForms) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { kind, first, last } = Object.fromEntries(new FormData(form));
    const freeze = form.dataset.freeze === "choice" ? Boolean(form.elements.freeze?.checked) : form.dataset.freeze === "true";
    followSafely(() => post("/api/v1/reports", { kind, first, last, freeze }));
  });
}

notice?.querySelector("[data-run-cancel]").addEventListener("click", async () => {
  try {
    await post(`${RUNS}/${encodeURIComponent(notice.dataset.id)}/cancel`);
  } catch (problem) {
    toast(problem.message, { isBad: true });
  }
});

const underWay = document.querySelector("#runs");
if (underWay) followSafely(() => get(`${RUNS}/${encodeURIComponent(JSON.parse(underWay.textContent)[0])}`));

document.querySelector("[data-print]")?.addEventListener("click", () => print());

addEventListener("beforeprint", () => {
  for (const rest of document.querySelectorAll(".report-rest")) rest.open = true; // what is folded up would not be printed
});

const since = document.querySelector("[data-since]");
if (since) {
  getFragment(since.dataset.since)
    .then((piece) => since.querySelector("[data-since-wait]").replaceWith(piece))
    .catch((problem) => (since.querySelector("[data-since-wait]").textContent = problem.message));
}

document.querySelector("[data-appeals]")?.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-decide]");
  if (!form) return;
  event.preventDefault();
  const report = encodeURIComponent(document.querySelector("[data-report]").dataset.report);
  const path = `/api/v1/reports/${report}/appeals/${encodeURIComponent(form.dataset.decide)}/decision`;
  const body = { decision: event.submitter.value, reason: form.elements.reason.value.trim() };
  try {
    await post(path, body, { version: form.dataset.version });
    location.reload();
  } catch (problem) {
    toast(problem.message, { isBad: true });
  }
});

const dialog = document.querySelector("[data-object-dialog]");
document.querySelector("[data-rows]")?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-object]");
  if (!button) return;
  dialog.querySelector("[data-object-name]").textContent = button.dataset.name;
  Object.assign(dialog.dataset, { order: button.dataset.object, unit: button.dataset.unit });
  dialog.showModal();
});

dialog?.addEventListener("close", async () => {
  if (dialog.returnValue !== "object") return;
  const form = dialog.querySelector("[data-object-form]");
  const body = { work_order_id: dialog.dataset.order, unit_id: dialog.dataset.unit, reason: form.elements.reason.value.trim() };
  try {
    await post(`/api/v1/reports/${encodeURIComponent(form.dataset.report)}/appeals`, body);
    location.assign(`/reports/${encodeURIComponent(form.dataset.report)}#appeals-title`);
  } catch (problem) {
    toast(problem.message, { isBad: true });
  }
});

const formula = document.querySelector("[data-formula-form]");
formula?.addEventListener("input", () => {
  const sum = [...formula.querySelectorAll("[data-weight]")].reduce((all, field) => all + Number(field.value), 0);
  document.querySelector("[data-weight-sum]").textContent = t("Now: {count}", { count: sum });
});

formula?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const weights = Object.fromEntries([...formula.querySelectorAll("[data-weight]")].map((field) => [field.name, Number(field.value)]));
  try {
    await post("/api/v1/score-formulas", { weights, reason: formula.elements.reason.value.trim() });
    location.reload();
  } catch (problem) {
    refuse(document.querySelector("[data-formula-error]"), problem.message);
  }
});
