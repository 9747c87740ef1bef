// Sends what waits on the phone: records in their order, then pictures in parts, then positions. One refused item never
// holds up those behind it; a server that is away holds up everything, and loses nothing.
import { language, t } from "./i18n.js";

const PART_BYTES = 256 * 1024;
const SHORTEST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
const DAY_AGE_MS = 60_000;
const MOST_TRIES = 5;
const FIXES_AT_ONCE = 200;

/** The server did not take it: `isLater` when trying again may help. */
class Refusal extends Error {
  constructor(status, slug, message) {
    super(message);
    this.status = status;
    this.slug = slug;
    this.isLater = status === 0 || status === 401 || status === 403 || status === 408 || status === 429 || status >= 500;
  }
}

const advice = {
  404: () => t("The server does not know what this is about: the plan may have been given up. Tell the office; nothing else is held up."),
  409: () => t("The server has another record under this name. Tell the office; nothing else is held up."),
  413: () => t("It is too large for the server. Take the picture again."),
  422: () => t("Something in it does not fit. Open the stop and record it again; nothing else is held up."),
};

async function refusal(response) {
  let body = {};
  try {
    body = await response.json();
  } catch {
    // a proxy's page
  }
  const slug = String(body.type || "").replace("urn:lilong:problem:", "");
  const own = body.errors?.[0] ? `${body.errors[0].path}: ${body.errors[0].message}` : body.detail || String(response.status);
  const isReaders = language === "en" || /[\u4e00-\u9fff]/.test(own);
  const told = advice[response.status]?.() ?? own;
  return new Refusal(response.status, slug, told !== own && isReaders ? `${told} (${own})` : told);
}

export class Queue {
  /** `freed()` is called when pictures have left the phone. */
  constructor(store, account, clock, freed) {
    this.freed = freed;
    this.store = store;
    this.account = account;
    this.clock = clock;
    this.listeners = new Set();
    this.sending = null;
    this.trouble = "";
    this.isRunning = false;
    this.isWanted = false;
    this.wait = SHORTEST_WAIT_MS;
    this.timer = null;
    this.dayAt = 0;
    addEventListener("online", () => this.run());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.run());
  }

  listen(listener) {
    this.listeners.add(listener);
  }

  tell() {
    for (const listener of this.listeners) listener();
  }

  async call(method, path, { body, headers = {} } = {}) {
    const all = { Accept: "application/json", "Accept-Language": language, ...headers };
    if (method !== "GET") all["X-CSRF-Token"] = this.csrf ?? "";
    let response;
    try {
      response = await fetch(path, { method, body, headers: all, redirect: "error" });
    } catch {
      throw new Refusal(0, "offline", "");
    }
    if (!response.ok) throw await refusal(response);
    this.wait = SHORTEST_WAIT_MS; // somebody is there: what failed beside this is worth another try soon
    return response.status === 204 ? null : response.json();
  }

  /** Send all that waits; called again while it runs, it looks once more at the end. */
  async run() {
    if (this.isRunning) {
      this.isWanted = true;
      return;
    }
    this.isRunning = true;
    clearTimeout(this.timer);
    try {
      do {
        this.isWanted = false;
        await this.round();
      } while (this.isWanted);
      this.trouble = "";
      this.wait = SHORTEST_WAIT_MS;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.trouble = { 0: "offline", 401: "login", 403: "login" }[error.status] ?? "busy";
      if (error.slug === "other-account") this.trouble = "other";
    } finally {
      this.sending = null;
      this.isRunning = false;
      this.tell();
      this.schedule();
    }
  }

  async schedule() {
    const waits = this.trouble || (await this.waiting());
    if (!waits) this.wait = LONGEST_WAIT_MS;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.run(), this.wait * (0.75 + Math.random() / 2));
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT_MS);
  }

  async waiting() {
    const [records, photos] = await Promise.all([this.store.all("records"), this.store.all("photos")]);
    return [...records, ...photos].filter((one) => one.state === "waiting").length;
  }

  async round() {
    await this.session();
    await this.sendRecords();
    const later = await this.sendPhotos();
    await this.sendFixes();
    if (Date.now() - this.dayAt > DAY_AGE_MS) await this.fetchDay();
    if (later) throw later;
  }

  async session() {
    const before = this.clock.reading();
    const session = await this.call("GET", "/api/v1/field/session");
    this.clock.compare(session.server_time, before);
    if (session.account_id !== this.account.account_id) throw new Refusal(403, "other-account", "");
    this.csrf = session.csrf_token;
    await this.store.setMeta("offset_s", this.clock.offset_s).catch(() => {}); // a full phone sends all the same
  }

  async fetchDay() {
    const day = await this.call("GET", "/api/v1/field/day");
    await this.store.setMeta("day", day).catch(() => {}); // no room: the day stays as it was
    this.dayAt = Date.now();
    this.tell();
  }

  async sendRecords() {
    const waiting = (await this.store.all("records")).filter((one) => one.state === "waiting");
    for (const item of waiting) {
      this.sending = item.record.record_id;
      this.tell();
      await this.sendRecord(item);
    }
    this.sending = null;
  }

  async sendRecord(item) {
    const headers = {
      "Content-Type": "application/json",
      "Idempotency-Key": item.record.record_id,
      "X-Lilong-Sent-At": new Date().toISOString(),
    };
    try {
      const answer = await this.call("POST", "/api/v1/field/records", { body: JSON.stringify(item.record), headers });
      await this.store.put("records", { ...item, state: "kept", received_at: answer.received_at, doubts: answer.doubts.map((one) => one.flag) });
    } catch (error) {
      await this.failed("records", item, error);
    }
    this.tell();
  }

  /** Mark an item that the server will never take; go on. What may work later stops the round. */
  async failed(name, item, error) {
    if (!(error instanceof Refusal) || error.isLater) throw error;
    const tries = item.tries + 1;
    const isOver = error.status !== 409 || tries >= MOST_TRIES; // 409 also says: that very request is still being worked on
    await this.store.put(name, { ...item, tries, state: isOver ? "refused" : "waiting", problem: error.message });
    if (!isOver) throw new Refusal(503, "busy", error.message);
  }

  /** Pictures whose record the server has. Gives the trouble that calls for another round, if any. */
  async sendPhotos() {
    const records = new Map((await this.store.all("records")).map((one) => [one.record.record_id, one.state]));
    let later = null;
    let sent = 0;
    for (const photo of await this.store.all("photos")) {
      if (photo.state !== "waiting" || records.get(photo.record_id) !== "kept") continue;
      this.sending = photo.sha256;
      this.tell();
      try {
        await this.sendPhoto(photo);
        sent += 1;
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        if (error.status === 0 || error.status === 401) throw error;
        later = error;
      }
    }
    this.sending = null;
    if (sent) await this.freed();
    return later;
  }

  async sendPhoto(photo) {
    const path = `/api/v1/field/photos/${photo.sha256}`;
    try {
      let state = await this.call("GET", path);
      const picture = await this.store.get("pictures", photo.sha256);
      while (!state.is_whole) {
        if (!picture) throw new Refusal(422, "lost", t("The picture is no longer on this phone. Take it again."));
        state = await this.sendPart(path, picture.bytes, state.received);
        await this.store.put("photos", { ...photo, received: state.received });
        this.tell();
      }
      await this.store.photoKept(photo);
    } catch (error) {
      const isBroken = error.status === 422 && photo.tries < MOST_TRIES; // arrived with another hash: once more from the start
      if (isBroken) {
        await this.store.put("photos", { ...photo, tries: photo.tries + 1, received: 0, problem: error.message });
        throw new Refusal(503, "busy", error.message);
      }
      await this.failed("photos", photo, error);
    }
    this.tell();
  }

  sendPart(path, bytes, offset) {
    const from = offset < bytes.byteLength ? offset : 0;
    const part = bytes.slice(from, from + PART_BYTES);
    const range = `bytes ${from}-${from + part.byteLength - 1}/${bytes.byteLength}`;
    return this.call("PUT", path, { body: part, headers: { "Content-Type": "image/jpeg", "Content-Range": range } });
  }

  async sendFixes() {
    for (;;) {
      const { keys, values } = await this.store.fixes(FIXES_AT_ONCE);
      if (!keys.length) return;
      const headers = { "Content-Type": "application/json" };
      try {
        await this.call("POST", "/api/v1/field/tracks", { body: JSON.stringify({ fixes: values }), headers });
      } catch (error) {
        if (error.isLater !== false) throw error;
      }
      await this.store.dropFixes(keys);
    }
  }
}
