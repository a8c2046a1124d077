// Calendar days as "2024-03-13" in a time zone; arithmetic on them happens in UTC, where every day has 24 hours.

export const defaultTimeZone = "Asia/Shanghai";

export const browserTimeZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

export function isTimeZone(name) {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: name }));
  } catch {
    return false;
  }
}

export const isDay = (text) => /^\d{4}-\d{2}-\d{2}$/.test(text ?? "") && !Number.isNaN(Date.parse(text));

export const today = (timeZone) => new Intl.DateTimeFormat("en-CA", { timeZone }).format(new Date());

export const addDays = (day, count) => new Date(Date.parse(day) + count * 86400e3).toISOString().slice(0, 10);

/** The first second of a day in a time zone, Unix seconds. */
export function startOfDay(day, timeZone) {
  const noon = Date.parse(`${day}T12:00:00Z`);
  // What a clock there shows at noon UTC, read as if it were UTC: how far it is ahead.
  const shown = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" }).format(noon);
  const ahead = Date.parse(`${shown.replace(" ", "T")}Z`) - noon;
  return Math.floor((Date.parse(day) - ahead) / 1000);
}

/** Days from the first to the last, both counted. */
export const daysBetween = (from, to) => Math.round((Date.parse(to) - Date.parse(from)) / 86400e3) + 1;
