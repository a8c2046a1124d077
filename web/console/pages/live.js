import { t } from "../i18n/index.js";
import { el } from "../lib/dom.js";
import { livePanel } from "../panels/live.js";
import { liveFilters } from "../panels/live-filters.js";

/** Reports as they come: the look of whoever is testing a page. */
export function livePage() {
  const filters = liveFilters();
  const live = livePanel();
  return {
    element: el("div", { class: "page live-page" }, el("div", { class: "admin-head" }, el("h1", {}, t("nav.live")), el("p", {}, t("live.lead"))), filters.element, live.element),
    start: live.start,
    stop: live.stop,
    viewChanged() {
      filters.update();
      live.start();
    },
  };
}
