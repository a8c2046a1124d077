import { t } from "../i18n/index.js";
import { ask } from "../lib/api.js";
import { disclosure } from "../lib/disclosure.js";
import { el, icon, uniqueID } from "../lib/dom.js";
import { shortCount } from "../lib/format.js";
import { learnName, nameOf, onNewName } from "../lib/names.js";
import { dimensions, freeFilters, parameters, show, toggleFilter, view } from "../lib/view.js";

/** The filters in force, each a chip that removes itself, and a sheet to choose more. */
export function filterBar() {
  const chips = el("ul", { class: "chips", "aria-label": t("filters.active") });
  const chooser = disclosure({ label: t("filters"), iconName: "filter", title: t("filters"), fill: filterSheet });
  const element = el("div", { class: "filters" }, chooser, chips);

  function update() {
    const entries = Object.entries(view().filters);
    chips.hidden = entries.length === 0;
    const items = entries.flatMap(([name, values]) => values.map((value) => chip(name, value)));
    if (items.length > 1) {
      items.push(
        el("li", {}, el("button", { type: "button", class: "button quiet", on: { click: () => show({ filters: {} }) } }, t("filters.clear"))),
      );
    }
    chips.replaceChildren(...items);
  }

  update();
  return { element, update, stop: onNewName(update) };
}

function chip(name, value) {
  const text = `${t(`dimension.${name}`)}${t("colon")}${value === "absent" ? t("absent") : (nameOf(name, value) ?? value)}`;
  return el(
    "li",
    {},
    el(
      "button",
      { type: "button", class: "chip", "aria-label": t("filters.remove", { filter: text }), on: { click: () => toggleFilter(name, value) } },
      el("span", {}, text),
      icon("close"),
    ),
  );
}

function filterSheet() {
  const sections = dimensions.map((name) => {
    const list = el("div", { class: "checks" }, el("div", { class: "skeleton" }));
    fillChoices(name, list);
    return el("fieldset", { class: "field" }, el("legend", {}, t(`dimension.${name}`)), list);
  });
  const fields = freeFilters.map((name) => {
    const id = uniqueID(name);
    const input = el("input", {
      id, class: "input", autocomplete: "off", spellcheck: "false", maxlength: 128,
      inputmode: name === "uid" ? null : "numeric", pattern: name === "uid" ? null : "[0-9]{1,10}|absent",
    });
    const submit = (event) => {
      event.preventDefault();
      const value = input.value.trim();
      if (value !== "" && !(view().filters[name] ?? []).includes(value)) toggleFilter(name, value);
      input.value = "";
    };
    return el(
      "form",
      { class: "field", on: { submit } },
      el("label", { for: id }, t(`dimension.${name}`)),
      el("div", { class: "joined" }, input, el("button", { type: "submit", class: "button" }, t("add"))),
    );
  });
  return el("div", { class: "sheet-form filter-sheet" }, ...sections, ...fields);
}

/** Asked without the filter itself, so that the other values stay in sight. */
async function fillChoices(name, list) {
  let rows;
  try {
    rows = await ask(["breakdown"], [["by", name], ...parameters({ without: name })]);
  } catch (error) {
    if (error.kind === undefined) throw error;
    list.replaceChildren(el("p", { class: "muted" }, t(`error.${error.kind}`)));
    return;
  }
  const chosen = view().filters[name] ?? [];
  for (const row of rows) if (row.value !== null) learnName(name, row.value, row.name);
  const found = rows.map((row) => (row.value === null ? { ...row, value: "absent", name: t("absent") } : row));
  const missing = chosen.filter((value) => !found.some((row) => String(row.value) === value)).map((value) => ({ value, pv: 0 }));
  const choices = [...found, ...missing].map((row) => {
    const box = el("input", { type: "checkbox", on: { change: () => toggleFilter(name, row.value) } });
    box.checked = chosen.includes(String(row.value));
    return el(
      "label",
      { class: "check" },
      box,
      el("span", { class: "check-name" }, row.name ?? String(row.value)),
      el("span", { class: "check-count" }, shortCount(row.pv)),
    );
  });
  list.replaceChildren(...(choices.length > 0 ? choices : [el("p", { class: "muted" }, t("filters.none"))]));
}
