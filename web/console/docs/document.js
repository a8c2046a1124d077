// Reads an OpenAPI document: follows references, takes schemas apart into fields, chooses the reader's language.

import { language } from "../i18n/index.js";

let root = {};
export const use = (document) => (root = document);

/** What a reference leads to, with what stands beside the reference on top of it. */
export function resolve(node) {
  if (!node?.$ref) return node;
  const target = node.$ref.slice(2).split("/").reduce((at, name) => at[name.replaceAll("~1", "/").replaceAll("~0", "~")], root);
  const { $ref: _, ...beside } = node;
  return { ...resolve(target), ...beside };
}

/** A text of the document ("summary", "description", …) in the reader's language. */
export const text = (node, name) => (language() === "zh" ? (node?.[`x-${name}-zh`] ?? node?.[name]) : node?.[name]) ?? "";

export const tagName = (tag) => tag[`x-name-${language()}`] ?? tag.name;

const methods = ["get", "post", "put", "patch", "delete", "options"];

/** Every operation, in the document's order. */
export function operations() {
  return Object.entries(root.paths).flatMap(([path, item]) =>
    methods.filter((method) => item[method]).map((method) => ({ path, method: method.toUpperCase(), id: item[method].operationId, ...item[method] })),
  );
}

export const typesOf = (schema) => [schema.type ?? []].flat();

/** An object's schema with what `allOf` brings into it. */
function whole(schema) {
  const own = resolve(schema);
  return (own.allOf ?? []).map(whole).reduceRight(
    (sum, part) => ({ ...part, ...sum, properties: { ...part.properties, ...sum.properties }, required: [...(part.required ?? []), ...(sum.required ?? [])] }),
    own,
  );
}

/**
 * The fields of a schema as rows: { name, schema, required }, with those of objects in objects below them
 * (`head.uid`), and those of an array's elements after [].
 */
export function fields(schema, prefix = "") {
  const own = whole(schema);
  if (own.oneOf && !own.properties) return alternatives(own, prefix);
  if (own.items) return fields(own.items, `${prefix}[]`);
  return Object.entries(own.properties ?? {}).flatMap(([name, property]) => {
    const inner = resolve(property);
    const path = prefix ? `${prefix}.${name}` : name;
    return [{ name: path, schema: inner, required: (own.required ?? []).includes(name) }, ...fields(inner, path)];
  });
}

/** One thing or an array of the same (a report's items) has one set of fields; other alternatives have each their own. */
function alternatives(schema, prefix) {
  const choices = schema.oneOf.map(resolve);
  const array = choices.find((choice) => choice.items);
  if (array) return fields(array.items, prefix);
  return choices.flatMap((choice) => fields(choice, prefix).map((row) => ({ ...row, of: text(choice, "title") })));
}

/** The values of `ret` that a response may carry. */
export function rets(response) {
  const schemas = Object.values(resolve(response).content ?? {}).map((form) => whole(form.schema ?? {}));
  const all = schemas.flatMap((schema) => (schema.oneOf ?? [schema]).map(whole));
  return [...new Set(all.map((schema) => resolve(schema.properties?.ret)?.const).filter((ret) => ret !== undefined))];
}

/** The schema of `data` in a response, where it carries any. */
export function dataOf(response) {
  const schema = whole(resolve(response).content?.["application/json"]?.schema ?? {});
  const answered = [schema, ...(schema.oneOf ?? []).map(whole)].find((one) => one.properties?.data);
  return answered ? resolve(answered.properties.data) : null;
}
