import { t } from "../i18n/index.js";
import { csvButton } from "../lib/csv.js";
import { el, icon, uniqueID } from "../lib/dom.js";
import { count, duration, metricValue } from "../lib/format.js";
import { learnName } from "../lib/names.js";
import { pageLabel } from "../lib/page-label.js";
import { panel, skeletonLines } from "../lib/panel.js";
import { rowName } from "../lib/parts.js";
import { dataTable } from "../lib/table.js";
import { askEach, difference, joinRows, numberOf } from "../lib/variants.js";
import { pageOrders, show, tableSizes, toggleFilter, view } from "../lib/view.js";
import { viewLink } from "../lib/view-link.js";
import { changeText } from "./change.js";
import { sizeChoice } from "./size-choice.js";

const kinds = ["pages", "positions"];
const metrics = [...pageOrders, "events"];

/** Pages or positions: sorted by any column, narrowed by a word, compared with another period or split by a dimension. */
export function pagesTablePanel() {
  let shown = null;
  const size = sizeChoice({ name: "top", sizes: tableSizes, words: (n) => t("table.size", { n: count(n) }) });
  const kind = el("div", { class: "segments", role: "group", "aria-label": t("pages.kind") });
  const matchID = uniqueID("match");
  const match = el("input", { id: matchID, type: "search", class: "input small match", placeholder: t("pages.match"), value: view().match, maxlength: 60, autocomplete: "off" });
  match.addEventListener("change", () => show({ match: match.value.trim() }));
  const whole = panel({
    title: t("nav.pages"),
    className: "pages-table-panel",
    actions: [size.element, csvButton(t("nav.pages"), "pages", () => (shown === null ? [] : csvRows(shown)))],
    skeleton: skeletonLines(12),
    async load(signal) {
      controls();
      const order = view().sort.replace(/^-/, "");
      return askEach([view().of], [["order", pageOrders.includes(order) ? order : "pv"]], signal, { limit: view().top });
    },
    render(variants) {
      const all = ranking(variants);
      const words = view().match.toLowerCase();
      const rows = all.filter((row) => words === "" || label(row).toLowerCase().includes(words) || idsOf(row).some((id) => String(id) === words));
      shown = { rows, variants };
      if (all.length === 0) return el("p", { class: "muted nothing" }, t("pages.none"));
      if (rows.length === 0) return el("p", { class: "muted nothing" }, t("pages.noMatch", { words: view().match }));
      return [
        el("p", { class: "muted note" }, variants[0].isCut || variants[0].data.length > view().top ? t("table.cut", { n: count(rows.length) }) : t("table.rows", { n: count(rows.length) })),
        dataTable({ caption: t("nav.pages"), columns: columns(rows, variants), rows, sort: view().sort, onSort: (sort) => show({ sort }) }),
      ];
    },
  });
  whole.element.querySelector(".panel-head").after(el("div", { class: "pages-tools" }, kind, el("label", { for: matchID, class: "sr-only" }, t("pages.match")), match));

  function controls() {
    size.update();
    match.value = view().match;
    const focused = kind.contains(document.activeElement);
    kind.replaceChildren(
      ...kinds.map((name) => el("button", { type: "button", class: "segment", "aria-pressed": String(view().of === name), on: { click: () => show({ of: name }) } }, t(`pages.${name}`))),
    );
    if (focused) kind.querySelector("[aria-pressed=true]").focus();
  }
  controls();
  return whole;
}

const isPosition = (row) => row.pos_id !== undefined;
const idsOf = (row) => (isPosition(row) ? [row.pos_id, row.page_id] : [row.page_id]);

function positionLabel(row) {
  if (row.pos_id === null) return t("absent");
  return row.name !== String(row.pos_id) ? row.name : t("funnel.numbered.pos", { id: row.pos_id });
}

const label = (row) => (isPosition(row) ? `${positionLabel(row)} · ${pageLabel(row.page_id, row.page_name)}` : pageLabel(row.page_id, row.name));

/** As many rows as are wanted, the largest of any variant first. */
function ranking(variants) {
  const rows = joinRows(variants, (row) => idsOf(row).join());
  for (const row of rows) learnName("page_id", row.page_id, isPosition(row) ? row.page_name : row.name);
  const metric = sortedMetric();
  const most = (row) => Math.max(...row.each.map((one) => one?.[metric] ?? 0));
  return variants.length === 1 ? rows : rows.sort((a, b) => most(b) - most(a)).slice(0, view().top);
}

function sortedMetric() {
  const sorted = view().sort.replace(/^-/, "");
  return metrics.includes(sorted) ? sorted : "pv";
}

function columns(rows, variants) {
  const metric = sortedMetric();
  const largest = Math.max(...rows.map((row) => row.each[0]?.[metric] ?? 0), 1);
  const filter = (name, id, words) => rowName(words, t("filters.by", { name: words }), () => toggleFilter(name, id ?? "absent"));
  const isNamed = (row) => row.page_id !== null && row.name !== String(row.page_id);
  const pageCell = (row) => [filter("page_id", row.page_id, pageLabel(row.page_id, row.name)), isNamed(row) ? el("span", { class: "row-id" }, String(row.page_id)) : ""];
  const first = {
    key: "name",
    title: t(isPosition(rows[0]) ? "dimension.pos_id" : "dimension.page_id"),
    by: label,
    bar: (row) => (row.each[0]?.[metric] ?? 0) / largest,
    value: (row) => (isPosition(row) ? filter("pos_id", row.pos_id, positionLabel(row)) : pageCell(row)),
  };
  const pageOf = (row) => pageLabel(row.page_id, row.page_name);
  const page = isPosition(rows[0]) ? [{ key: "page", title: t("dimension.page_id"), value: (row) => filter("page_id", row.page_id, pageOf(row)), by: pageOf }] : [];
  const number = (key, title, read, write = count) => ({ key, title, number: true, value: (row) => write(read(row)), by: read });
  if (variants.length === 1) {
    const ways = isPosition(rows[0]) ? [] : [{ key: "ways", title: t("pages.ways"), number: true, value: (row) => (row.page_id === null ? "–" : wayLinks(row)) }];
    return [first, ...page, ...metrics.map((name) => number(name, t(`metric.${name}.short`), (row) => row[name], name === "avg_duration" ? duration : count)), ...ways];
  }
  // Nobody stayed where nobody was: that is no mean of 0.
  const figure = (row, index) => (metric === "avg_duration" ? (row.each[index]?.avg_duration ?? null) : numberOf(row, variants, index, metric));
  const each = variants.map((variant, index) => number(index === 0 ? metric : `${metric}${index}`, variant.label, (row) => figure(row, index), (value) => metricValue(metric, value)));
  const change = (row) => difference(figure(row, 0), figure(row, 1));
  return [first, ...page, ...each, ...(view().versus === "before" ? [{ key: "change", title: t("change"), number: true, value: (row) => changeText(change(row)), by: change }] : [])];
}

/** Where one looks next: what leads to the page and away from it, and the sessions that go on from it. */
const wayLinks = (row) =>
  el(
    "span",
    { class: "ways" },
    ...[["flows", { page: "flows", trail: String(row.page_id) }], ["paths", { page: "paths", start: String(row.page_id) }]].map(([name, changes]) => {
      const words = `${t(`nav.${name}`)}${t("colon")}${pageLabel(row.page_id, row.name)}`;
      return viewLink({ class: "button quiet square", "aria-label": words, title: words }, changes, icon(name));
    }),
  );

const csvRows = ({ rows, variants }) => {
  const ids = isPosition(rows[0] ?? {}) ? ["page_id", "page_name", "pos_id", "name"] : ["page_id", "name"];
  return [
    [...ids, ...variants.flatMap((variant) => metrics.map((name) => (variant.label ? `${name} ${variant.label}` : name)))],
    ...rows.map((row) => [...ids.map((name) => row[name]), ...row.each.flatMap((one) => metrics.map((name) => one?.[name] ?? null))]),
  ];
};
