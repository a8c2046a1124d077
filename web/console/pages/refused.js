import { t } from "../i18n/index.js";
import { field } from "../lib/dialog.js";
import { el } from "../lib/dom.js";
import { refusedStates, show, view } from "../lib/view.js";
import { rangeBar } from "../panels/range-bar.js";
import { refusedListPanel } from "../panels/refused-list.js";
import { refusedReasonsPanel } from "../panels/refused-reasons.js";

/** Reports that were refused: why, when, what they sent; and, for administrators, another try. */
export function refusedPage(role) {
  const range = rangeBar();
  const reason = el("input", { class: "input", ...ids(64), placeholder: "not_in_plan" });
  const app = el("input", { class: "input", ...ids(64), placeholder: "app_…" });
  const state = el("select", { class: "input" }, ...refusedStates.map((name) => el("option", { value: name }, t(`refused.state.${name}`))));
  const fill = () => {
    reason.value = view().reason;
    app.value = view().app;
    state.value = view().state;
  };
  const use = () => show({ reason: reason.value.trim(), app: app.value.trim(), state: state.value });
  fill();
  state.addEventListener("change", use);
  const filters = el(
    "form",
    {
      class: "audit-filters", "aria-label": t("filters"),
      on: {
        submit(event) {
          event.preventDefault();
          use();
        },
      },
    },
    field(t("refused.reason"), reason),
    field(t("refused.app"), app),
    field(t("refused.state"), state),
    el("button", { type: "submit", class: "button" }, t("filters")),
  );
  const refresh = () => Promise.all([reasons.refresh(), list.refresh()]);
  const reasons = refusedReasonsPanel(role === "admin" ? refresh : null);
  const list = refusedListPanel();
  return {
    element: el(
      "div",
      { class: "page refused-page" },
      el("div", { class: "admin-head" }, el("h1", {}, t("refused")), el("p", {}, t("refused.lead"))),
      el("div", { class: "toolbar" }, range.element),
      filters,
      reasons.element,
      list.element,
    ),
    start: refresh,
    stop() {
      reasons.stop();
      list.stop();
    },
    viewChanged() {
      range.update();
      fill();
      refresh();
    },
  };
}

const ids = (maxlength) => ({ maxlength, autocomplete: "off", spellcheck: "false", autocapitalize: "off" });
