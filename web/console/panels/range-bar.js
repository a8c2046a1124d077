import { t } from "../i18n/index.js";
import { browserTimeZone, defaultTimeZone, today } from "../lib/dates.js";
import { disclosure } from "../lib/disclosure.js";
import { el, uniqueID } from "../lib/dom.js";
import { dayRange } from "../lib/format.js";
import { days, presets, show, view } from "../lib/view.js";

/** Which days, and whose: presets, any two dates, the time zone that cuts the days. */
export function rangeBar() {
  const element = el("div", { class: "range" });

  function update() {
    const { range } = view();
    const { from, to } = days();
    const segments = Object.keys(presets).map((name) =>
      el(
        "button",
        { type: "button", class: "segment", "aria-pressed": String(range === name), on: { click: () => show({ range: name, from: null, to: null }) } },
        t(`range.${name}`),
      ),
    );
    const focused = element.contains(document.activeElement) ? [...element.querySelectorAll("button")].indexOf(document.activeElement) : -1;
    element.replaceChildren(
      el("div", { class: "segments", role: "group", "aria-label": t("range") }, ...segments),
      disclosure({
        label: dayRange(from, to), iconName: "calendar", title: t("range.custom"), className: range === "custom" ? "chosen" : "", fill: customRange,
      }),
    );
    if (focused >= 0) element.querySelectorAll("button")[focused]?.focus();
  }

  update();
  return { element, update };
}

function customRange(close) {
  const { tz } = view();
  const { from, to } = days();
  const [fromID, toID, zoneID, problemID] = ["from", "to", "zone", "problem"].map(uniqueID);
  const dateInput = (id, value) =>
    el("input", { id, type: "date", class: "input", value, min: "2015-01-01", max: today(tz), required: true, "aria-describedby": problemID });
  const fromInput = dateInput(fromID, from);
  const toInput = dateInput(toID, to);
  const zones = [...new Set([defaultTimeZone, browserTimeZone(), "UTC", tz])];
  const zoneInput = el(
    "select",
    { id: zoneID, class: "input" },
    ...zones.map((zone) => {
      const note = zone === browserTimeZone() && zone !== defaultTimeZone ? ` (${t("zone.browser")})` : "";
      return el("option", { value: zone, selected: zone === tz }, zone + note);
    }),
  );
  const problem = el("p", { id: problemID, class: "form-problem", role: "alert" });

  function submit(event) {
    event.preventDefault();
    if (fromInput.value > toInput.value) {
      problem.textContent = t("range.reversed");
      fromInput.focus();
      return;
    }
    const unchanged = fromInput.value === from && toInput.value === to;
    close();
    show(unchanged ? { tz: zoneInput.value } : { range: "custom", from: fromInput.value, to: toInput.value, tz: zoneInput.value });
  }

  return el(
    "form",
    { class: "sheet-form", on: { submit } },
    el("div", { class: "pair" },
      el("div", { class: "field" }, el("label", { for: fromID }, t("range.from")), fromInput),
      el("div", { class: "field" }, el("label", { for: toID }, t("range.to")), toInput)),
    problem,
    el("div", { class: "field" }, el("label", { for: zoneID }, t("zone")), zoneInput),
    el("button", { type: "submit", class: "button primary wide" }, t("apply")),
  );
}
