// The shifts of a team's day in its form: rows that are added and taken away.

/** Let rows be added and taken away; each field keeps a name of its own for its label. */
export function numberedShifts(form) {
  const list = form.querySelector("[data-shifts]");
  const add = form.querySelector("[data-add-shift]");
  const row = form.querySelector("[data-shift-row]");
  let made = 100;
  const count = () => list.querySelectorAll(":scope > [data-shift]").length;
  const limit = () => (add.disabled = count() >= Number(list.dataset.most));
  list.addEventListener("click", ({ target }) => {
    const drop = target.closest("[data-drop-shift]");
    if (!drop) return;
    drop.closest("[data-shift]").remove();
    limit();
    add.focus();
  });
  add.addEventListener("click", () => {
    const fresh = row.content.firstElementChild.cloneNode(true);
    made += 1;
    for (const field of fresh.querySelectorAll("input")) {
      const label = fresh.querySelector(`label[for="${field.id}"]`);
      field.id = field.id.replace("new", String(made));
      label.htmlFor = field.id;
    }
    const place = fresh.querySelector("[data-place]");
    place.dataset.place = place.dataset.place.replace("new", String(made));
    add.parentElement.before(fresh);
    fresh.querySelector("input").focus();
    limit();
  });
  limit();
}

/** Give the shifts as the server takes them; where one ends elsewhere, that stays as it was. */
export function shiftsOf(form, places) {
  return [...form.querySelectorAll("[data-shifts] > [data-shift]")].map((row) => {
    const place = row.querySelector("[data-place]");
    const end = row.dataset.end ? JSON.parse(row.dataset.end) : null;
    return { shift_from: row.querySelector("[data-from]").value, shift_until: row.querySelector("[data-until]").value, start: place && places.read(place), end };
  });
}
