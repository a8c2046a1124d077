import { locale, t } from "../i18n/index.js";

const number = (options) => new Intl.NumberFormat(locale(), options);

export const count = (value) => (value === null || value === undefined ? "–" : number({}).format(value));

/** For axes and narrow places: 12.3k, 1.2 万. */
export const shortCount = (value) => number({ notation: "compact", maximumFractionDigits: 1 }).format(value);

export const percent = (value, digits = 1) =>
  value === null || value === undefined ? "–" : number({ style: "percent", maximumFractionDigits: digits }).format(value);

/** Seconds as a person says them; null where nobody measured. */
export function duration(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  const whole = Math.round(seconds);
  if (whole < 60) {
    return t("duration.seconds", { s: number({ maximumFractionDigits: seconds < 10 ? 1 : 0 }).format(seconds) });
  }
  if (whole < 3600) {
    const parts = { m: Math.floor(whole / 60), s: whole % 60 };
    return t(parts.s === 0 ? "duration.wholeMinutes" : "duration.minutes", parts);
  }
  const parts = { h: count(Math.floor(whole / 3600)), m: Math.floor((whole % 3600) / 60) };
  return t(parts.m === 0 ? "duration.wholeHours" : "duration.hours", parts);
}

export function metricValue(metric, value) {
  if (metric === "avg_duration") return duration(value);
  if (metric === "bounce_rate") return percent(value);
  return count(value);
}

/** A moment of an answer: Unix seconds, or an hour with its offset, or a day of the question's zone. */
export const moment = (value) => (typeof value === "number" ? new Date(value * 1000) : new Date(value));

/** A plain day is the zone's already: shown as it is written, moved by no offset. */
const zoneFor = (value, timeZone) => (/^\d{4}-\d{2}-\d{2}$/.test(value) ? "UTC" : timeZone);

const dateTime = (timeZone, options) => new Intl.DateTimeFormat(locale(), { timeZone, ...options });

export function bucketLabel(value, interval, timeZone, long = false) {
  const date = moment(value);
  timeZone = zoneFor(value, timeZone);
  switch (interval) {
    case "minute":
    case "hour":
      return dateTime(timeZone, { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(date);
    case "month":
      return dateTime(timeZone, { year: "numeric", month: long ? "long" : "short" }).format(date);
    default:
      return long
        ? dateTime(timeZone, { year: "numeric", month: "short", day: "numeric", weekday: "short" }).format(date)
        : dateTime(timeZone, { month: "short", day: "numeric" }).format(date);
  }
}

/** For an axis of one day, where the date would only repeat. */
export const hourLabel = (value, timeZone) =>
  dateTime(timeZone, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(moment(value));

export const timeOfDay = (value, timeZone) =>
  dateTime(timeZone, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).format(moment(value));

export const fullDay = (value, timeZone) =>
  dateTime(timeZone, { year: "numeric", month: "long", day: "numeric", weekday: "long" }).format(moment(value));

/** A date and a time of day, Unix seconds. */
export const dayAndTime = (value, timeZone) =>
  dateTime(timeZone, { year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(moment(value));

/** A first and a last day, as short as they can be said together. */
export const dayRange = (from, to) =>
  dateTime("UTC", { year: "numeric", month: "short", day: "numeric" }).formatRange(new Date(from), new Date(to));

export const day = (text) =>
  dateTime("UTC", { year: "numeric", month: "short", day: "numeric" }).format(new Date(text));
