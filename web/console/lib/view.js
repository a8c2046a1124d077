// What is looked at. It lives in the address, so that a link, a bookmark and the back button restore all of it.

import { addDays, daysBetween, defaultTimeZone, isDay, isTimeZone, today } from "./dates.js";

export const presets = { today: 1, "7d": 7, "30d": 30, "90d": 90 };
export const dimensions = ["channel", "device_type", "business_type", "operate_id"];
/** Filters that have no list to choose from. */
export const freeFilters = ["page_id", "uid"];
export const metrics = ["pv", "uv", "sessions", "events", "new_users", "avg_duration"];
export const intervals = ["hour", "day", "week", "month"];
/** What there is beside the overview; what was found comes first. */
export const pages = ["admin", "refused", "where"];
/** What an event is looked for by. */
export const idKinds = ["trace_id", "uid"];
export const refusedStates = ["any", "waiting", "replayed"];
export const pageOrders = ["pv", "uv", "avg_duration", "entries", "exits"];

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
    compare: query.get("compare") === "1",
    order: one("order", pageOrders, "pv"),
    rows: Number(query.get("rows")) === 50 ? 50 : 10,
    find: query.get("find") ?? "",
    page: one("page", pages, ""),
    kind: one("kind", idKinds, "trace_id"),
    id: query.get("id") ?? "",
    reason: query.get("reason") ?? "",
    app: query.get("app") ?? "",
    state: one("state", refusedStates, "any"),
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
  if (next.compare) query.set("compare", "1");
  if (next.order !== "pv") query.set("order", next.order);
  if (next.rows !== 10) query.set("rows", next.rows);
  if (next.find) query.set("find", next.find);
  if (next.page) query.set("page", next.page);
  // What only one page knows goes with it.
  if (next.page === "where" && next.id) {
    query.set("kind", next.kind);
    query.set("id", next.id);
  }
  if (next.page === "refused") {
    for (const name of ["reason", "app"]) if (next[name]) query.set(name, next[name]);
    if (next.state !== "any") query.set("state", next.state);
  }
  const text = query.toString();
  return text ? `/?${text}` : "/";
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
