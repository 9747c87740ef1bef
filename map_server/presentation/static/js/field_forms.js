// The two forms of the phone page: the result at a stop, and a new find. What is typed and each picture are kept at once.
import { hasCamera, shoot } from "./field_camera.js";
import { clockTime, el, icon, metres, nameOf, notice, swap } from "./field_parts.js";
import { metresBetween } from "./field_place.js";
import { inMegabytes } from "./field_room.js";
import { t } from "./i18n.js";
import { toast } from "./toast.js";
import { word } from "./words.js";

const FIND_KINDS = ["garbage_drop", "blocked_fire_lane", "illegal_structure"];
const NEEDS_WORDS = ["problem", "not_reached"];

let mayShoot = hasCamera();
let isShooting = false;

/** Large buttons of which one is chosen. */
function choices(name, values, group, chosen, onchange) {
  const boxes = values.map((value) =>
    el("label", { class: "field-choice" }, el("input", { type: "radio", name, value, checked: chosen === value, onchange }), el("span", {}, word(group, value))),
  );
  return el("div", { class: "field-choices", role: "radiogroup" }, boxes);
}

function question(asked, answers, onchange) {
  const title = word("question", asked.key);
  const given = answers[asked.key];
  if (asked.kind === "number") {
    const input = el("input", { type: "number", inputmode: "decimal", min: 0, max: asked.most, step: asked.step, name: `q:${asked.key}`, value: given ?? "", oninput: onchange });
    return el("label", { class: "field-question" }, el("span", {}, title), input);
  }
  const values = asked.kind === "yes_no" ? ["yes", "no"] : asked.choices;
  const chosen = asked.kind === "yes_no" && given !== undefined ? (given ? "yes" : "no") : given;
  return el("fieldset", { class: "field-question" }, el("legend", {}, title), choices(`q:${asked.key}`, values, "answer", chosen, onchange));
}

function answersOf(form, questions) {
  const answers = {};
  for (const { key, kind } of questions) {
    const value = form.elements[`q:${key}`]?.value ?? "";
    if (value === "") continue;
    answers[key] = { number: () => Number(value), yes_no: () => value === "yes", choice: () => value }[kind]();
  }
  return answers;
}

/** A strip of pictures with the button that opens the camera. */
function photoStrip(phone, key, role, title, onchange) {
  const strip = el("div", { class: "field-photos" });
  const urls = [];
  async function draw() {
    for (const url of urls.splice(0)) URL.revokeObjectURL(url);
    const draft = await phone.draft(key);
    const shown = [];
    for (const photo of draft.photos.filter((one) => one.role === role)) {
      const picture = await phone.store.get("pictures", photo.sha256);
      if (!picture) continue;
      const url = URL.createObjectURL(new Blob([picture.bytes], { type: "image/jpeg" }));
      urls.push(url);
      const drop = async () => {
        await phone.leavePictureOut(key, photo.sha256);
        await draw();
        onchange();
      };
      shown.push(el("button", { type: "button", class: "field-photo", "aria-label": t("Leave this picture out"), onclick: drop }, el("img", { src: url, alt: "" }), icon("cross")));
    }
    strip.replaceChildren(...shown);
  }
  async function take(files) {
    for (const file of files) {
      try {
        await phone.takePicture(key, role, file);
      } catch (error) {
        toast(error.message, { isBad: true });
      }
    }
    await draw();
    onchange();
  }
  async function chosen() {
    await take(input.files);
    input.value = "";
  }
  async function open(event) {
    if (event.target === input || input.disabled || !mayShoot) return;
    event.preventDefault();
    if (isShooting) return;
    isShooting = true;
    let file = null;
    try {
      file = await shoot();
    } catch {
      mayShoot = false; // not allowed, or none there: the phone's own camera program may do better
      input.click();
    } finally {
      isShooting = false;
    }
    if (file) await take([file]);
  }
  const input = el("input", { type: "file", accept: "image/*", capture: "environment", class: "visually-hidden", "data-photo": role, onchange: chosen });
  const lens = el("label", { class: "button field-lens", "data-lens": role, onclick: open }, icon("photo"), el("span", {}, title), input);
  allow(input, !phone.room.isFull);
  draw();
  return el("div", { class: "field-photo-row" }, lens, strip);
}

function allow(input, may) {
  input.disabled = !may;
  input.closest("label").setAttribute("aria-disabled", String(!may));
}

/** A place that says before a picture is taken when there is little room for it. */
export function roomNotice(phone) {
  return el("div", { "data-room": true }, ...roomText(phone));
}

function roomText({ room: { isFull, isScarce, left } }) {
  if (isFull) return [notice("bad", t("The phone's storage is full: no picture can be taken. Delete films or programs on the phone; what is written down here is safe."))];
  return isScarce ? [notice("warn", t("The phone's storage is nearly full: {left} MB are left for pictures.", { left: inMegabytes(left) }))] : [];
}

/** Bring what an open form says of the room up to date. */
export function showRoom(phone, body) {
  for (const place of body.querySelectorAll("[data-room]")) swap(place, ...roomText(phone));
  for (const input of body.querySelectorAll("[data-photo]")) allow(input, !phone.room.isFull);
}

export async function stopForm(phone, stop) {
  const key = stop.stop_id;
  const form = phone.formOf(stop);
  const draft = await phone.draft(key);
  const isDone = phone.stateOf(stop) === "done";
  const box = el("form", { class: "field-form", novalidate: true, "data-stop-form": stop.stop_id });
  const problem = el("p", { class: "field__error", role: "alert", hidden: true, "data-form-error": true });
  const changed = () => {
    problem.hidden = true;
    phone.keepDraft(key, { outcome: box.elements.outcome.value, answers: answersOf(box, form.questions), note: box.elements.note.value }).catch(() => {});
  };
  box.append(
    roomNotice(phone),
    photoStrip(phone, key, "before", t("Photo before"), changed),
    el("fieldset", { class: "field-question" }, el("legend", {}, t("What did you find?")), choices("outcome", form.outcomes, "outcome", draft.outcome, changed)),
    ...form.questions.map((asked) => question(asked, draft.answers ?? {}, changed)),
    photoStrip(phone, key, "after", t("Photo after"), changed),
    el("label", { class: "field-question" }, el("span", {}, t("Note")), el("textarea", { name: "note", rows: 2, maxlength: 1000, oninput: changed }, draft.note ?? "")),
    problem,
    el("button", { class: "button button--primary field-big", type: "submit" }, icon("check"), t("Check in: done")),
  );
  box.addEventListener("submit", async (event) => {
    event.preventDefault();
    const outcome = box.elements.outcome.value;
    const note = box.elements.note.value.trim();
    const { photos } = await phone.draft(key);
    const lack = lackOf(form, outcome, note, photos);
    problem.textContent = lack ?? "";
    problem.hidden = !lack;
    if (lack) return;
    const button = box.querySelector("[type=submit]");
    button.disabled = true;
    button.replaceChildren(icon("locate"), t("Finding the position…"));
    await phone.finish(stop, { outcome, answers: answersOf(box, form.questions), note }).finally(() => {
      button.disabled = false;
      button.replaceChildren(icon("check"), t("Check in: done"));
    });
  });
  return el("div", { class: "field-stop" }, stopHead(phone, stop, "h1"), isDone ? notice("good", t("This stop is recorded.")) : box);
}

function lackOf(form, outcome, note, photos) {
  if (!outcome) return t("Choose what you found.");
  if (NEEDS_WORDS.includes(outcome) && !note) return t("Write in the note what is wrong, or why the place could not be reached.");
  if (outcome !== "not_reached" && photos.length < form.photos) return t("Take a picture of the place as it is now.");
  return null;
}

/** What is known of a stop; `heading` is h1 where the whole view is about it. */
export function stopHead(phone, stop, heading = "h2") {
  const state = phone.stateOf(stop);
  const [gcjLon, gcjLat] = stop.gcj02;
  const name = nameOf(stop);
  const amap = `https://uri.amap.com/navigation?to=${gcjLon},${gcjLat},${encodeURIComponent(name)}&mode=walk&coordinate=gaode&callnative=1`;
  return el(
    "section",
    { class: "card field-next", "data-stop": stop.stop_id, "data-state": state },
    el("p", { class: "row row--apart" }, el("span", { class: "field-number" }, String(stop.position)), el("time", { datetime: stop.begins_at, class: "field-time" }, clockTime(stop.begins_at))),
    el(heading, { class: "field-name" }, name),
    el("p", { class: "row" }, kindOf(stop), stop.is_urgent ? el("span", { class: "badge badge--bad" }, t("Urgent")) : null),
    el("p", { class: "soft", "data-distance": true }, distanceText(phone, stop)),
    el(
      "div",
      { class: "field-two" },
      el("a", { class: "button", href: `geo:${stop.lat},${stop.lon}?q=${stop.lat},${stop.lon}(${encodeURIComponent(name)})` }, icon("navigate"), t("Navigate")),
      el("a", { class: "button", href: amap, rel: "noopener noreferrer", target: "_blank" }, icon("map"), t("AMap")),
    ),
  );
}

export function kindOf(stop) {
  const group = { incident: "kind", site: "site_kind" }[stop.subject_kind] ?? "visit_kind";
  return word(group, group === "visit_kind" ? stop.subject_kind : stop.category);
}

export function distanceText(phone, stop) {
  const here = phone.place.last;
  if (phone.place.trouble === "denied") return t("Position is not allowed. Allow it in the browser's settings, or the office has to ask.");
  if (!here) return t("Position not known yet");
  const away = Math.max(0, metresBetween(here, stop) - stop.reach_m);
  return away === 0 ? t("You are there (±{error} m)", { error: Math.round(here.accuracy_m) }) : t("{distance} away (±{error} m)", { distance: metres(away), error: Math.round(here.accuracy_m) });
}

export async function findForm(phone) {
  const draft = await phone.draft("find");
  const box = el("form", { class: "field-form", novalidate: true, "data-find-form": true });
  const problem = el("p", { class: "field__error", role: "alert", hidden: true, "data-form-error": true });
  const changed = () => {
    problem.hidden = true;
    phone.keepDraft("find", { find_kind: box.elements.find_kind.value, note: box.elements.note.value }).catch(() => {});
  };
  const tell = (text) => {
    problem.textContent = text ?? "";
    problem.hidden = !text;
    return Boolean(text);
  };
  box.append(
    el("h1", {}, t("Report something new")),
    roomNotice(phone),
    el("fieldset", { class: "field-question" }, el("legend", {}, t("What is it?")), choices("find_kind", FIND_KINDS, "kind", draft.find_kind, changed)),
    photoStrip(phone, "find", "find", t("Take a picture"), changed),
    el("label", { class: "field-question" }, el("span", {}, t("Note")), el("textarea", { name: "note", rows: 2, maxlength: 1000, oninput: changed }, draft.note ?? "")),
    problem,
    el("button", { class: "button button--primary field-big", type: "submit" }, icon("plus"), t("Report it here")),
  );
  box.addEventListener("submit", async (event) => {
    event.preventDefault();
    const kind = box.elements.find_kind.value;
    const { photos } = await phone.draft("find");
    if (tell(!kind ? t("Choose what it is.") : photos.length ? null : t("Take a picture of it."))) return;
    const button = box.querySelector("[type=submit]");
    button.disabled = true;
    const end = await phone.find({ find_kind: kind, note: box.elements.note.value.trim() }).finally(() => (button.disabled = false));
    if (end === "lost") tell(t("The phone does not know where it is. Step into the open and press again; nothing is lost."));
    if (end === "kept") toast(t("Written down. It is sent as soon as there is signal."));
  });
  return box;
}
