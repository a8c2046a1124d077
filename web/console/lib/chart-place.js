import { chart } from "./chart.js";
import { el } from "./dom.js";

/**
 * The place of a panel's chart: gives a fresh element for each drawing, ends the last one, and remembers what was drawn
 * for whoever wants it as a picture.
 */
export function chartPlace() {
  let drawn = [];
  let latest = null;
  return {
    /** Forgets what was drawn; called before each rendering. */
    clear() {
      for (const one of drawn) one.end();
      drawn = [];
      latest = null;
    },
    /** words: the chart in a sentence, for those who do not see it. */
    draw(option, { words, height = 320, className = "", onClick } = {}) {
      const place = el("div", { class: `chart ${className}`, role: "img", "aria-label": words });
      place.style.blockSize = `${height}px`;
      latest ??= { option, height };
      // Measured by the library, so it must be in the page first.
      queueMicrotask(() => {
        if (place.isConnected) drawn.push(chart(place, option, { onClick }));
      });
      return place;
    },
    latest: () => latest,
  };
}
