/** Paths as a tree: [{ pages, names, count }] → nodes { id, name, count, children }, the most frequent first. */
export function pathTree(paths) {
  const root = { children: new Map() };
  for (const path of paths) {
    let at = root;
    path.pages.forEach((page, index) => {
      if (!at.children.has(page)) at.children.set(page, { id: page, name: path.names[index], count: 0, children: new Map() });
      at = at.children.get(page);
      at.count += path.count;
    });
  }
  const list = (node) => [...node.children.values()].map((child) => ({ ...child, children: list(child) })).sort((a, b) => b.count - a.count);
  return list(root);
}
