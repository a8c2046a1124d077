import { t } from "../i18n/index.js";
import { administer } from "../lib/api.js";
import { csvButton, memberRows } from "../lib/csv.js";
import { askAndDo, field, showOnce } from "../lib/dialog.js";
import { el, icon } from "../lib/dom.js";
import { dayAndTime } from "../lib/format.js";
import { panel, skeletonLines } from "../lib/panel.js";
import { view } from "../lib/view.js";
import { adminTable, nothingYet, rowButton } from "./admin-table.js";

/** How long a token may be asked for here, in seconds. */
const lifetimes = [7_200, 28_800, 86_400, 7 * 86_400, 30 * 86_400, 365 * 86_400];

/** The tokens that are still good. */
export function tokensPanel(onChange) {
  let apps = [];
  let shown = [];

  async function issue() {
    const whom = el(
      "select",
      { class: "input" },
      el("option", { value: "" }, t("admin.token.forViewer")),
      ...apps.map((app) => el("option", { value: app.appid }, t("admin.token.forApp", { name: app.name }))),
    );
    const name = el("input", { class: "input", maxlength: 100, autocomplete: "off" });
    const nameField = field(t("admin.token.name"), name, t("admin.token.name.hint"));
    const ttl = el("select", { class: "input" }, ...lifetimes.map((seconds) => el("option", { value: seconds }, t(`admin.ttl.${seconds}`))));
    whom.addEventListener("change", () => (nameField.hidden = whom.value !== ""));
    const done = await askAndDo({
      title: t("admin.token.issue"),
      lead: t("admin.token.issue.lead"),
      content: [field(t("admin.token.for"), whom), nameField, field(t("admin.token.ttl"), ttl)],
      submit: t("admin.token.issue"),
      perform() {
        const body = whom.value ? { appid: whom.value } : { role: "viewer" };
        if (!whom.value && name.value.trim()) body.name = name.value.trim();
        return administer("POST", ["tokens"], { body: { ...body, ttl: Number(ttl.value) } });
      },
    });
    if (!done) return;
    await showOnce({
      title: t("admin.token.issued"),
      lead: t("admin.token.issued.lead", { time: dayAndTime(done.answer.expires, view().tz) }),
      values: [[t("admin.token"), done.answer.token]],
    });
    onChange();
  }

  /** Of a token whose text is known: one that was found where it should not be. */
  async function revokeText() {
    const token = el("input", { class: "input", required: true, autocomplete: "off", spellcheck: "false", autocapitalize: "off" });
    const done = await askAndDo({
      title: t("admin.token.revokeText"),
      lead: [t("admin.token.revokeText.lead"), t("admin.final")],
      content: [field(t("admin.token"), token)],
      submit: t("admin.token.revoke"),
      danger: true,
      perform: () => administer("POST", ["tokens", "revoke"], { body: { token: token.value.trim() } }),
    });
    if (done) onChange();
  }

  async function revoke(token) {
    const done = await askAndDo({
      title: t("admin.token.revoke.title", { name: owner(token) }),
      lead: [t(token.kind === "app" ? "admin.token.revoke.app" : "admin.token.revoke.person"), t("admin.final")],
      submit: t("admin.token.revoke"),
      danger: true,
      perform: () => administer("DELETE", ["tokens", token.id]),
    });
    if (done) onChange();
  }

  const owner = (token) => (token.kind === "app" ? (apps.find((app) => app.appid === token.appid)?.name ?? token.appid) : (token.name ?? t(`admin.kind.${token.kind}`)));

  return panel({
    title: t("admin.tokens"),
    className: "tokens-panel",
    actions: [
      csvButton(t("admin.tokens"), "tokens", () => memberRows(shown)),
      el("button", { type: "button", class: "button quiet", on: { click: revokeText } }, t("admin.token.revokeText")),
      el("button", { type: "button", class: "button", data: { action: "issue-token" }, on: { click: issue } }, icon("plus"), t("admin.token.issue")),
    ],
    skeleton: skeletonLines(3),
    async load(signal) {
      const [tokens, known] = await Promise.all([administer("GET", ["tokens"], { signal }), administer("GET", ["apps"], { signal })]);
      apps = known;
      return tokens;
    },
    render(tokens) {
      shown = tokens;
      if (tokens.length === 0) return nothingYet(t("admin.tokens.none"));
      return [
        el("p", { class: "muted" }, t("admin.tokens.lead")),
        adminTable(
          t("admin.tokens"),
          [t("admin.token.for"), t("admin.token.kind"), t("admin.token.issuedAt"), t("admin.token.expires"), t("admin.token.by"), "ID", ""],
          tokens.map((token) =>
            el(
              "tr",
              {},
              el("th", { scope: "row", class: "long" }, owner(token)),
              el("td", {}, el("span", { class: `badge ${token.kind === "admin" ? "on" : ""}` }, t(`admin.kind.${token.kind}`))),
              el("td", {}, dayAndTime(token.issued, view().tz)),
              el("td", {}, dayAndTime(token.expires, view().tz)),
              el("td", { class: "id" }, token.by),
              el("td", { class: "id" }, token.id),
              rowButton(t("admin.token.revoke"), owner(token), () => revoke(token)),
            ),
          ),
        ),
      ];
    },
  });
}
