import { t } from "../i18n/index.js";
import { disclosure } from "../lib/disclosure.js";
import { el, icon, uniqueID } from "../lib/dom.js";
import { preference, remember } from "../lib/preference.js";
import { show, view } from "../lib/view.js";
import { sqlExamples } from "./sql-examples.js";
import { linkButton } from "./toolbar.js";

const remembered = 30;

function history() {
  try {
    return JSON.parse(preference("sql", "[]")).filter((one) => typeof one === "string");
  } catch {
    return [];
  }
}

const keep = (statement) => remember("sql", JSON.stringify([statement, ...history().filter((one) => one !== statement)].slice(0, remembered)));

/** Where a statement is written: Ctrl-Enter asks it, what was asked is kept in this browser and in the address. */
export function sqlEditor({ run, stop }) {
  const id = uniqueID("statement");
  const input = el("textarea", { id, class: "input sql-input", rows: 9, spellcheck: "false", autocapitalize: "off", autocomplete: "off", value: view().q || sqlExamples(t)[0].sql });
  const go = el("button", { type: "submit", class: "button primary", data: { action: "run" } }, icon("play"), t("sql.run"), el("kbd", {}, "Ctrl ↵"));
  const halt = el("button", { type: "button", class: "button", hidden: true, data: { action: "halt" }, on: { click: stop } }, t("sql.stop"));
  const take = (close, statement) => {
    close();
    input.value = statement;
    input.focus();
  };
  const entry = (close, { name, sql }) =>
    el("li", {}, el("button", { type: "button", class: "sql-entry", on: { click: () => take(close, sql) } }, name && el("b", {}, name), el("code", {}, sql)));
  const menu = (title, entries, none) =>
    disclosure({
      label: title,
      title,
      className: "quiet",
      fill: (close) => (entries().length === 0 ? el("p", { class: "muted" }, none) : el("ul", { class: "sql-list" }, ...entries().map((one) => entry(close, one)))),
    });
  const form = el(
    "form",
    {
      class: "sql-form",
      on: {
        submit(event) {
          event.preventDefault();
          ask();
        },
      },
    },
    el(
      "div",
      { class: "sql-tools" },
      el("label", { for: id }, t("sql.statement")),
      menu(t("sql.examples"), () => sqlExamples(t), ""),
      menu(t("sql.history"), () => history().map((sql) => ({ sql })), t("sql.history.none")),
    ),
    input,
    el("div", { class: "sql-tools" }, go, halt, el("span", { class: "muted" }, t("sql.limits")), linkButton()),
  );
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      ask();
    }
  });

  function ask() {
    const statement = input.value.trim();
    if (statement === "") return input.focus();
    keep(statement);
    show({ q: statement });
    run(statement);
  }

  return {
    element: el("section", { class: "panel sql-editor", "aria-label": t("sql.statement") }, form),
    running(now) {
      go.disabled = now;
      halt.hidden = !now;
    },
    insert(text) {
      input.setRangeText(text, input.selectionStart, input.selectionEnd, "end");
      input.focus();
    },
    /** What a link brought is asked at once: it only reads. */
    start() {
      if (view().q !== "") run(view().q);
    },
    viewChanged() {
      if (view().q === "" || view().q === input.value.trim()) return;
      input.value = view().q;
      run(view().q);
    },
  };
}
