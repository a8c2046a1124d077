import { el, uniqueID } from "../lib/dom.js";
import { show, view } from "../lib/view.js";

/** How much of an answer is wanted: a small select that lives in the address as `name`. */
export function sizeChoice({ name, sizes, words }) {
  const id = uniqueID(name);
  const select = el(
    "select",
    { id, class: "input small", on: { change: () => show({ [name]: typeof sizes[0] === "number" ? Number(select.value) : select.value }) } },
    ...sizes.map((size) => el("option", { value: size }, words(size))),
  );
  const update = () => (select.value = view()[name]);
  update();
  return { element: el("span", { class: "size-choice" }, el("label", { for: id, class: "sr-only" }, words(view()[name])), select), update };
}
