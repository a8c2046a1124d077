import { t } from "../i18n/index.js";
import { addDays } from "../lib/dates.js";
import { bucketLabel, count } from "../lib/format.js";
import { spark } from "../lib/spark.js";
import { days, view } from "../lib/view.js";

/** Bars that still can be told apart. */
const daysAtMost = 30;

/** A bar for each day of the range; of a longer one the last. */
export function course(trend) {
  const counts = new Map(trend.map((point) => [point.time, point.count]));
  const { from, to } = days();
  const all = [];
  for (let one = to; one >= from && all.length < daysAtMost; one = addDays(one, -1)) all.unshift(counts.get(one) ?? 0);
  return spark(all, trend.map((point) => `${bucketLabel(point.time, "day", view().tz)} ${count(point.count)}`).join(t("admin.detail.and")));
}
