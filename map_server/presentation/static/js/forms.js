// Plain forms with a little help: send a changed choice at once, copy a text.
import { t } from "./i18n.js";
import { toast } from "./toast.js";

for (const select of document.querySelectorAll("[data-submit-on-change]")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const source = document.querySelector(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.textContent);
      toast(t("Copied."));
    } catch {
      getSelection().selectAllChildren(source);
      toast(t("Press Ctrl+C to copy."));
    }
  });
}
