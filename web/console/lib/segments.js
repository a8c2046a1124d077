// Filters with a name, kept in this browser. The address holds the filters themselves, so a link works for everybody.

import { preference, remember } from "./preference.js";

const sorted = (filters) => JSON.stringify(Object.entries(filters).map(([name, values]) => [name, values.toSorted()]).sort());

/** [{ name, filters }] by name; what cannot be read is no segment. */
export function segments() {
  try {
    const kept = JSON.parse(preference("segments", "[]"));
    return kept.filter((one) => typeof one.name === "string" && Object(one.filters) === one.filters);
  } catch {
    return [];
  }
}

function keep(list) {
  remember("segments", JSON.stringify(list.toSorted((a, b) => a.name.localeCompare(b.name))));
}

/** A second one of the same name takes the first's place. */
export const saveSegment = (name, filters) => keep([...segments().filter((one) => one.name !== name), { name, filters }]);
export const removeSegment = (name) => keep(segments().filter((one) => one.name !== name));

/** The segment whose filters are these, if any. */
export const segmentOf = (filters) => segments().find((one) => sorted(one.filters) === sorted(filters)) ?? null;
