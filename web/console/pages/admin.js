import { t } from "../i18n/index.js";
import { el } from "../lib/dom.js";
import { appsPanel } from "../panels/admin-apps.js";
import { auditPanel } from "../panels/admin-audit.js";
import { keysPanel } from "../panels/admin-keys.js";
import { tokensPanel } from "../panels/admin-tokens.js";
import { notForViewers } from "./for-admins.js";

/** Apps, tokens, keys and the log of who changed them. A viewer is told why there is nothing here. */
export function adminPage(role) {
  if (role !== "admin") return notForViewers();
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
