import { language } from "../i18n/index.js";

/** Why a question was not answered, by what a person can do about it. */
export class AskError extends Error {
  /** kind: "signedOut" | "forbidden" | "badParameter" | "overLimit" | "busy" | "offline" | "broken" | "tooMany" */
  constructor(kind, detail, retryAfterSeconds) {
    super(detail ?? kind);
    this.kind = kind;
    this.detail = detail;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

const kinds = { 400: "badParameter", 401: "signedOut", 403: "forbidden", 404: "badParameter", 422: "overLimit", 429: "tooMany", 503: "busy" };

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
  if (response.ok && envelope?.ret === 0) return envelope.data;
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
