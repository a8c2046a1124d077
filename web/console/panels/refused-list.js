import { t } from "../i18n/index.js";
import { ask, csvAddress } from "../lib/api.js";
import { codeBlock } from "../lib/code-block.js";
import { el, icon } from "../lib/dom.js";
import { count, dayAndTime } from "../lib/format.js";
import { panel, skeletonLines } from "../lib/panel.js";
import { refusedParameters, view } from "../lib/view.js";
import { adminTable, nothingYet } from "./admin-table.js";

const limit = 100;

/** The newest refused reports, each with what it sent. */
export function refusedListPanel() {
  const download = el("a", { class: "button quiet square", download: true, "aria-label": t("csv.of", { title: t("refused.list") }), title: t("csv.of", { title: t("refused.list") }) }, icon("download"));
  const asked = () => [["limit", limit], ...refusedParameters()];
  return panel({
    title: t("refused.list"),
    className: "refused-list-panel",
    actions: [download],
    skeleton: skeletonLines(5),
    load(signal) {
      download.href = csvAddress(["rejected"], asked());
      return ask(["rejected"], asked(), signal);
    },
    render(reports) {
      if (reports.length === 0) return nothingYet(t("refused.none"));
      return [
        reports.length === limit && el("p", { class: "muted" }, t("refused.newest", { n: count(limit) })),
        adminTable(t("refused.list"), ["time", "refused.reason", "refused.state", "refused.app", "refused.body"].map((key) => t(key)), reports.map(row)),
      ].filter(Boolean);
    },
  });
}

function row(report) {
  return el(
    "tr",
    {},
    el("th", { scope: "row" }, dayAndTime(report.time, view().tz)),
    el("td", { class: "long" }, el("p", { class: "id" }, report.reason), el("p", {}, report.detail)),
    el("td", {}, el("span", { class: report.replayed ? "badge on" : "badge" }, t(`refused.state.${report.replayed ? "replayed" : "waiting"}`))),
    el("td", { class: "id" }, report.app),
    el("td", { class: "body" }, bodyOf(report.body, report.body_bytes)),
  );
}

/** Folded away: a list of bodies is no list. */
export function bodyOf(body, bytes = null) {
  const size = bytes === null ? t("refused.sample") : t("refused.bytes", { n: count(bytes) });
  return el("details", { class: "refused-body" }, el("summary", {}, size), body === "" ? el("p", { class: "muted" }, t("refused.empty")) : codeBlock(body, { label: t("refused.body") }));
}
