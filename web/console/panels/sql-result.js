import { t } from "../i18n/index.js";
import { askSQL } from "../lib/api.js";
import { csvButton } from "../lib/csv.js";
import { el } from "../lib/dom.js";
import { count, duration } from "../lib/format.js";
import { failure } from "../lib/panel.js";
import { frame } from "../lib/parts.js";
import { dataTable } from "../lib/table.js";

/** More rows than that are for a file. */
const shownAtMost = 500;

/** The answer of a statement: rows, how many, how long it took. */
export function sqlResult() {
  let running = null;
  let shown = null;
  let tell = () => {};
  const note = el("span", { class: "muted", role: "status" });
  const body = el("div", { class: "panel-body" });
  const download = csvButton(t("sql.result"), "sql", () => (shown === null ? [] : [shown.columns, ...shown.rows]));
  const element = frame({ title: t("sql.result"), className: "sql-result", beside: [note], actions: [download] }, body);
  element.hidden = true;

  async function run(statement) {
    running?.abort();
    const controller = new AbortController();
    running = controller;
    const began = performance.now();
    element.hidden = false;
    element.setAttribute("aria-busy", "true");
    note.textContent = t("sql.running");
    tell(true);
    try {
      const answer = await askSQL(statement, controller.signal);
      if (controller.signal.aborted) return;
      shown = answer;
      note.textContent = t("sql.took", { rows: count(answer.rows.length), time: took(performance.now() - began) });
      body.replaceChildren(...rows(answer));
    } catch (error) {
      if (controller.signal.aborted || error.name === "AbortError") {
        if (running === controller) note.textContent = t("sql.stopped");
        return;
      }
      if (error.kind === undefined) throw error;
      shown = null;
      note.textContent = "";
      body.replaceChildren(error.kind === "badParameter" || error.kind === "overLimit" ? refusal(error) : failure(error, () => run(statement)));
    } finally {
      if (running === controller) {
        running = null;
        element.setAttribute("aria-busy", "false");
        tell(false);
      }
    }
  }

  return {
    element,
    run,
    stop: () => running?.abort(),
    onRunning(listener) {
      tell = listener;
    },
  };
}

const took = (milliseconds) => (milliseconds < 1_000 ? t("duration.milliseconds", { n: count(Math.round(milliseconds)) }) : duration(Math.round(milliseconds / 100) / 10));

/** The engine's own words: here the statement is the person's, and so is the mistake. */
const refusal = (error) =>
  el("div", { class: "sql-refusal", role: "alert" }, el("p", { class: "failure-title" }, t(`sql.error.${error.kind}`)), el("pre", { tabindex: "0" }, el("code", {}, error.detail ?? "")));

function rows({ columns, rows: all }) {
  if (columns.length === 0 || all.length === 0) return [el("p", { class: "muted nothing" }, t("sql.none"))];
  const isNumber = columns.map((_, index) => all.every((row) => row[index] === null || typeof row[index] === "number"));
  return [
    all.length > shownAtMost && el("p", { class: "muted note" }, t("sql.cut", { n: count(shownAtMost) })),
    dataTable({
      caption: t("sql.result"),
      className: "sql-table",
      rows: all.slice(0, shownAtMost),
      columns: columns.map((title, index) => ({
        key: String(index),
        title,
        number: isNumber[index],
        value: (row) => text(row[index]),
        by: (row) => (Array.isArray(row[index]) ? JSON.stringify(row[index]) : row[index]),
      })),
    }),
  ].filter(Boolean);
}

/** As the engine gave it: an id is no quantity to be grouped by thousands. */
function text(value) {
  if (value === null) return el("span", { class: "muted" }, "NULL");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
