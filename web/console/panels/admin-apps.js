import { t } from "../i18n/index.js";
import { administer } from "../lib/api.js";
import { csvButton, memberRows } from "../lib/csv.js";
import { askAndDo, field, showOnce } from "../lib/dialog.js";
import { el, icon } from "../lib/dom.js";
import { dayAndTime } from "../lib/format.js";
import { panel, skeletonLines } from "../lib/panel.js";
import { view } from "../lib/view.js";
import { adminTable, nothingYet, rowButton } from "./admin-table.js";

/** Who may report. */
export function appsPanel(onChange) {
  const addButton = (className) => el("button", { type: "button", class: className, data: { action: "add-app" }, on: { click: add } }, icon("plus"), t("admin.app.add"));

  async function add() {
    const name = el("input", { class: "input", required: true, maxlength: 100, autocomplete: "off" });
    const done = await askAndDo({
      title: t("admin.app.add"),
      lead: t("admin.app.add.lead"),
      content: [field(t("admin.app.name"), name, t("admin.app.name.hint"))],
      submit: t("admin.app.add"),
      perform: () => administer("POST", ["apps"], { body: { name: name.value.trim() } }),
    });
    if (!done) return;
    const { appid, app_secret: secret } = done.answer;
    await showOnce({
      title: t("admin.app.added"),
      lead: t("admin.app.added.lead"),
      values: [["appid", appid], ["app_secret", secret]],
    });
    onChange();
  }

  async function remove(app) {
    const done = await askAndDo({
      title: t("admin.app.remove.title", { name: app.name }),
      lead: [t("admin.app.remove.lead"), t("admin.final")],
      submit: t("admin.app.remove"),
      danger: true,
      perform: () => administer("DELETE", ["apps", app.appid]),
    });
    if (done) onChange();
  }

  let shown = [];
  return panel({
    title: t("admin.apps"),
    className: "apps-panel",
    actions: [csvButton(t("admin.apps"), "apps", () => memberRows(shown)), addButton("button")],
    skeleton: skeletonLines(3),
    load: (signal) => administer("GET", ["apps"], { signal }),
    render(apps) {
      shown = apps;
      if (apps.length === 0) return nothingYet(t("admin.apps.none"));
      return adminTable(
        t("admin.apps"),
        [t("admin.app.name"), "appid", t("admin.created"), ""],
        apps.map((app) =>
          el(
            "tr",
            {},
            el("th", { scope: "row", class: "long" }, app.name),
            el("td", { class: "id" }, app.appid),
            el("td", {}, dayAndTime(app.created, view().tz)),
            rowButton(t("admin.app.remove"), app.name, () => remove(app)),
          ),
        ),
      );
    },
  });
}
