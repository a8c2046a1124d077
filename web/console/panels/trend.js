import { t } from "../i18n/index.js";
import { ask } from "../lib/api.js";
import { chart } from "../lib/chart.js";
import { el, icon, uniqueID } from "../lib/dom.js";
import { bucketLabel, hourLabel, metricValue, moment, shortCount } from "../lib/format.js";
import { panel } from "../lib/panel.js";
import { days, daysBefore, intervalOf, intervals, metrics, parameters, show, view } from "../lib/view.js";

/** The chosen metrics over time, as lines or as a table. */
export function trendPanel() {
  let drawn = null;
  let asTable = false;
  let latest = null;

  const toggles = el("div", { class: "toggles", role: "group", "aria-label": t("trend.metrics") });
  const tools = el("div", { class: "trend-tools" });

  const { element, refresh, stop } = panel({
    title: t("trend"),
    className: "trend-panel",
    actions: [tools],
    skeleton: () => el("div", { class: "skeleton chart-skeleton", "aria-hidden": "true" }),
    async load(signal) {
      controls();
      const asked = view();
      const question = (range) =>
        ask(["trend"], [["metric", asked.metrics.join(",")], ["interval", intervalOf(asked)], ...parameters({ of: asked, range })], signal);
      // Before and now are drawn over each other only for one metric: more lines than that say nothing.
      const comparing = asked.compare && asked.metrics.length === 1;
      const [now, before] = await Promise.all([question(days(asked)), comparing ? question(daysBefore(asked)) : null]);
      return { now, before, asked, interval: intervalOf(asked) };
    },
    render(answer) {
      latest = answer;
      drawn?.end();
      drawn = null;
      if (asTable) return dataTable(answer);
      const place = el("div", { class: "chart", role: "img", "aria-label": summary(answer) });
      // Measured by ECharts, so it must be in the page first.
      queueMicrotask(() => {
        if (place.isConnected) drawn = chart(place, (palette) => lines(answer, palette));
      });
      return place;
    },
  });
  element.querySelector(".panel-head").after(toggles);

  function controls() {
    const { metrics: chosen, compare } = view();
    keepFocus(toggles, () =>
      toggles.replaceChildren(
        ...metrics.map((name) =>
          el(
            "button",
            {
              type: "button", class: "toggle", "aria-pressed": String(chosen.includes(name)), data: { key: name, series: metrics.indexOf(name) + 1 },
              title: t(`metric.${name}.definition`), on: { click: () => toggleMetric(name) },
            },
            el("span", { class: "dot", "aria-hidden": "true" }),
            t(`metric.${name}`),
          ),
        ),
        el(
          "button",
          {
            type: "button", class: "toggle compare", "aria-pressed": String(compare && chosen.length === 1), data: { key: "compare" },
            disabled: chosen.length !== 1, title: t("trend.compare.hint"), on: { click: () => show({ compare: !compare }) },
          },
          el("span", { class: "dash", "aria-hidden": "true" }),
          t("trend.compare"),
        ),
      ),
    );
    const id = uniqueID("interval");
    const choice = el(
      "select",
      { id, class: "input small", data: { key: "interval" }, on: { change: (event) => show({ interval: event.target.value }) } },
      ...["auto", ...intervals].map((name) => el("option", { value: name, selected: name === view().interval }, t(`interval.${name}`))),
    );
    const form = el(
      "button",
      {
        type: "button", class: "button quiet", "aria-pressed": String(asTable), data: { key: "form" },
        on: {
          click() {
            asTable = !asTable;
            controls();
            if (latest) redraw();
          },
        },
      },
      icon(asTable ? "chart" : "table"),
      el("span", {}, t(asTable ? "trend.asChart" : "trend.asTable")),
    );
    keepFocus(tools, () => tools.replaceChildren(el("label", { for: id, class: "sr-only" }, t("interval")), choice, form));
  }

  function redraw() {
    refresh();
  }

  controls();
  return {
    element,
    refresh,
    stop() {
      stop();
      drawn?.end();
    },
  };
}

function toggleMetric(name) {
  const { metrics: chosen } = view();
  const next = chosen.includes(name) ? chosen.filter((other) => other !== name) : metrics.filter((other) => other === name || chosen.includes(other));
  if (next.length > 0) show({ metrics: next });
}

/** Makes controls anew without taking the keyboard's place away. */
function keepFocus(place, change) {
  const key = place.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  change();
  if (key) place.querySelector(`[data-key=${key}]`)?.focus();
}

/** An hour that has not begun holds no zero yet: drawn, it would look like a fall. Days carry no clock time. */
const isAhead = (point) => String(point.time).includes("T") && moment(point.time) > Date.now();

const isTime = (metric) => metric === "avg_duration";

function lines({ now, before, asked, interval }, palette) {
  const { from, to } = days(asked);
  const isOneDay = interval === "hour" && from === to;
  const axes = [
    { show: asked.metrics.some((name) => !isTime(name)), format: shortCount, minInterval: 1 },
    { show: asked.metrics.some(isTime), format: (value) => metricValue("avg_duration", value), minInterval: 0 },
  ];
  const series = asked.metrics.map((name) => {
    const colour = palette.series[metrics.indexOf(name)];
    return {
      name: t(`metric.${name}`),
      type: "line",
      yAxisIndex: isTime(name) ? 1 : 0,
      data: now.map((point) => (isAhead(point) ? null : point[name])),
      showSymbol: now.length === 1,
      symbolSize: 7,
      lineStyle: { width: 2, color: colour },
      itemStyle: { color: colour },
      emphasis: { disabled: true },
      areaStyle: { color: fade(colour), opacity: asked.metrics.length === 1 ? 1 : 0.6 },
      z: 10 - metrics.indexOf(name),
    };
  });
  if (before) {
    const [name] = asked.metrics;
    series.push({
      name: t("trend.before"),
      type: "line",
      yAxisIndex: isTime(name) ? 1 : 0,
      data: now.map((_, index) => before[index]?.[name] ?? null),
      showSymbol: false,
      lineStyle: { width: 1.5, type: "dashed", color: palette.text },
      itemStyle: { color: palette.text },
      emphasis: { disabled: true },
      z: 1,
    });
  }
  return {
    textStyle: { fontFamily: palette.font },
    grid: { left: 4, right: 8, top: 14, bottom: 2, containLabel: true },
    tooltip: {
      trigger: "axis",
      className: "chart-tip",
      confine: true,
      transitionDuration: 0.1,
      backgroundColor: "transparent",
      borderWidth: 0,
      padding: 0,
      extraCssText: "box-shadow: none",
      axisPointer: { type: "line", lineStyle: { color: palette.text, opacity: 0.5, type: "solid" } },
      // An element, not a string: markup with style attributes would break the page's content policy.
      formatter: (points) => tip(points[0].dataIndex, { now, before, asked, interval }, palette),
    },
    xAxis: {
      type: "category",
      boundaryGap: false,
      data: now.map((point) => (isOneDay ? hourLabel(point.time, asked.tz) : bucketLabel(point.time, interval, asked.tz))),
      axisLine: { lineStyle: { color: palette.line } },
      axisTick: { show: false },
      axisLabel: { color: palette.text, fontSize: 12, margin: 12, hideOverlap: true, alignMinLabel: "left", alignMaxLabel: "right" },
    },
    yAxis: axes.map((axis, index) => ({
      type: "value",
      show: axis.show,
      position: index === 0 ? "left" : "right",
      splitNumber: 4,
      minInterval: axis.minInterval,
      axisLabel: { color: palette.text, fontSize: 12, formatter: axis.format },
      splitLine: { show: index === 0 || !axes[0].show, lineStyle: { color: palette.line } },
    })),
    series,
  };
}

/** A colour at the top that fades to nothing. Palette colours are six hexadecimal digits. */
function fade(colour) {
  return { type: "linear", x: 0, y: 0, x2: 0, y2: 1, colorStops: [{ offset: 0, color: `${colour}2e` }, { offset: 1, color: `${colour}00` }] };
}

function tip(index, { now, before, asked, interval }, palette) {
  const row = (label, value, colour) => {
    const dot = el("span", { class: "dot", "aria-hidden": "true" });
    dot.style.background = colour;
    return el("div", { class: "tip-row" }, dot, el("span", { class: "tip-name" }, label), el("span", { class: "tip-value" }, value));
  };
  const rows = asked.metrics.map((name) => row(t(`metric.${name}`), metricValue(name, now[index]?.[name]), palette.series[metrics.indexOf(name)]));
  if (before?.[index]) {
    rows.push(row(bucketLabel(before[index].time, interval, asked.tz, true), metricValue(asked.metrics[0], before[index][asked.metrics[0]]), palette.text));
  }
  return el("div", { class: "tip" }, el("div", { class: "tip-title" }, bucketLabel(now[index].time, interval, asked.tz, true)), ...rows);
}

/** The chart in a sentence for each metric, for those who do not see it. */
function summary({ now, asked, interval }) {
  if (now.length === 0) return t("trend.none");
  const sentences = asked.metrics.map((name) => {
    const peak = now.reduce((best, point) => ((point[name] ?? 0) > (best[name] ?? 0) ? point : best), now[0]);
    return t("trend.summary", {
      metric: t(`metric.${name}`),
      n: now.length,
      peak: metricValue(name, peak[name]),
      when: bucketLabel(peak.time, interval, asked.tz, true),
      last: metricValue(name, now.at(-1)[name]),
    });
  });
  return [...sentences, t("trend.tableHint")].join(" ");
}

function dataTable({ now, before, asked, interval }) {
  const columns = [...asked.metrics.map((name) => [t(`metric.${name}`), (point) => metricValue(name, point[name])])];
  if (before) columns.push([t("trend.before"), (_, index) => metricValue(asked.metrics[0], before[index]?.[asked.metrics[0]])]);
  return el(
    "div",
    { class: "table-scroll tall", tabindex: "0", role: "region", "aria-label": t("trend") },
    el(
      "table",
      { class: "table" },
      el("caption", { class: "sr-only" }, t("trend")),
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, t("time")), ...columns.map(([title]) => el("th", { scope: "col", class: "number" }, title)))),
      el(
        "tbody",
        {},
        ...now.map((point, index) =>
          el(
            "tr",
            {},
            el("th", { scope: "row" }, bucketLabel(point.time, interval, asked.tz, true)),
            ...columns.map(([, value]) => el("td", { class: "number" }, value(point, index))),
          ),
        ),
      ),
    ),
  );
}
