// The bridge to ECharts: loads it once, beside the page; paints in the theme's colours; frees what it took.

import { colour, onThemeChange } from "./theme.js";

let loading = null;

/** Starts (or joins) the loading of the library; 1 MB, so it never holds up the first paint. */
export function loadCharts() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = document.querySelector("meta[name=footprint-echarts]").content;
    script.async = true;
    script.addEventListener("load", () => resolve(globalThis.echarts));
    script.addEventListener("error", () => {
      loading = null;
      script.remove();
      reject(new Error("the chart library did not load"));
    });
    document.head.append(script);
  });
  // Whoever draws sees the failure; the early start alone need not.
  loading.catch(() => {});
  return loading;
}

const stillness = matchMedia("(prefers-reduced-motion: reduce)");

/**
 * Draws `option(palette)` into an element, again on every theme change, and keeps to the element's size. What is
 * clicked in it is handed to `onClick`.
 */
export function chart(element, option, { onClick } = {}) {
  let instance = null;
  let ended = false;
  const resize = new ResizeObserver(() => instance?.resize());

  function paint() {
    instance?.setOption({ animation: !stillness.matches, animationDuration: 350, ...option(palette()) }, { notMerge: true });
  }
  const stopTheme = onThemeChange(paint);

  loadCharts().then((echarts) => {
    if (ended || !element.isConnected) return;
    instance = echarts.init(element, null, { renderer: "canvas" });
    paint();
    if (onClick) instance.on("click", onClick);
    resize.observe(element);
    element.dataset.drawn = "true";
  }, () => element.replaceChildren());

  return {
    end() {
      ended = true;
      stopTheme();
      resize.disconnect();
      instance?.dispose();
    },
  };
}

/** The theme's colours, for whoever paints. */
export function palette() {
  return {
    strong: colour("text"),
    text: colour("text-muted"),
    line: colour("line"),
    surface: colour("surface"),
    series: [1, 2, 3, 4, 5, 6].map((n) => colour(`series-${n}`)),
    font: getComputedStyle(document.body).fontFamily,
  };
}
