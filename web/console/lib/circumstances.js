import { t } from "../i18n/index.js";
import { circumstancesOf } from "./api.js";
import { el } from "./dom.js";
import { count, dayAndTime } from "./format.js";
import { view } from "./view.js";

/** Until when what arrived is in an answer, and how much of it came late; nothing where the server does not say. */
export function circumstancesLine(data) {
  const known = circumstancesOf(data);
  if (known === null) return null;
  return el(
    "p",
    { class: "circumstances" },
    t("asOf", { time: dayAndTime(known.asOf, view().tz) }),
    known.late > 0 && el("span", { title: t("late.hint") }, ` · ${t("late", { n: count(known.late) })}`),
  );
}
