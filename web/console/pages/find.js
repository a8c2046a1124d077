import { t } from "../i18n/index.js";
import { el, icon } from "../lib/dom.js";
import { idKinds, link, show } from "../lib/view.js";
import { timelinePanel } from "../panels/timeline.js";

/** What is known about one id: as a trace, and as a user. Whoever searches need not know which of the two it is. */
export function findPage(id) {
  const trace = timelinePanel({ kind: "trace", id });
  const user = timelinePanel({ kind: "user", id });
  const back = el("a", { class: "button quiet back", href: link({ find: "" }) }, icon("back"), t("find.back"));
  back.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    show({ find: "" });
  });
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
  const places = idKinds.map((kind) => el("a", { class: "button", href: link({ find: "", page: "where", kind, id }) }, t("find.where", { kind })));
  return el(
    "section",
    { class: "panel empty" },
    el("h2", {}, t("find.none", { id })),
    el("p", {}, t("find.none.hint")),
    el("div", { class: "empty-actions" }, ...places),
  );
}
