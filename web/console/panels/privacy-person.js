import { t } from "../i18n/index.js";
import { administer, downloadFile } from "../lib/api.js";
import { askAndDo, field } from "../lib/dialog.js";
import { el, icon } from "../lib/dom.js";
import { save } from "../lib/download.js";
import { count } from "../lib/format.js";
import { showReceipt } from "./privacy-receipt.js";

/** One person's data: a file of all of it, or its end. */
export function personPanel({ onErased }) {
  const uid = el("input", { class: "input", required: true, maxlength: 128, autocomplete: "off", spellcheck: "false", autocapitalize: "off" });
  const outcome = el("p", { class: "privacy-outcome", role: "status" });
  const download = el("button", { type: "submit", class: "button", data: { action: "access" } }, icon("download"), t("privacy.access"));
  const erase = el("button", { type: "button", class: "button danger", data: { action: "forget" }, on: { click: forget } }, t("privacy.forget"));
  const form = el(
    "form",
    {
      class: "audit-filters privacy-form", "aria-label": t("privacy.person"),
      on: {
        submit(event) {
          event.preventDefault();
          hand();
        },
      },
    },
    field(t("privacy.uid"), uid, t("privacy.uid.hint")),
    el("div", { class: "privacy-buttons" }, download, erase),
  );

  async function hand() {
    outcome.textContent = t("privacy.access.begun");
    download.disabled = true;
    try {
      const file = await downloadFile(["access"], [["uid", uid.value], ["format", "json"]]);
      save("footprint-access.json", file);
      outcome.textContent = t("privacy.access.done");
    } catch (error) {
      if (error.kind === undefined) throw error;
      outcome.textContent = [t(`admin.error.${error.kind}`), error.detail].filter(Boolean).join(" ");
    } finally {
      download.disabled = false;
    }
  }

  /** What would be erased; then, when that is wanted, the uid written once more; then it is done. */
  async function forget() {
    outcome.textContent = "";
    if (!form.reportValidity()) return;
    const who = uid.value;
    const dry = await askAndDo({
      title: t("privacy.forget.title"),
      lead: [t("privacy.forget.lead"), t("privacy.forget.first")],
      submit: t("privacy.forget.look"),
      perform: () => administer("POST", ["forget"], { body: { uid: who, dry_run: true } }),
    });
    if (!dry) return;
    const again = el("input", { class: "input", required: true, autocomplete: "off", spellcheck: "false", autocapitalize: "off" });
    const done = await askAndDo({
      title: t("privacy.forget.sure"),
      lead: [t("privacy.forget.would"), ...placesOf(dry.answer).map(([place, n]) => `${place}${t("colon")}${count(n)}`), t("privacy.forget.final")],
      content: [field(t("privacy.forget.again"), again, t("privacy.forget.again.hint"))],
      submit: t("privacy.forget.go"),
      danger: true,
      async perform() {
        if (again.value !== who) throw Object.assign(new Error("another uid"), { kind: "badParameter", detail: t("privacy.forget.differs") });
        return administer("POST", ["forget"], { body: { uid: who } });
      },
    });
    if (!done) return;
    uid.value = "";
    onErased();
    if (done.answer.state === "pending") outcome.textContent = t("privacy.forget.pending", { id: done.answer.id, reason: done.answer.reason ?? "" });
    else {
      outcome.textContent = t("privacy.forget.done", { id: done.answer.id });
      showReceipt(done.answer);
    }
  }

  return { element: el("section", { class: "panel", "aria-label": t("privacy.person") }, el("p", { class: "muted" }, t("privacy.person.lead")), form, outcome) };
}

/** [[place, number]]: what a look says would go, by where it is. */
function placesOf({ journal, store, exports }) {
  const tables = Object.entries(store ?? {}).map(([table, rows]) => [t(`privacy.place.${table}`), rows]);
  return [[t("privacy.place.journal"), journal.records], ...tables, ...(exports.length > 0 ? [[t("privacy.place.exports"), exports.length]] : [])];
}
