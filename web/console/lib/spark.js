const space = "http://www.w3.org/2000/svg";
const height = 24;

/** Small bars beside text, described in words. values: numbers; 0 leaves a line, so that one sees there was nothing. */
export function spark(values, words, barWidth = 5) {
  const highest = Math.max(...values, 1);
  const svg = document.createElementNS(space, "svg");
  const attributes = { class: "course", role: "img", "aria-label": words, width: values.length * barWidth, height };
  for (const [name, value] of Object.entries(attributes)) svg.setAttribute(name, value);
  values.forEach((value, index) => {
    const tall = value > 0 ? Math.max(2, Math.round((value / highest) * height)) : 1;
    const bar = document.createElementNS(space, "rect");
    const place = { x: index * barWidth, y: height - tall, width: barWidth - 1, height: tall };
    for (const [name, value] of Object.entries(place)) bar.setAttribute(name, value);
    svg.append(bar);
  });
  return svg;
}
