import { t } from "../i18n/index.js";
import { field } from "../lib/dialog.js";
import { el, icon } from "../lib/dom.js";
import { idKinds, show, view } from "../lib/view.js";
import { wherePanel } from "../panels/where.js";

/** What became of an event: a trace_id or a uid, followed from its arrival to the figures. */
export function wherePage() {
  const kind = el("select", { class: "input" }, ...idKinds.map((name) => el("option", { value: name }, name)));
  const id = el("input", {
    class: "input", required: true, maxlength: 128, autocomplete: "off", spellcheck: "false", autocapitalize: "off", enterkeyhint: "search",
  });
  kind.value = view().kind;
  id.value = view().id;
  const form = el(
    "form",
    {
      class: "audit-filters where-form", "aria-label": t("where"),
      on: {
        submit(event) {
          event.preventDefault();
          const asked = { kind: kind.value, id: id.value };
          // Asked for again, it is looked at again.
          if (asked.kind === view().kind && asked.id === view().id) found.refresh();
          else show(asked);
        },
      },
    },
    field(t("where.kind"), kind),
    field(t("where.id"), id),
    el("button", { type: "submit", class: "button primary" }, icon("search"), t("where.look")),
  );
  const found = wherePanel();
  const place = el("div", { class: "where-place" });
  const look = () => {
    place.replaceChildren(...(view().id === "" ? [] : [found.element]));
    return view().id === "" ? undefined : found.refresh();
  };
  return {
    element: el(
      "div",
      { class: "page where-page" },
      el("div", { class: "admin-head" }, el("h1", {}, t("where")), el("p", {}, t("where.lead"))),
      el("section", { class: "panel", "aria-label": t("where.look") }, form),
      place,
    ),
    start: look,
    stop: found.stop,
    viewChanged() {
      kind.value = view().kind;
      id.value = view().id;
      look();
    },
  };
}
