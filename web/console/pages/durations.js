import { durationsPanels } from "../panels/durations.js";
import { analysisPage } from "./analysis.js";

/** How long people stay: quantiles, a histogram, and both by the values of a field. */
export function durationsPage() {
  return analysisPage({ name: "durations", panels: durationsPanels() });
}
