import { el } from "./dom.js";
import { link, show } from "./view.js";

/** A link to another view of this page: shown without loading anything again, unless it is to open elsewhere. */
export function viewLink(properties, changes, ...content) {
  const anchor = el("a", { ...properties, href: link(changes) }, ...content);
  anchor.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    show(changes);
  });
  return anchor;
}
