// Small parts that pages share.

import { el, uniqueID } from "./dom.js";

/** A titled part of the page that is filled by whoever made it; `panel` is the one that asks by itself. */
export function frame({ title, className = "", beside = [], actions = [] }, ...content) {
  const heading = uniqueID("part");
  return el(
    "section",
    { class: `panel ${className}`, "aria-labelledby": heading },
    el("header", { class: "panel-head" }, el("h2", { id: heading }, title), ...beside, el("div", { class: "panel-actions" }, ...actions)),
    ...content,
  );
}

/** What names a row and does something when it is clicked; title: what. */
export const rowName = (label, title, click) => el("button", { type: "button", class: "row-name", title, on: { click } }, label);

/** Some figures in a line: [{ name, value, hint, key }]; key marks one for those who look for it. */
export const figureList = (figures) =>
  el(
    "dl",
    { class: "quantiles" },
    ...figures.map(({ name, value, hint, key }) =>
      el("div", { class: "quantile", data: key === undefined ? {} : { figure: key } }, el("dt", { title: hint }, name), el("dd", { class: "figure-value" }, value)),
    ),
  );
