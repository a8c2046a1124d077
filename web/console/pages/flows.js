import { flowChartPanel } from "../panels/flow-chart.js";
import { flowTablePanel } from "../panels/flow-table.js";
import { flowQuestion } from "../panels/flow-question.js";
import { analysisPage } from "./analysis.js";

/** Which page leads to which; a click on one follows it. */
export function flowsPage() {
  const question = flowQuestion();
  const panels = [flowChartPanel(question), flowTablePanel(question)];
  return analysisPage({ name: "flows", panels });
}
