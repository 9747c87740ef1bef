// The phone page: today's route, what is found at each stop, new finds, word from the office, and what waits to be sent.
// It works from what lies on the phone; the server is asked whenever it can be reached.
import { PhoneClock } from "./field_clock.js";
import { goOn } from "./field_parts.js";
import { pictureOf } from "./field_picture.js";
import { Place } from "./field_place.js";
import { Queue } from "./field_queue.js";
import { Room, keepForSure } from "./field_room.js";
import { shiftsOf } from "./field_shifts.js";
import { lastAccount, openStore, rememberAccount, uuid7 } from "./field_store.js";
import { keepPage } from "./field_update.js";
import { View } from "./field_view.js";
import { t } from "./i18n.js";
import { toast } from "./toast.js";

const page = document.querySelector("[data-field]");

/** Ask the server who is logged in; without signal, the one who was last. */
async function whoIsIt() {
  try {
    const response = await fetch("/api/v1/field/session", { headers: { Accept: "application/json" } });
    if (response.ok) {
      const { account_id, login_name, display_name } = await response.json();
      await rememberAccount({ account_id, login_name, display_name });
    } else if (response.status === 401 && !(await lastAccount())) {
      location.href = `/login?next=${encodeURIComponent(location.pathname)}`;
    }
  } catch {
    // no signal
  }
  return lastAccount();
}

class Phone {
  constructor(store, account, reserve) {
    this.store = store;
    this.reserve = reserve;
    this.account = account;
    this.clock = new PhoneClock();
    this.place = new Place(() => this.view.placeChanged());
    this.queue = new Queue(store, account, this.clock, () => this.fillReserve());
    this.view = new View(page, this);
    this.early = [];
    this.doing = 0;
    this.rested = [];
    this.queue.listen(() => this.refresh());
  }

  async start() {
    this.clock.offset_s = (await this.store.meta("offset_s")) ?? null;
    addEventListener("hashchange", () => this.show());
    await this.refresh();
    this.queue.run();
    page.dataset.ready = "true";
    this.fillReserve();
  }

  /** Do something that a new version of the page must not cut short. */
  async whole(work) {
    this.doing += 1;
    try {
      return await work();
    } finally {
      this.doing -= 1;
      if (!this.doing) for (const resolve of this.rested.splice(0)) resolve();
    }
  }

  /** Wait until nothing of that kind is being done. */
  idle() {
    return this.doing ? new Promise((resolve) => this.rested.push(resolve)) : Promise.resolve();
  }

  /** Read what lies on the phone, and show it. */
  async refresh() {
    const [day, records, photos, drafts] = await Promise.all([
      this.store.meta("day"),
      this.store.all("records"),
      this.store.all("photos"),
      this.store.all("drafts"),
    ]);
    Object.assign(this, { day: day ?? null, records, photos, drafts, room: await this.reserve.look() });
    this.consent = (await this.store.meta("track")) ?? null;
    this.consentToLead = (await this.store.meta("track_lead")) ?? null;
    this.route = this.myRoute();
    this.follow();
    this.show();
  }

  show() {
    this.view.show(location.hash.slice(1) || "route");
  }

  /** The route that this person walks: as said on this phone last, else as the server knows. */
  myRoute() {
    if (!this.day) return null;
    const said = this.records.filter((one) => one.record.kind === "accept" && one.state !== "refused").at(-1)?.record ?? this.day.taken;
    return this.day.routes.find((one) => said && one.plan_id === said.plan_id && one.team_id === said.team_id) ?? null;
  }

  /** Where a stop stands: what this phone said counts before it has arrived. */
  stateOf(stop) {
    const own = this.records.filter((one) => one.record.stop_id === stop.stop_id && one.state !== "refused" && !this.isRejected(one));
    if (stop.state === "done" || own.some((one) => one.record.kind === "result")) return "done";
    return stop.state === "started" || own.some((one) => one.record.kind === "arrive") ? "started" : "planned";
  }

  /** Whether the office looked at a record and said that it does not count. */
  isRejected(item) {
    return (this.day?.rejected ?? []).includes(item.record.record_id);
  }

  /** Whether the server has the result of a stop and confirmed each of its pictures. */
  isConfirmed(stop) {
    const results = this.records.filter((one) => one.record.stop_id === stop.stop_id && one.record.kind === "result");
    return results.every((one) => this.itemState(one) === "kept");
  }

  /** The state of a record with its pictures: waiting, sending, kept or refused. */
  itemState(item) {
    const own = this.photos.filter((one) => one.record_id === item.record.record_id);
    if (item.state === "refused" || own.some((one) => one.state === "refused")) return "refused";
    const isBusy = [item.record.record_id, ...own.map((one) => one.sha256)].includes(this.queue.sending);
    if (item.state === "kept" && own.every((one) => one.state === "kept")) return "kept";
    return isBusy ? "sending" : "waiting";
  }

  get unsent() {
    return this.records.filter((one) => this.itemState(one) !== "kept").length;
  }

  formOf(stop) {
    const { forms } = this.day;
    return stop.subject_kind === "break" ? forms.break : (forms[stop.category] ?? forms.other);
  }

  async accept(route) {
    const from = location.hash;
    await keepForSure();
    const isKept = await this.say({ kind: "accept", plan_id: route.plan_id, team_id: route.team_id }, { label: "accept" });
    if (!isKept) return;
    goOn(from, "route");
    await Promise.all(this.early.splice(0).map((fix) => this.keepFix(fix)));
    this.queue.run();
  }

  /** Follow the phone for check-ins; before a route is taken, only where the person agreed to that. */
  follow() {
    if (this.route || (this.consent && this.consentToLead)) this.place.start((fix) => this.keepFix(fix));
    else this.place.stop();
  }

  /** Keep a position for the track. The way to the first stop stays in the page's memory until the route is taken. */
  async keepFix(fix) {
    if (!this.consent) return;
    if (!this.route) {
      const since = Date.now() - (this.day?.lead_s ?? 0) * 1000;
      if (this.consentToLead) this.early = [...this.early, fix].filter((one) => new Date(one.at) >= since);
    } else if (this.isOnShift(fix)) {
      await this.store.put("fixes", fix).catch(() => {}); // no room: pictures and records go first
    }
  }

  /** Whether positions are being noted at this moment. */
  get isNoting() {
    if (!this.consent || !this.place.last) return false;
    return this.route ? this.isOnShift({ at: new Date() }) : Boolean(this.consentToLead);
  }

  isOnShift(fix) {
    const margin = this.day.margin_s * 1000;
    const at = new Date(fix.at).getTime();
    return shiftsOf(this.route).some((shift) => at >= new Date(shift.starts_at) - margin && at <= new Date(shift.ends_at).getTime() + margin);
  }

  /** Remember what the person agrees to: the track of his route ("track"), and the way there ("track_lead"). */
  async setConsent(name, agrees) {
    await this.store.setMeta(name, agrees);
    if (name === "track" && !agrees) await this.store.setMeta("track_lead", false);
    await this.refresh();
    if (!this.consent || !this.consentToLead) this.early = [];
  }

  /** Say that one is at a stop; tells whether that is written down. */
  arrive(stop) {
    return this.whole(async () => this.say({ kind: "arrive", ...this.named(stop), ...(await this.place.now()) }, { label: stop.stop_id }));
  }

  finish(stop, said) {
    const from = location.hash;
    return this.whole(async () => {
      const draft = await this.draft(stop.stop_id);
      const record = { kind: "result", ...this.named(stop), ...(await this.place.now()), ...said };
      const isKept = await this.say(record, { photos: draft.photos, draft: stop.stop_id, label: stop.stop_id });
      if (isKept) goOn(from, "route");
    });
  }

  /** Report something new: "kept", "full", or "lost" where the phone does not know its place. */
  find(said) {
    const from = location.hash;
    return this.whole(async () => {
      const here = await this.place.now();
      if (!here.fix) return "lost";
      const draft = await this.draft("find");
      const own = this.route ? { plan_id: this.route.plan_id, team_id: this.route.team_id } : {};
      const isKept = await this.say({ kind: "find", ...own, ...here, ...said }, { photos: draft.photos, draft: "find", label: "find" });
      if (isKept) goOn(from, "route");
      return isKept ? "kept" : "full";
    });
  }

  async seen(message) {
    await this.say({ kind: "seen", message_id: message.message_id }, { label: "seen" });
  }

  named(stop) {
    return { plan_id: this.route.plan_id, team_id: this.route.team_id, stop_id: stop.stop_id };
  }

  /** Write a record down, then send it. What is written is safe; tells whether it is. */
  async say(said, { photos = [], draft = null, label }) {
    const named = photos.map(({ sha256, source_sha256, size_bytes, captured_at, role }) => ({ sha256, source_sha256, size_bytes, captured_at, role }));
    const record = { record_id: uuid7(), ...this.clock.stamp(), ...said, ...(named.length ? { photos: named } : {}) };
    try {
      await this.store.addRecord(record, { photos: named, draft, label });
    } catch (error) {
      toast(t("The phone's storage is full: this was not kept. Free some room and press once more. ({why})", { why: error.name }), { isBad: true });
      return false;
    }
    await this.refresh();
    this.queue.run();
    return true;
  }

  async draft(key) {
    return (await this.store.get("drafts", key)) ?? { photos: [] };
  }

  async keepDraft(key, change) {
    await this.store.put("drafts", { ...(await this.draft(key)), ...change }, key);
  }

  /** Take a picture into a draft: small, hashed and on the disk before it is shown. Throws an Error with words. */
  takePicture(key, role, file) {
    return this.whole(async () => {
      const { bytes, ...facts } = await pictureOf(file);
      const draft = await this.draft(key);
      const photos = [...draft.photos.filter((one) => one.sha256 !== facts.sha256), { ...facts, role }];
      try {
        await this.store.addPicture(key, { ...draft, photos }, { sha256: facts.sha256, bytes });
      } catch {
        throw new Error(t("The phone's storage is full: the picture was not kept. Free some room, then take it again."));
      } finally {
        await this.lookForRoom();
      }
    });
  }

  async leavePictureOut(key, sha256) {
    await this.store.dropPicture(key, sha256);
    await this.lookForRoom();
  }

  async lookForRoom() {
    this.room = await this.reserve.look();
    this.show();
  }

  /** Keep some room for later; what a picture left behind goes there first. */
  async fillReserve() {
    await this.reserve.fill();
    await this.lookForRoom();
  }

  /** Send a refused item once more. */
  async again(item) {
    for (const photo of this.photos.filter((one) => one.record_id === item.record.record_id && one.state === "refused")) {
      await this.store.put("photos", { ...photo, state: "waiting", tries: 0, problem: "" });
    }
    if (item.state === "refused") await this.store.put("records", { ...item, state: "waiting", tries: 0, problem: "" });
    await this.refresh();
    this.queue.run();
  }
}

const account = await whoIsIt();
if (account) {
  const reserve = await Room.open();
  const phone = new Phone(await openStore(account.account_id, reserve), account, reserve);
  await phone.start();
  keepPage(phone.view, () => phone.idle()).catch(() => {}); // the page says under "More" whether it is kept
} else {
  page.textContent = t("Log in once with signal; after that the day works without.");
}
