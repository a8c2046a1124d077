// Tables as files, made here: what is shown, with every row of it.

import { t } from "../i18n/index.js";
import { el, icon } from "./dom.js";
import { save } from "./download.js";

/** A spreadsheet would run text that begins like a formula; uids and trace ids are whatever a client sent. */
const guarded = (text) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);

function cell(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  const text = guarded(typeof value === "string" ? value : JSON.stringify(value));
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** RFC 4180; with a byte order mark, so that spreadsheets read its Chinese. */
export const csv = (rows) => `\uFEFF${rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("")}`;

/** Of each object the members of these names, which are the heads. */
export const namedRows = (names, objects) => [names, ...objects.map((one) => names.map((name) => one[name]))];

/** Answers as rows, with the names of their members as heads. */
export function memberRows(objects) {
  return namedRows([...new Set(objects.flatMap(Object.keys))], objects);
}

/** A button that saves what `rows` gives at that moment: heads first. */
export function csvButton(title, name, rows) {
  const label = t("csv.of", { title });
  return el(
    "button",
    {
      type: "button", class: "button quiet", data: { save: "csv" }, "aria-label": label, title: label,
      on: { click: () => save(`footprint-${name}.csv`, new Blob([csv(rows())], { type: "text/csv" })) },
    },
    icon("download"),
    el("span", {}, "CSV"),
  );
}
