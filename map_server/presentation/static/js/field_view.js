// What the phone page shows: one view at a time, named by the address's hash, over four tabs at the thumb.
import { distanceText, findForm, kindOf, roomNotice, showRoom, stopForm, stopHead } from "./field_forms.js";
import { clockTime, el, goOn, icon, metres, nameOf, notice, stateBadge, swap } from "./field_parts.js";
import { inMegabytes } from "./field_room.js";
import { hours, hoursOf, offUntil, shiftOf, shiftsOf, standing } from "./field_shifts.js";
import { dateTime, t } from "./i18n.js";
import { toast } from "./toast.js";
import { word } from "./words.js";

const troubles = {
  offline: () => t("No signal. Everything is kept on this phone and sent later."),
  login: () => t("You are logged out. Log in again to send; nothing is lost."),
  other: () => t("Somebody else is logged in on this phone. Log in as {name} to send what waits here."),
  busy: () => t("The server is busy. It is tried again by itself."),
};

export class View {
  constructor(page, phone) {
    this.page = page;
    this.phone = phone;
    this.shown = "";
    this.update = null;
    this.head = el("div", { class: "field-head" });
    this.body = el("div", { class: "field-body" });
    this.tabs = el("nav", { class: "field-tabs", "aria-label": t("Pages") });
    page.replaceChildren(this.head, this.body, this.tabs);
  }

  /** Show a view. A form that is open stays as it is: somebody may be typing. */
  async show(name) {
    this.drawHead();
    this.drawTabs(name);
    const isForm = name === "find" || (name.startsWith("stop/") && this.phone.stateOf(this.stop(name) ?? {}) !== "done");
    const mark = isForm ? `${name}|${this.phone.route?.plan_id}|${Boolean(this.stop(name))}` : "";
    showRoom(this.phone, this.body);
    if (isForm && this.shown === mark) return;
    const isMoved = this.name !== name;
    this.name = name;
    this.shown = mark;
    const drawn = await this.view(name);
    if (this.name !== name) return;
    if (isMoved || isForm) this.body.replaceChildren(drawn);
    else swap(this.body, drawn);
    if (isMoved) scrollTo(0, 0);
  }

  stop(name) {
    return this.phone.route?.stops.find((one) => `stop/${one.stop_id}` === name);
  }

  view(name) {
    if (name === "find") return findForm(this.phone);
    if (name === "queue") return this.queueView();
    if (name === "messages") return this.messagesView();
    if (name === "more") return this.moreView();
    if (name.startsWith("team/")) return this.lookView(name);
    const stop = this.stop(name);
    return stop ? stopForm(this.phone, stop) : this.routeView();
  }

  drawHead() {
    const { phone } = this;
    const trouble = troubles[phone.queue.trouble];
    const rows = [];
    if (this.update) rows.push(notice("good", t("A new version of this page is ready."), el("button", { class: "button", type: "button", "data-update": true, onclick: () => this.update() }, t("Take it now"))));
    if (trouble) {
      const isLogin = phone.queue.trouble === "login" || phone.queue.trouble === "other";
      const text = trouble().replace("{name}", phone.account.display_name);
      rows.push(notice("warn", text, isLogin ? el("a", { class: "button", href: `/login?next=${encodeURIComponent(location.pathname)}` }, t("Log in")) : null));
    }
    const urgent = this.unread();
    if (urgent.length) rows.push(el("a", { class: "notice notice--bad field-word", href: "#messages" }, icon("warning"), t("Word from the office: {text}", { text: urgent[0].text })));
    swap(this.head, ...rows);
    this.head.dataset.trouble = phone.queue.trouble;
  }

  unread() {
    const { phone } = this;
    const said = new Set(phone.records.filter((one) => one.record.kind === "seen").map((one) => one.record.message_id));
    return (phone.route?.messages ?? []).filter((one) => !said.has(one.message_id) && !phone.day.seen.includes(one.message_id));
  }

  drawTabs(name) {
    const { phone } = this;
    const entries = [
      ["route", "route", t("Route"), 0],
      ["find", "plus", t("Report a find"), 0],
      ["messages", "book", t("Messages"), this.unread().length],
      ["queue", "up", t("To send"), phone.unsent],
      ["more", "list", t("More"), 0],
    ];
    swap(
      this.tabs,
      ...entries.map(([key, sign, label, count]) =>
        el(
          "a",
          { href: `#${key}`, class: "field-tab", "data-tab": key, "aria-current": name === key ? "page" : null },
          icon(sign),
          el("span", {}, label),
          count ? el("span", { class: "field-count", "data-count": key }, String(count)) : null,
        ),
      ),
    );
  }

  routeView() {
    const { phone } = this;
    if (!phone.day) return this.saying(t("The day is not on this phone yet. Open this page once with signal."));
    if (!phone.route) return this.chooseView();
    const { route } = phone;
    const waiting = route.stops.filter((one) => phone.stateOf(one) !== "done");
    const next = waiting[0];
    const done = route.stops.length - waiting.length;
    return el(
      "div",
      { class: "field-route" },
      el("header", {}, el("h1", {}, nameOf(route)), el("p", { class: "row row--apart" }, el("span", {}, el("strong", { "data-done": true }, String(done)), `/${route.stops.length} `, t("done"), ` · ${metres(route.metres)}`), el("span", { class: "soft" }, hoursOf(route))), el("progress", { max: route.stops.length || 1, value: done, "aria-label": t("Stops done") })),
      roomNotice(phone),
      next && offUntil(route) ? notice("good", t("Off until {time}.", { time: clockTime(offUntil(route)) })) : null,
      next ? this.nextCard(next) : notice("good", t("All stops are done. Back by {time}.", { time: clockTime(route.returns_at) })),
      shiftsOf(route).map((shift) => this.shiftPart(route, shift, (stop) => (stop === next ? null : this.stopRow(stop)))),
    );
  }

  /** The stops of one shift; above them, where the day has several, its hours and where it stands. */
  shiftPart(route, shift, row) {
    const title = el("h2", { class: "field-shift" }, t("Shift {hours}", { hours: hours(shift) }), el("span", { class: "soft" }, standing(route, shift)));
    const stops = route.stops.filter((stop) => shiftOf(route, stop) === shift);
    return el("section", { "data-shift": true }, shiftsOf(route).length > 1 ? title : null, el("ol", { class: "field-stops" }, stops.map(row)));
  }

  nextCard(stop) {
    const { phone } = this;
    const isThere = phone.stateOf(stop) === "started";
    const card = stopHead(phone, stop);
    card.setAttribute("data-next", "");
    const open = () => (location.hash = `stop/${stop.stop_id}`);
    const arrive = async ({ currentTarget: button }) => {
      const from = location.hash;
      button.disabled = true;
      if (await phone.arrive(stop)) goOn(from, `stop/${stop.stop_id}`);
      else button.disabled = false;
    };
    card.append(
      isThere
        ? el("button", { class: "button button--primary field-big", type: "button", "data-record": true, onclick: open }, icon("check"), t("Record the result"))
        : el("button", { class: "button button--primary field-big", type: "button", "data-arrive": true, onclick: arrive }, icon("locate"), t("I am here")),
    );
    return card;
  }

  stopRow(stop) {
    const { phone } = this;
    const state = phone.stateOf(stop);
    const sign = state === "done" ? stateBadge(phone.isConfirmed(stop) ? "kept" : "waiting") : el("time", { datetime: stop.begins_at }, clockTime(stop.begins_at));
    return el(
      "li",
      {},
      el("a", { class: "field-row", href: `#stop/${stop.stop_id}`, "data-stop": stop.stop_id, "data-state": state }, el("span", { class: "field-number" }, String(stop.position)), el("span", { class: "field-row__text" }, el("strong", {}, nameOf(stop)), el("span", { class: "soft" }, kindOf(stop))), sign),
    );
  }

  /** A view that only has something to say. */
  saying(text) {
    return el("div", { class: "stack" }, el("h1", {}, t("Route")), notice("warn", text));
  }

  chooseView() {
    const { phone } = this;
    if (!phone.day.routes.length) return this.saying(t("There is no plan for today. Ask the office; you can report finds all the same."));
    return el(
      "div",
      { class: "stack" },
      el("h1", {}, t("Which team do you walk with?")),
      el("p", { class: "soft" }, t("Choose once at the start of the shift.")),
      phone.day.routes.map((route) =>
        el("button", { class: "button field-team", type: "button", "data-accept": route.team_id, onclick: () => phone.accept(route) }, el("strong", {}, nameOf(route)), el("span", {}, `${route.day} ${hoursOf(route)} · `, t("{count} stops", { count: route.stops.length }))),
      ),
    );
  }

  /** Any team's stops, as the desk's plan leads here; whoever walks them takes the route. */
  lookView(name) {
    const { phone } = this;
    const [, planId, teamId] = name.split("/");
    const route = phone.day?.routes.find((one) => one.plan_id === planId && one.team_id === teamId);
    if (!route || route === phone.route) return this.routeView();
    return el(
      "div",
      { class: "field-route" },
      el("header", {}, el("h1", {}, nameOf(route)), el("p", { class: "row row--apart" }, el("span", {}, t("{count} stops", { count: route.stops.length }), ` · ${metres(route.metres)}`), el("span", { class: "soft" }, hoursOf(route)))),
      el("button", { class: "button button--primary field-big", type: "button", "data-accept": teamId, onclick: () => phone.accept(route) }, icon("check"), t("I walk with this team")),
      shiftsOf(route).map((shift) => this.shiftPart(route, shift, (stop) => el("li", { class: "field-row" }, el("span", { class: "field-number" }, String(stop.position)), el("span", { class: "field-row__text" }, el("strong", {}, nameOf(stop)), el("span", { class: "soft" }, kindOf(stop))), el("time", { datetime: stop.begins_at }, clockTime(stop.begins_at))))),
    );
  }

  queueView() {
    const { phone } = this;
    const items = phone.records.slice().reverse();
    return el(
      "div",
      { class: "stack" },
      el("h1", {}, t("To send")),
      el("p", { class: "soft" }, t("“The server has it” stands only where the server has confirmed the record and the hash of every picture.")),
      el("button", { class: "button", type: "button", "data-send": true, onclick: () => phone.queue.run() }, icon("up"), t("Send now")),
      items.length ? el("ol", { class: "field-stops" }, items.map((item) => this.itemRow(item))) : notice("good", t("Nothing waits.")),
    );
  }

  itemRow(item) {
    const { phone } = this;
    const { record } = item;
    const photos = phone.photos.filter((one) => one.record_id === record.record_id);
    const stop = phone.route?.stops.find((one) => one.stop_id === record.stop_id);
    const what = word("record_kind", record.kind) + (stop ? `: ${nameOf(stop)}` : record.find_kind ? `: ${word("kind", record.find_kind)}` : "");
    const state = phone.itemState(item);
    const kept = photos.filter((one) => one.state === "kept").length;
    const problem = item.problem || photos.find((one) => one.state === "refused")?.problem;
    return el(
      "li",
      { class: "card field-item", "data-record": record.record_id, "data-kind": record.kind },
      el("p", { class: "row row--apart" }, el("strong", {}, what), stateBadge(state)),
      el("p", { class: "soft" }, `${dateTime(record.made_at)}${item.received_at ? ` → ${dateTime(item.received_at)}` : ""}`),
      photos.length ? el("p", { "data-photos-kept": String(kept) }, t("Pictures confirmed: {kept} of {all}", { kept, all: photos.length })) : null,
      item.doubts?.length ? el("p", { class: "soft" }, t("The office will look at: {doubts}", { doubts: item.doubts.map((one) => word("flag", one)).join(t(", ")) })) : null,
      phone.isRejected(item) ? el("p", { class: "field__error", "data-rejected": true }, t("The office did not accept this visit: go there once more.")) : null,
      state === "refused" ? el("div", {}, el("p", { class: "field__error" }, problem), el("button", { class: "button", type: "button", "data-again": true, onclick: () => phone.again(item) }, t("Try again"))) : null,
    );
  }

  messagesView() {
    const { phone } = this;
    const unread = new Set(this.unread());
    const messages = (phone.route?.messages ?? []).slice().reverse();
    return el(
      "div",
      { class: "stack" },
      el("h1", {}, t("Messages")),
      messages.length
        ? messages.map((one) =>
            el(
              "section",
              { class: "card", "data-message": one.message_id },
              el("p", { class: "soft" }, dateTime(one.sent_at)),
              el("p", { class: "field-name" }, one.text),
              unread.has(one) ? el("button", { class: "button button--primary field-big", type: "button", "data-seen": true, onclick: () => phone.seen(one) }, icon("check"), t("Read")) : el("p", {}, stateBadge("kept"), " ", t("read")),
            ),
          )
        : notice("good", t("No word from the office.")),
    );
  }

  moreView() {
    const { phone } = this;
    return el(
      "div",
      { class: "stack" },
      el("h1", {}, phone.account.display_name),
      this.trackCard(),
      this.tokenCard(),
      el("section", { class: "card stack" }, el("h2", {}, t("This phone")), el("p", { "data-kept-page": true }, this.pageText()), phone.room.left === null ? "" : el("p", {}, t("Room for pictures: {left} MB", { left: inMegabytes(phone.room.left) })), el("p", { class: "soft" }, t("Version of this page: {version}", { version: this.page.dataset.version }))),
      el("a", { class: "button", href: "/patrols" }, icon("map"), t("All patrol plans")),
      el("a", { class: "button", href: document.documentElement.dataset.language === "zh" ? "/field/en" : "/field/zh", "data-language-switch": true }, icon("language"), document.documentElement.dataset.language === "zh" ? "English" : "中文"),
      phone.unsent ? notice("warn", t("Before you log out: {count} items wait here and go out only under your name.", { count: phone.unsent })) : "",
    );
  }

  trackCard() {
    const { phone } = this;
    const days = phone.day?.kept_days ?? 30;
    const minutes = Math.round((phone.day?.lead_s ?? 1800) / 60);
    const box = (name, agreed, disabled) => el("input", { type: "checkbox", checked: Boolean(agreed), disabled, "data-consent": name, onchange: (event) => phone.setConsent(name, event.target.checked) });
    const choice = (input, text) => el("label", { class: "field-choice field-choice--wide" }, input, el("span", {}, text));
    return el(
      "section",
      { class: "card stack" },
      el("h2", {}, t("Your track")),
      el("p", {}, t("With your consent this phone notes where you walk, only during the hours of the route that you have taken. It shows which streets were walked. Supervisors see it; after {days} days it is erased. You can stop it here at any time; check-ins go on without it.", { days })),
      choice(box("track", phone.consent, false), t("Note my track during my route")),
      choice(box("track_lead", phone.consent && phone.consentToLead, !phone.consent), t("Also the way to the first stop: up to {minutes} minutes before I take the route. Until I take it, nothing of that leaves this phone.", { minutes })),
      phone.isNoting ? el("p", { "data-noting": true }, t("Your way is being noted now.")) : null,
    );
  }

  tokenCard() {
    const { phone } = this;
    const told = el("p", { "data-token": true });
    const make = async () => {
      try {
        const { login_name: name, token } = await phone.queue.call("POST", "/api/v1/field/track-token", { body: "{}", headers: { "Content-Type": "application/json" } });
        told.replaceChildren(t("Mode HTTP, address {url}, user {name}, password: ", { url: `${location.origin}/api/v1/owntracks`, name }), el("code", {}, token));
      } catch {
        toast(t("This needs signal."), { isBad: true });
      }
    };
    return el("section", { class: "card stack" }, el("h2", {}, "OwnTracks"), el("p", {}, t("A phone on which this page is not kept open can note the track with the program OwnTracks. The password is shown once; a new one ends the one before.")), el("button", { class: "button", type: "button", "data-make-token": true, onclick: make }, icon("key"), t("Make a password for OwnTracks")), told);
  }

  placeChanged() {
    if (this.name === "more") this.show("more");
    for (const line of this.body.querySelectorAll("[data-distance]")) {
      const stop = this.phone.route?.stops.find((one) => one.stop_id === line.closest("[data-stop]").dataset.stop);
      if (stop) line.textContent = distanceText(this.phone, stop);
    }
  }

  /** Say that a new version lies ready; said until it is taken, and once for each. */
  offerUpdate(take) {
    this.update = take;
    this.drawHead();
  }

  /** Whether this page would open now without signal. */
  pageText() {
    const workers = navigator.serviceWorker;
    if (!workers) return t("This page cannot be kept for use without signal here: the server must be reached by https.");
    return workers.controller ? t("This page opens without signal.") : t("This page is not on this phone yet: leave it open with signal for a moment.");
  }
}
