import { t } from "../i18n/index.js";
import { codeBlock } from "../lib/code-block.js";
import { el, spoken } from "../lib/dom.js";
import { curl } from "./curl.js";
import { dataOf, fields, resolve, rets, text } from "./document.js";
import { inline, paragraphs, typeText } from "./words.js";

/** A heading that can be linked to. */
export function heading(level, id, ...content) {
  return el(level, { id, tabindex: "-1" }, ...content, " ", el("a", { class: "anchor", href: `#${id}`, "aria-label": t("docs.anchor") }, "#"));
}

export const methodMark = (method) => el("span", { class: `method method-${method.toLowerCase()}` }, method);

/** One method of one address: what it takes, what it answers, how to try it. */
export function operation(one) {
  const parameters = (one.parameters ?? []).map(resolve);
  const [bodyType, body] = Object.entries(one.requestBody?.content ?? {})[0] ?? [];
  const success = Object.entries(one.responses).find(([status]) => status.startsWith("2"))?.[1];
  const data = success ? dataOf(success) : null;
  const example = Object.values(resolve(success ?? {}).content ?? {}).map(exampleOf).find((value) => value !== undefined);
  return el(
    "section",
    { class: "operation panel", "aria-labelledby": one.id },
    heading("h3", one.id, methodMark(one.method), " ", el("code", { class: "path" }, one.path)),
    el("p", { class: "lead" }, text(one, "summary"), one["x-role"] && el("span", { class: "role" }, t(`docs.role.${one["x-role"]}`))),
    ...paragraphs(text(one, "description")),
    security(one),
    parameters.length > 0 && part(t("docs.parameters"), parameterTable(parameters, `${one.id}`)),
    body && part(t("docs.body", { type: bodyType }), bodyTable(body.schema, one.id)),
    part(t("docs.example"), codeBlock(curl(one), { label: t("docs.example.of", { path: one.path }) })),
    example !== undefined && codeBlock(JSON.stringify(example, null, 2), { label: t("docs.answer.of", { path: one.path }) }),
    part(t("docs.answers"), answerTable(one)),
    data && fields(data, "data").length > 0 && part(t("docs.data"), fieldTable(fields(data, "data"), t("docs.data.of", { path: one.path }), false)),
  );
}

const exampleOf = (form) => form.example ?? Object.values(form.examples ?? {})[0]?.value;

const part = (title, ...content) => el("div", { class: "part" }, el("h4", {}, title), ...content);

function security(one) {
  const schemes = (one.security ?? []).flatMap((way) => Object.keys(way));
  if (schemes.length === 0) return el("p", { class: "muted" }, t("docs.auth.none"));
  const optional = one.security.some((way) => Object.keys(way).length === 0);
  const names = schemes.flatMap((name, index) => [index > 0 && t("docs.or"), el("a", { href: "#authorization" }, t(`docs.auth.${name}`))]);
  return el("p", { class: "muted" }, t("docs.auth"), t("colon"), ...names.filter(Boolean), optional && t("docs.auth.optional"));
}

/** A table in a region of its own, so that on a phone it scrolls and the page does not. */
export function table(caption, heads, rows, className = "") {
  return el(
    "div",
    { class: "table-scroll", tabindex: "0", role: "region", "aria-label": caption },
    el(
      "table",
      { class: `table docs-table ${className}` },
      el("caption", { class: "sr-only" }, caption),
      el("thead", {}, el("tr", {}, ...heads.map((head) => el("th", { scope: "col" }, head)))),
      el("tbody", {}, ...rows),
    ),
  );
}

const nameCell = (name) => el("th", { scope: "row" }, el("code", {}, name));

function parameterTable(parameters, id) {
  const rows = parameters.map((one) => {
    const schema = resolve(one.schema);
    const repeatable = one.in === "query" && schema.type === "array" && one.explode !== false;
    const standard = schema.default;
    return el(
      "tr",
      {},
      nameCell(one.name),
      el("td", { class: "type" }, typeText(repeatable ? resolve(schema.items) : schema), repeatable && el("small", {}, t("docs.repeatable")), one.explode === false && el("small", {}, t("docs.commas"))),
      el("td", {}, one.required ? t("docs.required") : standard === undefined ? "" : el("code", {}, [standard].flat().join(","))),
      el("td", {}, ...inline(text(one, "description")), one.in !== "query" && el("small", {}, t(`docs.in.${one.in}`))),
    );
  });
  return table(t("docs.parameters.of", { id }), [t("docs.name"), t("docs.type"), t("docs.default"), t("docs.meaning")], rows);
}

function bodyTable(schema, id) {
  const own = resolve(schema);
  const rows = fields(own);
  if (rows.length === 0) return el("p", {}, typeText(own));
  return fieldTable(rows, t("docs.body.of", { id }), true);
}

/** @param told whether it matters which fields are required: in what is sent, not in what is answered. */
export function fieldTable(list, caption, told) {
  const rows = list.map((row) =>
    el(
      "tr",
      {},
      nameCell(row.name),
      el("td", { class: "type" }, typeText(row.schema)),
      told && el("td", {}, row.required ? t("docs.required") : ""),
      el("td", {}, ...inline(text(row.schema, "description")), row.of && el("small", {}, row.of)),
    ),
  );
  return table(caption, [t("docs.name"), t("docs.type"), told && t("docs.needed"), t("docs.meaning")].filter(Boolean), rows);
}

function answerTable(one) {
  const rows = Object.entries(one.responses).map(([status, given]) => {
    const response = resolve(given);
    const headers = Object.keys(response.headers ?? {});
    return el(
      "tr",
      {},
      el("th", { scope: "row" }, status),
      el("td", {}, ...rets(response).flatMap((ret, index) => [index > 0 && t("docs.or.short"), el("a", { href: "#answers" }, String(ret))]).filter(Boolean)),
      el("td", {}, ...inline(text(response, "description"))),
      el("td", {}, ...headers.flatMap((name, index) => [index > 0 && " ", el("code", {}, name)]).filter(Boolean), headers.length === 0 && spoken("–")),
    );
  });
  return table(t("docs.answers.of", { method: one.method, path: one.path }), ["HTTP", "ret", t("docs.meaning"), t("docs.headers")], rows);
}
