// One question asked several times, to stand side by side: this period and the one before, or the values of a dimension.

import { t } from "../i18n/index.js";
import { ask } from "./api.js";
import { dayRange } from "./format.js";
import { learnName } from "./names.js";
import { days, daysBefore, dimensions, parameters, view } from "./view.js";

/** More lines than that are told apart by nobody. */
const valuesAtMost = 6;

/** As many as one answer may hold. */
export const rowsAtMost = 1_000;

/** [{ label, parameters, range }]: one without a label where nothing is compared. */
async function variants(signal) {
  const { versus, filters } = view();
  if (versus === "before") {
    return [days(), daysBefore()].map((range) => ({ label: dayRange(range.from, range.to), range, parameters: parameters({ range }) }));
  }
  const range = days();
  if (!dimensions.includes(versus)) return [{ label: "", range, parameters: parameters() }];
  const rows = await ask(["breakdown"], [["by", versus], ["limit", valuesAtMost], ...parameters()], signal);
  return rows.map((row) => {
    const value = row.value === null ? "absent" : String(row.value);
    if (row.value !== null) learnName(versus, row.value, row.name);
    const of = { ...view(), filters: { ...filters, [versus]: [value] } };
    return { label: row.value === null ? t("absent") : row.name, range, parameters: parameters({ of }) };
  });
}

/**
 * The answers of one question for each variant: [{ label, range, parameters, data, isCut }].
 *
 * limit: how many rows are wanted of a ranking. Side by side as many as there may be are asked for: what is no longer
 * among the first is not gone. isCut: whether there are more rows than the answer holds.
 */
export async function askEach(path, own, signal, { limit = null } = {}) {
  const each = await variants(signal);
  const asked = limit === null ? null : each.length > 1 ? rowsAtMost : limit;
  const question = asked === null ? own : [["limit", asked], ...own];
  return Promise.all(
    each.map(async (one) => {
      const data = await ask(path, [...question, ...one.parameters], signal);
      return { ...one, data, isCut: data.length === asked };
    }),
  );
}

/** One row for each key of several rankings: the first that has it, with `each` variant's own row or null. */
export function joinRows(variants, key) {
  const rows = new Map();
  variants.forEach(({ data }, index) => {
    for (const row of data) {
      const its = key(row);
      if (!rows.has(its)) rows.set(its, { ...row, each: variants.map(() => null) });
      rows.get(its).each[index] = row;
    }
  });
  return [...rows.values()];
}

/** A number of one variant's row: 0 where the ranking is whole and does not have it, null where it may be below its end. */
export const numberOf = (row, variants, index, name) => (row.each[index] ? row.each[index][name] : variants[index].isCut ? null : 0);

/** How much the first differs from the second: a share, or null where there is nothing to compare. */
export const difference = (now, before) => (now === null || now === undefined || !before ? null : now / before - 1);
