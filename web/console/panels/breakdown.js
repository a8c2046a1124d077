import { t } from "../i18n/index.js";
import { ask, csvAddress } from "../lib/api.js";
import { el, icon, spoken } from "../lib/dom.js";
import { count, duration, percent } from "../lib/format.js";
import { learnName } from "../lib/names.js";
import { panel, skeletonLines } from "../lib/panel.js";
import { parameters, toggleFilter, view } from "../lib/view.js";

/** Page views by the values of one dimension; a click on one filters the whole page by it. */
export function breakdownPanel(dimension) {
  const question = () => [["by", dimension], ...parameters()];
  const title = t(`dimension.${dimension}`);
  const label = t("csv.of", { title });
  const download = el("a", { class: "button quiet square", download: "", "aria-label": label, title: label }, icon("download"));
  const prepare = () => download.setAttribute("href", csvAddress(["breakdown"], question()));
  download.addEventListener("click", prepare);
  prepare();
  return panel({
    title,
    className: "breakdown-panel",
    saysHowCurrent: false,
    actions: [download],
    skeleton: skeletonLines(2),
    load: (signal) => ask(["breakdown"], question(), signal),
    render(rows) {
      if (rows.length === 0) return el("p", { class: "muted nothing" }, t("breakdown.none"));
      const total = rows.reduce((sum, row) => sum + row.pv, 0);
      const table = el(
        "table",
        { class: "table bars compact" },
        el("caption", { class: "sr-only" }, title),
        el(
          "thead",
          {},
          el(
            "tr",
            {},
            el("th", { scope: "col" }, spoken(title)),
            ...["pv", "uv", "avg_duration"].map((name) => el("th", { scope: "col", class: "number" }, t(`metric.${name}.short`))),
          ),
        ),
        el("tbody", {}, ...rows.map((row) => valueRow(dimension, row, total === 0 ? 0 : row.pv / total))),
      );
      return el("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-label": title }, table);
    },
  });
}

function valueRow(dimension, row, share) {
  const value = row.value ?? "absent";
  if (row.value !== null) learnName(dimension, value, row.name);
  const label = row.value === null ? t("absent") : row.name || String(value);
  const chosen = (view().filters[dimension] ?? []).includes(String(value));
  const bar = el("span", { class: "bar", "aria-hidden": "true" });
  bar.style.inlineSize = `${Math.max(share * 100, 0.5)}%`;
  const name = el(
    "button",
    {
      type: "button", class: `row-name ${row.value === null ? "muted" : ""}`, "aria-pressed": String(chosen), title: t("filters.by", { name: label }),
      on: { click: () => toggleFilter(dimension, value) },
    },
    label,
  );
  return el(
    "tr",
    { class: chosen ? "chosen" : null },
    el("th", { scope: "row" }, el("div", { class: "bar-cell" }, bar, name, el("span", { class: "row-id" }, percent(share, 0)))),
    el("td", { class: "number" }, count(row.pv)),
    el("td", { class: "number" }, count(row.uv)),
    el("td", { class: "number" }, duration(row.avg_duration)),
  );
}
