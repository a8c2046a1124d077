import { el } from "../lib/dom.js";
import { t } from "../i18n/index.js";
import { toolbar } from "../panels/toolbar.js";

/** A page of one question: a head, what it is asked with, and panels that are asked again when that changes. */
export function analysisPage({ name, panels, comparing = true, onView = () => {} }) {
  const refresh = () => Promise.all(panels.map((panel) => panel.refresh()));
  const bar = toolbar({ refresh, comparing });
  return {
    element: el(
      "div",
      { class: `page ${name}-page` },
      el("div", { class: "admin-head" }, el("h1", {}, t(`nav.${name}`)), el("p", {}, t(`${name}.lead`))),
      bar.element,
      ...panels.map((panel) => panel.element),
    ),
    start: refresh,
    stop() {
      bar.stop();
      for (const panel of panels) panel.stop();
    },
    viewChanged(now, before) {
      bar.update();
      onView(now, before);
      refresh();
    },
  };
}
