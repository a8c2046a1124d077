// Names of ids, gathered from the answers that carry them, so that a filter chip can say "H5" instead of 1.

const names = new Map();
const listeners = new Set();

export function learnName(dimension, value, name) {
  const key = `${dimension}:${value}`;
  if (!name || names.get(key) === name) return;
  names.set(key, name);
  for (const listener of listeners) listener();
}

export const nameOf = (dimension, value) => names.get(`${dimension}:${value}`) ?? null;
/** Returns how to stop. */
export function onNewName(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const forgetNames = () => names.clear();
