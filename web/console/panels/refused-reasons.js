import { t } from "../i18n/index.js";
import { administer, ask } from "../lib/api.js";
import { addDays, startOfDay } from "../lib/dates.js";
import { askAndDo } from "../lib/dialog.js";
import { el, icon } from "../lib/dom.js";
import { bucketLabel, count, dayAndTime } from "../lib/format.js";
import { panel, skeletonLines } from "../lib/panel.js";
import { days, refusedParameters, show, view } from "../lib/view.js";
import { adminTable, nothingYet } from "./admin-table.js";
import { bodyOf } from "./refused-list.js";

/** Why reports were refused. onReplayed: called after a replay; null where nobody may replay. */
export function refusedReasonsPanel(onReplayed) {
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
    actions: onReplayed === null ? [] : [replay],
    skeleton: skeletonLines(4),
    load: (signal) => ask(["rejected_reasons"], refusedParameters(), signal),
    render(reasons) {
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

const barWidth = 5;
const courseHeight = 24;
/** Bars that still can be told apart; of a longer range the last are drawn. */
const barsAtMost = 30;

/** A bar for each day of the range, described in words. */
function course(trend) {
  const counts = new Map(trend.map((point) => [point.time, point.count]));
  const { from, to } = days();
  const all = [];
  for (let one = to; one >= from && all.length < barsAtMost; one = addDays(one, -1)) all.unshift(one);
  const highest = Math.max(...trend.map((point) => point.count), 1);
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const words = trend.map((point) => `${bucketLabel(point.time, "day", view().tz)} ${count(point.count)}`).join(t("admin.detail.and"));
  const attributes = { class: "course", role: "img", "aria-label": words, width: all.length * barWidth, height: courseHeight };
  for (const [name, value] of Object.entries(attributes)) svg.setAttribute(name, value);
  all.forEach((one, index) => {
    const height = counts.has(one) ? Math.max(2, Math.round((counts.get(one) / highest) * courseHeight)) : 1;
    const bar = document.createElementNS(space, "rect");
    const place = { x: index * barWidth, y: courseHeight - height, width: barWidth - 1, height };
    for (const [name, value] of Object.entries(place)) bar.setAttribute(name, value);
    svg.append(bar);
  });
  return svg;
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
