import { t } from "../i18n/index.js";
import { el, icon, spoken } from "../lib/dom.js";
import { percent } from "../lib/format.js";

/** A difference as an arrow, a colour and words. share: 0.25 is a quarter more; null where there is nothing to compare. */
export function changeText(share, { lowerIsBetter = false } = {}) {
  if (share === null) return el("span", { class: "change flat" }, "–");
  const rounded = Math.round(share * 1000) / 1000;
  if (rounded === 0) return el("span", { class: "change flat" }, t("change.same"));
  const better = rounded > 0 !== lowerIsBetter;
  return el(
    "span",
    { class: `change ${better ? "up" : "down"}` },
    icon(rounded > 0 ? "up" : "down"),
    spoken(t(rounded > 0 ? "change.more" : "change.less")),
    percent(Math.abs(rounded)),
  );
}
