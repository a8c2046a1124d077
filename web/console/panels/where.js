import { t } from "../i18n/index.js";
import { ask } from "../lib/api.js";
import { csvButton, memberRows } from "../lib/csv.js";
import { el } from "../lib/dom.js";
import { count, day, dayAndTime } from "../lib/format.js";
import { panel, skeletonLines } from "../lib/panel.js";
import { view } from "../lib/view.js";
import { adminTable, nothingYet } from "./admin-table.js";

/** The sentence that says where it is, and the stages it is made of. */
export function wherePanel() {
  let shown = [];
  return panel({
    title: t("where.found"),
    className: "where-panel",
    actions: [csvButton(t("where.found"), "where", () => memberRows(shown))],
    skeleton: skeletonLines(3),
    load: (signal) => ask(["where"], [[view().kind, view().id], ["tz", view().tz]], signal),
    render(answer) {
      shown = answer.stages;
      const summary = el("p", { class: "where-summary", role: "status" }, answer.summary);
      if (answer.stages.length === 0) return [summary, nothingYet(t("where.nothing"))];
      const heads = ["where.stage", "where.arrived", "where.what", "where.app", "where.journal"];
      return [summary, adminTable(t("where.found"), heads.map((key) => t(key)), answer.stages.map(row))];
    },
  });
}

function row(stage) {
  return el(
    "tr",
    {},
    el("th", { scope: "row" }, el("span", { class: stage.stage === "loaded" ? "badge on" : "badge" }, t(`where.stage.${stage.stage}`))),
    el("td", {}, dayAndTime(stage.time, view().tz)),
    el("td", { class: "long" }, ...(stage.stage === "refused" ? refusal(stage) : event(stage))),
    el("td", { class: "id" }, stage.app),
    el("td", { class: "id", title: t("where.journal.hint") }, `${stage.journal_segment}:${stage.journal_offset}`),
  );
}

function refusal(stage) {
  const state = stage.replayed ? "replayed" : stage.in_quarantine ? "waiting" : "coming";
  return [el("p", { class: "id" }, stage.reason), el("p", {}, stage.detail), el("p", { class: "muted" }, t(`where.refused.${state}`))];
}

function event(stage) {
  const ids = [`uid ${stage.uid}`, stage.trace_id !== null && `trace_id ${stage.trace_id}`, stage.operate_id !== null && `operate_id ${stage.operate_id}`];
  const counted = stage.stage === "loaded" ? "where.counted" : "where.willCount";
  return [
    el("p", { class: "id" }, ids.filter(Boolean).join(" · ")),
    el("p", {}, t(counted, { day: day(stage.day), item: count(stage.item_index + 1) })),
    stage.explanation !== null && el("p", { class: "muted" }, stage.explanation),
  ];
}
