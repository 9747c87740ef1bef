// The queue of the audit desk. The next items are fetched ahead with their pictures; a verdict is sent behind the
// auditor's back while the next item is already shown, one after the other, and nothing is lost if sending fails.
import { get, getFragment, post } from "./api.js";
import { t } from "./i18n.js";

const AHEAD = 4;
const REFILL_BELOW = 6;
const PAGE = 20;
const NEWS_PAUSE_MS = 800;

export class AuditQueue {
  constructor({ first, filter, onShow, onProgress, onProblem, onKnown }) {
    Object.assign(this, { first, filter, onShow, onProgress, onProblem, onKnown });
    this.items = [];
    this.position = 0;
    this.decided = [];
    this.pieces = new Map();
    this.sending = Promise.resolve();
    this.unsent = 0;
    addEventListener("beforeunload", (event) => this.unsent > 0 && event.preventDefault());
  }

  get current() {
    return this.items[this.position] ?? null;
  }

  get canUndo() {
    return this.decided.length > 0;
  }

  /** Begin anew, with the filter of now. */
  async restart() {
    this.items = [];
    this.position = 0;
    await this.refill();
    if (this.first) await this.putFirst(this.first);
    this.first = "";
    await this.show();
  }

  async putFirst(id) {
    const known = this.items.findIndex((item) => item.incident_id === id);
    const item = known >= 0 ? this.items.splice(known, 1)[0] : await this.lookUp(id);
    if (item) this.items.unshift(item);
  }

  /** An incident that is not in the queue (decided already, say): what its piece of page tells. */
  async lookUp(id) {
    try {
      const fragment = await this.piece(id);
      const { version, kind, number } = fragment.querySelector("[data-incident]").dataset;
      return { incident_id: id, version: Number(version), kind, number: Number(number) };
    } catch (problem) {
      this.onProblem(problem.message);
      return null;
    }
  }

  async refill() {
    const wanted = this.filter();
    const query = new URLSearchParams({ limit: String(PAGE + this.items.length) });
    if (wanted === "second_opinion") query.set("second_opinion", "true");
    else if (wanted) query.set("kind", wanted);
    try {
      const { items, progress } = await get(`/api/v1/audits?${query}`);
      const known = new Set(this.items.map((item) => item.incident_id));
      for (const { item } of this.decided) known.add(item.incident_id);
      this.items.push(...items.filter((item) => !known.has(item.incident_id)));
      this.onProgress(progress);
    } catch (problem) {
      this.onProblem(problem.message);
    }
  }

  /** Show the current item, then fetch the next ones ahead. */
  async show() {
    const item = this.current;
    if (!item) {
      this.onShow(null);
      return;
    }
    try {
      const fragment = await this.piece(item.incident_id);
      if (item !== this.current) return;
      item.version = Number(fragment.querySelector("[data-incident]").dataset.version);
      this.onShow({ ...item, fragment });
      this.fetchAhead();
    } catch (problem) {
      this.onProblem(problem.message);
      if (problem.status === 404) this.drop(item.incident_id);
    }
  }

  fetchAhead() {
    for (const item of this.items.slice(this.position + 1, this.position + 1 + AHEAD)) {
      this.piece(item.incident_id).catch(() => this.pieces.delete(item.incident_id));
    }
  }

  /** The piece of page of an incident, with its pictures on their way. */
  piece(id) {
    if (!this.pieces.has(id)) {
      const coming = getFragment(`/audit/items/${encodeURIComponent(id)}`).then((fragment) => {
        for (const picture of fragment.querySelectorAll("img[data-picture]:not([loading])")) new Image().src = picture.src;
        return fragment;
      });
      this.pieces.set(id, coming);
    }
    return this.pieces.get(id);
  }

  move(step) {
    const next = this.position + step;
    if (next < 0 || next >= this.items.length) return;
    this.position = next;
    this.show();
  }

  /** Decide on the current item and go on at once. */
  decide(opinion) {
    const item = this.current;
    this.items.splice(this.position, 1);
    if (this.position >= this.items.length) this.position = Math.max(0, this.items.length - 1);
    const entry = { item, sent: null };
    this.decided.push(entry);
    entry.sent = this.send(entry, opinion);
    this.show();
  }

  send(entry, opinion) {
    const { item } = entry;
    this.unsent += 1;
    this.sending = this.sending.then(async () => {
      try {
        const answer = await post(`/api/v1/audits/${item.incident_id}/verdict`, { ...opinion, version: item.version });
        this.pieces.delete(item.incident_id);
        if (answer.was_right !== null) {
          this.decided = this.decided.filter((each) => each !== entry); // what was said of a known item stays
          this.onKnown(item, answer.was_right);
        }
        return answer;
      } catch (problem) {
        this.failed(entry, problem);
        return null;
      } finally {
        this.unsent -= 1;
        await this.afterwards();
      }
    });
    return this.sending;
  }

  /** Somebody else was quicker: the item is done. Anything else: it comes back to the auditor, undecided. */
  failed(entry, problem) {
    this.decided = this.decided.filter((each) => each !== entry);
    this.pieces.delete(entry.item.incident_id);
    const number = t("No. {number}", { number: entry.item.number });
    this.onProblem(`${number}: ${problem.message}`);
    if (problem.status === 409 || problem.status === 404) return;
    this.items.splice(this.position, 0, entry.item);
    this.show();
  }

  async afterwards() {
    if (this.items.length - this.position < REFILL_BELOW) {
      const wasEmpty = !this.current;
      await this.refill();
      if (wasEmpty && this.current) await this.show();
    } else {
      this.onProgress(await get("/api/v1/audits/progress"));
    }
  }

  /** Take the last decision back and show its item again. */
  async undo() {
    const entry = this.decided.pop();
    if (!entry) return;
    const answer = await entry.sent;
    if (!answer) return;
    try {
      await post(`/api/v1/audits/${answer.verdict_id}/undo`);
    } catch (problem) {
      this.onProblem(problem.message);
      return;
    }
    this.pieces.delete(entry.item.incident_id);
    this.items.splice(this.position, 0, entry.item);
    await this.show();
    await this.afterwards();
  }

  /** Something happened to an incident: forget its stale piece, drop it when it is decided, note new ones. */
  heard(feature) {
    const { state, judgement } = feature.properties;
    const isWaiting = ["open", "cleared"].includes(state) && judgement === null;
    const isCurrent = this.current?.incident_id === feature.id;
    this.pieces.delete(feature.id);
    if (!isWaiting && isCurrent) this.show();
    else if (!isWaiting) this.drop(feature.id);
    clearTimeout(this.news);
    this.news = setTimeout(() => this.afterwards(), NEWS_PAUSE_MS);
  }

  drop(id) {
    const index = this.items.findIndex((item) => item.incident_id === id);
    if (index < 0) return;
    this.items.splice(index, 1);
    if (index < this.position) this.position -= 1;
    else if (index === this.position) this.show();
  }
}
