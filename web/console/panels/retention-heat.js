import { t } from "../i18n/index.js";
import { el } from "../lib/dom.js";
import { bucketLabel, count, percent } from "../lib/format.js";
import { view } from "../lib/view.js";
import { usersButton } from "./users-dialog.js";

export const periodLabel = (period) => t(`retention.period.${view().unit}`, { n: period });
const cohortLabel = (cohort) => bucketLabel(cohort, "day", view().tz, true);

/** Cohorts as rows, periods as columns; a cell is the darker the more came back, and leads to who they are. */
export function heatTable(variant) {
  const rows = variant.data.filter((row) => row.size > 0);
  const periods = rows[0]?.returned.length ?? 0;
  const caption = variant.label ? `${t("retention.map")}${t("colon")}${variant.label}` : t("retention.map");
  const heads = Array.from({ length: periods }, (_, period) => el("th", { scope: "col", class: "number" }, periodLabel(period)));
  return el(
    "div",
    { class: "table-scroll", tabindex: "0", role: "region", "aria-label": caption },
    el(
      "table",
      { class: "table heat" },
      el("caption", { class: "sr-only" }, caption),
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, t("retention.cohort")), el("th", { scope: "col", class: "number" }, t("retention.size")), ...heads)),
      el("tbody", {}, ...rows.map((row) => cohortRow(row, variant))),
    ),
  );
}

function cohortRow(row, variant) {
  const label = cohortLabel(row.cohort);
  return el(
    "tr",
    {},
    el("th", { scope: "row" }, label),
    el("td", { class: "number" }, count(row.size)),
    ...row.returned.map((users, period) => {
      if (users === null) return el("td", { class: "number" }, el("span", { class: "sr-only" }, t("retention.notYet")));
      const share = users / row.size;
      const cell = el(
        "td",
        { class: "number heat-cell" },
        usersButton({
          number: users,
          title: t(period === 0 ? "retention.cohortUsers" : "retention.users", { cohort: label, period: periodLabel(period) }),
          path: ["retention_users"],
          parameters: [["interval", view().unit], ["cohort", row.cohort], ["period", period], ...variant.parameters],
          content: view().cells === "users" ? count(users) : percent(share, share < 0.1 ? 1 : 0),
        }),
      );
      // The first period is everybody: dark, it would say nothing.
      cell.style.setProperty("--share", period === 0 ? 0 : share);
      return cell;
    }),
  );
}

/** The same as a chart, for a picture. */
export function heatOption(data, palette) {
  const rows = data.filter((row) => row.size > 0).toReversed();
  const periods = rows[0]?.returned.length ?? 0;
  const cells = rows.flatMap((row, y) => row.returned.map((users, x) => [x, y, users === null ? null : users / row.size]));
  const axis = (labels) => ({ type: "category", data: labels, axisLine: { show: false }, axisTick: { show: false }, axisLabel: { color: palette.text, fontSize: 12 } });
  return {
    textStyle: { fontFamily: palette.font },
    grid: { left: 16, right: 16, top: 16, bottom: 16, containLabel: true },
    xAxis: { ...axis(Array.from({ length: periods }, (_, period) => periodLabel(period))), position: "top" },
    yAxis: axis(rows.map((row) => `${cohortLabel(row.cohort)} (${count(row.size)})`)),
    visualMap: { show: false, min: 0, max: 0.6, inRange: { color: [palette.surface, palette.series[0]] } },
    series: [
      {
        type: "heatmap",
        data: cells.filter(([, , share]) => share !== null),
        label: { show: true, color: palette.strong, formatter: ({ value }) => percent(value[2], 0) },
        itemStyle: { borderColor: palette.surface, borderWidth: 2, opacity: 0.75 },
      },
    ],
  };
}
