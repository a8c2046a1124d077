import { t } from "../i18n/index.js";
import { codeBlock } from "../lib/code-block.js";
import { el } from "../lib/dom.js";
import { presets, show, view } from "../lib/view.js";

/** Nothing to see: says why that may be and what to do next. */
export function emptyState() {
  const filtered = Object.keys(view().filters).length > 0;
  return el(
    "section",
    { class: "panel empty", "aria-labelledby": "empty-title" },
    el("h2", { id: "empty-title" }, t(filtered ? "empty.filtered" : "empty.title")),
    el("p", {}, t(filtered ? "empty.filtered.hint" : "empty.hint")),
    el(
      "div",
      { class: "empty-actions" },
      filtered && el("button", { type: "button", class: "button primary", on: { click: () => show({ filters: {} }) } }, t("filters.clear")),
      view().range !== "90d" &&
        el("button", { type: "button", class: "button", on: { click: () => show({ range: "90d", from: null, to: null }) } }, t("empty.widen", { n: presets["90d"] })),
    ),
    !filtered && firstReport(),
  );
}

/** A line that reports one event, to be pasted into a terminal. */
export function reportLine(uid = "10001") {
  const now = Math.floor(Date.now() / 1000);
  const body = JSON.stringify({
    head: { uid, openid: `o-${uid}`, device_type: 1, business_type: 1 },
    items: [{ event_time: now, channel: 1, operate_id: 10000, page_id: 1, duration: 12 }],
  });
  return [
    `curl ${location.origin}/upbot/api/ReportBehaviorData \\`,
    `  -H 'Content-Type: application/json' -H 'Authorization: TOKEN' \\`,
    `  -d '${body}'`,
  ].join("\n");
}

function firstReport() {
  const issue = "footprint app add my-app\nfootprint token issue --app APPID";
  return el(
    "ol",
    { class: "steps" },
    el("li", {}, el("p", {}, t("empty.step.token")), codeBlock(issue)),
    el("li", {}, el("p", {}, t("empty.step.send")), codeBlock(reportLine())),
    el("li", {}, el("p", {}, t("empty.step.look"))),
  );
}
