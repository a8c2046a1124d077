import { t } from "../i18n/index.js";
import { ask } from "../lib/api.js";
import { chartPlace } from "../lib/chart-place.js";
import { csvButton, namedRows } from "../lib/csv.js";
import { el } from "../lib/dom.js";
import { count, duration, percent, shortCount } from "../lib/format.js";
import { learnName } from "../lib/names.js";
import { pageLabel } from "../lib/page-label.js";
import { panel, skeletonLines } from "../lib/panel.js";
import { figureList, rowName } from "../lib/parts.js";
import { pictureButtons } from "../lib/picture.js";
import { spark } from "../lib/spark.js";
import { dataTable } from "../lib/table.js";
import { categoryAxis, grid, legend, tip, tooltip, valueAxis } from "../lib/tip.js";
import { askEach } from "../lib/variants.js";
import { durationGroups, parameters, tableSizes, toggleFilter, view } from "../lib/view.js";
import { sizeChoice } from "./size-choice.js";

const quantiles = ["p50", "p90", "p99"];

export function durationsPanels() {
  return [histogramPanel(), groupsPanel()];
}

/** "10–30 s": a bin of the histogram, as a person says it. */
export const binLabel = ({ from, to }) => (to === null ? t("durations.from", { from: duration(from) }) : t("durations.bin", { from: shortTime(from), to: duration(to) }));
const shortTime = (seconds) => (seconds < 60 ? String(seconds) : duration(seconds));

function histogramPanel() {
  const place = chartPlace();
  let shown = null;
  const whole = panel({
    title: t("durations.histogram"),
    className: "durations-panel",
    actions: [
      csvButton(t("durations.histogram"), "durations", () => (shown === null ? [] : csvRows(shown))),
      ...pictureButtons(t("durations.histogram"), "durations", place.latest),
    ],
    skeleton: () => el("div", { class: "skeleton chart-skeleton", "aria-hidden": "true" }),
    load: (signal) => askEach(["durations"], [], signal),
    render(variants) {
      shown = variants;
      place.clear();
      if (variants.every(({ data }) => data.count === 0)) return el("p", { class: "muted nothing" }, t("durations.none"));
      return [quantileList(variants), place.draw((palette) => histogram(variants, palette), { words: variants.map(summary).join(" "), height: 300 })];
    },
  });
  return {
    ...whole,
    stop() {
      whole.stop();
      place.clear();
    },
  };
}

function summary({ label, data }) {
  const [p50, p90, p99] = quantiles.map((name) => duration(data[name]));
  return t("durations.summary", { name: label ? `${label}${t("colon")}` : "", n: count(data.count), p50, p90, p99 });
}

function quantileList(variants) {
  if (variants.length > 1) return quantileTable(variants);
  const [{ data }] = variants;
  return figureList([
    ...quantiles.map((name) => ({ name: t(`durations.${name}`), value: duration(data[name]), hint: t(`durations.${name}.hint`) })),
    { name: t("durations.count"), value: count(data.count), hint: t("durations.count.hint") },
  ]);
}

const quantileTable = (variants) =>
  dataTable({
    caption: t("durations.histogram"),
    rows: variants,
    columns: [
      { key: "label", title: t("durations.variant"), value: ({ label }) => label, by: ({ label }) => label },
      ...quantiles.map((name) => ({ key: name, title: t(`durations.${name}`), number: true, value: ({ data }) => duration(data[name]), by: ({ data }) => data[name] })),
      { key: "count", title: t("durations.count"), number: true, value: ({ data }) => count(data.count), by: ({ data }) => data.count },
    ],
  });

/** Shares, so that periods and groups of different size can be laid over each other. */
function histogram(variants, palette) {
  const labels = variants[0].data.histogram.map(binLabel);
  const isMany = variants.length > 1;
  const share = (data, bin) => (data.count === 0 ? 0 : bin.count / data.count);
  return {
    textStyle: { fontFamily: palette.font },
    grid: grid(isMany),
    legend: legend(palette, isMany),
    tooltip: tooltip(
      (points) =>
        tip(
          labels[points[0].dataIndex],
          variants.map(({ label, data }, index) => {
            const bin = data.histogram[points[0].dataIndex];
            return [label || t("durations.views"), `${count(bin.count)} (${percent(share(data, bin))})`, palette.series[index]];
          }),
        ),
      { trigger: "axis", pointer: { type: "shadow", shadowStyle: { color: palette.text, opacity: 0.08 } } },
    ),
    xAxis: categoryAxis(palette, labels),
    yAxis: isMany ? valueAxis(palette, (value) => percent(value, 0)) : { ...valueAxis(palette, shortCount), minInterval: 1 },
    series: variants.map(({ label, data }, index) => ({
      name: label || t("durations.views"),
      type: "bar",
      barCategoryGap: "14%",
      barGap: "8%",
      itemStyle: { color: palette.series[index], borderRadius: [4, 4, 0, 0] },
      data: data.histogram.map((bin) => (isMany ? share(data, bin) : bin.count)),
    })),
  };
}

function groupsPanel() {
  let shown = [];
  const words = (name) => t(name === "" ? "durations.by.page" : "durations.by", { name: t(`dimension.${name || "page_id"}`) });
  const by = sizeChoice({ name: "by", sizes: ["", ...durationGroups], words });
  const size = sizeChoice({ name: "top", sizes: tableSizes, words: (n) => t("table.size", { n: count(n) }) });
  // Without a choice, pages: that is what most people ask about.
  const field = () => view().by || "page_id";
  return panel({
    title: t("durations.groups"),
    className: "duration-groups-panel",
    actions: [by.element, size.element, csvButton(t("durations.groups"), "durations-groups", () => namedRows(["value", "name", "count", ...quantiles], shown))],
    skeleton: skeletonLines(8),
    async load(signal) {
      by.update();
      size.update();
      return ask(["durations"], [["by", field()], ["limit", view().top], ...parameters()], signal);
    },
    render({ groups }) {
      shown = groups;
      if (groups.length === 0) return el("p", { class: "muted nothing" }, t("durations.none"));
      const largest = Math.max(...groups.map((row) => row.count), 1);
      const name = field();
      const label = (row) => (row.value === null ? t("absent") : name === "page_id" ? pageLabel(row.value, row.name) : row.name);
      for (const row of groups) if (row.value !== null) learnName(name, row.value, row.name);
      return dataTable({
        caption: t("durations.groups"),
        rows: groups,
        sort: "-count",
        columns: [
          {
            key: "value", title: t(`dimension.${name}`), by: label, bar: (row) => row.count / largest,
            value: (row) => rowName(label(row), t("filters.by", { name: label(row) }), () => toggleFilter(name, row.value ?? "absent")),
          },
          { key: "count", title: t("durations.views"), number: true, value: (row) => count(row.count), by: (row) => row.count },
          ...quantiles.map((one) => ({ key: one, title: t(`durations.${one}`), number: true, value: (row) => duration(row[one]), by: (row) => row[one] })),
          {
            key: "shape", title: t("durations.shape"), number: true,
            value: (row) => shape(row.histogram),
          },
        ],
      });
    },
  });
}

/** A histogram as small as a word. */
function shape(histogram) {
  const words = histogram.filter((bin) => bin.count > 0).map((bin) => `${binLabel(bin)} ${count(bin.count)}`);
  return spark(histogram.map((bin) => bin.count), words.join(t("admin.detail.and")), 8);
}

const csvRows = (variants) => [
  ["variant", "from", "to", "count"],
  ...variants.flatMap(({ label, data }) => data.histogram.map((bin) => [label, bin.from, bin.to, bin.count])),
];
