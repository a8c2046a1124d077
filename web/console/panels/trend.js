import { t } from "../i18n/index.js";
import { chartPlace } from "../lib/chart-place.js";
import { csvButton } from "../lib/csv.js";
import { el, icon, uniqueID } from "../lib/dom.js";
import { panel } from "../lib/panel.js";
import { pictureButtons } from "../lib/picture.js";
import { askEach } from "../lib/variants.js";
import { dimensions, intervalOf, intervals, metrics, show, view } from "../lib/view.js";
import { courses, csvRows, dataTable, lines, summary } from "./trend-chart.js";

/** Split by a dimension, one metric is drawn: lines of several metrics for several values say nothing. */
const isSplit = (of) => dimensions.includes(of.versus);
const shownMetrics = (of) => (isSplit(of) ? of.metrics.slice(0, 1) : of.metrics);

/** The chosen metrics over time, as lines or as a table. */
export function trendPanel() {
  const place = chartPlace();
  let asTable = false;
  let latest = null;

  const toggles = el("div", { class: "toggles", role: "group", "aria-label": t("trend.metrics") });
  const tools = el("div", { class: "trend-tools" });

  const { element, refresh, stop } = panel({
    title: t("trend"),
    className: "trend-panel",
    actions: [
      tools,
      csvButton(t("trend"), "trend", () => (latest === null ? [] : csvRows(latest))),
      ...pictureButtons(t("trend"), "trend", () => latest && { option: (palette) => lines(latest, palette), height: 420 }),
    ],
    skeleton: () => el("div", { class: "skeleton chart-skeleton", "aria-hidden": "true" }),
    async load(signal) {
      controls();
      const asked = view();
      const interval = intervalOf(asked);
      const variants = await askEach(["trend"], [["metric", shownMetrics(asked).join(",")], ["interval", interval]], signal);
      return { data: variants[0]?.data ?? [], courses: courses(variants, shownMetrics(asked), asked), asked, interval };
    },
    render(answer) {
      latest = answer;
      place.clear();
      if (asTable) return dataTable(answer);
      return place.draw((palette) => lines(answer, palette), { words: summary(answer), height: 300 });
    },
  });
  element.querySelector(".panel-head").after(toggles);

  function controls() {
    const chosen = shownMetrics(view());
    keepFocus(toggles, () => toggles.replaceChildren(...metrics.map((name) => metricToggle(name, chosen))));
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
            if (latest) refresh();
          },
        },
      },
      icon(asTable ? "chart" : "table"),
      el("span", {}, t(asTable ? "trend.asChart" : "trend.asTable")),
    );
    keepFocus(tools, () => tools.replaceChildren(el("label", { for: id, class: "sr-only" }, t("interval")), choice, form));
  }

  controls();
  return {
    element,
    refresh,
    stop() {
      stop();
      place.clear();
    },
  };
}

const metricToggle = (name, chosen) =>
  el(
    "button",
    {
      type: "button", class: "toggle", "aria-pressed": String(chosen.includes(name)), data: { key: name, series: metrics.indexOf(name) + 1 },
      title: t(`metric.${name}.definition`), on: { click: () => toggleMetric(name) },
    },
    el("span", { class: "dot", "aria-hidden": "true" }),
    t(`metric.${name}`),
  );

function toggleMetric(name) {
  const { metrics: chosen } = view();
  if (isSplit(view())) return show({ metrics: [name] });
  const next = chosen.includes(name) ? chosen.filter((other) => other !== name) : metrics.filter((other) => other === name || chosen.includes(other));
  if (next.length > 0) show({ metrics: next });
}

/** Makes controls anew without taking the keyboard's place away. */
function keepFocus(place, change) {
  const key = place.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  change();
  if (key) place.querySelector(`[data-key=${key}]`)?.focus();
}
