// Charts as pictures: drawn once more, off the page, in the theme's colours and at a size that fits a document.

import { t } from "../i18n/index.js";
import { loadCharts, palette } from "./chart.js";
import { save } from "./download.js";
import { el, icon } from "./dom.js";

const width = 1200;
/** Pixels for one of the picture's: sharp in print and on good screens. */
const density = 2;

/** Buttons that save the chart that `draw` gives at that moment: { option(palette), height }; null while there is none. */
export function pictureButtons(title, name, draw) {
  const button = (kind, make) => {
    const label = t("picture.of", { title, kind: kind.toUpperCase() });
    return el(
      "button",
      {
        type: "button", class: "button quiet", data: { save: kind }, "aria-label": label, title: label,
        on: {
          async click() {
            const drawing = draw();
            if (drawing === null) return;
            const echarts = await loadCharts();
            save(`footprint-${name}.${kind}`, await make(echarts, drawing));
          },
        },
      },
      icon("picture"),
      el("span", {}, kind.toUpperCase()),
    );
  };
  return [button("png", png), button("svg", svg)];
}

function paint(chart, option) {
  const colours = palette();
  chart.setOption({ animation: false, backgroundColor: colours.surface, ...option(colours) });
}

function svg(echarts, { option, height = 480 }) {
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width, height });
  try {
    paint(chart, option);
    return new Blob([chart.renderToSVGString()], { type: "image/svg+xml" });
  } finally {
    chart.dispose();
  }
}

function png(echarts, { option, height = 480 }) {
  const place = document.createElement("canvas");
  const chart = echarts.init(place, null, { renderer: "canvas", width, height, devicePixelRatio: density });
  paint(chart, option);
  return new Promise((resolve) => {
    place.toBlob((blob) => {
      chart.dispose();
      resolve(blob);
    }, "image/png");
  });
}
