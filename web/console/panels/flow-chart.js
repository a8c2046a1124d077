import { t } from "../i18n/index.js";
import { chartPlace } from "../lib/chart-place.js";
import { el, icon } from "../lib/dom.js";
import { count } from "../lib/format.js";
import { pageLabel } from "../lib/page-label.js";
import { panel } from "../lib/panel.js";
import { pictureButtons } from "../lib/picture.js";
import { columnsOf, follow } from "../lib/sankey.js";
import { tip, tooltip } from "../lib/tip.js";
import { rowsAtMost } from "../lib/variants.js";
import { flowSizes, show, view } from "../lib/view.js";
import { sizeChoice } from "./size-choice.js";

export const trailOf = (of = view()) => (of.trail === "" ? [] : of.trail.split(",").map(Number));
export const followPage = (trail) => show({ trail: trail.join(",") });

/** The flows as a Sankey diagram. */
export function flowChartPanel(question) {
  const place = chartPlace();
  const way = el("div", { class: "trail-place" });
  const size = sizeChoice({ name: "links", sizes: flowSizes, words: (n) => t("flows.links", { n }) });
  const whole = panel({
    title: t("flows.chart"),
    className: "flow-chart-panel",
    actions: [size.element, ...pictureButtons(t("flows.chart"), "flows", place.latest)],
    skeleton: () => el("div", { class: "skeleton chart-skeleton", "aria-hidden": "true" }),
    load(signal) {
      size.update();
      return question(signal);
    },
    render(variants) {
      place.clear();
      const trail = trailOf();
      way.replaceChildren(breadcrumbs(trail));
      if (variants.every(({ data }) => data.length === 0)) return el("p", { class: "muted nothing" }, t("flows.none"));
      const drawings = variants.map(({ label, data }) => {
        const { nodes, links } = columnsOf(data, trail, view().links);
        const columns = Math.max(...nodes.map((node) => node.column), 1) + 1;
        const tallest = Math.max(...Array.from({ length: columns }, (_, column) => nodes.filter((node) => node.column === column).length));
        const words = t("flows.summary", {
          n: links.length,
          top: links.slice(0, 3).map((link) => linkWords(nodes, link)).join(t("admin.detail.and")),
        });
        return el(
          "div",
          { class: "variant" },
          label && el("h3", {}, label),
          links.length === 0
            ? el("p", { class: "muted nothing" }, t("flows.end"))
            : place.draw((palette) => diagram(nodes, links, trail, palette), {
                words,
                height: Math.min(760, Math.max(260, tallest * 30 + 40)),
                className: "clickable",
                onClick(event) {
                  const clicked = event.dataType === "edge" ? nodes.find((node) => node.key === event.data.target) : nodes.find((node) => node.key === event.name);
                  if (clicked) followPage(follow(trail, clicked));
                },
              }),
        );
      });
      return [
        el("div", { class: variants.length > 1 ? "variants" : "variants single" }, ...drawings),
        el("p", { class: "muted note" }, t(trail.length === 0 ? "flows.hint" : "flows.hint.trail")),
        variants.some(({ isCut }) => isCut) && el("p", { class: "muted note" }, t("flows.cut", { n: count(rowsAtMost) })),
      ].filter(Boolean);
    },
  });
  whole.element.querySelector(".panel-head").after(way);
  return {
    ...whole,
    stop() {
      whole.stop();
      place.clear();
    },
  };
}

/** The pages that were followed, each a way back to it. */
function breadcrumbs(trail) {
  if (trail.length === 0) return el("p", { class: "muted" }, t("flows.all"));
  const step = (label, to, isLast) =>
    el("li", {}, el("button", { type: "button", class: "chip", "aria-current": isLast && "step", on: { click: () => followPage(to) } }, el("span", {}, label)));
  return el(
    "ol",
    { class: "trail", "aria-label": t("flows.trail") },
    el("li", {}, el("button", { type: "button", class: "button quiet", on: { click: () => followPage([]) } }, icon("back"), t("flows.whole"))),
    ...trail.map((page, index) => step(pageLabel(page), trail.slice(0, index + 1), index === trail.length - 1)),
  );
}

const nodeLabel = (node) => (node.id === null ? t("flows.rest", { n: node.pages }) : pageLabel(node.id));

function linkWords(nodes, link) {
  const label = (key) => nodeLabel(nodes.find((node) => node.key === key));
  return `${label(link.from)} → ${label(link.to)} ${count(link.count)}`;
}

function diagram(nodes, links, trail, palette) {
  const last = Math.max(...nodes.map((node) => node.column));
  const colourOf = (node) => (node.id === null ? palette.text : trail[node.column - 1] === node.id ? palette.series[1] : palette.series[0]);
  return {
    textStyle: { fontFamily: palette.font },
    tooltip: tooltip((item) =>
      item.dataType === "edge"
        ? tip(linkTitle(nodes, item.data), [[t("flows.count"), count(item.data.value)], ...(item.data.users === undefined ? [] : [[t("flows.users"), count(item.data.users)]])])
        : tip(nodeLabel(nodes.find((node) => node.key === item.name)), [[t("flows.count"), count(item.value)]]),
    ),
    series: [
      {
        type: "sankey",
        left: 4,
        right: 4,
        top: 8,
        bottom: 8,
        nodeWidth: 12,
        nodeGap: 14,
        animationDuration: 350,
        draggable: false,
        layoutIterations: 24,
        emphasis: { focus: "adjacency" },
        lineStyle: { color: palette.series[0], opacity: 0.22, curveness: 0.5 },
        data: nodes.map((node) => ({
          name: node.key,
          depth: node.column,
          itemStyle: { color: colourOf(node), borderWidth: 0 },
          label: {
            // Inside the drawing: the first column's to the right, the last one's to the left.
            position: node.column === last ? "left" : "right",
            color: palette.strong,
            fontSize: 12,
            formatter: () => nodeLabel(node),
          },
        })),
        links: links.map((link) => ({ source: link.from, target: link.to, value: link.count, users: link.users })),
      },
    ],
  };
}

function linkTitle(nodes, { source, target }) {
  const label = (key) => nodeLabel(nodes.find((node) => node.key === key));
  return `${label(source)} → ${label(target)}`;
}
