import { t } from "../i18n/index.js";
import { ask } from "../lib/api.js";
import { csvButton, namedRows } from "../lib/csv.js";
import { el } from "../lib/dom.js";
import { count, dayAndTime } from "../lib/format.js";
import { panel, skeletonLines } from "../lib/panel.js";
import { dataTable } from "../lib/table.js";
import { view } from "../lib/view.js";
import { viewLink } from "../lib/view-link.js";
import { course } from "./course.js";
import { askQuality, qualityParameters } from "./quality-question.js";

const rowsAtMost = 100;

/** Fields that nobody planned: sent, seen, and dropped. */
export const driftPanel = () =>
  listPanel({
    name: "drift",
    load: (signal) => askQuality("drift", signal, [["limit", rowsAtMost]]),
    columns: [
      { key: "field", title: t("quality.drift.field"), className: "id", value: (row) => el("b", {}, row.field), by: (row) => row.field },
      { key: "place", title: t("quality.drift.place"), value: (row) => t(`quality.drift.${row.place}`), by: (row) => row.place },
      appColumn(),
      number("reports", "refused.count"),
      time("first_seen", "quality.firstSeen"),
      time("last_seen", "users.lastSeen"),
    ],
    csv: ["app", "place", "field", "reports", "first_seen", "last_seen"],
  });

/** Who is rather a program than a person, by what it calls itself. */
export const botsPanel = () =>
  listPanel({
    name: "bots",
    load: (signal) => askQuality("bots", signal),
    columns: [
      { key: "name", title: t("quality.bots.name"), value: (row) => el("b", {}, row.name), by: (row) => row.name },
      appColumn(),
      number("reports", "refused.count"),
      number("events", "metric.events"),
      time("last_seen", "users.lastSeen"),
    ],
    csv: ["app", "name", "reports", "events", "last_seen"],
  });

const reasonCell = (row) => [viewLink({ class: "id" }, { page: "refused", reason: row.reason, app: view().app }, row.reason), el("p", { class: "muted" }, row.detail)];

/** Why reports are refused, most frequent first; the page about them has the rest. */
export const reasonsPanel = () =>
  listPanel({
    name: "reasons",
    load: (signal) => ask(["rejected_reasons"], [["limit", 20], ...qualityParameters()], signal),
    more: () => viewLink({ class: "button quiet" }, { page: "refused", app: view().app }, t("quality.reasons.all")),
    columns: [
      { key: "reason", title: t("refused.reason"), className: "long", value: reasonCell, by: (row) => row.reason },
      number("count", "refused.count"),
      { key: "trend", title: t("refused.course"), value: (row) => course(row.trend) },
      time("last", "refused.last"),
    ],
    csv: ["reason", "place", "count", "replayed", "first", "last", "detail"],
  });

function appColumn() {
  return { key: "app", title: t("refused.app"), className: "id", value: (row) => row.app, by: (row) => row.app };
}

function number(key, title) {
  return { key, title: t(title), number: true, value: (row) => count(row[key]), by: (row) => row[key] };
}

function time(key, title) {
  return { key, title: t(title), number: true, value: (row) => dayAndTime(row[key], view().tz), by: (row) => row[key] };
}

function listPanel({ name, load, columns, csv, more = () => null }) {
  let shown = [];
  const title = t(`quality.${name}`);
  return panel({
    title,
    className: `${name}-panel`,
    actions: [csvButton(title, name, () => namedRows(csv, shown))],
    skeleton: skeletonLines(4),
    load,
    render(rows) {
      shown = rows;
      if (rows.length === 0) return el("p", { class: "muted nothing" }, t(`quality.${name}.none`));
      return [el("p", { class: "muted" }, t(`quality.${name}.lead`)), dataTable({ caption: title, rows, columns }), more()];
    },
  });
}
