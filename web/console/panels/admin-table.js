import { t } from "../i18n/index.js";
import { el, spoken } from "../lib/dom.js";

/** A list of the administration. heads: words, or "" for the column of buttons, which only screen readers hear named. */
export function adminTable(caption, heads, rows) {
  return el(
    "div",
    { class: "table-scroll", tabindex: "0", role: "region", "aria-label": caption },
    el(
      "table",
      { class: "table admin-table" },
      el("caption", { class: "sr-only" }, caption),
      el("thead", {}, el("tr", {}, ...heads.map((head) => el("th", { scope: "col" }, head || spoken(t("admin.actions")))))),
      el("tbody", {}, ...rows),
    ),
  );
}

/** A button of one row; `of` names the row for those who hear the button alone. */
export const rowButton = (words, of, click) =>
  el("td", { class: "end" }, el("button", { type: "button", class: "button danger", "aria-label": `${words}${t("colon")}${of}`, on: { click } }, words));

/** Nothing in the list: why, and what to do. */
export const nothingYet = (words, ...actions) => el("div", { class: "admin-nothing" }, el("p", {}, words), ...actions);
