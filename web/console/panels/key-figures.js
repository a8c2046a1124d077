import { t } from "../i18n/index.js";
import { el, icon, spoken } from "../lib/dom.js";
import { count, metricValue, percent } from "../lib/format.js";
import { failure } from "../lib/panel.js";

// First the four that answer "how is it going", then the three that explain.
const figures = ["pv", "uv", "sessions", "avg_duration", "bounce_rate", "new_users", "events"];
const lowerIsBetter = new Set(["bounce_rate"]);

/** Tells `onAnswer` what it shows and `onFailure` why it shows nothing. */
export function keyFigures({ load, retry, onAnswer, onFailure }) {
  const list = el("dl", { class: "figures" });
  const place = el("div", {}, list);
  const element = el("section", { class: "panel figures-panel", "aria-label": t("figures"), "aria-busy": "true" }, place);
  let running = null;
  let shown = false;

  async function refresh() {
    running?.abort();
    const controller = new AbortController();
    running = controller;
    element.setAttribute("aria-busy", "true");
    element.classList.toggle("refreshing", shown);
    if (!shown) {
      list.replaceChildren(...figures.map((name) => figure(name, el("span", { class: "skeleton figure-skeleton" }), null)));
      place.replaceChildren(list);
    }
    try {
      const overview = await load(controller.signal);
      if (controller.signal.aborted) return;
      list.replaceChildren(
        ...figures.map((name) => figure(name, metricValue(name, overview[name]), change(name, overview[name], overview.previous?.[name]), overview[name])),
      );
      place.replaceChildren(list);
      shown = true;
      onAnswer(overview);
    } catch (error) {
      if (controller.signal.aborted || error.name === "AbortError") return;
      if (error.kind === undefined) throw error;
      shown = false;
      place.replaceChildren(failure(error, retry));
      onFailure(error);
    } finally {
      if (running === controller) {
        element.setAttribute("aria-busy", "false");
        element.classList.remove("refreshing");
      }
    }
  }
  return { element, refresh, stop: () => running?.abort() };
}

function figure(name, value, changed, raw) {
  return el(
    "div",
    { class: "figure", data: { metric: name, value: raw ?? "" } },
    el("dt", { title: t(`metric.${name}.definition`) }, t(`metric.${name}`)),
    el("dd", {}, el("span", { class: "figure-value" }, value), changed),
  );
}

/** Against the period before: words for screen readers, an arrow and a colour for the rest. */
function change(name, now, before) {
  if (now === null || before === null || before === undefined) return el("span", { class: "change flat" }, t("change.none"));
  const was = t("change.was", { value: metricValue(name, before) });
  if (before === 0) {
    return now === 0
      ? el("span", { class: "change flat", title: was }, t("change.same"))
      : el("span", { class: "change up", title: was }, t("change.new"));
  }
  // A share changes by points: "from 40 % to 50 %" is 10 points, not a quarter.
  const difference = name === "bounce_rate" ? now - before : now / before - 1;
  const rounded = Math.round(difference * 1000) / 1000;
  if (rounded === 0) return el("span", { class: "change flat", title: was }, t("change.same"));
  const better = rounded > 0 !== lowerIsBetter.has(name);
  const amount = name === "bounce_rate" ? t("change.points", { n: count(Math.abs(Math.round(rounded * 1000) / 10)) }) : percent(Math.abs(rounded));
  return el(
    "span",
    { class: `change ${better ? "up" : "down"}`, title: was },
    icon(rounded > 0 ? "up" : "down"),
    spoken(t(rounded > 0 ? "change.more" : "change.less")),
    amount,
  );
}
