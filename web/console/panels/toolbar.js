import { t } from "../i18n/index.js";
import { el, icon, uniqueID } from "../lib/dom.js";
import { comparisons, permalink, show, view } from "../lib/view.js";
import { filterBar } from "./filter-bar.js";
import { rangeBar } from "./range-bar.js";
import { segmentMenu } from "./segment-menu.js";

/** What every page of figures is asked with: days, filters, segments, a comparison; and what is done with the whole. */
export function toolbar({ refresh, tools = [], comparing = true }) {
  const range = rangeBar();
  const filters = filterBar();
  const segments = segmentMenu();
  const id = uniqueID("versus");
  const versus = el(
    "select",
    { id, class: "input small versus", on: { change: () => show({ versus: versus.value }) } },
    ...["", ...comparisons].map((name) => el("option", { value: name }, t(versusLabel(name)))),
  );
  versus.value = view().versus;
  const element = el(
    "div",
    { class: "toolbar" },
    range.element,
    filters.element,
    segments,
    comparing && el("div", { class: "versus-field" }, el("label", { for: id, class: "sr-only" }, t("versus")), versus),
    el("div", { class: "refresh-tools" }, ...tools, linkButton(), refreshButton(refresh)),
  );
  return {
    element,
    update() {
      range.update();
      filters.update();
      versus.value = view().versus;
    },
    stop: filters.stop,
  };
}

const versusLabel = (name) => (name === "" ? "versus.none" : name === "before" ? "versus.before" : `versus.${name}`);

export const refreshButton = (refresh) =>
  el(
    "button",
    { type: "button", class: "button quiet square", "aria-label": t("refresh.now"), title: t("refresh.now"), on: { click: () => refresh() } },
    icon("refresh"),
  );

/** Copies the address with its days written out. */
export function linkButton() {
  const said = el("span", { class: "sr-only", role: "status" });
  const button = el("button", { type: "button", class: "button quiet square", data: { action: "permalink" }, "aria-label": t("permalink"), title: t("permalink") }, icon("link"));
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(permalink());
    } catch {
      // No clipboard without https or permission: the address bar then holds it, to be copied by hand.
      history.replaceState(null, "", permalink());
    }
    button.replaceChildren(icon("check"));
    said.textContent = t("permalink.copied");
    setTimeout(() => {
      button.replaceChildren(icon("link"));
      said.textContent = "";
    }, 2_000);
  });
  return el("span", { class: "permalink" }, button, said);
}
