import { t } from "../i18n/index.js";
import { el } from "../lib/dom.js";
import { viewLink } from "../lib/view-link.js";

/** In place of a page that only administrators have: why there is nothing, and a way on. */
export function notForViewers() {
  const element = el(
    "div",
    { class: "page" },
    el(
      "section",
      { class: "panel empty" },
      el("h1", {}, t("admin.viewer")),
      el("p", {}, t("admin.viewer.hint")),
      el("div", { class: "empty-actions" }, viewLink({ class: "button primary" }, { page: "", find: "" }, t("find.back"))),
    ),
  );
  return { element, start() {}, stop() {} };
}
