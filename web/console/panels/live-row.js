import { t } from "../i18n/index.js";
import { codeBlock } from "../lib/code-block.js";
import { el } from "../lib/dom.js";
import { count, timeOfDay } from "../lib/format.js";
import { nameOf } from "../lib/names.js";
import { pageLabel } from "../lib/page-label.js";
import { view } from "../lib/view.js";
import { viewLink } from "../lib/view-link.js";

/** Unix microseconds as the clock of the view's zone, to the millisecond: two clicks are told apart. */
function clock(microseconds) {
  const milliseconds = Math.floor(microseconds / 1_000);
  return `${timeOfDay(milliseconds / 1_000, view().tz)}.${String(milliseconds % 1_000).padStart(3, "0")}`;
}

/** One report: a line that unfolds to all of it. */
export function liveRow(report) {
  if (report.kind === "gap") return el("li", { class: "live-row live-gap" }, el("p", { class: "muted" }, t("live.gap")));
  const isAccepted = report.kind === "accepted";
  const place = el("div", { class: "live-body" });
  const details = el(
    "details",
    {},
    el(
      "summary",
      {},
      el("time", { class: "mono" }, clock(report.time)),
      el("span", { class: isAccepted ? "badge on" : "badge bad" }, isAccepted ? t("live.accepted") : t("live.rejected")),
      el("span", { class: "live-what" }, ...(isAccepted ? accepted(report) : [el("b", { class: "id" }, report.code), ` ${report.detail ?? ""}`])),
      el("span", { class: "id live-app" }, report.app),
    ),
    place,
  );
  // Made when it is looked at: five hundred folded bodies would be for nobody.
  details.addEventListener("toggle", () => place.replaceChildren(...(details.open ? body(report) : [])));
  return el("li", { class: `live-row ${report.kind}` }, details);
}

function accepted({ uid, items }) {
  const first = items[0] ?? {};
  const parts = [
    first.operate_id !== undefined && first.operate_id !== null && (nameOf("operate_id", first.operate_id) ?? t("live.operate", { id: first.operate_id })),
    first.page_id !== undefined && first.page_id !== null && pageLabel(first.page_id),
    first.pos_id !== undefined && first.pos_id !== null && t("funnel.numbered.pos", { id: first.pos_id }),
  ].filter(Boolean);
  const more = items.length > 1 ? ` ${t("live.more", { n: count(items.length - 1) })}` : "";
  return [el("b", {}, uid), ` ${parts.join(" · ")}${more}`];
}

function body(report) {
  if (report.kind === "rejected") {
    return [
      el("p", {}, report.detail ?? ""),
      report.body_bytes > new TextEncoder().encode(report.body).length ? el("p", { class: "muted" }, t("live.cut", { n: count(report.body_bytes) })) : "",
      codeBlock(pretty(report.body), { label: t("refused.body") }),
    ];
  }
  const { kind, time, app, items, replayed, ...head } = report;
  const traces = traceIDs(report);
  return [
    replayed && el("p", { class: "muted" }, t("live.replayed")),
    el("p", { class: "live-links" }, viewLink({}, { find: report.uid, page: "" }, t("find.user")), ...traces.slice(0, 5).map((id) => viewLink({}, { find: id, page: "" }, `trace_id ${id}`))),
    codeBlock(JSON.stringify({ head, items }, null, 2), { label: t("live.report") }),
  ].filter(Boolean);
}

const traceIDs = ({ items = [] }) => [...new Set(items.map((item) => item.trace_id).filter(Boolean))];

/** JSON with its lines broken; what is none stays as it was sent. */
function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

export const csvHeads = ["time", "kind", "app", "uid", "trace_ids", "detail"];
export function csvRow(report) {
  const detail = report.kind === "rejected" ? `${report.code} ${report.detail ?? ""}` : JSON.stringify(report.items);
  return [new Date(report.time / 1_000).toISOString(), report.kind, report.app, report.uid ?? "", traceIDs(report).join(" "), detail];
}
