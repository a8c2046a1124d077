// Flows as columns of nodes: a page stands in several columns, so that a way back is no circle.

/** [{ prev_id, page_id, count, users }] of a page's ways in or out, the largest first; the rest as one. */
function largest(rows, atMost) {
  const sorted = rows.toSorted((a, b) => b.count - a.count);
  if (sorted.length <= atMost) return { shown: sorted, rest: null };
  const rest = sorted.slice(atMost - 1);
  return { shown: sorted.slice(0, atMost - 1), rest: { count: rest.reduce((sum, row) => sum + row.count, 0), pages: rest.length } };
}

/**
 * { nodes: [{ key, column, id, pages? }], links: [{ from, to, count, users }] }.
 *
 * Without a trail the largest flows, from left to right. With one: what leads to its first page, its pages, and from
 * each what it leads to.
 */
export function columnsOf(flows, trail, atMost) {
  const nodes = new Map();
  const links = [];
  const node = (column, id, pages) => {
    const key = `${column}:${id ?? "rest"}`;
    if (!nodes.has(key)) nodes.set(key, { key, column, id, pages });
    return key;
  };
  if (trail.length === 0) {
    for (const row of flows.toSorted((a, b) => b.count - a.count).slice(0, atMost)) {
      links.push({ from: node(0, row.prev_id), to: node(1, row.page_id), count: row.count, users: row.users });
    }
    return { nodes: [...nodes.values()], links };
  }
  const each = Math.max(5, Math.round(atMost / 3));
  const into = largest(flows.filter((row) => row.page_id === trail[0]), each);
  const first = node(1, trail[0]);
  for (const row of into.shown) links.push({ from: node(0, row.prev_id), to: first, count: row.count, users: row.users });
  if (into.rest) links.push({ from: node(0, null, into.rest.pages), to: first, count: into.rest.count });
  trail.forEach((page, index) => {
    const from = node(index + 1, page);
    const out = flows.filter((row) => row.prev_id === page);
    const next = trail[index + 1];
    const { shown, rest } = largest(out, each);
    for (const row of shown) links.push({ from, to: node(index + 2, row.page_id), count: row.count, users: row.users });
    // What is followed is shown, however small it is.
    const hidden = next !== undefined && !shown.some((row) => row.page_id === next) ? out.find((row) => row.page_id === next) : undefined;
    if (hidden) links.push({ from, to: node(index + 2, next), count: hidden.count, users: hidden.users });
    if (rest) links.push({ from, to: node(index + 2, null, rest.pages - (hidden ? 1 : 0)), count: rest.count - (hidden?.count ?? 0) });
    else if (next !== undefined && !out.some((row) => row.page_id === next)) node(index + 2, next);
  });
  return { nodes: [...nodes.values()], links: links.filter((link) => link.count > 0) };
}

/** The trail after a click on a node. */
export function follow(trail, { column, id }) {
  if (id === null) return trail;
  if (trail.length === 0) return [id];
  if (column === 0) return [id, ...trail].slice(0, 6);
  return [...trail.slice(0, column - 1), id].slice(-6);
}
