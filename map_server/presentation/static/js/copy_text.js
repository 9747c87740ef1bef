// A button with data-copy="#id" copies the text of that element.
import { t } from "./i18n.js";
import { toast } from "./toast.js";

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
