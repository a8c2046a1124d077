import { t } from "../i18n/index.js";
import { el } from "../lib/dom.js";
import { personPanel } from "../panels/privacy-person.js";
import { receiptsPanel } from "../panels/privacy-receipts.js";
import { notForViewers } from "./for-admins.js";

/** What is held about one person: handed out, or erased with a receipt. */
export function privacyPage(role) {
  if (role !== "admin") return notForViewers();
  const receipts = receiptsPanel();
  const person = personPanel({ onErased: receipts.refresh });
  return {
    element: el(
      "div",
      { class: "page privacy-page" },
      el("div", { class: "admin-head" }, el("h1", {}, t("nav.privacy")), el("p", {}, t("privacy.lead"))),
      person.element,
      receipts.element,
    ),
    start: receipts.refresh,
    stop: receipts.stop,
  };
}
