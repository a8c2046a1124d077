import { t } from "../i18n/index.js";
import { ask } from "../lib/api.js";
import { el } from "../lib/dom.js";
import { preference, remember } from "../lib/preference.js";
import { dimensions, parameters } from "../lib/view.js";
import { breakdownPanel } from "../panels/breakdown.js";
import { emptyState } from "../panels/empty.js";
import { keyFigures } from "../panels/key-figures.js";
import { topPagesPanel } from "../panels/top-pages.js";
import { toolbar } from "../panels/toolbar.js";
import { trendPanel } from "../panels/trend.js";

const refreshSeconds = 60;

/** The overview: one range and one set of filters, seen as figures, over time, by page and by dimension. */
export function dashboardPage() {
  const trend = trendPanel();
  const pages = topPagesPanel();
  const breakdowns = dimensions.map(breakdownPanel);
  const details = el(
    "div",
    { class: "details" },
    trend.element,
    el("div", { class: "columns" }, pages.element, el("div", { class: "stack" }, ...breakdowns.map((panel) => panel.element))),
  );
  const empty = el("div", { class: "empty-place" });
  // The figures answer first whether there is anything to see; the other panels ask at the same time.
  const figures = keyFigures({
    load: (signal) => ask(["overview"], parameters(), signal),
    retry: () => refresh(),
    onAnswer(overview) {
      const nothing = overview.events === 0;
      details.hidden = nothing;
      empty.replaceChildren(...(nothing ? [emptyState()] : []));
    },
    onFailure(error) {
      // What fails for one question fails for all: said once is enough.
      details.hidden = ["busy", "offline", "broken"].includes(error.kind);
      empty.replaceChildren();
    },
  });
  const panels = [figures, trend, pages, ...breakdowns];
  const refresh = () => Promise.all(panels.map((panel) => panel.refresh()));

  const automatic = preference("refresh", "on") === "on";
  const keepFresh = el("input", { type: "checkbox", class: "switch", role: "switch" });
  keepFresh.checked = automatic;
  keepFresh.addEventListener("change", () => remember("refresh", keepFresh.checked ? "on" : "off"));
  const bar = toolbar({ refresh, tools: [el("label", { class: "switch-label" }, keepFresh, el("span", {}, t("refresh.auto")))] });

  const element = el(
    "div",
    { class: "page" },
    el("h1", { class: "sr-only" }, t("nav.overview")),
    bar.element,
    figures.element,
    empty,
    details,
  );

  let timer = null;
  return {
    element,
    start() {
      refresh();
      timer = setInterval(() => {
        // Nobody looks at a hidden tab, and a person who fills a sheet should not see it change.
        const busy = document.hidden || document.querySelector("[aria-expanded=true]");
        if (keepFresh.checked && !busy) refresh();
      }, refreshSeconds * 1000);
    },
    stop() {
      clearInterval(timer);
      for (const part of [...panels, bar]) part.stop();
    },
    viewChanged(now, before) {
      bar.update();
      const question = (of) => JSON.stringify(parameters({ of }));
      if (question(now) !== question(before)) {
        refresh();
        return;
      }
      const differs = (...keys) => keys.some((key) => String(now[key]) !== String(before[key]));
      if (differs("metrics", "interval", "versus")) trend.refresh();
      if (differs("order", "rows")) pages.refresh();
    },
  };
}
