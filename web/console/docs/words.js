// Schemas as people say them.

import { t } from "../i18n/index.js";
import { el } from "../lib/dom.js";
import { resolve, typesOf } from "./document.js";

/** Text with `code` and empty lines between paragraphs, as elements. */
export const paragraphs = (source) => source.split("\n\n").filter(Boolean).map((part) => el("p", {}, ...inline(part)));

export const inline = (source) => source.split("`").map((piece, index) => (index % 2 === 1 ? el("code", {}, piece) : piece)).filter((piece) => piece !== "");

/** "integer 0 … 4294967295", "string, up to 128 bytes", "1, 2"; null says nothing, for it is the same as leaving out. */
export function typeText(schema) {
  if (schema.const !== undefined) return String(schema.const);
  if (schema.enum) return schema.enum.filter((value) => value !== null).join(t("docs.or.short"));
  const choices = (schema.oneOf ?? schema.anyOf)?.map(resolve);
  if (choices) return [...new Set(choices.map(typeText))].join(t("docs.or"));
  const types = typesOf(schema).filter((type) => type !== "null");
  if (types[0] === "array") {
    const size = sizeText(schema.minItems, schema.maxItems);
    return t(size ? "docs.arrayOf.sized" : "docs.arrayOf", { type: typeText(resolve(schema.items ?? {})), size });
  }
  const name = types.length > 0 ? types.map((type) => t(`docs.type.${type}`)).join(t("docs.or")) : t("docs.type.any");
  return `${name}${rangeText(schema)}`;
}

function rangeText(schema) {
  if (schema["x-max-bytes"]) return t("docs.bytes", { n: schema["x-max-bytes"] });
  if (schema.format === "date") return t("docs.date");
  if (schema.format === "iana-time-zone") return t("docs.zone");
  const { minimum, maximum } = schema;
  if (minimum === undefined && maximum === undefined) return "";
  return ` ${sizeText(minimum, maximum > Number.MAX_SAFE_INTEGER ? undefined : maximum)}`.trimEnd();
}

function sizeText(least, most) {
  if (least === undefined && most === undefined) return "";
  if (most === undefined) return `≥ ${least}`;
  return least === undefined ? `≤ ${most}` : `${least} … ${most}`;
}
