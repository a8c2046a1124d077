import { t } from "../i18n/index.js";
import { el } from "../lib/dom.js";
import { link } from "../lib/view.js";
import { appsPanel } from "../panels/admin-apps.js";
import { auditPanel } from "../panels/admin-audit.js";
import { keysPanel } from "../panels/admin-keys.js";
import { tokensPanel } from "../panels/admin-tokens.js";

/** Apps, tokens, keys and the log of who changed them. A viewer is told why there is nothing here. */
export function adminPage(role) {
  if (role !== "admin") return { element: notForViewers(), start() {}, stop() {} };
  const onChange = () => Promise.all(panels.map((panel) => panel.refresh()));
  const panels = [appsPanel(onChange), tokensPanel(onChange), keysPanel(onChange), auditPanel()];
  return {
    element: el(
      "div",
      { class: "page" },
      el("div", { class: "admin-head" }, el("h1", {}, t("admin")), el("p", {}, t("admin.lead"))),
      ...panels.map((panel) => panel.element),
    ),
    start: onChange,
    stop() {
      for (const panel of panels) panel.stop();
    },
  };
}

function notForViewers() {
  return el(
    "div",
    { class: "page" },
    el(
      "section",
      { class: "panel empty" },
      el("h1", {}, t("admin.viewer")),
      el("p", {}, t("admin.viewer.hint")),
      el("div", { class: "empty-actions" }, el("a", { class: "button primary", href: link({ page: "", find: "" }) }, t("find.back"))),
    ),
  );
}
