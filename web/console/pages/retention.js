import { retentionPanels } from "../panels/retention.js";
import { analysisPage } from "./analysis.js";

/** Who comes back: a heat map of cohorts, and the course of the mean. */
export function retentionPage() {
  return analysisPage({ name: "retention", panels: retentionPanels() });
}
