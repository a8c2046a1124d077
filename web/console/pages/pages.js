import { pagesTablePanel } from "../panels/pages-table.js";
import { analysisPage } from "./analysis.js";

/** Every page, or every position on it, with all that is counted. */
export function pagesPage() {
  return analysisPage({ name: "pages", panels: [pagesTablePanel()] });
}
