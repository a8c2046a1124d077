// A funnel's steps as the address and the question have them: "page:1,operate:11000".

import { t } from "../i18n/index.js";
import { nameOf } from "./names.js";
import { pageLabel } from "./page-label.js";

export const stepKinds = ["page", "pos", "operate"];
export const stepsAtMost = 10;
const largestID = 4_294_967_295;
const dimensionOf = { page: "page_id", pos: "pos_id", operate: "operate_id" };

/** "page:1,page:5" → [{ kind, id }]; the id stays text, as it may be half written. */
export const parseSteps = (text) =>
  text === "" ? [] : text.split(",").map((step) => ({ kind: step.slice(0, step.indexOf(":")), id: step.slice(step.indexOf(":") + 1) }));

export const isStep = ({ id }) => /^\d{1,10}$/.test(id) && Number(id) <= largestID;

/** The steps as a question takes them, or null while it cannot be asked. */
export function stepsText(steps) {
  if (steps.length < 2 || steps.length > stepsAtMost || !steps.every(isStep)) return null;
  return steps.map(({ kind, id }) => `${kind}:${Number(id)}`).join(",");
}

/** A step as a person reads it, by the name that an answer gave or the plan has. */
export function stepLabel(step, name = null) {
  const [one] = parseSteps(step);
  if (one.kind === "page") return pageLabel(Number(one.id), name ?? undefined);
  const known = name ?? nameOf(dimensionOf[one.kind], one.id);
  return known && known !== one.id ? known : t(`funnel.numbered.${one.kind}`, { id: one.id });
}
