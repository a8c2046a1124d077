import { t } from "../i18n/index.js";
import { circumstancesLine } from "./circumstances.js";
import { el, icon, uniqueID } from "./dom.js";

/**
 * A titled part of the page that asks one question and is, at any moment, loading, shown, empty or failed.
 *
 * load(signal) asks; render(answer) gives the elements; skeleton() stands in until the first answer. A later load
 * keeps the last answer on screen, dimmed, so that nothing jumps. saysHowCurrent: false where a panel beside it does.
 */
export function panel({ title, className = "", actions = [], saysHowCurrent = true, skeleton, load, render }) {
  const heading = uniqueID("panel");
  const body = el("div", { class: "panel-body" });
  const circumstances = el("div", { class: "panel-circumstances" });
  const element = el(
    "section",
    { class: `panel ${className}`, "aria-labelledby": heading, "aria-busy": "true" },
    el("header", { class: "panel-head" }, el("h2", { id: heading }, title), el("div", { class: "panel-actions" }, ...actions)),
    body,
    circumstances,
  );
  let running = null;
  let shown = false;

  async function refresh() {
    running?.abort();
    const controller = new AbortController();
    running = controller;
    element.setAttribute("aria-busy", "true");
    element.classList.toggle("refreshing", shown);
    if (!shown) body.replaceChildren(skeleton());
    try {
      const answer = await load(controller.signal);
      if (controller.signal.aborted) return;
      // Whoever sorts by keyboard goes on from the same head of the new table.
      const sorted = body.contains(document.activeElement) ? document.activeElement.dataset.sort : undefined;
      body.replaceChildren(...[render(answer)].flat(Infinity).filter(Boolean));
      if (sorted !== undefined) body.querySelector(`[data-sort="${sorted}"]`)?.focus();
      if (saysHowCurrent) circumstances.replaceChildren(...[circumstancesLine(answerOf(answer))].filter(Boolean));
      shown = true;
    } catch (error) {
      if (controller.signal.aborted || error.name === "AbortError") return;
      if (error.kind === undefined) throw error;
      shown = false;
      body.replaceChildren(failure(error, refresh));
      circumstances.replaceChildren();
    } finally {
      if (running === controller) {
        element.setAttribute("aria-busy", "false");
        element.classList.remove("refreshing");
      }
    }
  }
  return { element, refresh, stop: () => running?.abort() };
}

/** Of several answers the first is this period's. */
function answerOf(loaded) {
  if (Array.isArray(loaded) && loaded[0]?.data !== undefined) return loaded[0].data;
  return loaded?.data ?? loaded;
}

/** What went wrong, what to do, and a button that does it. */
export function failure(error, retry) {
  const isTheAskers = error.kind === "badParameter";
  return el(
    "div",
    { class: "failure", role: "alert" },
    icon("alert"),
    el("p", { class: "failure-title" }, t(`error.${error.kind}`)),
    el("p", { class: "failure-hint" }, t(`error.${error.kind}.hint`)),
    isTheAskers && error.detail && el("p", { class: "failure-detail" }, error.detail),
    el("button", { type: "button", class: "button", on: { click: () => retry() } }, icon("refresh"), t("retry")),
  );
}

export const skeletonLines = (count) => () =>
  el("div", { class: "skeleton-lines", "aria-hidden": "true" }, ...Array.from({ length: count }, () => el("div", { class: "skeleton" })));
