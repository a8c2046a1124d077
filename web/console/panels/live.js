import { t } from "../i18n/index.js";
import { codeBlock } from "../lib/code-block.js";
import { csvButton } from "../lib/csv.js";
import { el, icon } from "../lib/dom.js";
import { count } from "../lib/format.js";
import { connectLive } from "../lib/live.js";
import { learnPlan } from "../lib/names.js";
import { failure } from "../lib/panel.js";
import { frame } from "../lib/parts.js";
import { reportLine } from "./empty.js";
import { csvHeads, csvRow, liveRow } from "./live-row.js";

/** As many as a person scrolls through; older ones make room. */
const shownAtMost = 500;
/** New rows are put in together, so that a thousand reports a second cost five drawings. */
const drawEveryMilliseconds = 200;
/** A screen reader is told the counters now and then, not with every report. */
const sayEveryMilliseconds = 10_000;

const counterNames = ["accepted", "events", "rejected", "repeated", "lag_bytes", "dropped"];

/** The list of reports as they come, newest on top; it can be held still and emptied. */
export function livePanel() {
  let disconnect = () => {};
  let timer = null;
  let paused = false;
  /** Newest last; not in the list yet. */
  let waiting = [];
  /** What is in the list, newest first: for a file. */
  let shown = [];
  let saidAt = 0;

  const state = el("span", { class: "live-state", role: "status" });
  const counters = el("dl", { class: "live-counters" });
  const said = el("p", { class: "sr-only", "aria-live": "polite" });
  const list = el("ol", { class: "live-list" });
  const place = el("div", { class: "live-place" });
  const pause = el("button", { type: "button", class: "button", data: { action: "pause" }, "aria-pressed": "false", on: { click: togglePause } });
  const clear = el("button", { type: "button", class: "button", data: { action: "clear" }, on: { click: empty } }, t("live.clear"));
  const download = csvButton(t("live.reports"), "live", () => [csvHeads, ...shown.filter((one) => one.kind !== "gap").map(csvRow)]);
  const element = frame({ title: t("live.reports"), className: "live-panel", beside: [state], actions: [download, clear, pause] }, counters, said, place, list);

  function labelPause() {
    pause.setAttribute("aria-pressed", String(paused));
    const goOn = waiting.length > 0 ? t("live.goOn", { n: count(waiting.length) }) : t("live.goOn.none");
    pause.replaceChildren(icon(paused ? "play" : "pause"), el("span", {}, paused ? goOn : t("live.pause")));
  }

  function togglePause() {
    paused = !paused;
    labelPause();
    draw();
  }

  function empty() {
    waiting = [];
    shown = [];
    list.replaceChildren();
    labelPause();
    showNothing();
  }

  function showNothing() {
    const line = codeBlock(reportLine("live-test"), { label: t("live.waiting.line") });
    place.replaceChildren(el("div", { class: "live-nothing" }, el("p", {}, t("live.waiting")), el("p", { class: "muted" }, t("live.waiting.hint")), line));
  }

  function receive(report) {
    waiting.push(report);
    if (waiting.length > shownAtMost) waiting.shift();
    timer ??= setTimeout(draw, drawEveryMilliseconds);
  }

  function draw() {
    clearTimeout(timer);
    timer = null;
    if (paused) return labelPause();
    if (waiting.length === 0) return;
    const fresh = waiting.toReversed();
    waiting = [];
    shown = [...fresh, ...shown].slice(0, shownAtMost);
    list.prepend(...fresh.map(liveRow));
    while (list.childElementCount > shownAtMost) list.lastElementChild.remove();
    if (place.childElementCount > 0) place.replaceChildren();
  }

  function showCounters(now) {
    const known = counterNames.filter((name) => now[name] !== undefined);
    counters.replaceChildren(...known.map((name) => counter(name, now)));
    if (Date.now() - saidAt < sayEveryMilliseconds) return;
    saidAt = Date.now();
    said.textContent = known.map((name) => `${t(`live.counter.${name}`)} ${count(now[name])}`).join(t("admin.detail.and"));
  }

  function counter(name, now) {
    const each = now.per_second?.[name];
    return el(
      "div",
      { class: "live-counter", data: { counter: name } },
      el("dt", { title: t(`live.counter.${name}.hint`) }, t(`live.counter.${name}`)),
      el("dd", {}, el("span", { class: "figure-value" }, count(now[name])), each !== undefined && el("span", { class: "muted" }, t("live.perSecond", { n: count(each) }))),
    );
  }

  function onState(now) {
    const isRefused = now instanceof Error;
    const name = isRefused ? "refused" : now;
    state.className = `live-state ${name}`;
    state.textContent = t(`live.state.${name}`);
    counters.hidden = isRefused;
    if (isRefused) place.replaceChildren(failure(now, start));
  }

  /** Reports carry ids; their names are in the plan. Without it ids are shown. */
  function learnNames() {
    learnPlan().catch((error) => {
      if (error.kind === undefined) throw error;
    });
  }

  function start() {
    disconnect();
    empty();
    learnNames();
    disconnect = connectLive({ onReport: receive, onCounters: showCounters, onState });
  }

  labelPause();
  return {
    element,
    start,
    stop() {
      disconnect();
      clearTimeout(timer);
    },
  };
}
