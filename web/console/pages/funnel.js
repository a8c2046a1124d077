import { t } from "../i18n/index.js";
import { panel } from "../lib/panel.js";
import { askEach } from "../lib/variants.js";
import { view } from "../lib/view.js";
import { funnelBuilder } from "../panels/funnel-builder.js";
import { funnelResult } from "../panels/funnel-result.js";
import { analysisPage } from "./analysis.js";

/** How many users take the steps in order: a builder, and what comes of it. */
export function funnelPage() {
  const builder = funnelBuilder();
  const result = funnelResult();
  const answer = panel({
    title: t("funnel.result"),
    className: "funnel-result-panel",
    actions: result.actions,
    skeleton: () => result.skeleton(),
    load: async (signal) => (view().steps === "" ? null : askEach(["funnel"], [["steps", view().steps], ["window", view().window]], signal)),
    render: (variants) => (variants === null ? result.none() : result.render(variants)),
  });
  const page = analysisPage({ name: "funnel", panels: [builder, answer], onView: () => builder.update() });
  return {
    ...page,
    stop() {
      page.stop();
      result.stop();
    },
  };
}
