// Says what was just done, for a few seconds, with its undo.
const place = document.querySelector("[data-toasts]");

/** Show a message. `action` = { label, run } adds a button. Errors stay until they are closed or eight seconds are over. */
export function toast(message, { action = null, isBad = false } = {}) {
  const box = document.createElement("div");
  box.className = isBad ? "toast toast--bad" : "toast";
  const text = document.createElement("span");
  text.textContent = message;
  box.append(text);
  if (action) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.textContent = action.label;
    button.addEventListener("click", () => {
      box.remove();
      action.run();
    });
    box.append(button);
  }
  place.replaceChildren(box);
  setTimeout(() => box.remove(), isBad ? 8000 : 6000);
}
