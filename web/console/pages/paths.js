import { pathsPanels } from "../panels/paths.js";
import { analysisPage } from "./analysis.js";

/** The most frequent sequences of pages within sessions. */
export function pathsPage() {
  return analysisPage({ name: "paths", panels: pathsPanels() });
}
