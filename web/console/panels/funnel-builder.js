import { t } from "../i18n/index.js";
import { ask } from "../lib/api.js";
import { el, icon, uniqueID } from "../lib/dom.js";
import { isStep, parseSteps, stepKinds, stepLabel, stepsAtMost, stepsText } from "../lib/funnel-steps.js";
import { learnPlan } from "../lib/names.js";
import { pageChoices, pageLabel } from "../lib/page-label.js";
import { skeletonLines } from "../lib/panel.js";
import { frame } from "../lib/parts.js";
import { parameters, show, view, windowLimitSeconds } from "../lib/view.js";
import { dragToOrder } from "./drag-to-order.js";

const units = { seconds: 1, minutes: 60, hours: 3_600, days: 86_400 };
const suggestionsAtMost = 4;

/** Steps that are added, moved (by pointer or by button), taken away; asked as soon as they can be asked. */
export function funnelBuilder() {
  const pages = pageChoices();
  const list = el("ol", { class: "funnel-steps", "aria-label": t("funnel.steps") });
  const said = el("p", { class: "sr-only", role: "status" });
  const suggestions = el("div", { class: "funnel-suggestions" });
  const add = el("button", { type: "button", class: "button", data: { action: "add-step" }, on: { click: () => addStep() } }, icon("plus"), t("funnel.add"));
  const span = windowField();
  const element = frame(
    { title: t("funnel.steps"), className: "funnel-builder" },
    list,
    said,
    el("div", { class: "funnel-tools" }, add, span.element),
    suggestions,
    pages.element,
  );
  let steps = draft();
  /** What the address said when the steps were taken from it. */
  let asked = view().steps;

  function draft() {
    const asked = parseSteps(view().steps);
    return asked.length > 0 ? asked : [{ kind: "page", id: "" }, { kind: "page", id: "" }];
  }

  /** Asks as soon as every step is whole; until then what was asked stays. */
  function changed() {
    const text = stepsText(steps);
    if (text === null) return;
    asked = text;
    show({ steps: text });
  }

  function rows() {
    list.replaceChildren(...steps.map(row));
    add.disabled = steps.length >= stepsAtMost;
  }

  function row(step, index) {
    const kindID = uniqueID("kind");
    const idID = uniqueID("id");
    const kind = el("select", { id: kindID, class: "input" }, ...stepKinds.map((name) => el("option", { value: name }, t(`funnel.kind.${name}`))));
    kind.value = step.kind;
    const id = el("input", {
      id: idID, class: "input", inputmode: "numeric", pattern: "[0-9]{1,10}", maxlength: 10, autocomplete: "off", value: step.id,
      list: step.kind === "page" ? pages.id : null, placeholder: t(`funnel.placeholder.${step.kind}`),
    });
    kind.addEventListener("change", () => {
      steps[index] = { kind: kind.value, id: step.id };
      rows();
      list.children[index].querySelector("input").focus();
      changed();
    });
    id.addEventListener("change", () => {
      steps[index] = { ...steps[index], id: id.value.trim() };
      id.setAttribute("aria-invalid", String(!isStep(steps[index])));
      name.textContent = nameOfStep(steps[index]);
      changed();
    });
    const button = (name, iconName, words, disabled, click) =>
      el("button", { type: "button", class: "button quiet square", data: { action: name }, "aria-label": words, title: words, disabled, on: { click } }, icon(iconName));
    const name = el("span", { class: "step-name muted" }, nameOfStep(steps[index]));
    const grip = el("span", { class: "grip", title: t("funnel.drag"), "aria-hidden": "true" }, icon("grip"));
    return el(
      "li",
      { class: "funnel-step" },
      grip,
      el("span", { class: "step-number", "aria-hidden": "true" }, String(index + 1)),
      el("label", { for: kindID, class: "sr-only" }, t("funnel.kind.of", { n: index + 1 })),
      kind,
      el("label", { for: idID, class: "sr-only" }, t("funnel.id.of", { n: index + 1 })),
      id,
      name,
      el(
        "span",
        { class: "step-buttons" },
        button("step-up", "up", t("funnel.up", { n: index + 1 }), index === 0, () => move(index, index - 1, "step-up")),
        button("step-down", "down", t("funnel.down", { n: index + 1 }), index === steps.length - 1, () => move(index, index + 1, "step-down")),
        button("step-remove", "close", t("funnel.remove", { n: index + 1 }), steps.length <= 2, () => remove(index)),
      ),
    );
  }

  function move(from, to, action = null) {
    steps.splice(to, 0, ...steps.splice(from, 1));
    rows();
    said.textContent = t("funnel.moved", { from: from + 1, to: to + 1 });
    if (action !== null) {
      const button = list.children[to].querySelector(`[data-action=${action}]`);
      (button.disabled ? list.children[to].querySelector("input") : button).focus();
    }
    changed();
  }

  function addStep() {
    steps.push({ kind: "page", id: "" });
    rows();
    list.lastElementChild.querySelector("input").focus();
  }

  function remove(index) {
    steps.splice(index, 1);
    rows();
    list.children[Math.min(index, steps.length - 1)].querySelector("input").focus();
    changed();
  }

  /** Ways that people do take, to begin with. */
  async function suggest() {
    suggestions.replaceChildren();
    if (view().steps !== "") return;
    suggestions.replaceChildren(el("p", { class: "muted" }, t("funnel.suggest")), skeletonLines(1)());
    try {
      const rows = await ask(["paths"], [["depth", 4], ["limit", 200], ...parameters()]);
      const ways = rows.filter((row) => row.pages.length >= 3 && new Set(row.pages).size === row.pages.length).slice(0, suggestionsAtMost);
      if (view().steps !== "") return;
      suggestions.replaceChildren(
        ...(ways.length === 0
          ? [el("p", { class: "muted" }, t("funnel.suggest.none"))]
          : [el("p", { class: "muted" }, t("funnel.suggest")), el("div", { class: "toggles" }, ...ways.map(suggestion))]),
      );
    } catch (error) {
      if (error.kind === undefined) throw error;
      suggestions.replaceChildren();
    }
  }

  const suggestion = (way) =>
    el(
      "button",
      { type: "button", class: "toggle", data: { action: "suggestion" }, on: { click: () => show({ steps: way.pages.map((page) => `page:${page}`).join(",") }) } },
      way.pages.map((page, index) => pageLabel(page, way.names[index])).join(" → "),
    );

  rows();
  dragToOrder(list, ".grip", move);
  return {
    element,
    async refresh() {
      await Promise.all([pages.fill(), learnPlan().catch(ignoreRefusal), suggest()]);
      list.querySelectorAll(".step-name").forEach((place, index) => (place.textContent = nameOfStep(steps[index])));
    },
    update() {
      span.update();
      // A half-written step is not taken away by what else changes.
      if ((stepsText(steps) ?? "") === view().steps) return;
      if (stepsText(steps) === null && view().steps === asked) return;
      steps = draft();
      asked = view().steps;
      rows();
    },
    stop() {},
  };
}

/** What the plan calls it; nothing where it has no name. */
function nameOfStep(step) {
  if (!isStep(step)) return "";
  const label = stepLabel(`${step.kind}:${Number(step.id)}`);
  return label === t(`funnel.numbered.${step.kind}`, { id: Number(step.id) }) ? "" : label;
}

/** Without names the ids are shown; the panels that ask say what is wrong. */
function ignoreRefusal(error) {
  if (error.kind === undefined) throw error;
}

/** How long the whole way may take: a number and its unit. */
function windowField() {
  const [numberID, unitID] = ["window", "unit"].map(uniqueID);
  const amount = el("input", { id: numberID, class: "input", type: "number", min: 1, required: true });
  const unit = el("select", { id: unitID, class: "input" }, ...Object.keys(units).map((name) => el("option", { value: name }, t(`unit.${name}`))));
  const problem = el("p", { class: "form-problem", role: "alert" });
  function update() {
    const name = Object.keys(units).findLast((one) => view().window % units[one] === 0);
    unit.value = name;
    amount.value = view().window / units[name];
  }
  function use() {
    const seconds = Number(amount.value) * units[unit.value];
    const isGood = Number.isInteger(seconds) && seconds >= 1 && seconds <= windowLimitSeconds;
    problem.textContent = isGood ? "" : t("funnel.window.wrong");
    amount.setAttribute("aria-invalid", String(!isGood));
    if (isGood) show({ window: seconds });
  }
  amount.addEventListener("change", use);
  unit.addEventListener("change", use);
  update();
  return {
    element: el(
      "div",
      { class: "window-field" },
      el("label", { for: numberID }, t("funnel.window")),
      amount,
      el("label", { for: unitID, class: "sr-only" }, t("funnel.window.unit")),
      unit,
      problem,
    ),
    update,
  };
}
