import { t } from "../i18n/index.js";
import { administer } from "../lib/api.js";
import { csvButton, memberRows } from "../lib/csv.js";
import { el } from "../lib/dom.js";
import { dayAndTime } from "../lib/format.js";
import { panel, skeletonLines } from "../lib/panel.js";
import { view } from "../lib/view.js";
import { adminTable, nothingYet } from "./admin-table.js";
import { showReceipt } from "./privacy-receipt.js";

/** What was erased, by whom and when; never whose. */
export function receiptsPanel() {
  let shown = [];
  return panel({
    title: t("privacy.receipts"),
    className: "receipts-panel",
    actions: [csvButton(t("privacy.receipts"), "receipts", () => memberRows(shown))],
    skeleton: skeletonLines(3),
    load: (signal) => administer("GET", ["receipts"], { signal }),
    render(receipts) {
      shown = receipts;
      if (receipts.length === 0) return nothingYet(t("privacy.receipts.none"));
      return adminTable(
        t("privacy.receipts"),
        [t("privacy.requested"), "ID", t("privacy.state"), t("admin.audit.who"), ""],
        receipts.map(row),
      );
    },
  });
}

/** One that is under way has no more yet than its id and why it waits. */
function row(receipt) {
  const isDone = receipt.state === "done";
  return el(
    "tr",
    {},
    el("th", { scope: "row" }, isDone ? dayAndTime(receipt.requested, view().tz) : "–"),
    el("td", { class: "id" }, receipt.id),
    el("td", { class: "long" }, el("span", { class: isDone ? "badge on" : "badge" }, t(`privacy.state.${isDone ? "done" : "pending"}`)), isDone ? "" : ` ${receipt.reason}`),
    el("td", { class: "id" }, receipt.by ?? "–"),
    el("td", { class: "end" }, isDone && showButton(receipt)),
  );
}

function showButton(receipt) {
  const words = t("privacy.receipt.show");
  return el("button", { type: "button", class: "button", "aria-label": `${words}${t("colon")}${receipt.id}`, on: { click: () => showReceipt(receipt) } }, words);
}
