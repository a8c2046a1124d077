import { t } from "../i18n/index.js";
import { chartPlace } from "../lib/chart-place.js";
import { csvButton } from "../lib/csv.js";
import { el } from "../lib/dom.js";
import { percent } from "../lib/format.js";
import { panel } from "../lib/panel.js";
import { frame } from "../lib/parts.js";
import { pictureButtons } from "../lib/picture.js";
import { categoryAxis, grid, legend, tip, tooltip, valueAxis } from "../lib/tip.js";
import { askEach } from "../lib/variants.js";
import { retentionIntervals, view } from "../lib/view.js";
import { heatOption, heatTable, periodLabel } from "./retention-heat.js";
import { sizeChoice } from "./size-choice.js";

const periodChoices = [3, 7, 14, 30, 60, 90];

/** The heat map asks; the curve below shows the same answer. */
export function retentionPanels() {
  const place = chartPlace();
  let latest = null;
  const controls = [
    sizeChoice({ name: "unit", sizes: retentionIntervals, words: (unit) => t(`retention.unit.${unit}`) }),
    sizeChoice({ name: "periods", sizes: [...new Set([...periodChoices, view().periods])], words: (n) => t("retention.periods", { n }) }),
    sizeChoice({ name: "cells", sizes: ["share", "users"], words: (kind) => t(`retention.cells.${kind}`) }),
  ];
  const map = panel({
    title: t("retention.map"),
    className: "retention-panel",
    actions: [
      ...controls.map((control) => control.element),
      csvButton(t("retention.map"), "retention", () => (latest === null ? [] : csvRows(latest))),
      ...pictureButtons(t("retention.map"), "retention", () => latest && heatPicture(latest[0].data)),
    ],
    skeleton: () => el("div", { class: "skeleton chart-skeleton", "aria-hidden": "true" }),
    async load(signal) {
      for (const control of controls) control.update();
      return askEach(["retention"], [["interval", view().unit], ["periods", view().periods]], signal);
    },
    render(variants) {
      latest = variants;
      drawCurve();
      if (variants.every(({ data }) => data.every((row) => row.size === 0))) return el("p", { class: "muted nothing" }, t("retention.none"));
      return variants.map((variant) => el("div", { class: "variant" }, variant.label && el("h3", {}, variant.label), heatTable(variant)));
    },
  });

  const body = el("div", { class: "panel-body" });
  const curve = frame({ title: t("retention.curve"), actions: pictureButtons(t("retention.curve"), "retention-curve", place.latest) }, body);
  function drawCurve() {
    place.clear();
    const courses = latest.map(({ label, data }) => ({ label, shares: meanShares(data) }));
    curve.hidden = courses.every(({ shares }) => shares.length < 2);
    if (curve.hidden) return body.replaceChildren();
    body.replaceChildren(place.draw((palette) => curveOption(courses, palette), { words: courses.map(summary).join(" "), height: 240 }));
  }
  return [
    map,
    {
      element: curve,
      refresh() {},
      stop: place.clear,
    },
  ];
}

const heatPicture = (data) => ({ option: (palette) => heatOption(data, palette), height: 120 + data.length * 34 });

const summary = ({ label, shares }) =>
  t("retention.summary", { name: label ? `${label}${t("colon")}` : "", first: percent(shares[1]), last: percent(shares.at(-1)), n: shares.length - 1 });

/** Over all cohorts that are old enough, each with its weight. */
function meanShares(rows) {
  const shares = [];
  for (let period = 0; period < (rows[0]?.returned.length ?? 0); period += 1) {
    const known = rows.filter((row) => row.returned[period] !== null && row.size > 0);
    const size = known.reduce((sum, row) => sum + row.size, 0);
    if (size === 0) break;
    shares.push(known.reduce((sum, row) => sum + row.returned[period], 0) / size);
  }
  return shares;
}

function curveOption(courses, palette) {
  const longest = Math.max(...courses.map(({ shares }) => shares.length));
  const labels = Array.from({ length: longest }, (_, period) => periodLabel(period));
  return {
    textStyle: { fontFamily: palette.font },
    grid: grid(courses.length > 1),
    legend: legend(palette, courses.length > 1),
    tooltip: tooltip(
      (points) => tip(labels[points[0].dataIndex], courses.map(({ label, shares }, index) => [label || t("retention.mean"), percent(shares[points[0].dataIndex]), palette.series[index]])),
      { trigger: "axis", pointer: { type: "line", lineStyle: { color: palette.text, opacity: 0.5, type: "solid" } } },
    ),
    xAxis: { ...categoryAxis(palette, labels, { alignMinLabel: "left", alignMaxLabel: "right" }), boundaryGap: false },
    yAxis: { ...valueAxis(palette, (value) => percent(value, 0)), min: 0, max: 1, interval: 0.25 },
    series: courses.map(({ label, shares }, index) => ({
      name: label || t("retention.mean"),
      type: "line",
      data: shares,
      symbolSize: 6,
      showSymbol: shares.length <= 15,
      lineStyle: { width: 2, color: palette.series[index] },
      itemStyle: { color: palette.series[index] },
      emphasis: { disabled: true },
    })),
  };
}

function csvRows(variants) {
  const longest = Math.max(...variants.flatMap(({ data }) => data.map((row) => row.returned.length)), 0);
  return [
    ["variant", "cohort", "size", ...Array.from({ length: longest }, (_, period) => `returned_${period}`)],
    ...variants.flatMap(({ label, data }) => data.map((row) => [label, row.cohort, row.size, ...row.returned])),
  ];
}
