import { t } from "../i18n/index.js";
import { el, icon } from "./dom.js";
import { count } from "./format.js";

/**
 * A table that is sorted by its heads, in place.
 *
 * columns: [{ key, title, number, value(row) → text or elements, by(row) → what to sort by, bar(row) → 0…1 }]. The first
 * heads the rows. sort: "-uv" from the highest down, "uv" from the lowest up, "" as the rows came. Of many rows the
 * first are shown, and a button shows them all.
 */
export function dataTable({ caption, columns, rows, sort = "", className = "", onSort = () => {}, atFirst = 50 }) {
  const body = el("tbody");
  const heads = columns.map((column) => el("th", { scope: "col", class: column.number ? "number" : null }));
  const table = el(
    "table",
    { class: `table ${columns[0].bar ? "bars" : "admin-table"} ${className}` },
    el("caption", { class: "sr-only" }, caption),
    el("thead", {}, el("tr", {}, ...heads)),
    body,
  );
  let order = sort;
  let shown = rows.length > atFirst * 1.5 ? atFirst : rows.length;
  const all = el("button", { type: "button", class: "button quiet wide more", on: { click: showAll } }, t("table.all", { n: count(rows.length) }));

  function showAll() {
    const next = shown;
    shown = rows.length;
    fill();
    all.remove();
    // Whoever goes on by keyboard goes on where the first rows ended.
    (body.children[next]?.querySelector("a, button") ?? scroll).focus();
  }

  function fill() {
    const [key, down] = order.startsWith("-") ? [order.slice(1), true] : [order, false];
    columns.forEach((column, index) => heads[index].replaceChildren(head(column, column.key === key, down)));
    columns.forEach((column, index) => {
      if (column.key === key && column.by) heads[index].setAttribute("aria-sort", down ? "descending" : "ascending");
      else heads[index].removeAttribute("aria-sort");
    });
    const by = columns.find((column) => column.key === key)?.by;
    const sorted = by ? rows.toSorted((a, b) => compare(by(a), by(b), down)) : rows;
    body.replaceChildren(...sorted.slice(0, shown).map((row) => el("tr", {}, ...columns.map((column, index) => cell(column, row, index === 0)))));
  }

  function head(column, isSorted, down) {
    if (!column.by) return column.title;
    return el(
      "button",
      {
        type: "button", class: `sort ${isSorted ? "sorted" : ""}`, data: { sort: column.key },
        on: {
          click() {
            // Numbers are mostly wanted from the highest down, names from the first.
            const first = column.number ? `-${column.key}` : column.key;
            const other = column.number ? column.key : `-${column.key}`;
            order = order === first ? other : first;
            fill();
            table.querySelector(`[data-sort="${column.key}"]`).focus();
            onSort(order);
          },
        },
      },
      column.title,
      isSorted && icon(down ? "down" : "up"),
    );
  }

  fill();
  const scroll = el("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-label": caption }, table);
  return shown < rows.length ? el("div", {}, scroll, all) : scroll;
}

/** What nobody measured is last, whichever way one looks. */
function compare(one, other, down) {
  const [first, second] = [one ?? null, other ?? null];
  if (first === null || second === null) return (first === null) - (second === null);
  const way = typeof first === "string" && typeof second === "string" ? first.localeCompare(second) : first < second ? -1 : first > second ? 1 : 0;
  return down ? -way : way;
}

function cell(column, row, isHead) {
  const content = [column.value(row)].flat();
  if (!column.bar) return el(isHead ? "th" : "td", { scope: isHead ? "row" : null, class: [column.number && "number", column.className].filter(Boolean).join(" ") || null }, ...content);
  const bar = el("span", { class: "bar", "aria-hidden": "true" });
  bar.style.inlineSize = `${Math.max((column.bar(row) ?? 0) * 100, 0.5)}%`;
  return el("th", { scope: "row" }, el("div", { class: "bar-cell" }, bar, ...content));
}
