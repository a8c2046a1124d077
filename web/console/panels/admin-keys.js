import { t } from "../i18n/index.js";
import { administer } from "../lib/api.js";
import { csvButton, memberRows } from "../lib/csv.js";
import { askAndDo } from "../lib/dialog.js";
import { el, icon } from "../lib/dom.js";
import { dayAndTime } from "../lib/format.js";
import { panel, skeletonLines } from "../lib/panel.js";
import { view } from "../lib/view.js";
import { adminTable } from "./admin-table.js";

const fates = ["stay_good", "end_now"];

/** The keys that sign tokens. */
export function keysPanel(onChange) {
  async function rotate() {
    const choices = fates.map((fate) => el("input", { type: "radio", name: "earlier_tokens", value: fate }));
    choices[0].checked = true;
    const chosen = () => choices.find((choice) => choice.checked).value;
    const rotateWith = (fate) => administer("POST", ["keys", "rotate"], { body: { earlier_tokens: fate } });
    const done = await askAndDo({
      title: t("admin.key.rotate"),
      lead: t("admin.key.rotate.lead"),
      content: [
        el(
          "fieldset",
          { class: "field" },
          el("legend", {}, t("admin.key.earlier")),
          ...choices.map((choice) =>
            el("label", { class: "choice" }, choice, el("span", {}, t(`admin.key.${choice.value}`)), el("small", {}, t(`admin.key.${choice.value}.hint`))),
          ),
        ),
      ],
      submit: t("admin.continue"),
      // The one that ends nothing is done at once; the other is asked again.
      perform: () => (chosen() === "stay_good" ? rotateWith("stay_good") : chosen()),
    });
    if (!done) return;
    if (done.answer === "end_now") {
      const ended = await askAndDo({
        title: t("admin.key.end_now.title"),
        lead: [t("admin.key.end_now.lead"), t("admin.key.end_now.self")],
        submit: t("admin.key.end_now.submit"),
        danger: true,
        perform: () => rotateWith("end_now"),
      });
      if (!ended) return;
    }
    onChange();
  }

  let shown = [];
  return panel({
    title: t("admin.keys"),
    className: "keys-panel",
    actions: [
      csvButton(t("admin.keys"), "keys", () => memberRows(shown)),
      el("button", { type: "button", class: "button", data: { action: "rotate-key" }, on: { click: rotate } }, icon("refresh"), t("admin.key.rotate")),
    ],
    skeleton: skeletonLines(2),
    async load(signal) {
      shown = await administer("GET", ["keys"], { signal });
      return shown;
    },
    render: (keys) => [
      el("p", { class: "muted" }, t("admin.keys.lead")),
      adminTable(
        t("admin.keys"),
        ["ID", t("admin.created"), t("admin.key.state")],
        keys.toReversed().map((key) =>
          el(
            "tr",
            {},
            el("th", { scope: "row", class: "id" }, key.id),
            el("td", {}, dayAndTime(key.created, view().tz)),
            el(
              "td",
              {},
              key.retired === undefined
                ? el("span", { class: "badge on" }, t("admin.key.signs"))
                : el("span", { class: "badge" }, t("admin.key.retired", { time: dayAndTime(key.retired, view().tz) })),
            ),
          ),
        ),
      ),
    ],
  });
}
