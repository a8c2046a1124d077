// An operation as a curl line that can be pasted into a shell.

import { resolve } from "./document.js";

const quoted = (word) => `'${String(word).replaceAll("'", "'\\''")}'`;
const asText = (value) => (Array.isArray(value) ? value.join(",") : String(value));

/** What a reader has to put in by hand is named like a shell's variable. */
const variables = { appToken: "TOKEN", adminToken: "ADMIN_TOKEN" };

export function curl(operation) {
  const parameters = (operation.parameters ?? []).map(resolve);
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name) => name.toUpperCase());
  const query = parameters
    .filter((one) => one.in === "query" && one.example !== undefined && (one.required || ["from", "to"].includes(one.name)))
    .map((one) => `${one.name}=${asText(one.example)}`);
  for (const one of parameters) {
    const first = resolve(one.schema)?.enum?.[0];
    if (one.in === "query" && one.required && one.example === undefined && first !== undefined) query.unshift(`${one.name}=${first}`);
  }
  const scheme = Object.keys(operation.security?.[0] ?? {}).find((name) => variables[name]);
  const [type, form] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
  const implied = form ? "POST" : "GET";
  const lines = [
    `curl -sS${operation.method === implied ? "" : ` -X ${operation.method}`} ${quoted(location.origin + path + (query.length > 0 ? `?${query.join("&")}` : ""))}`,
    scheme && `-H "Authorization: $${variables[scheme]}"`,
    type && `-H ${quoted(`Content-Type: ${type}`)}`,
    form && `-d ${quoted(typeof form.example === "string" ? form.example : JSON.stringify(form.example))}`,
  ];
  return lines.filter(Boolean).join(" \\\n  ");
}
