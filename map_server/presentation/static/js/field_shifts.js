// The shifts of a route: one, or several with hours off between them, in which nobody is out and no track is noted.
import { clockTime } from "./field_parts.js";
import { t } from "./i18n.js";

/** The shifts in order; a day that was fetched by an older page has one. */
export function shiftsOf(route) {
  return route.shifts ?? [route];
}

/** 07:00–11:00, 16:00–20:00 */
export function hoursOf(route) {
  return shiftsOf(route).map(hours).join(", ");
}

export function hours(shift) {
  return `${clockTime(shift.starts_at)}–${clockTime(shift.ends_at)}`;
}

/** The shift in which a stop is made. */
export function shiftOf(route, stop) {
  const shifts = shiftsOf(route);
  return shifts.find((shift) => new Date(stop.begins_at) < new Date(shift.ends_at)) ?? shifts.at(-1);
}

/** Where a shift stands: over, under way, or the next one. */
export function standing(route, shift, now = Date.now()) {
  const ahead = shiftsOf(route).filter((one) => now <= new Date(one.ends_at).getTime());
  if (!ahead.includes(shift)) return t("over");
  if (shift === ahead[0]) return now < new Date(shift.starts_at).getTime() ? t("next") : t("under way");
  return t("later");
}

/** The moment until which the team is off, if it has hours off now; else null. */
export function offUntil(route, now = Date.now()) {
  const shifts = shiftsOf(route);
  const next = shifts.findIndex((shift) => now <= new Date(shift.ends_at).getTime());
  return next > 0 && now < new Date(shifts[next].starts_at).getTime() ? shifts[next].starts_at : null;
}
