// What is looked at. It lives in the address, so that a link, a bookmark and the back button restore all of it.

import { addDays, daysBetween, defaultTimeZone, isDay, isTimeZone, today } from "./dates.js";

export const presets = { today: 1, "7d": 7, "30d": 30, "90d": 90 };
export const dimensions = ["channel", "device_type", "business_type", "operate_id"];
/** Filters that have no list to choose from. */
export const freeFilters = ["page_id", "pos_id", "uid"];
export const metrics = ["pv", "uv", "sessions", "events", "new_users", "avg_duration"];
export const intervals = ["hour", "day", "week", "month"];
/** What an event is looked for by. */
export const idKinds = ["trace_id", "uid"];
export const refusedStates = ["any", "waiting", "replayed"];
export const pageOrders = ["pv", "uv", "avg_duration", "entries", "exits"];
/** What the same question is asked beside: the period before, or each value of a dimension. */
export const comparisons = ["before", ...dimensions];
export const tableSizes = [50, 200, 1000];
export const flowSizes = [15, 30, 60];
export const pathSizes = [20, 100, 500];
export const liveKinds = ["any", "accepted", "rejected"];
export const retentionIntervals = ["day", "week"];
export const durationGroups = ["page_id", "pos_id", ...dimensions];
/** The longest time a funnel may take: 30 days. */
export const windowLimitSeconds = 2_592_000;

const text = (name, fallback = "") => ({ name, fallback, read: (value) => value ?? fallback });
const choice = (name, allowed, fallback = allowed[0]) => ({ name, fallback, read: (value) => (allowed.includes(value) ? value : fallback) });
const number = (name, lowest, highest, fallback) => ({
  name, fallback, read: (value) => (/^\d+$/.test(value ?? "") && Number(value) >= lowest && Number(value) <= highest ? Number(value) : fallback),
});
const oneOf = (name, allowed, fallback = allowed[0]) => ({ name, fallback, read: (value) => (allowed.includes(Number(value)) ? Number(value) : fallback) });
const pattern = (name, form, fallback = "") => ({ name, fallback, read: (value) => (form.test(value ?? "") ? value : fallback) });

/** What there is beside the overview (what was found comes first), and what only that page is asked with. */
const own = {
  pages: [choice("of", ["pages", "positions"]), oneOf("top", tableSizes), text("sort", "-pv"), text("match")],
  flows: [pattern("trail", /^\d{1,10}(,\d{1,10}){0,5}$/), oneOf("links", flowSizes, 30)],
  paths: [number("depth", 2, 10, 5), pattern("start", /^\d{1,10}$/), oneOf("list", pathSizes, 100)],
  funnel: [pattern("steps", /^(page|pos|operate):\d{1,10}(,(page|pos|operate):\d{1,10}){1,9}$/), number("window", 1, windowLimitSeconds, 86_400)],
  retention: [choice("unit", retentionIntervals), number("periods", 1, 90, 7), choice("cells", ["share", "users"])],
  durations: [choice("by", ["", ...durationGroups]), oneOf("top", tableSizes)],
  live: [choice("show", liveKinds), text("app"), text("user"), text("trace")],
  where: [choice("kind", idKinds), text("id")],
  refused: [text("reason"), text("app"), choice("state", refusedStates)],
  quality: [text("app")],
  sql: [text("q")],
  privacy: [],
  admin: [],
};
export const pages = Object.keys(own);
const everyOwn = new Map(Object.values(own).flat().map((parameter) => [parameter.name, parameter]));

const listeners = new Set();
export const onViewChange = (listener) => listeners.add(listener);

let current = read();
export const view = () => current;

function read() {
  const query = new URLSearchParams(location.search);
  const one = (name, allowed, fallback) => (allowed.includes(query.get(name)) ? query.get(name) : fallback);
  const custom = isDay(query.get("from")) && isDay(query.get("to")) && query.get("from") <= query.get("to");
  const wantedMetrics = (query.get("metrics") ?? "").split(",").filter((name) => metrics.includes(name));
  const filters = {};
  for (const name of [...dimensions, ...freeFilters]) {
    const values = [...new Set(query.getAll(name))].filter((value) => value !== "");
    if (values.length > 0) filters[name] = values;
  }
  return {
    range: custom ? "custom" : one("range", Object.keys(presets), "7d"),
    from: custom ? query.get("from") : null,
    to: custom ? query.get("to") : null,
    tz: isTimeZone(query.get("tz") ?? "") ? query.get("tz") : defaultTimeZone,
    filters,
    metrics: wantedMetrics.length > 0 ? wantedMetrics : ["pv", "uv"],
    interval: one("interval", intervals, "auto"),
    versus: one("versus", comparisons, ""),
    order: one("order", pageOrders, "pv"),
    rows: Number(query.get("rows")) === 50 ? 50 : 10,
    find: query.get("find") ?? "",
    page: one("page", pages, ""),
    ...Object.fromEntries([...everyOwn.values()].map(({ name, read: value }) => [name, value(query.get(name))])),
  };
}

/** The address of a view; what is the default is left out, so that links stay short. */
export function link(changes) {
  const next = { ...current, ...changes };
  const query = new URLSearchParams();
  if (next.range === "custom") {
    query.set("from", next.from);
    query.set("to", next.to);
  } else if (next.range !== "7d") {
    query.set("range", next.range);
  }
  if (next.tz !== defaultTimeZone) query.set("tz", next.tz);
  for (const [name, values] of Object.entries(next.filters)) for (const value of values) query.append(name, value);
  if (next.metrics.join() !== "pv,uv") query.set("metrics", next.metrics.join());
  if (next.interval !== "auto") query.set("interval", next.interval);
  if (next.versus) query.set("versus", next.versus);
  if (next.order !== "pv") query.set("order", next.order);
  if (next.rows !== 10) query.set("rows", next.rows);
  if (next.find) query.set("find", next.find);
  if (next.page) query.set("page", next.page);
  // What only one page knows goes with it.
  for (const { name, fallback } of own[next.page] ?? []) if (next[name] !== fallback) query.set(name, next[name]);
  const asked = query.toString();
  return asked ? `/?${asked}` : "/";
}

export function show(changes) {
  const target = link(changes);
  if (target === location.pathname + location.search) return;
  history.pushState(null, "", target);
  changed();
}

function changed() {
  const before = current;
  current = read();
  for (const listener of listeners) listener(current, before);
}

addEventListener("popstate", changed);

export function toggleFilter(name, value) {
  const values = current.filters[name] ?? [];
  const text = String(value);
  const next = values.includes(text) ? values.filter((other) => other !== text) : [...values, text];
  const filters = { ...current.filters, [name]: next };
  if (next.length === 0) delete filters[name];
  show({ filters });
}

/** First and last day, resolved now: "last 7 days" moves with the calendar. */
export function days(of = current) {
  if (of.range === "custom") return { from: of.from, to: of.to };
  const to = today(of.tz);
  return { from: addDays(to, 1 - presets[of.range]), to };
}

/** The interval that gives a readable number of points. */
export function intervalOf(of = current) {
  if (of.interval !== "auto") return of.interval;
  const { from, to } = days(of);
  const count = daysBetween(from, to);
  if (count <= 2) return "hour";
  if (count <= 120) return "day";
  return count <= 800 ? "week" : "month";
}

/** What every question is asked with. `without` leaves one filter out, to list what else it could be. */
export function parameters({ of = current, without = null, range = days(of) } = {}) {
  const list = [["from", range.from], ["to", range.to], ["tz", of.tz]];
  for (const [name, values] of Object.entries(of.filters)) {
    if (name !== without) for (const value of values) list.push([name, value]);
  }
  return list;
}

/** The address of what is looked at now, with its days written out: tomorrow it still shows the same. */
export const permalink = () => new URL(link({ range: "custom", ...days() }), location.href).href;

/** What the questions about refused reports are asked with. */
export function refusedParameters(of = current) {
  const { from, to } = days(of);
  const filters = [["reason", of.reason], ["app", of.app], ["state", of.state]].filter(([, value]) => value !== "");
  return [["from", from], ["to", to], ["tz", of.tz], ...filters];
}

/** As many days, just before. */
export function daysBefore(of = current) {
  const { from, to } = days(of);
  const count = daysBetween(from, to);
  return { from: addDays(from, -count), to: addDays(to, -count) };
}
