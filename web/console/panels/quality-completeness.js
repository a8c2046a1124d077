import { t } from "../i18n/index.js";
import { chartPlace } from "../lib/chart-place.js";
import { csvButton, namedRows } from "../lib/csv.js";
import { el } from "../lib/dom.js";
import { bucketLabel, count, percent, shortCount } from "../lib/format.js";
import { panel, skeletonLines } from "../lib/panel.js";
import { figureList } from "../lib/parts.js";
import { pictureButtons } from "../lib/picture.js";
import { dataTable } from "../lib/table.js";
import { categoryAxis, grid, legend, tip, tooltip, valueAxis } from "../lib/tip.js";
import { view } from "../lib/view.js";
import { askQuality } from "./quality-question.js";

/** What became of the reports, from the bottom of a bar to its top. */
const fates = ["stored", "repeated", "refused", "missing"];
const counts = ["sent", "received", ...fates, "replayed", "events"];
const rangesAtMost = 200;

/** How many reports were sent, came, were stored; and which numbers never came. */
export const completenessPanels = () => [completenessPanel(), missingPanel()];

function completenessPanel() {
  const place = chartPlace();
  let shown = [];
  const whole = panel({
    title: t("quality.completeness"),
    className: "completeness-panel",
    actions: [
      csvButton(t("quality.completeness"), "completeness", () => namedRows(["day", "app", ...counts], shown)),
      ...pictureButtons(t("quality.completeness"), "completeness", place.latest),
    ],
    skeleton: () => el("div", { class: "skeleton chart-skeleton", "aria-hidden": "true" }),
    load: (signal) => askQuality("completeness", signal),
    render(rows) {
      shown = rows;
      place.clear();
      if (rows.length === 0) return el("p", { class: "muted nothing" }, t("quality.completeness.none"));
      const days = byDay(rows);
      const total = sum(rows);
      return [
        figures(total),
        place.draw((palette) => bars(days, palette), { words: summary(total, days), height: 240 }),
        dataTable({ caption: t("quality.completeness"), columns: columns(), rows, sort: "-day" }),
        el("p", { class: "muted note" }, t("quality.completeness.hint")),
      ];
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

/** Sums; null where no row has the number. */
function sum(rows) {
  const add = (name) => (rows.every((row) => row[name] === null) ? null : rows.reduce((total, row) => total + (row[name] ?? 0), 0));
  return Object.fromEntries(counts.map((name) => [name, add(name)]));
}

const byDay = (rows) => [...Map.groupBy(rows, (row) => row.day)].map(([day, its]) => ({ day, ...sum(its) })).sort((a, b) => (a.day < b.day ? -1 : 1));

/** The share of what was numbered by clients that came, and what was made of all that came. */
function figures(total) {
  const share = (part, whole) => (part === null || !whole ? null : part / whole);
  const all = [
    ["arrived", total.missing === null || !total.sent ? null : 1 - total.missing / total.sent],
    ["stored", share(total.stored, total.received)],
    ["repeated", share(total.repeated, total.received)],
    ["refused", share(total.refused, total.received)],
  ];
  return figureList(all.map(([key, value]) => ({ key, name: t(`quality.share.${key}`), value: percent(value, 2), hint: t(`quality.share.${key}.hint`) })));
}

const summary = (total, days) =>
  t("quality.completeness.summary", {
    days: days.length,
    ...Object.fromEntries(["received", "stored", "refused", "missing"].map((name) => [name, count(total[name])])),
  });

function bars(days, palette) {
  const labels = days.map(({ day }) => bucketLabel(day, "day", view().tz));
  const colours = { stored: palette.series[0], repeated: palette.series[5], refused: palette.series[2], missing: palette.series[3] };
  return {
    textStyle: { fontFamily: palette.font },
    grid: grid(true),
    legend: legend(palette, true),
    tooltip: tooltip(
      (points) => tip(bucketLabel(days[points[0].dataIndex].day, "day", view().tz, true), fates.map((name) => [t(`quality.${name}`), count(days[points[0].dataIndex][name]), colours[name]])),
      { trigger: "axis", pointer: { type: "shadow", shadowStyle: { color: palette.text, opacity: 0.08 } } },
    ),
    xAxis: categoryAxis(palette, labels),
    yAxis: { ...valueAxis(palette, shortCount), minInterval: 1 },
    series: fates.map((name) => ({
      name: t(`quality.${name}`),
      type: "bar",
      stack: "reports",
      barMaxWidth: 56,
      itemStyle: { color: colours[name] },
      data: days.map((one) => one[name] ?? 0),
    })),
  };
}

const columns = () => [
  { key: "day", title: t("quality.day"), value: (row) => bucketLabel(row.day, "day", view().tz, true), by: (row) => row.day },
  { key: "app", title: t("refused.app"), className: "id", value: (row) => row.app, by: (row) => row.app },
  ...counts.map((name) => ({
    key: name,
    title: t(`quality.${name}`),
    number: true,
    value: (row) => (name === "missing" && row.missing > 0 ? el("b", { class: "bad" }, count(row.missing)) : count(row[name])),
    by: (row) => row[name],
  })),
];

const numbers = ({ first, last }) => (first === last ? count(first) : `${count(first)} – ${count(last)}`);

function missingPanel() {
  let shown = [];
  return panel({
    title: t("quality.gaps"),
    className: "missing-panel",
    actions: [csvButton(t("quality.gaps"), "missing", () => namedRows(["day", "app", "install", "first", "last", "count"], shown))],
    skeleton: skeletonLines(3),
    load: (signal) => askQuality("missing", signal, [["limit", rangesAtMost]]),
    render(rows) {
      shown = rows;
      if (rows.length === 0) return el("p", { class: "muted nothing" }, t("quality.gaps.none"));
      return [
        rows.length === rangesAtMost && el("p", { class: "muted note" }, t("table.first", { n: count(rangesAtMost) })),
        dataTable({
          caption: t("quality.gaps"),
          rows,
          atFirst: 10,
          columns: [
            { key: "day", title: t("quality.day"), value: (row) => bucketLabel(row.day, "day", view().tz, true), by: (row) => row.day },
            { key: "app", title: t("refused.app"), className: "id", value: (row) => row.app, by: (row) => row.app },
            { key: "install", title: t("quality.install"), className: "id", value: (row) => row.install, by: (row) => row.install },
            { key: "range", title: t("quality.numbers"), number: true, value: numbers, by: (row) => row.first },
            { key: "count", title: t("quality.missing"), number: true, value: (row) => count(row.count), by: (row) => row.count },
          ],
        }),
      ];
    },
  });
}
