import { t } from "../i18n/index.js";
import { ask } from "../lib/api.js";
import { csvButton, memberRows } from "../lib/csv.js";
import { el } from "../lib/dom.js";
import { count, duration, fullDay, timeOfDay } from "../lib/format.js";
import { learnPlan, nameOf } from "../lib/names.js";
import { panel, skeletonLines } from "../lib/panel.js";
import { dimensions, view } from "../lib/view.js";
import { viewLink } from "../lib/view-link.js";

/** A longer pause between two events of a user begins a new session. */
const sessionGapSeconds = 30 * 60;
const pageSize = 100;

/** The events of a trace (oldest first) or of a user (newest first, in pages), with days and session gaps marked. */
export function timelinePanel({ kind, id }) {
  let events = [];
  let next = null;
  const path = kind === "trace" ? ["trace", id] : ["users", id];

  async function load(signal) {
    ({ events, next } = page(await ask(path, question(null), signal)));
    await learnNames(events, signal);
    return null;
  }

  const whole = panel({ title: t(`find.${kind}`), actions: [csvButton(t(`find.${kind}`), kind, () => memberRows(events))], skeleton: skeletonLines(6), load, render });
  whole.element.classList.add("timeline-panel");

  function question(cursor) {
    const list = [["tz", view().tz]];
    if (kind === "user") list.push(["limit", pageSize]);
    if (cursor !== null) list.push(["before", cursor]);
    return list;
  }

  function render() {
    whole.element.hidden = events.length === 0;
    if (events.length === 0) return [];
    return [
      el("p", { class: "muted", "aria-live": "polite" }, t("timeline.count", { n: next === null ? count(events.length) : `${count(events.length)}+` })),
      ...byDay(events, kind),
      next !== null && el("button", { type: "button", class: "button wide more", on: { click: more } }, t("timeline.more")),
    ].filter(Boolean);
  }

  async function more(event) {
    event.target.disabled = true;
    try {
      const answer = page(await ask(path, question(next)));
      await learnNames(answer.events);
      events = [...events, ...answer.events];
      next = answer.next;
      whole.element.querySelector(".panel-body").replaceChildren(...render());
    } catch (error) {
      if (error.kind === undefined) throw error;
      event.target.disabled = false;
    }
  }

  return { ...whole, isEmpty: () => whole.element.hidden };
}

const page = (answer) => (Array.isArray(answer) ? { events: answer, next: null } : { events: answer.events, next: answer.next ?? null });

/** A table for each day; in a user's, a line wherever a new session begins. */
function byDay(events, kind) {
  const { tz } = view();
  const days = new Map();
  let previous = null;
  for (const event of events) {
    const day = fullDay(event.event_time, tz);
    const rows = days.get(day) ?? [];
    days.set(day, rows);
    const gap = previous === null ? 0 : Math.abs(previous.event_time - event.event_time);
    if (kind === "user" && gap > sessionGapSeconds && rows.length > 0) rows.push(gapRow(gap));
    rows.push(row(event, kind === "trace" ? "user" : "trace"));
    previous = event;
  }
  return [...days].flatMap(([day, rows]) => [el("h3", { class: "timeline-day" }, day), table(day, rows, kind)]);
}

function gapRow(seconds) {
  return el("tr", { class: "timeline-gap" }, el("td", { colspan: 8 }, el("div", {}, t("timeline.gap", { time: duration(seconds) }))));
}

function table(day, rows, kind) {
  const other = kind === "trace" ? "user" : "trace";
  const columns = ["operation", "page", "position", "from", "context"].map((name) => el("th", { scope: "col" }, t(`timeline.${name}`)));
  return el(
    "div",
    { class: "table-scroll", tabindex: "0", role: "region", "aria-label": t("timeline.caption", { day }) },
    el(
      "table",
      { class: "table timeline-table" },
      el("caption", { class: "sr-only" }, t("timeline.caption", { day })),
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          el("th", { scope: "col" }, t("time")),
          ...columns,
          el("th", { scope: "col", class: "number" }, t("timeline.stayed")),
          el("th", { scope: "col" }, t(`timeline.${other}`)),
        ),
      ),
      el("tbody", {}, ...rows),
    ),
  );
}

function row(event, other) {
  const received = event.event_time_given === false;
  const cross = other === "user" ? event.uid : event.trace_id;
  const context = [named(event, "channel"), named(event, "device_type")].filter((text) => text !== null).join(" · ");
  return el(
    "tr",
    {},
    el(
      "th",
      { scope: "row", class: "mono" },
      el("span", received ? { class: "given-no", title: t("timeline.received") } : {}, timeOfDay(event.event_time, view().tz)),
    ),
    ...["operate_id", "page_id", "pos_id", "prev_id"].map((name) => el("td", {}, ...cell(event, name))),
    el("td", {}, context || "–"),
    el("td", { class: "number" }, duration(event.duration)),
    el("td", { class: "mono" }, cross ? viewLink({}, { find: cross }, cross) : "–"),
  );
}

const isAbsent = (value) => value === null || value === undefined;
const named = (event, field) => (isAbsent(event[field]) ? null : (nameOf(field, event[field]) ?? String(event[field])));

function cell(event, field) {
  const id = event[field];
  if (isAbsent(id)) return ["–"];
  const name = nameOf(field === "prev_id" ? "page_id" : field, id);
  return name && name !== String(id) ? [name, " ", el("span", { class: "id" }, String(id))] : [String(id)];
}

/** Events carry ids only. Their names are in the tracking plan. */
async function learnNames(events, signal) {
  const fields = [...dimensions, "page_id", "pos_id", "prev_id"];
  const isUnknown = (event, field) => !isAbsent(event[field]) && nameOf(field === "prev_id" ? "page_id" : field, event[field]) === null;
  if (events.some((event) => fields.some((field) => isUnknown(event, field)))) await learnPlan(signal);
}
