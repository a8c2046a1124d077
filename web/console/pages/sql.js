import { t } from "../i18n/index.js";
import { el } from "../lib/dom.js";
import { sqlEditor } from "../panels/sql-editor.js";
import { sqlResult } from "../panels/sql-result.js";
import { sqlSchema } from "../panels/sql-schema.js";

/** Whatever the other pages do not answer: read-only SQL on the store. */
export function sqlPage() {
  const result = sqlResult();
  const editor = sqlEditor({ run: result.run, stop: result.stop });
  result.onRunning(editor.running);
  const schema = sqlSchema({ onPick: editor.insert });
  return {
    element: el(
      "div",
      { class: "page sql-page" },
      el("div", { class: "admin-head" }, el("h1", {}, t("nav.sql")), el("p", {}, t("sql.lead"))),
      el("div", { class: "sql-columns" }, el("div", { class: "stack" }, editor.element, result.element), schema.element),
    ),
    start() {
      schema.refresh();
      editor.start();
    },
    stop() {
      result.stop();
      schema.stop();
    },
    viewChanged: editor.viewChanged,
  };
}
