import { el } from "./dom.js";

/** ECharts' tooltip in the page's own look. formatter gives elements: markup would break the page's content policy. */
export const tooltip = (formatter, { trigger = "item", pointer = {} } = {}) => ({
  trigger,
  className: "chart-tip",
  confine: true,
  transitionDuration: 0.1,
  backgroundColor: "transparent",
  borderWidth: 0,
  padding: 0,
  extraCssText: "box-shadow: none",
  axisPointer: pointer,
  formatter,
});

/** rows: [[name, value, colour]]; without a colour, without a dot. */
export function tip(title, rows) {
  return el(
    "div",
    { class: "tip" },
    el("div", { class: "tip-title" }, title),
    ...rows.map(([name, value, colour]) => {
      const dot = colour ? el("span", { class: "dot", "aria-hidden": "true" }) : null;
      if (dot) dot.style.background = colour;
      return el("div", { class: "tip-row" }, dot, el("span", { class: "tip-name" }, name), el("span", { class: "tip-value" }, value));
    }),
  );
}

/** The looks that axes share. */
export const categoryAxis = (palette, data, label = {}) => ({
  type: "category",
  data,
  axisLine: { lineStyle: { color: palette.line } },
  axisTick: { show: false },
  axisLabel: { color: palette.text, fontSize: 12, hideOverlap: true, ...label },
});
export const valueAxis = (palette, formatter) => ({
  type: "value",
  splitNumber: 4,
  axisLabel: { color: palette.text, fontSize: 12, formatter },
  splitLine: { lineStyle: { color: palette.line } },
});
export const legend = (palette, show, symbols = { icon: "roundRect", itemWidth: 10 }) => ({
  show, top: 0, left: 0, ...symbols, itemHeight: 10, itemGap: 16, textStyle: { color: palette.text, fontSize: 13 },
});
export const grid = (hasLegend) => ({ left: 4, right: 12, top: hasLegend ? 36 : 14, bottom: 2, containLabel: true });
