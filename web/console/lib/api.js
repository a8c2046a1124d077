import { language } from "../i18n/index.js";

/** Why a question was not answered, by what a person can do about it. */
export class AskError extends Error {
  /** kind: "signedOut" | "forbidden" | "badParameter" | "unknown" | "overLimit" | "busy" | "offline" | "broken" | "tooMany" */
  constructor(kind, detail, retryAfterSeconds) {
    super(detail ?? kind);
    this.kind = kind;
    this.detail = detail;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

const kinds = { 400: "badParameter", 401: "signedOut", 403: "forbidden", 404: "unknown", 422: "overLimit", 429: "tooMany", 503: "busy" };

/** What came beside an answer: { asOf, late }, by the answer itself. */
const circumstances = new WeakMap();
export const circumstancesOf = (data) => circumstances.get(data) ?? null;

const signedOutListeners = new Set();
export const onSignedOut = (listener) => signedOutListeners.add(listener);

async function exchange(path, options) {
  let response;
  try {
    response = await fetch(path, { cache: "no-store", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new AskError("offline");
  }
  let envelope = null;
  try {
    envelope = await response.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
  }
  if (response.ok && envelope?.ret === 0) {
    if (envelope.as_of !== undefined && Object(envelope.data) === envelope.data) {
      circumstances.set(envelope.data, { asOf: envelope.as_of, late: envelope.late ?? null });
    }
    return envelope.data;
  }
  const wait = Number(response.headers.get("Retry-After")) || undefined;
  throw new AskError(kinds[response.status] ?? "broken", envelope?.detail, wait);
}

/** parameters: [[name, value], …]; names may repeat. */
export function address(path, parameters) {
  const query = new URLSearchParams(parameters);
  query.append("lang", language());
  return `/api/v1/${path.map(encodeURIComponent).join("/")}?${query}`;
}

/** A link that downloads an answer; with a byte order mark, so that spreadsheets read its Chinese. */
export const csvAddress = (path, parameters) => address(path, [["format", "csv"], ["bom", "1"], ...parameters]);

export const ask = (path, parameters, signal) => exchangeSignedIn(address(path, parameters), { signal });

/** One read-only statement; the engine sees to it that it reads only. */
export const askSQL = (statement, signal) =>
  exchangeSignedIn("/api/v1/sql", { method: "POST", headers: { "Content-Type": "text/plain; charset=utf-8" }, body: statement, signal });

/** A file of the server's, whole; the browser keeps large ones on its disk. */
export async function downloadFile(path, parameters) {
  let response;
  try {
    response = await fetch(`/api/v1/${path.join("/")}?${new URLSearchParams(parameters)}`, { cache: "no-store" });
    if (response.ok) return await response.blob();
  } catch {
    throw new AskError("offline");
  }
  throw await refusal(response);
}

/** What administrators look at and change: method, path of /api/v1/, body where there is one. */
export function administer(method, path, { body, parameters = [], signal } = {}) {
  const query = new URLSearchParams(parameters).toString();
  const options = { method, signal };
  if (body !== undefined) {
    options.headers = { "Content-Type": "application/json" };
    options.body = JSON.stringify(body);
  }
  return exchangeSignedIn(`/api/v1/${path.map(encodeURIComponent).join("/")}${query && `?${query}`}`, options);
}

/** Why an address is refused: an AskError, or null where it is not. Only the head of the answer is waited for. */
export async function probe(path, signal) {
  const stop = new AbortController();
  signal.addEventListener("abort", () => stop.abort());
  let response;
  try {
    response = await fetch(path, { cache: "no-store", signal: stop.signal });
  } catch (error) {
    return error.name === "AbortError" ? null : new AskError("offline");
  }
  if (response.ok) {
    stop.abort();
    return null;
  }
  return refusal(response);
}

/** What an answer that is none says. */
async function refusal(response) {
  if (response.status === 401) for (const listener of signedOutListeners) listener();
  const envelope = await response.json().catch(() => null);
  return new AskError(kinds[response.status] ?? "broken", envelope?.detail, Number(response.headers.get("Retry-After")) || undefined);
}

async function exchangeSignedIn(path, options) {
  try {
    return await exchange(path, options);
  } catch (error) {
    if (error.kind === "signedOut") for (const listener of signedOutListeners) listener();
    throw error;
  }
}

/** The tracking plan in force. */
export const plan = (signal) => exchangeSignedIn("/api/v1/plan", { signal });

export const session = () => exchange("/console/session", {});

export const signIn = (token) =>
  exchange("/console/session", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ token }),
  });

export const signOut = () => exchange("/console/session", { method: "DELETE" });
