import { t } from "../i18n/index.js";
import { askSQL } from "../lib/api.js";
import { el } from "../lib/dom.js";
import { panel, skeletonLines } from "../lib/panel.js";

/** The store's own book-keeping answers no question. */
const inner = ["schema_versions"];

/** [{ table, columns: [[name, type]] }], the events first. */
async function schema(signal) {
  const { rows } = await askSQL("SHOW TABLES", signal);
  const tables = rows.map(([name]) => name).filter((name) => !inner.includes(name) && !name.startsWith("."));
  tables.sort((a, b) => (b === "events") - (a === "events"));
  return Promise.all(tables.map(async (table) => ({ table, columns: (await askSQL(`DESCRIBE TABLE \`${table}\``, signal)).rows })));
}

/** Tables and columns; a click puts a name into the statement. */
export function sqlSchema({ onPick }) {
  return panel({
    title: t("sql.schema"),
    className: "sql-schema",
    skeleton: skeletonLines(8),
    load: schema,
    render: (tables) =>
      tables.map(({ table, columns }, index) =>
        el(
          "details",
          { open: index === 0 },
          el("summary", {}, el("code", {}, table), el("span", { class: "muted" }, String(columns.length))),
          el(
            "ul",
            {},
            ...columns.map(([name, type]) =>
              el(
                "li",
                {},
                el(
                  "button",
                  { type: "button", class: "schema-column", title: t("sql.insert", { name }), on: { click: () => onPick(name) } },
                  el("code", {}, name),
                  // A column that may hold nothing: short, as there is little room.
                  el("span", { class: "muted" }, type.replace(/^Nullable\((.*)\)$/, "$1?")),
                ),
              ),
            ),
          ),
        ),
      ),
  });
}
