import { t } from "../i18n/index.js";
import { administer } from "../lib/api.js";
import { csvButton, memberRows } from "../lib/csv.js";
import { addDays, startOfDay } from "../lib/dates.js";
import { field } from "../lib/dialog.js";
import { el } from "../lib/dom.js";
import { dayAndTime } from "../lib/format.js";
import { panel, skeletonLines } from "../lib/panel.js";
import { view } from "../lib/view.js";
import { adminTable, nothingYet } from "./admin-table.js";

const actions = ["app.add", "app.remove", "token.issue", "token.revoke", "key.rotate", "session.start", "session.end", "plan.change", "erasure", "audit.repair"];
const pageSize = 50;

/** Who changed what, newest first, as far as one has asked for. */
export function auditPanel() {
  let entries = [];
  let next = null;

  const action = el("select", { class: "input" }, el("option", { value: "" }, t("admin.audit.any")), ...actions.map((name) => el("option", { value: name }, t(`admin.action.${name}`))));
  const who = el("input", { class: "input", autocomplete: "off", spellcheck: "false", autocapitalize: "off", maxlength: 128, placeholder: "cli:alice" });
  const from = el("input", { class: "input", type: "date" });
  const to = el("input", { class: "input", type: "date" });
  const filters = el(
    "form",
    {
      class: "audit-filters", "aria-label": t("admin.audit.filter"),
      on: {
        submit(event) {
          event.preventDefault();
          whole.refresh();
        },
      },
    },
    field(t("admin.audit.action"), action),
    field(t("admin.audit.who"), who),
    field(t("range.from"), from),
    field(t("range.to"), to),
    el("button", { type: "submit", class: "button" }, t("filters")),
  );
  action.addEventListener("change", () => whole.refresh());

  function question(before) {
    const { tz } = view();
    const asked = { action: action.value, who: who.value.trim(), limit: pageSize, before };
    if (from.value) asked.from = startOfDay(from.value, tz);
    if (to.value) asked.to = startOfDay(addDays(to.value, 1), tz);
    return Object.entries(asked).filter(([, value]) => value !== "" && value !== null);
  }

  const ask = (before, signal) => administer("GET", ["audit"], { parameters: question(before), signal });

  async function load(signal) {
    const page = await ask(null, signal);
    entries = page.entries;
    next = page.next_before;
  }

  async function more(event) {
    const button = event.target;
    button.disabled = true;
    try {
      const page = await ask(next);
      entries = [...entries, ...page.entries];
      next = page.next_before;
      whole.element.querySelector(".panel-body").replaceChildren(...render());
      // Whoever went on by keyboard goes on from there.
      (whole.element.querySelector(".more") ?? whole.element.querySelector(".table-scroll")).focus();
    } catch (error) {
      if (error.kind === undefined) throw error;
      button.disabled = false;
      button.textContent = t("retry");
    }
  }

  function render() {
    if (entries.length === 0) return [nothingYet(t(question(null).length > 1 ? "admin.audit.noneMatch" : "admin.audit.none"))];
    return [
      adminTable(
        t("admin.audit"),
        [t("time"), t("admin.audit.who"), t("admin.audit.action"), t("admin.audit.target"), t("admin.audit.detail"), t("admin.audit.address")],
        entries.map(row),
      ),
      next !== null && el("button", { type: "button", class: "button wide more", on: { click: more } }, t("admin.audit.more")),
    ].filter(Boolean);
  }

  const download = csvButton(t("admin.audit"), "audit", () => memberRows(entries));
  const whole = panel({ title: t("admin.audit"), className: "audit-panel", actions: [download], skeleton: skeletonLines(5), load, render });
  whole.element.querySelector(".panel-head").after(filters);
  return whole;
}

function row(entry) {
  const known = actions.includes(entry.action);
  return el(
    "tr",
    {},
    el("th", { scope: "row" }, dayAndTime(entry.time, view().tz)),
    el("td", { class: "id" }, entry.who),
    el("td", {}, known ? t(`admin.action.${entry.action}`) : entry.action),
    el("td", { class: "id" }, entry.target ?? "–"),
    el("td", { class: "long" }, detail(entry.detail)),
    el("td", { class: "id" }, entry.address ?? "–"),
  );
}

/** Members by their names; a moment reads as one. */
function detail(members) {
  const parts = Object.entries(members ?? {}).map(([name, value]) => {
    const label = t(`admin.detail.${name}`);
    return `${label === `admin.detail.${name}` ? name : label}${t("colon")}${valueText(name, value)}`;
  });
  return parts.join(t("admin.detail.and")) || "–";
}

function valueText(name, value) {
  if (name.endsWith("expires")) return dayAndTime(value, view().tz);
  if (name === "kind") return t(`admin.kind.${value}`);
  return name === "earlier_tokens" ? t(`admin.key.${value}`) : String(value);
}
