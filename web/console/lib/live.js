// The connection to the reports as they come, and why it ended where it did.

import { probe } from "./api.js";
import { view } from "./view.js";

function liveAddress() {
  const { show, user, trace, app } = view();
  const asked = { uid: user, trace_id: trace, app, kind: show === "any" ? "" : show };
  const query = new URLSearchParams(Object.entries(asked).filter(([, value]) => value !== ""));
  return `/api/v1/live${query.size > 0 ? `?${query}` : ""}`;
}

/** Unix microseconds: an event's id is its arrival; one that was tried again has none, and only seconds. */
const arrivalOf = (event, report) => Number(event.lastEventId) || report.time * 1_000_000;

const againAfterMilliseconds = 3_000;
/** What passes by itself: a restart, a proxy that has nobody behind it for a moment. */
const passing = ["busy", "offline", "broken", "tooMany"];

/**
 * onReport({ kind: "accepted" | "rejected" | "gap", time in microseconds, …what the server says }),
 * onCounters(counters), onState("connecting" | "open" | "lost" | an AskError). What broke is tried again; where the
 * server says no, that is said. Returns how to end it.
 */
export function connectLive({ onReport, onCounters, onState }) {
  const address = liveAddress();
  const ended = new AbortController();
  let source = null;

  function open() {
    if (ended.signal.aborted) return;
    source = new EventSource(address);
    source.addEventListener("open", () => onState("open"));
    for (const kind of ["accepted", "rejected", "gap"]) source.addEventListener(kind, report(kind));
    source.addEventListener("counters", (event) => onCounters(JSON.parse(event.data)));
    source.addEventListener("error", failed);
  }

  const report = (kind) => (event) => {
    const data = JSON.parse(event.data);
    onReport({ ...data, kind, time: arrivalOf(event, data) });
  };

  async function failed() {
    // The browser itself connects again.
    if (source.readyState !== EventSource.CLOSED) return onState("lost");
    // An EventSource does not tell why it was refused; the same question asked plainly does.
    const error = await probe(address, ended.signal);
    if (ended.signal.aborted) return;
    if (error !== null && !passing.includes(error.kind)) return onState(error);
    onState("lost");
    setTimeout(open, againAfterMilliseconds);
  }

  onState("connecting");
  open();
  return () => {
    ended.abort();
    source.close();
  };
}
