import { ask } from "../lib/api.js";
import { days, view } from "../lib/view.js";

/** What the questions about quality are asked with. */
export function qualityParameters() {
  const { from, to } = days();
  return [["from", from], ["to", to], ["tz", view().tz], ...(view().app === "" ? [] : [["app", view().app]])];
}

export const askQuality = (name, signal, own = []) => ask([name], [...own, ...qualityParameters()], signal);

/** For what looks at events, which are not filtered by app. */
export const askOfAllApps = (name, signal) => ask([name], qualityParameters().filter(([one]) => one !== "app"), signal);
