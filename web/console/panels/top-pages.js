import { t } from "../i18n/index.js";
import { ask, csvAddress } from "../lib/api.js";
import { el, icon } from "../lib/dom.js";
import { count, duration } from "../lib/format.js";
import { learnName } from "../lib/names.js";
import { panel, skeletonLines } from "../lib/panel.js";
import { pageOrders, parameters, show, toggleFilter, view } from "../lib/view.js";

/** What one answer may hold. */
const csvRows = 1_000;

export function topPagesPanel() {
  const question = (limit) => [["limit", limit], ["order", view().order], ...parameters()];
  const download = el("a", { class: "button quiet", download: "" }, icon("download"), el("span", {}, "CSV"));
  // The address is made when it is used: by then the view may have changed.
  const prepare = () => download.setAttribute("href", csvAddress(["pages"], question(csvRows)));
  download.addEventListener("click", prepare);
  prepare();

  return panel({
    title: t("pages"),
    className: "pages-panel",
    saysHowCurrent: false,
    actions: [download],
    skeleton: skeletonLines(10),
    load: (signal) => ask(["pages"], question(view().rows), signal),
    render(rows) {
      prepare();
      if (rows.length === 0) return el("p", { class: "muted nothing" }, t("pages.none"));
      return [table(rows), rows.length >= 10 && more()].filter(Boolean);
    },
  });
}

function table(rows) {
  const { order } = view();
  const largest = Math.max(...rows.map((row) => row[order] ?? 0), 1);
  const header = (name) => {
    const sorted = order === name;
    return el(
      "th",
      { scope: "col", class: "number", "aria-sort": sorted ? "descending" : null },
      el(
        "button",
        { type: "button", class: `sort ${sorted ? "sorted" : ""}`, data: { order: name }, on: { click: () => sortBy(name) } },
        t(`metric.${name}.short`),
        sorted && icon("down"),
      ),
    );
  };
  return el(
    "div",
    { class: "table-scroll", tabindex: "0", role: "region", "aria-label": t("pages") },
    el(
      "table",
      { class: "table bars" },
      el("caption", { class: "sr-only" }, t("pages.caption", { order: t(`metric.${order}`) })),
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, t("dimension.page_id")), ...pageOrders.map(header))),
      el("tbody", {}, ...rows.map((row) => pageRow(row, (row[order] ?? 0) / largest))),
    ),
  );
}

function sortBy(name) {
  show({ order: name });
  // The table is made anew; whoever sorted by keyboard goes on from the same heading.
  const restore = new MutationObserver(() => {
    const button = document.querySelector(`.sort[data-order=${name}].sorted`);
    if (!button) return;
    restore.disconnect();
    button.focus();
  });
  restore.observe(document.querySelector(".pages-panel .panel-body"), { childList: true });
}

function pageRow(row, share) {
  const absent = row.page_id === null;
  // What the plan does not name comes back as its digits.
  const isNamed = !absent && row.name !== String(row.page_id);
  if (!absent) learnName("page_id", row.page_id, row.name);
  const label = absent ? t("absent") : isNamed ? row.name : t("page.numbered", { id: row.page_id });
  const bar = el("span", { class: "bar", "aria-hidden": "true" });
  bar.style.inlineSize = `${Math.max(share * 100, 0.5)}%`;
  const name = el(
    "button",
    {
      type: "button", class: `row-name ${absent ? "muted" : ""}`, title: t("filters.by", { name: label }),
      on: { click: () => toggleFilter("page_id", row.page_id ?? "absent") },
    },
    label,
  );
  return el(
    "tr",
    {},
    el("th", { scope: "row" }, el("div", { class: "bar-cell" }, bar, name, isNamed && el("span", { class: "row-id" }, String(row.page_id)))),
    ...pageOrders.map((metric) => el("td", { class: "number" }, metric === "avg_duration" ? duration(row[metric]) : count(row[metric]))),
  );
}

function more() {
  const all = view().rows === 50;
  return el(
    "button",
    { type: "button", class: "button quiet wide more", on: { click: () => show({ rows: all ? 10 : 50 }) } },
    t(all ? "pages.fewer" : "pages.more"),
  );
}
