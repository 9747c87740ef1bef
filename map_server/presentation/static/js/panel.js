// The panel that slides over the map: one incident with its evidence and actions, or the list of what is shown.
import { getFragment, post } from "./api.js";
import { wireEvidence } from "./evidence.js";
import { ago, t } from "./i18n.js";
import { symbol } from "./symbols.js";
import { toast } from "./toast.js";
import { word } from "./words.js";

export class Panel {
  /** `onClose()` when it closes; `onChanged()` after an action was stored; `onOpen(id)` to open another incident;
   * `onZoom(id)` to look at its place closely. */
  constructor(element, { onClose, onChanged, onOpen, onZoom }) {
    this.element = element;
    this.title = element.querySelector("[data-panel-title]");
    this.body = element.querySelector("[data-panel-body]");
    Object.assign(this, { onClose, onChanged, onOpen, onZoom });
    this.incidentId = null;
    this.mode = null;
    element.querySelector("[data-panel-close]").addEventListener("click", () => this.close());
    element.querySelector("[data-panel-size]")?.addEventListener("click", () => {
      element.dataset.size = element.dataset.size === "full" ? "half" : "full";
    });
    element.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
    this.body.addEventListener("submit", (event) => this.submitted(event));
    this.body.addEventListener("click", (event) => this.clicked(event));
  }

  get isOpen() {
    return !this.element.hidden;
  }

  close() {
    this.element.hidden = true;
    this.mode = this.incidentId = null;
    this.onClose();
  }

  /** Show an incident. */
  async openIncident(id, { keepFocus = false } = {}) {
    this.mode = "incident";
    this.incidentId = id;
    this.element.hidden = false;
    this.body.setAttribute("aria-busy", "true");
    try {
      const fragment = await getFragment(`/incidents/${encodeURIComponent(id)}/panel`);
      if (this.incidentId !== id) return;
      const scrolled = this.shownId === id ? this.body.scrollTop : 0;
      this.body.replaceChildren(fragment);
      this.title.textContent = this.body.querySelector("[data-title]")?.dataset.title ?? "";
      this.shownId = id;
      this.body.scrollTop = scrolled;
      wireEvidence(this.body);
      if (!keepFocus) this.title.focus({ preventScroll: true });
    } catch (problem) {
      toast(problem.message, { isBad: true });
      if (problem.status === 404) this.close();
    } finally {
      this.body.removeAttribute("aria-busy");
    }
  }

  /** Fetch the open incident again, after somebody changed it; not under the hands of a reader who is choosing. */
  refresh() {
    const isTyping = this.body.contains(document.activeElement) && document.activeElement.matches("input, textarea, select");
    const isChoosing = this.body.querySelector("[aria-expanded=true], input:checked") !== null;
    if (this.mode === "incident" && !isTyping && !isChoosing) this.openIncident(this.incidentId, { keepFocus: true });
  }

  /** List incidents, newest first; the same as the pins, for keyboard and screen reader. */
  openList(features) {
    this.mode = "list";
    this.incidentId = this.shownId = null;
    this.element.hidden = false;
    this.title.textContent = t("In view: {count}", { count: features.length });
    const list = document.createElement("ul");
    list.className = "incident-list";
    list.append(...features.map((feature) => this.listItem(feature)));
    this.body.replaceChildren(features.length ? list : emptyNote());
  }

  listItem(feature) {
    const { kind, state, number, label, last_seen_at: lastSeen } = feature.properties;
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "incident-list__item";
    button.dataset.open = feature.id;
    const text = document.createElement("span");
    const head = document.createElement("strong");
    head.textContent = word("kind", kind);
    const rest = document.createElement("span");
    rest.className = "soft small";
    rest.textContent = ` ${t("No. {number}", { number })} · ${word("state", state)} · ${word("label", label)}`;
    text.append(head, rest);
    const when = document.createElement("time");
    when.className = "soft small nowrap";
    when.dateTime = lastSeen;
    when.textContent = ago(lastSeen);
    button.append(symbol(kind, state), text, when);
    item.append(button);
    return item;
  }

  clicked(event) {
    const opener = event.target.closest("[data-open]");
    if (opener) {
      this.onOpen(opener.dataset.open);
      return;
    }
    const switcher = event.target.closest("[data-reveal]");
    if (switcher) {
      const target = this.body.querySelector(switcher.dataset.reveal);
      target.hidden = !target.hidden;
      switcher.setAttribute("aria-expanded", String(!target.hidden));
      if (!target.hidden) target.querySelector("button, input, select")?.focus();
    }
    if (event.target.closest("[data-zoom-to]")) this.onZoom(this.incidentId);
    const verdict = event.target.closest("[data-verdict]");
    if (verdict) this.decide(JSON.parse(verdict.dataset.verdict));
    const undo = event.target.closest("[data-undo]");
    if (undo) this.undo(undo.dataset.undo);
  }

  /** Forms of the panel send JSON: data-action is the path, data-list names fields that are lists. */
  async submitted(event) {
    event.preventDefault();
    const form = event.target;
    const data = new FormData(form, event.submitter);
    const body = {};
    for (const name of new Set(data.keys())) {
      body[name] = form.dataset.list === name ? data.getAll(name) : data.get(name);
      if (name === "version") body[name] = Number(body[name]);
    }
    await this.send(form.dataset.action, body, form.dataset.done);
  }

  async send(path, body, done, undo = null) {
    try {
      const answer = await post(path, body);
      const action = undo ? { label: t("Undo"), run: () => undo(answer) } : null;
      toast(done, { action });
    } catch (problem) {
      toast(problem.message, { isBad: true });
    }
    this.refreshNow();
    this.onChanged();
  }

  refreshNow() {
    if (this.mode === "incident") this.openIncident(this.incidentId, { keepFocus: true });
  }

  decide(opinion) {
    const id = this.incidentId;
    const version = Number(this.body.querySelector("[data-version]").dataset.version);
    return this.send(`/api/v1/audits/${id}/verdict`, { ...opinion, version }, word("decision", opinion.decision), (answer) =>
      this.undo(answer.verdict_id),
    );
  }

  undo(verdictId) {
    return this.send(`/api/v1/audits/${verdictId}/undo`, {}, t("Taken back."));
  }
}

function emptyNote() {
  const note = document.createElement("p");
  note.className = "empty";
  note.textContent = t("Nothing here with this filter. Move the map, or show more states or a longer time.");
  return note;
}
