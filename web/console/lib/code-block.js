import { t } from "../i18n/index.js";
import { el, icon } from "./dom.js";

/** Text to be copied as it is: a command, a secret. `label` names the place for those who do not see it. */
export function codeBlock(text, { label } = {}) {
  const words = (key) => (label ? `${t(key)}${t("colon")}${label}` : t(key));
  const button = el("button", { type: "button", class: "button quiet square copy", "aria-label": words("copy"), title: t("copy") }, icon("copy"));
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // No clipboard without https or permission: selected, it can still be copied by hand.
      getSelection().selectAllChildren(code);
      return;
    }
    button.replaceChildren(icon("check"));
    button.setAttribute("aria-label", words("copied"));
    button.title = t("copied");
  });
  const code = el("code", {}, text);
  return el("div", { class: "code" }, el("pre", { tabindex: "0", role: label ? "region" : null, "aria-label": label }, code), button);
}
