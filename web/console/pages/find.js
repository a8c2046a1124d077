import { t } from "../i18n/index.js";
import { el, icon } from "../lib/dom.js";
import { idKinds } from "../lib/view.js";
import { viewLink } from "../lib/view-link.js";
import { timelinePanel } from "../panels/timeline.js";

/** What is known about one id: as a trace, and as a user. Whoever searches need not know which of the two it is. */
export function findPage(id) {
  const trace = timelinePanel({ kind: "trace", id });
  const user = timelinePanel({ kind: "user", id });
  const back = viewLink({ class: "button quiet back" }, { find: "" }, icon("back"), t("find.back"));
  const nothing = el("div", { "aria-live": "polite" });
  const element = el("div", { class: "page" }, el("div", { class: "find-head" }, back, el("h1", {}, id)), nothing, trace.element, user.element);

  return {
    element,
    async start() {
      await Promise.all([trace.refresh(), user.refresh()]);
      if (trace.isEmpty() && user.isEmpty()) nothing.replaceChildren(nothingFound(id));
    },
    stop() {
      trace.stop();
      user.stop();
    },
    viewChanged() {
      this.start();
    },
  };
}

function nothingFound(id) {
  const places = idKinds.map((kind) => viewLink({ class: "button" }, { find: "", page: "where", kind, id }, t("find.where", { kind })));
  return el(
    "section",
    { class: "panel empty" },
    el("h2", {}, t("find.none", { id })),
    el("p", {}, t("find.none.hint")),
    el("div", { class: "empty-actions" }, ...places),
  );
}
