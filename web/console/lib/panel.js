import { t } from "../i18n/index.js";
import { el, icon, uniqueID } from "./dom.js";

/**
 * A titled part of the page that asks one question and is, at any moment, loading, shown, empty or failed.
 *
 * load(signal) asks; render(answer) gives the elements; skeleton() stands in until the first answer. A later load
 * keeps the last answer on screen, dimmed, so that nothing jumps.
 */
export function panel({ title, className = "", actions = [], skeleton, load, render }) {
  const heading = uniqueID("panel");
  const body = el("div", { class: "panel-body" });
  const element = el(
    "section",
    { class: `panel ${className}`, "aria-labelledby": heading, "aria-busy": "true" },
    el("header", { class: "panel-head" }, el("h2", { id: heading }, title), el("div", { class: "panel-actions" }, ...actions)),
    body,
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
      body.replaceChildren(...[render(answer)].flat());
      shown = true;
    } catch (error) {
      if (controller.signal.aborted || error.name === "AbortError") return;
      if (error.kind === undefined) throw error;
      shown = false;
      body.replaceChildren(failure(error, refresh));
    } finally {
      if (running === controller) {
        element.setAttribute("aria-busy", "false");
        element.classList.remove("refreshing");
      }
    }
  }
  return { element, refresh, stop: () => running?.abort() };
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
