// The handbook: print it, check a file, load a file. Every fault is shown with its line.
import { Problem } from "./api.js";
import { t } from "./i18n.js";

const csrfToken = document.querySelector('meta[name="csrf-token"]').content;
document.querySelector("[data-print]")?.addEventListener("click", () => window.print());

const form = document.querySelector("[data-load-form]");
const list = form?.querySelector("[data-load-faults]");

function show(lines) {
  list.replaceChildren(...lines.map((line) => Object.assign(document.createElement("li"), { textContent: line })));
  list.hidden = lines.length === 0;
}

/** Send the file as it is, so that the lines in the answer are those of the file. */
async function send(path) {
  const file = form.querySelector("#file").files[0];
  if (!file) throw new Problem(0, "", t("Choose a file first."));
  const headers = { "Content-Type": "application/json", "X-CSRF-Token": csrfToken, Accept: "application/json" };
  const response = await fetch(`${path}?name=${encodeURIComponent(file.name.slice(0, 80))}`, { method: "POST", body: file, headers });
  const body = await response.json();
  if (response.ok) return body;
  const lines = body.errors?.length ? body.errors.map((each) => `${each.path}: ${each.message}`) : [body.detail];
  throw Object.assign(new Problem(response.status, "", lines[0]), { lines });
}

async function run(path, then) {
  show([]);
  try {
    then(await send(path));
  } catch (problem) {
    show(problem.lines ?? [problem.message]);
  }
}

form?.querySelector("[data-check]").addEventListener("click", () =>
  run("/api/v1/responsibilities/check", (found) => {
    const lines = [...found.faults.map((each) => `${each.path}: ${each.message}`), ...found.findings.map((each) => each.line)];
    show(lines.length ? lines : [t("Nothing to mend: the file can be loaded.")]);
  }),
);
form?.addEventListener("submit", (event) => {
  event.preventDefault();
  run("/api/v1/responsibilities", () => location.reload());
});
