import { t } from "../i18n/index.js";
import { codeBlock } from "../lib/code-block.js";
import { openDialog } from "../lib/dialog.js";
import { save } from "../lib/download.js";
import { el, icon } from "../lib/dom.js";

/** The receipt as it was signed: to be read, and kept. */
export function showReceipt(receipt) {
  const text = JSON.stringify(receipt, null, 2);
  const keep = el(
    "button",
    { type: "button", class: "button", data: { action: "save-receipt" }, on: { click: () => save(`footprint-receipt-${receipt.id}.json`, new Blob([text], { type: "application/json" })) } },
    icon("download"),
    t("privacy.receipt.save"),
  );
  openDialog({
    label: t("privacy.receipt"),
    className: "wide-dialog",
    content: [el("h2", {}, t("privacy.receipt")), el("p", { class: "muted" }, t("privacy.receipt.lead")), codeBlock(text, { label: t("privacy.receipt") }), keep],
  });
}
