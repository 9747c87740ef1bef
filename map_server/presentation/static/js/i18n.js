// Strings for people. The server puts the catalog's part for scripts into <script id="messages">; English needs none.
const messages = JSON.parse(document.getElementById("messages")?.textContent || "{}");

/** The reader's language: "zh" or "en". */
export const language = document.documentElement.dataset.language;

/** Translate an English string; `{name}` is replaced from `values`. */
export function t(message, values = {}) {
  const text = messages[message] || message;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

const wardTime = new Intl.DateTimeFormat("sv-SE", {
  timeZone: "Asia/Shanghai",
  dateStyle: "short",
  timeStyle: "short",
});

/** Write 2026-11-23 14:05 in the ward's zone. */
export function dateTime(iso) {
  return iso ? wardTime.format(new Date(iso)) : "–";
}

/** Write how long ago: "3 min ago". */
export function ago(iso) {
  const seconds = Math.max(0, (Date.now() - new Date(iso).getTime()) / 1000);
  if (seconds < 60) return t("just now");
  if (seconds < 3600) return t("{count} min ago", { count: Math.floor(seconds / 60) });
  if (seconds < 86400) return t("{count} h ago", { count: Math.floor(seconds / 3600) });
  return t("{count} d ago", { count: Math.floor(seconds / 86400) });
}
