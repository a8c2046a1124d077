import { t } from "../i18n/index.js";
import { disclosure } from "../lib/disclosure.js";
import { el, icon, uniqueID } from "../lib/dom.js";
import { removeSegment, saveSegment, segmentOf, segments } from "../lib/segments.js";
import { show, view } from "../lib/view.js";

/** Filters with a name: chosen, saved, removed. */
export const segmentMenu = () => disclosure({ label: t("segments"), iconName: "funnel", title: t("segments"), className: "segment-menu", fill: sheet });

function sheet(close) {
  const content = el("div", { class: "sheet-form" });
  fill();
  return content;

  function fill() {
    const current = segmentOf(view().filters)?.name;
    const list = segments().map(({ name, filters }) =>
      el(
        "li",
        { class: "segment-row" },
        el(
          "button",
          {
            type: "button", class: "row-name", "aria-pressed": String(name === current),
            on: {
              click() {
                close();
                show({ filters });
              },
            },
          },
          name,
        ),
        el(
          "button",
          {
            type: "button", class: "button quiet square", "aria-label": t("segments.remove", { name }), title: t("segments.remove", { name }),
            on: {
              click() {
                removeSegment(name);
                fill();
                content.querySelector("button, input")?.focus();
              },
            },
          },
          icon("close"),
        ),
      ),
    );
    content.replaceChildren(
      list.length > 0 ? el("ul", { class: "segment-list" }, ...list) : el("p", { class: "muted" }, t("segments.none")),
      Object.keys(view().filters).length > 0 ? saveForm() : el("p", { class: "muted" }, t("segments.hint")),
    );
  }

  function saveForm() {
    const id = uniqueID("segment");
    const input = el("input", { id, class: "input", required: true, maxlength: 60, autocomplete: "off", value: segmentOf(view().filters)?.name ?? "" });
    return el(
      "form",
      {
        class: "field",
        on: {
          submit(event) {
            event.preventDefault();
            const name = input.value.trim();
            if (name === "") return;
            saveSegment(name, view().filters);
            fill();
            content.querySelector("button")?.focus();
          },
        },
      },
      el("label", { for: id }, t("segments.save")),
      el("div", { class: "joined" }, input, el("button", { type: "submit", class: "button" }, t("save"))),
    );
  }
}
