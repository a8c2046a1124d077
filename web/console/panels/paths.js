import { t } from "../i18n/index.js";
import { chartPlace } from "../lib/chart-place.js";
import { csvButton } from "../lib/csv.js";
import { el, icon, uniqueID } from "../lib/dom.js";
import { count, percent } from "../lib/format.js";
import { learnName } from "../lib/names.js";
import { pageChoices, pageLabel } from "../lib/page-label.js";
import { panel } from "../lib/panel.js";
import { frame } from "../lib/parts.js";
import { pathTree } from "../lib/path-tree.js";
import { pictureButtons } from "../lib/picture.js";
import { dataTable } from "../lib/table.js";
import { tip, tooltip } from "../lib/tip.js";
import { askEach, difference, joinRows, numberOf } from "../lib/variants.js";
import { pathSizes, show, view } from "../lib/view.js";
import { viewLink } from "../lib/view-link.js";
import { changeText } from "./change.js";
import { sizeChoice } from "./size-choice.js";

const depths = Array.from({ length: 9 }, (_, index) => index + 2);

/** A sunburst of the paths, and the paths as rows. */
export function pathsPanels() {
  const place = chartPlace();
  let shown = null;
  const depth = sizeChoice({ name: "depth", sizes: depths, words: (n) => t("paths.depth", { n }) });
  const size = sizeChoice({ name: "list", sizes: pathSizes, words: (n) => t("paths.size", { n }) });
  const start = startField();
  const chartPanel = panel({
    title: t("paths.chart"),
    className: "paths-panel",
    actions: [depth.element, size.element, ...pictureButtons(t("paths.chart"), "paths", place.latest)],
    skeleton: () => el("div", { class: "skeleton chart-skeleton", "aria-hidden": "true" }),
    async load(signal) {
      for (const control of [depth, size, start]) control.update();
      const own = [["depth", view().depth]];
      return askEach(["paths"], view().start === "" ? own : [...own, ["start", view().start]], signal, { limit: view().list });
    },
    render(variants) {
      place.clear();
      for (const path of variants.flatMap(({ data }) => data)) path.pages.forEach((page, index) => learnName("page_id", page, path.names[index]));
      const most = (row) => Math.max(...row.each.map((one) => one?.count ?? 0));
      const rows = joinRows(variants, (path) => path.pages.join()).sort((a, b) => most(b) - most(a));
      shown = { rows: rows.slice(0, view().list), variants };
      table(shown);
      if (shown.rows.length === 0) return el("p", { class: "muted nothing" }, t(view().start === "" ? "paths.none" : "paths.none.start"));
      return [
        el(
          "div",
          { class: variants.length > 1 ? "variants" : "variants single" },
          ...variants.map(({ label, data }) => {
            const ways = drawnPaths(data);
            const height = variants.length > 1 ? 360 : 540;
            const top = data.slice(0, 3).map((path) => `${pathWords(path)} ${count(path.count)}`).join(t("admin.detail.and"));
            return el(
              "div",
              { class: "variant" },
              label && el("h3", {}, label),
              place.draw((palette) => sunburst(pathTree(ways), palette, height), { words: t("paths.summary", { n: data.length, top }), height }),
            );
          }),
        ),
        el("p", { class: "muted note" }, t("paths.hint"), " ", t("paths.single")),
      ];
    },
  });
  chartPanel.element.querySelector(".panel-head").after(start.element);

  const body = el("div", { class: "panel-body" });
  const download = csvButton(t("paths.list"), "paths", () => (shown === null ? [] : csvRows(shown)));
  const listPanel = frame({ title: t("paths.list"), className: "paths-list-panel", actions: [download] }, body);
  function table({ rows, variants }) {
    listPanel.hidden = rows.length === 0;
    body.replaceChildren(dataTable({ caption: t("paths.list"), columns: columns(rows, variants), rows, sort: "-count" }));
  }
  listPanel.hidden = true;
  return [
    {
      ...chartPanel,
      stop() {
        chartPanel.stop();
        place.clear();
      },
    },
    { element: listPanel, refresh() {}, stop() {} },
  ];
}

/** Sessions of one page lead nowhere, and are mostly so many that they would leave no room for the others. */
function drawnPaths(data) {
  const wanted = data.slice(0, view().list);
  const ways = wanted.filter((path) => path.pages.length > 1);
  return ways.length > 0 ? ways : wanted;
}

const pathWords = (path) => path.pages.map((page, index) => pageLabel(page, path.names[index])).join(" → ");

/** From which page the paths are wanted. */
function startField() {
  const pages = pageChoices();
  const id = uniqueID("start");
  const input = el("input", {
    id, class: "input small", inputmode: "numeric", pattern: "[0-9]{1,10}", maxlength: 10, autocomplete: "off", list: pages.id,
    placeholder: t("paths.start.any"),
  });
  const clear = el("button", { type: "button", class: "button quiet", on: { click: () => show({ start: "" }) } }, t("paths.start.clear"));
  input.addEventListener("change", () => {
    if (input.validity.valid) show({ start: input.value.trim() });
    else input.reportValidity();
  });
  let filled = false;
  return {
    element: el("div", { class: "paths-start" }, el("label", { for: id }, t("paths.start")), input, clear, pages.element),
    update() {
      input.value = view().start;
      clear.hidden = view().start === "";
      if (!filled) pages.fill();
      filled = true;
    },
  };
}

function startButton(page, name) {
  const label = pageLabel(page, name);
  return el("button", { type: "button", class: "path-page", title: t("paths.from", { name: label }), on: { click: () => show({ start: String(page) }) } }, label);
}

function funnelLink(row) {
  const words = t("paths.funnel", { way: pathWords(row) });
  const steps = row.pages.map((page) => `page:${page}`).join(",");
  return viewLink({ class: "button quiet square", "aria-label": words, title: words }, { page: "funnel", steps }, icon("funnel"));
}

function columns(rows, variants) {
  const total = rows.reduce((sum, row) => sum + (row.each[0]?.count ?? 0), 0) || 1;
  const way = {
    key: "way",
    title: t("paths.way"),
    by: pathWords,
    value: (row) => el("ol", { class: "path" }, ...row.pages.map((page, index) => el("li", {}, startButton(page, row.names[index])))),
  };
  const counts = variants.map(({ label }, index) => ({
    key: index === 0 ? "count" : `count${index}`,
    title: label || t("paths.count"),
    number: true,
    value: (row) => count(numberOf(row, variants, index, "count")),
    by: (row) => numberOf(row, variants, index, "count"),
  }));
  const more = [];
  if (view().versus === "before") {
    const change = (row) => difference(numberOf(row, variants, 0, "count"), numberOf(row, variants, 1, "count"));
    more.push({ key: "change", title: t("change"), number: true, value: (row) => changeText(change(row)), by: change });
  }
  if (variants.length === 1) {
    more.push(
      { key: "users", title: t("flows.users"), number: true, value: (row) => count(row.users), by: (row) => row.users },
      { key: "share", title: t("share"), number: true, value: (row) => percent(row.count / total), by: (row) => row.count },
    );
  }
  const asFunnel = {
    key: "funnel", title: t("nav.funnel"), number: true,
    value: (row) => (row.pages.length < 2 ? "–" : funnelLink(row)),
  };
  return [way, ...counts, ...more, asFunnel];
}

/** The first pages are what one looks for: each ring is narrower than the one inside it, and its words no longer. */
function rings(depth, radius) {
  const widths = Array.from({ length: depth }, (_, level) => 0.8 ** level);
  const unit = 84 / widths.reduce((sum, width) => sum + width, 0);
  let inner = 14;
  return [
    {},
    ...widths.map((width) => {
      const thickness = ((width * unit) / 100) * radius;
      const ring = { r0: `${inner}%`, r: `${inner + width * unit}%`, label: { show: thickness > 22, width: thickness + 8 } };
      inner += width * unit;
      return ring;
    }),
  ];
}

function sunburst(tree, palette, height) {
  const total = tree.reduce((sum, node) => sum + node.count, 0) || 1;
  const node = (one, colour, depth) => ({
    name: pageLabel(one.id, one.name),
    value: one.count,
    itemStyle: { color: colour, opacity: Math.max(0.3, 1 - depth * 0.2) },
    // On what is faint, dark is read.
    label: { color: depth < 2 ? palette.surface : palette.strong },
    children: one.children.map((child) => node(child, colour, depth + 1)),
  });
  return {
    textStyle: { fontFamily: palette.font },
    tooltip: tooltip(({ treePathInfo, value }) => {
      const way = treePathInfo.slice(1).map((step) => step.name).join(" → ");
      return tip(way || t("paths.all"), [[t("paths.count"), `${count(value)} (${percent(value / total)})`]]);
    }),
    series: [
      {
        type: "sunburst",
        radius: ["14%", "98%"],
        nodeClick: "rootToNode",
        sort: null,
        data: tree.map((one, index) => node(one, palette.series[index % palette.series.length], 0)),
        emphasis: { focus: "ancestor" },
        itemStyle: { borderColor: palette.surface, borderWidth: 1.5 },
        levels: rings(view().depth, height / 2),
        label: { fontSize: 10.5, minAngle: 9, overflow: "truncate", rotate: "radial" },
      },
    ],
  };
}

const csvRows = ({ rows, variants }) => [
  ["pages", "names", ...variants.flatMap(({ label }) => ["count", "users"].map((name) => (label ? `${name} ${label}` : name)))],
  ...rows.map((row) => [row.pages.join(" > "), row.names.join(" > "), ...variants.flatMap((_, index) => ["count", "users"].map((name) => numberOf(row, variants, index, name)))]),
];
