// Talks to the server: JSON in and out, CSRF token on every change, problems (RFC 9457) as errors with words for people.
import { language, t } from "./i18n.js";

const csrfToken = document.querySelector('meta[name="csrf-token"]').content;

/** An answer that is no success. `slug` is the problem's type without its prefix; `message` is for people. */
export class Problem extends Error {
  constructor(status, slug, message) {
    super(message);
    this.status = status;
    this.slug = slug;
  }
}

const words = {
  "version-conflict": () => t("Somebody else was quicker: this was changed meanwhile. Nothing of yours was saved; look again."),
  "conflict": () => t("That does not go with the present state. Nothing was changed; look again."),
  "not-signed-in": () => t("You are logged out. Log in again; nothing was lost."),
  "forbidden": () => t("You may not do this, or the page is out of date. Reload it and try again."),
  "not-found": () => t("This is no longer here."),
  "unavailable": () => t("The server is busy. Nothing was changed; try again in a moment."),
};

// Refusals whose own sentence says more than their sort does, where it is in the reader's language.
const speaksFor = { "conflict": true, "forbidden": true, "invalid-input": true };
const isReaders = (sentence) => (language === "en" ? sentence !== "" : /[\u4e00-\u9fff]/.test(sentence));

async function toProblem(response) {
  let body = {};
  try {
    body = await response.json();
  } catch {
    // not a problem document: a proxy's page, or nothing at all
  }
  const slug = String(body.type || "").replace("urn:lilong:problem:", "");
  const own = body.errors?.[0]?.message || body.detail || "";
  const told = speaksFor[slug] && isReaders(own) ? own : words[slug]?.() || own;
  return new Problem(response.status, slug, told || t("The server answered {status}. Nothing was changed.", { status: response.status }));
}

/** A new name for a request, so that the server does it once however often it is sent. Works without https, too. */
export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function request(method, path, { body, signal, headers: further = {} } = {}) {
  const headers = { Accept: "application/json", ...further };
  if (method !== "GET") headers["X-CSRF-Token"] = csrfToken;
  let response;
  try {
    response = await fetch(path, { method, headers, signal, body });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, "offline", t("The server cannot be reached. Nothing was changed; try again."));
  }
  if (!response.ok) throw await toProblem(response);
  return response;
}

/** GET JSON. */
export async function get(path, signal) {
  return (await request("GET", path, { signal })).json();
}

/** GET a piece of a page that the server rendered (and escaped). */
export async function getFragment(path, signal) {
  const response = await request("GET", path, { signal });
  const holder = document.createElement("template");
  holder.innerHTML = await response.text();
  return holder.content;
}

/** POST JSON; gives the JSON of the answer. `key` names the request when it may have to be sent again; `version` is what
 * the change was decided on. */
export async function post(path, body = {}, { key = newKey(), version } = {}) {
  const headers = { "Content-Type": "application/json", "Idempotency-Key": key };
  if (version !== undefined) headers["If-Match"] = `"${version}"`;
  const response = await request("POST", path, { body: JSON.stringify(body), headers });
  return response.status === 204 ? null : response.json();
}

/** PUT JSON in the place of what was there; `version` is what the change was decided on. */
export async function change(path, body, version) {
  const headers = { "Content-Type": "application/json", "If-Match": `"${version}"` };
  return (await request("PUT", path, { body: JSON.stringify(body), headers })).json();
}

/** PUT bytes; gives the JSON of the answer. */
export async function put(path, blob) {
  return (await request("PUT", path, { body: blob, headers: { "Content-Type": blob.type } })).json();
}
