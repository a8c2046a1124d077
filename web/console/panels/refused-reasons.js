import { t } from "../i18n/index.js";
import { administer, ask } from "../lib/api.js";
import { csvButton, memberRows } from "../lib/csv.js";
import { addDays, startOfDay } from "../lib/dates.js";
import { askAndDo } from "../lib/dialog.js";
import { el, icon } from "../lib/dom.js";
import { count, dayAndTime } from "../lib/format.js";
import { panel, skeletonLines } from "../lib/panel.js";
import { days, refusedParameters, show, view } from "../lib/view.js";
import { adminTable, nothingYet } from "./admin-table.js";
import { course } from "./course.js";
import { bodyOf } from "./refused-list.js";

/** Why reports were refused. onReplayed: called after a replay; null where nobody may replay. */
export function refusedReasonsPanel(onReplayed) {
  let shown = [];
  const outcome = el("p", { class: "refused-outcome", role: "status" });
  const replay = el("button", { type: "button", class: "button", data: { action: "replay" }, on: { click: tryAgain } }, icon("refresh"), t("refused.replay"));

  /** First what would happen, then, when that is wanted, what does. */
  async function tryAgain() {
    outcome.textContent = "";
    const asked = replayParameters();
    const dry = await askAndDo({
      title: t("refused.replay"),
      lead: [t("refused.replay.lead"), scopeText()],
      submit: t("refused.replay.check"),
      perform: () => administer("POST", ["replay"], { parameters: [...asked, ["dry_run", "1"]] }),
    });
    if (!dry) return;
    if (dry.answer.replayed === 0) {
      outcome.textContent = [t("refused.replay.nothing"), ...stillRefused(dry.answer)].join(" ");
      return;
    }
    const done = await askAndDo({
      title: t("refused.replay.title", { n: count(dry.answer.replayed) }),
      lead: [t("refused.replay.would", { n: count(dry.answer.replayed), events: count(dry.answer.events) }), ...stillRefused(dry.answer), t("refused.replay.kept")],
      submit: t("refused.replay.go"),
      danger: true,
      perform: () => administer("POST", ["replay"], { parameters: asked }),
    });
    if (!done) return;
    outcome.textContent = t("refused.replay.done", { n: count(done.answer.replayed), events: count(done.answer.events) });
    onReplayed();
  }

  const whole = panel({
    title: t("refused.reasons"),
    className: "refused-reasons-panel",
    actions: [csvButton(t("refused.reasons"), "refused-reasons", () => memberRows(shown)), onReplayed !== null && replay].filter(Boolean),
    skeleton: skeletonLines(4),
    load: (signal) => ask(["rejected_reasons"], refusedParameters(), signal),
    render(reasons) {
      shown = reasons;
      if (reasons.length === 0) return nothingYet(t("refused.none"));
      const heads = ["refused.reason", "refused.count", "refused.replayed", "refused.course", "refused.last", "refused.body"];
      return adminTable(t("refused.reasons"), heads.map((key) => t(key)), reasons.map(row));
    },
  });
  whole.element.querySelector(".panel-head").after(outcome);
  return whole;
}

function row(reason) {
  const only = el("button", { type: "button", class: "row-name id", "aria-label": t("refused.only", { reason: reason.reason }), on: { click: () => show({ reason: reason.reason }) } }, reason.reason);
  return el(
    "tr",
    {},
    el("th", { scope: "row", class: "long" }, only, el("p", { class: "muted" }, reason.detail)),
    el("td", { class: "number" }, count(reason.count)),
    el("td", { class: "number" }, count(reason.replayed)),
    el("td", {}, course(reason.trend)),
    el("td", {}, dayAndTime(reason.last, view().tz)),
    el("td", { class: "body" }, bodyOf(reason.sample)),
  );
}

/** What the page is filtered by, as a replay takes it. */
function replayParameters() {
  const { reason, app, tz } = view();
  const { from, to } = days();
  const all = { reason, app, since: startOfDay(from, tz), until: startOfDay(addDays(to, 1), tz) };
  return Object.entries(all).filter(([, value]) => value !== "");
}

function scopeText() {
  const { reason, app } = view();
  const { from, to } = days();
  return t("refused.replay.scope", { from, to, filter: [reason, app].filter(Boolean).map((one) => `, ${one}`).join("") });
}

function stillRefused(outcome) {
  const lines = outcome.refused.map((why) => t("refused.replay.still", { n: count(why.count), reason: why.reason, detail: why.detail }));
  if (outcome.cut > 0) lines.push(t("refused.replay.cut", { n: count(outcome.cut) }));
  return lines;
}
