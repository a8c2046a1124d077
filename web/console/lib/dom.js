// Elements without markup strings: text is always text, so no answer of the server can become HTML.

/**
 * el("button", { class: "quiet", type: "button", on: { click } }, "Save", icon("check"))
 * Properties that are null, undefined or false are left out; true is an attribute without a value.
 */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else if (name === "data") {
      Object.assign(element.dataset, value);
    } else if (name === "value") {
      element.value = value;
    } else {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const paths = {
  search: "M11 11l3.5 3.5M12.5 7a5.5 5.5 0 1 1-11 0 5.5 5.5 0 0 1 11 0z",
  calendar: "M2 6.5h12M5 1.5v3M11 1.5v3M3 3h10a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1z",
  filter: "M2 4h12M4.5 8h7M7 12h2",
  close: "M4 4l8 8M12 4l-8 8",
  chevron: "M4 6l4 4 4-4",
  refresh: "M13.5 8a5.5 5.5 0 1 1-1.6-3.9L13.5 5.7M13.5 2.2v3.5H10",
  sun: "M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1.1 1.1M11.9 11.9L13 13M13 3l-1.1 1.1M4.1 11.9L3 13",
  moon: "M13.5 9.6A5.8 5.8 0 0 1 6.4 2.5a5.8 5.8 0 1 0 7.1 7.1z",
  auto: "M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM8 1.5v13",
  exit: "M6 14H3a1 1 0 0 1-1-1V3a1 1 0 0 1 1-1h3M10.5 11.5L14 8l-3.5-3.5M14 8H6",
  download: "M8 2v8.5M4.5 7L8 10.5 11.5 7M2.5 13.5h11",
  table: "M2 3h12v10H2zM2 6.5h12M2 10h12M6 6.5V13",
  chart: "M2 13.5h12M3 10.5l3.2-4 2.8 2.3L13.5 3",
  up: "M8 13V3M4 7l4-4 4 4",
  down: "M8 3v10M4 9l4 4 4-4",
  back: "M9.5 3.5L5 8l4.5 4.5",
  copy: "M6 5.5h7.5V14H6zM10 5.5V2H2.5v8.5H6",
  check: "M3 8.5l3.2 3.2L13 4.8",
  plus: "M8 3v10M3 8h10",
  picture: "M2 3h12v10H2zM2 11l3.5-3.5 3 3 2-2L14 12M10.5 6.2v.1",
  link: "M6.5 9.5a2.6 2.6 0 0 0 3.7 0l2.3-2.3a2.6 2.6 0 0 0-3.7-3.7l-.9.9M9.5 6.5a2.6 2.6 0 0 0-3.7 0L3.5 8.800a2.6 2.6 0 0 0 3.7 3.7l.9-.9",
  grip: "M6 3.500v.1M10 3.500v.1M6 8v.1M10 8v.1M6 12.500v.1M10 12.500v.1",
  menu: "M2 4h12M2 8h12M2 12h12",
  pause: "M5.5 3v10M10.5 3v10",
  play: "M4.5 2.500v11l9-5.500z",
  overview: "M2 9h3v5H2zM6.5 5h3v9h-3zM11 2h3v12h-3z",
  pages: "M4 1.500h6l3 3v10H4zM10 1.500v3h3M6.5 8h4M6.5 11h4",
  flows: "M2 4c6 0 6 8 12 8M2 12c6 0 6-8 12-8",
  paths: "M3 3v10M3 8h4M7 8V4h6M7 8v4h6",
  funnel: "M2 2.500h12L9.5 8v5.500h-3V8z",
  retention: "M2 2.500h12M2 6.500h9M2 10.500h5M2 14h2.5",
  durations: "M8 14.500a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM8 4v4l2.5 2",
  live: "M1.5 8h3l2-5 3 10 2-5h3",
  where: "M8 14.500s5-4.2 5-8a5 5 0 0 0-10 0c0 3.8 5 8 5 8zM8 8a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3z",
  refused: "M8 14.500a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM3.5 3.500l9 9",
  quality: "M8 1.500l5.5 2v4.500c0 3.5-3 5.5-5.5 6.5-2.5-1-5.5-3-5.5-6.500V3.500zM5.5 8l2 2 3-4",
  sql: "M2 3h12v10H2zM4.5 6l2 2-2 2M8.5 10.500h3",
  privacy: "M3.5 7h9v7h-9zM5.5 7V4.500a2.5 2.5 0 0 1 5 0V7M8 10v1.5",
  admin: "M6 7.500a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.400zM1 14c0-3 2.2-4.5 5-4.500s5 1.5 5 4.500M11 2.500a2.7 2.7 0 0 1 0 5M12.5 9.800c1.6.6 2.5 2 2.5 4.2",
  docs: "M2.5 2.500H7a1 1 0 0 1 1 1v10a1 1 0 0 0-1-1H2.500zM13.5 2.500H9a1 1 0 0 0-1 1v10a1 1 0 0 1 1-1h4.500z",
  alert: "M8 5v4M8 11.2v.3M8 1.8l6.6 11.7H1.4z",
};

/** A 16 × 16 line drawing; decoration only, so the element beside it carries the words. */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const attributes = {
    viewBox: "0 0 16 16", width: 16, height: 16, fill: "none", stroke: "currentColor",
    "stroke-width": 1.5, "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true", class: "icon",
  };
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, value);
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", paths[name]);
  svg.append(path);
  return svg;
}

/** Words for screen readers only. */
export const spoken = (text) => el("span", { class: "sr-only" }, text);

let nextID = 0;
export const uniqueID = (prefix) => `${prefix}-${(nextID += 1)}`;
