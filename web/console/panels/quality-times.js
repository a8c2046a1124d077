import { t } from "../i18n/index.js";
import { chartPlace } from "../lib/chart-place.js";
import { csvButton } from "../lib/csv.js";
import { el } from "../lib/dom.js";
import { bucketLabel, count, duration, percent, shortCount } from "../lib/format.js";
import { panel } from "../lib/panel.js";
import { figureList } from "../lib/parts.js";
import { pictureButtons } from "../lib/picture.js";
import { spark } from "../lib/spark.js";
import { dataTable } from "../lib/table.js";
import { categoryAxis, grid, tip, tooltip, valueAxis } from "../lib/tip.js";
import { view } from "../lib/view.js";
import { viewLink } from "../lib/view-link.js";
import { askOfAllApps, askQuality } from "./quality-question.js";

const quantiles = ["p50", "p90", "p99"];

/** How long after they happened events arrive. */
export const latenessPanel = () =>
  timesPanel({
    name: "lateness",
    load: (signal) => askOfAllApps("lateness", signal),
    note: () => view().app !== "" && t("quality.allApps"),
    isEmpty: (answer) => answer.events === 0,
    figures: (answer) => [["late", percent(answer.events === 0 ? null : answer.late / answer.events, 2)], ...quantiles.map((one) => [one, duration(answer[one])])],
    of: (bin) => bin.events,
    more: (answer) => {
      const words = answer.days.map((day) => `${bucketLabel(day.day, "day", view().tz)} ${count(day.late)}`).join(t("admin.detail.and"));
      return el("p", { class: "spark-line" }, el("span", { class: "muted" }, t("quality.lateness.days")), spark(answer.days.map((day) => day.late), words, 8));
    },
    csv: (answer) => [["day", "events", "late"], ...answer.days.map((day) => [day.day, day.events, day.late])],
  });

/** How far the clocks of devices are from ours. */
export const skewPanel = () =>
  timesPanel({
    name: "skew",
    load: (signal) => askQuality("skew", signal),
    note: (answer) => answer.unknown > 0 && t("quality.skew.unknown", { n: count(answer.unknown) }),
    isEmpty: (answer) => answer.devices === 0,
    figures: (answer) => [["ahead", count(answer.ahead)], ["behind", count(answer.behind)], ...quantiles.map((one) => [one, duration(answer[one])])],
    of: (bin) => bin.devices,
    more: (answer) =>
      answer.worst.length > 0 &&
      dataTable({
        caption: t("quality.skew.worst"),
        rows: answer.worst,
        columns: [
          { key: "uid", title: t("dimension.uid"), className: "id", value: (row) => viewLink({}, { find: row.uid }, row.uid), by: (row) => row.uid },
          { key: "seconds", title: t("quality.skew.off"), number: true, value: (row) => signed(row.seconds), by: (row) => row.seconds },
          { key: "reports", title: t("refused.count"), number: true, value: (row) => count(row.reports), by: (row) => row.reports },
        ],
      }),
    csv: (answer) => [["uid", "seconds", "reports"], ...answer.worst.map((row) => [row.uid, row.seconds, row.reports])],
  });

const signed = (seconds) => `${seconds < 0 ? "−" : "+"}${duration(Math.abs(seconds))}`;

function timesPanel({ name, load, note, isEmpty, figures, of, more, csv }) {
  const place = chartPlace();
  let shown = null;
  const title = t(`quality.${name}`);
  const whole = panel({
    title,
    className: `${name}-panel`,
    actions: [csvButton(title, name, () => (shown === null ? [] : csv(shown))), ...pictureButtons(title, name, place.latest)],
    skeleton: () => el("div", { class: "skeleton chart-skeleton", "aria-hidden": "true" }),
    load,
    render(answer) {
      shown = answer;
      place.clear();
      if (isEmpty(answer)) return el("p", { class: "muted nothing" }, t(`quality.${name}.none`));
      const all = figures(answer);
      const words = all.map(([key, value]) => `${t(`quality.${name}.${key}`)} ${value}`).join(t("admin.detail.and"));
      return [
        el("p", { class: "muted" }, [t(`quality.${name}.lead`), note(answer)].filter(Boolean).join(" ")),
        figureList(all.map(([key, value]) => ({ name: t(`quality.${name}.${key}`), value }))),
        place.draw((palette) => histogram(answer.histogram, of, palette), { words: `${title}${t("colon")}${words}`, height: 200 }),
        more(answer),
      ].filter(Boolean);
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

/** From one bound to the next; with a sign where a clock may be behind. */
function binLabel({ from, to }, hasSigns) {
  const text = (seconds) => (hasSigns ? signed(seconds) : duration(seconds));
  // Whole seconds up to and with 60 end before 61: a person says "a minute".
  const bound = (seconds) => (hasSigns && seconds > 0 ? seconds - 1 : seconds);
  if (from === null) return t("quality.below", { to: text(to) });
  if (to === null) return t("durations.from", { from: text(bound(from)) });
  return t(hasSigns ? "quality.between" : "durations.bin", { from: text(bound(from)), to: text(bound(to)) });
}

function histogram(bins, of, palette) {
  const hasSigns = bins.some(({ from }) => from === null);
  const labels = bins.map((bin) => binLabel(bin, hasSigns));
  return {
    textStyle: { fontFamily: palette.font },
    grid: grid(false),
    tooltip: tooltip((points) => tip(labels[points[0].dataIndex], [[t("count"), count(of(bins[points[0].dataIndex])), palette.series[0]]]), {
      trigger: "axis", pointer: { type: "shadow", shadowStyle: { color: palette.text, opacity: 0.08 } },
    }),
    xAxis: categoryAxis(palette, labels),
    yAxis: { ...valueAxis(palette, shortCount), minInterval: 1 },
    series: [{ type: "bar", barCategoryGap: "14%", itemStyle: { color: palette.series[0], borderRadius: [4, 4, 0, 0] }, data: bins.map(of) }],
  };
}
