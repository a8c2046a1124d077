// The trend's lines: as a chart, a table, a file, and in words.

import { t } from "../i18n/index.js";
import { el } from "../lib/dom.js";
import { bucketLabel, hourLabel, metricValue, moment, shortCount } from "../lib/format.js";
import { categoryAxis, grid, legend, tip, tooltip, valueAxis } from "../lib/tip.js";
import { days, metrics } from "../lib/view.js";

/** [{ name, metric, points, before, colourIndex }]: what becomes a line. */
export function courses(variants, shown, asked) {
  const isBefore = asked.versus === "before";
  return variants.flatMap(({ label, data }, index) =>
    shown.map((metric) => ({
      name: isBefore ? `${t(`metric.${metric}`)}${index === 0 ? "" : ` · ${t("trend.before")}`}` : label || t(`metric.${metric}`),
      metric,
      points: data,
      before: isBefore && index > 0,
      colourIndex: label && !isBefore ? index : metrics.indexOf(metric),
    })),
  );
}

/** An hour that has not begun holds no zero yet: drawn, it would look like a fall. Days carry no clock time. */
const isAhead = (point) => String(point.time).includes("T") && moment(point.time) > Date.now();

const isTime = (metric) => metric === "avg_duration";

export function lines({ data, courses: all, asked, interval }, palette) {
  const { from, to } = days(asked);
  const isOneDay = interval === "hour" && from === to;
  const axes = [
    { show: all.some(({ metric }) => !isTime(metric)), format: shortCount, minInterval: 1 },
    { show: all.some(({ metric }) => isTime(metric)), format: (value) => metricValue("avg_duration", value), minInterval: 0 },
  ];
  const colourOf = (course) => palette.series[course.colourIndex % palette.series.length];
  return {
    textStyle: { fontFamily: palette.font },
    grid: grid(asked.versus !== ""),
    // As lines: a dashed one is the period before.
    legend: legend(palette, asked.versus !== "", { itemWidth: 22 }),
    tooltip: tooltip(
      (points) =>
        tip(
          bucketLabel(data[points[0].dataIndex].time, interval, asked.tz, true),
          all.map((course) => {
            const point = course.points[points[0].dataIndex];
            const name = course.before && point ? `${course.name} (${bucketLabel(point.time, interval, asked.tz)})` : course.name;
            return [name, metricValue(course.metric, point?.[course.metric]), colourOf(course)];
          }),
        ),
      { trigger: "axis", pointer: { type: "line", lineStyle: { color: palette.text, opacity: 0.5, type: "solid" } } },
    ),
    xAxis: {
      ...categoryAxis(
        palette,
        data.map((point) => (isOneDay ? hourLabel(point.time, asked.tz) : bucketLabel(point.time, interval, asked.tz))),
        { margin: 12, alignMinLabel: "left", alignMaxLabel: "right" },
      ),
      boundaryGap: false,
    },
    yAxis: axes.map((axis, index) => ({
      ...valueAxis(palette, axis.format),
      show: axis.show,
      position: index === 0 ? "left" : "right",
      minInterval: axis.minInterval,
      splitLine: { show: index === 0 || !axes[0].show, lineStyle: { color: palette.line } },
    })),
    series: all.map((course, index) => ({
      name: course.name,
      type: "line",
      yAxisIndex: isTime(course.metric) ? 1 : 0,
      data: data.map((_, at) => (course.points[at] && !isAhead(course.points[at]) ? course.points[at][course.metric] : null)),
      showSymbol: data.length === 1,
      symbolSize: 7,
      lineStyle: course.before ? { width: 1.5, type: "dashed", color: colourOf(course), opacity: 0.8 } : { width: 2, color: colourOf(course) },
      itemStyle: { color: colourOf(course) },
      emphasis: { disabled: true },
      areaStyle: asked.versus === "" ? { color: fade(colourOf(course)), opacity: all.length === 1 ? 1 : 0.6 } : undefined,
      z: 10 - index,
    })),
  };
}

/** A colour at the top that fades to nothing. Palette colours are six hexadecimal digits. */
function fade(colour) {
  return { type: "linear", x: 0, y: 0, x2: 0, y2: 1, colorStops: [{ offset: 0, color: `${colour}2e` }, { offset: 1, color: `${colour}00` }] };
}

/** The chart in a sentence for each line, for those who do not see it. */
export function summary({ data, courses: all, asked, interval }) {
  if (data.length === 0) return t("trend.none");
  const sentences = all.map(({ name, metric, points }) => {
    const peak = points.reduce((best, point) => ((point[metric] ?? 0) > (best[metric] ?? 0) ? point : best), points[0]);
    return t("trend.summary", {
      metric: name,
      n: points.length,
      peak: metricValue(metric, peak[metric]),
      when: bucketLabel(peak.time, interval, asked.tz, true),
      last: metricValue(metric, points.at(-1)[metric]),
    });
  });
  return [...sentences, t("trend.tableHint")].join(" ");
}

export const csvRows = ({ data, courses: all }) => [
  ["time", ...all.map(({ name }) => name)],
  ...data.map((point, index) => [point.time, ...all.map(({ metric, points }) => points[index]?.[metric] ?? null)]),
];

export function dataTable({ data, courses: all, asked, interval }) {
  return el(
    "div",
    { class: "table-scroll tall", tabindex: "0", role: "region", "aria-label": t("trend") },
    el(
      "table",
      { class: "table" },
      el("caption", { class: "sr-only" }, t("trend")),
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, t("time")), ...all.map(({ name }) => el("th", { scope: "col", class: "number" }, name)))),
      el(
        "tbody",
        {},
        ...data.map((point, index) =>
          el(
            "tr",
            {},
            el("th", { scope: "row" }, bucketLabel(point.time, interval, asked.tz, true)),
            ...all.map(({ metric, points }) => el("td", { class: "number" }, metricValue(metric, points[index]?.[metric]))),
          ),
        ),
      ),
    ),
  );
}
