// Names of ids, gathered from the answers that carry them and from the tracking plan, so that a filter chip can say "H5"
// instead of 1.

import { language } from "../i18n/index.js";
import { plan } from "./api.js";

const names = new Map();
const listeners = new Set();

export function learnName(dimension, value, name) {
  const key = `${dimension}:${value}`;
  if (!name || names.get(key) === name) return;
  names.set(key, name);
  for (const listener of listeners) listener();
}

/** Learns every name that the tracking plan has. */
export async function learnPlan(signal) {
  const { channels, device_types, business_types, operate_ids, pages, positions } = await plan(signal);
  const lists = {
    channel: channels, device_type: device_types, business_type: business_types, operate_id: operate_ids,
    page_id: pages.names, pos_id: positions.names,
  };
  for (const [dimension, list] of Object.entries(lists)) {
    for (const { id, name } of list) names.set(`${dimension}:${id}`, name[language()]);
  }
  // Told once: a plan may name thousands of pages.
  for (const listener of listeners) listener();
}

export const nameOf = (dimension, value) => names.get(`${dimension}:${value}`) ?? null;
/** Returns how to stop. */
export function onNewName(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const forgetNames = () => names.clear();
