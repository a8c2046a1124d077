import { t } from "../i18n/index.js";
import { field } from "../lib/dialog.js";
import { el } from "../lib/dom.js";
import { show, view } from "../lib/view.js";
import { completenessPanels } from "../panels/quality-completeness.js";
import { botsPanel, driftPanel, reasonsPanel } from "../panels/quality-lists.js";
import { latenessPanel, skewPanel } from "../panels/quality-times.js";
import { rangeBar } from "../panels/range-bar.js";
import { linkButton, refreshButton } from "../panels/toolbar.js";

/** Whether what arrives is whole, in time and as planned. */
export function qualityPage() {
  const range = rangeBar();
  const app = el("input", { class: "input", maxlength: 64, placeholder: "app_…", autocomplete: "off", spellcheck: "false", autocapitalize: "off", value: view().app });
  const use = () => show({ app: app.value.trim() });
  app.addEventListener("change", use);
  const panels = [...completenessPanels(), reasonsPanel(), latenessPanel(), skewPanel(), driftPanel(), botsPanel()];
  const refresh = () => Promise.all(panels.map((panel) => panel.refresh()));
  const [completeness, missing, reasons, lateness, skew, drift, bots] = panels.map((panel) => panel.element);
  return {
    element: el(
      "div",
      { class: "page quality-page" },
      el("div", { class: "admin-head" }, el("h1", {}, t("nav.quality")), el("p", {}, t("quality.lead"))),
      el(
        "div",
        { class: "toolbar" },
        range.element,
        el("form", { class: "app-filter", on: { submit: (event) => (event.preventDefault(), use()) } }, field(t("refused.app"), app)),
        el("div", { class: "refresh-tools" }, linkButton(), refreshButton(refresh)),
      ),
      completeness,
      missing,
      reasons,
      el("div", { class: "halves" }, lateness, skew),
      drift,
      bots,
    ),
    start: refresh,
    stop() {
      for (const panel of panels) panel.stop();
    },
    viewChanged() {
      range.update();
      app.value = view().app;
      refresh();
    },
  };
}
