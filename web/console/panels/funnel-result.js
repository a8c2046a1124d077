import { t } from "../i18n/index.js";
import { chartPlace } from "../lib/chart-place.js";
import { csvButton } from "../lib/csv.js";
import { el } from "../lib/dom.js";
import { count, duration, percent, shortCount } from "../lib/format.js";
import { stepLabel } from "../lib/funnel-steps.js";
import { pictureButtons } from "../lib/picture.js";
import { categoryAxis, grid, legend, tip, tooltip, valueAxis } from "../lib/tip.js";
import { view } from "../lib/view.js";
import { usersButton } from "./users-dialog.js";

/** A funnel's answer: bars for each step, and a table that leads down to the users. */
export function funnelResult() {
  const place = chartPlace();
  let shown = null;
  return {
    actions: [
      csvButton(t("funnel.result"), "funnel", () => (shown === null ? [] : csvRows(shown))),
      ...pictureButtons(t("funnel.result"), "funnel", place.latest),
    ],
    skeleton: () => el("div", { class: "skeleton chart-skeleton", "aria-hidden": "true" }),
    none() {
      place.clear();
      shown = null;
      return el("p", { class: "muted nothing" }, t("funnel.none"));
    },
    render(variants) {
      place.clear();
      shown = variants;
      if (variants.length === 0) return el("p", { class: "muted nothing" }, t("breakdown.none"));
      const drawing = place.draw((palette) => bars(variants, palette), {
        words: variants.map((one) => summary(one)).join(" "),
        height: 300,
      });
      return [conversions(variants), drawing, ...variants.map(table)];
    },
    stop: place.clear,
  };
}

const last = (variant) => variant.data.at(-1);

/** The one number that people come for. */
function conversions(variants) {
  return el(
    "dl",
    { class: "conversions" },
    ...variants.map((variant) =>
      el(
        "div",
        { class: "conversion" },
        el("dt", {}, variant.label || t("funnel.conversion")),
        el(
          "dd",
          {},
          el("span", { class: "figure-value" }, percent(last(variant).conversion)),
          el("span", { class: "muted" }, t("funnel.of", { n: count(last(variant).users), all: count(variant.data[0].users) })),
        ),
      ),
    ),
  );
}

const summary = (variant) =>
  t("funnel.summary", {
    name: variant.label ? `${variant.label}${t("colon")}` : "",
    steps: variant.data.map((step) => `${stepLabel(step.step, step.name)} ${count(step.users)}`).join(" → "),
    conversion: percent(last(variant).conversion),
  });

function bars(variants, palette) {
  const labels = variants[0].data.map((step, index) => `${index + 1}. ${stepLabel(step.step, step.name)}`);
  const isMany = variants.length > 1;
  return {
    textStyle: { fontFamily: palette.font },
    grid: grid(isMany),
    legend: legend(palette, isMany),
    tooltip: tooltip(
      (points) =>
        tip(
          labels[points[0].dataIndex],
          variants.flatMap(({ label, data }, index) => {
            const step = data[points[0].dataIndex];
            return [[label || t("funnel.users"), `${count(step.users)} (${percent(step.conversion)})`, palette.series[index]]];
          }),
        ),
      { trigger: "axis", pointer: { type: "shadow", shadowStyle: { color: palette.text, opacity: 0.08 } } },
    ),
    xAxis: categoryAxis(palette, labels, { overflow: "truncate", width: 130, interval: 0 }),
    yAxis: { ...valueAxis(palette, shortCount), minInterval: 1 },
    series: variants.flatMap(({ label, data }, index) => {
      const bar = { type: "bar", stack: String(index), barMaxWidth: 96, barGap: "12%", itemStyle: { color: palette.series[index], borderRadius: [4, 4, 0, 0] } };
      const reached = {
        ...bar,
        name: label || t("funnel.users"),
        label: {
          show: variants.length <= 2, fontSize: 12, fontWeight: 600,
          // Two beside each other may be narrower than their words.
          ...(isMany ? { position: "top", color: palette.text } : { position: "insideTop", color: palette.surface }),
          // In a bar that has room for it.
          formatter: ({ dataIndex }) => (isMany || data[dataIndex].conversion > 0.06 ? percent(data[dataIndex].conversion, isMany ? 0 : 1) : ""),
        },
        data: data.map((step) => step.users),
      };
      if (isMany) return [reached];
      // Faint on top: who was there a step before.
      return [reached, { ...bar, name: t("funnel.left"), itemStyle: { ...bar.itemStyle, opacity: 0.14 }, data: data.map((step, at) => (at === 0 ? 0 : data[at - 1].users - step.users)) }];
    }),
  };
}

function table(variant) {
  const caption = variant.label ? `${t("funnel.result")}${t("colon")}${variant.label}` : t("funnel.result");
  const heads = ["funnel.step", "funnel.users", "funnel.conversion", "funnel.stepConversion", "funnel.dropped", "funnel.median"];
  return el(
    "div",
    { class: "variant-table" },
    variant.label && el("h3", {}, variant.label),
    el(
      "div",
      { class: "table-scroll", tabindex: "0", role: "region", "aria-label": caption },
      el(
        "table",
        { class: "table bars funnel-table" },
        el("caption", { class: "sr-only" }, caption),
        el("thead", {}, el("tr", {}, ...heads.map((key, index) => el("th", { scope: "col", class: index === 0 ? null : "number" }, t(key))))),
        el("tbody", {}, ...variant.data.map((step, index) => row(variant, step, index))),
      ),
    ),
  );
}

function row(variant, step, index) {
  const label = stepLabel(step.step, step.name);
  const before = variant.data[index - 1];
  const bar = el("span", { class: "bar", "aria-hidden": "true" });
  bar.style.inlineSize = `${Math.max((step.conversion ?? 0) * 100, 0.5)}%`;
  const users = (outcome, at, number, title) =>
    usersButton({
      number,
      title,
      path: ["funnel_users"],
      parameters: [["steps", view().steps], ["window", view().window], ["step", at], ["outcome", outcome], ...variant.parameters],
    });
  return el(
    "tr",
    {},
    el("th", { scope: "row" }, el("div", { class: "bar-cell" }, bar, el("span", { class: "row-name" }, `${index + 1}. ${label}`))),
    el("td", { class: "number" }, users("reached", index + 1, step.users, t("funnel.reached", { step: label }))),
    el("td", { class: "number" }, percent(step.conversion)),
    el("td", { class: "number" }, index === 0 ? "–" : percent(step.step_conversion)),
    el("td", { class: "number" }, before === undefined ? "–" : // Those who did not go on from the step before.
      users("dropped", index, before.users - step.users, t("funnel.droppedAt", { step: label }))),
    el("td", { class: "number" }, index === 0 ? "–" : duration(step.median_seconds)),
  );
}

const csvRows = (variants) => [
  ["variant", "step", "name", "users", "conversion", "step_conversion", "median_seconds"],
  ...variants.flatMap(({ label, data }) => data.map((step) => [label, step.step, step.name, step.users, step.conversion, step.step_conversion, step.median_seconds])),
];
