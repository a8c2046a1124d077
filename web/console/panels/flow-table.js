import { t } from "../i18n/index.js";
import { csvButton } from "../lib/csv.js";
import { el } from "../lib/dom.js";
import { count, percent } from "../lib/format.js";
import { pageLabel } from "../lib/page-label.js";
import { panel, skeletonLines } from "../lib/panel.js";
import { rowName } from "../lib/parts.js";
import { dataTable } from "../lib/table.js";
import { difference, joinRows, numberOf } from "../lib/variants.js";
import { view } from "../lib/view.js";
import { changeText } from "./change.js";
import { followPage, trailOf } from "./flow-chart.js";

/** The same flows as rows; of the followed page its ways in and out. */
export function flowTablePanel(question) {
  let shown = null;
  return panel({
    title: t("flows.table"),
    className: "flow-table-panel",
    saysHowCurrent: false,
    actions: [csvButton(t("flows.table"), "flows", () => (shown === null ? [] : csvRows(shown)))],
    skeleton: skeletonLines(8),
    load: question,
    render(variants) {
      const rows = join(variants, trailOf().at(-1));
      shown = { rows, variants };
      if (rows.length === 0) return el("p", { class: "muted nothing" }, t("flows.none"));
      return dataTable({ caption: t("flows.table"), columns: columns(rows, variants), rows, sort: "-count" });
    },
  });
}

/** One row a flow; of a followed page its ways in and out. */
function join(variants, page) {
  const rows = joinRows(variants, (flow) => `${flow.prev_id}>${flow.page_id}`);
  return page === undefined ? rows : rows.filter((row) => row.page_id === page || row.prev_id === page);
}

function columns(rows, variants) {
  const largest = Math.max(...rows.map((row) => row.each[0]?.count ?? 0), 1);
  const page = (id, name) => rowName(pageLabel(id, name), t("flows.follow", { name: pageLabel(id, name) }), () => followPage([id]));
  const label = (row) => `${pageLabel(row.prev_id, row.prev_name)} → ${pageLabel(row.page_id, row.name)}`;
  const way = {
    key: "way",
    title: t("flows.way"),
    value: (row) => [page(row.prev_id, row.prev_name), el("span", { class: "row-id" }, "→"), page(row.page_id, row.name)],
    by: label,
    bar: (row) => (row.each[0]?.count ?? 0) / largest,
  };
  const counts = variants.map(({ label }, index) => ({
    key: index === 0 ? "count" : `count${index}`,
    title: label || t("flows.count"),
    number: true,
    value: (row) => count(numberOf(row, variants, index, "count")),
    by: (row) => numberOf(row, variants, index, "count"),
  }));
  if (view().versus === "before") {
    const change = (row) => difference(numberOf(row, variants, 0, "count"), numberOf(row, variants, 1, "count"));
    counts.push({ key: "change", title: t("change"), number: true, value: (row) => changeText(change(row)), by: change });
  }
  if (variants.length > 1) return [way, ...counts];
  const total = rows.reduce((sum, row) => sum + (row.each[0]?.count ?? 0), 0) || 1;
  return [
    way,
    ...counts,
    { key: "users", title: t("flows.users"), number: true, value: (row) => count(row.users), by: (row) => row.users },
    { key: "share", title: t("share"), number: true, value: (row) => percent(row.count / total), by: (row) => row.count },
  ];
}

const csvRows = ({ rows, variants }) => [
  ["prev_id", "prev_name", "page_id", "name", ...variants.flatMap(({ label }) => ["count", "users"].map((name) => (label ? `${name} ${label}` : name)))],
  ...rows.map((row) => [row.prev_id, row.prev_name, row.page_id, row.name, ...variants.flatMap((_, index) => ["count", "users"].map((name) => numberOf(row, variants, index, name)))]),
];
