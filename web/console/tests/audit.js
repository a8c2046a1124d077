// Run inside the page by browser_check.py: what a script can tell about accessibility. Gives a list of complaints.
(() => {
  const complaints = [];
  const say = (what, element) => complaints.push(`${what}: ${describe(element)}`);
  const describe = (element) => {
    const id = element.id ? `#${element.id}` : "";
    const kind = element.className && typeof element.className === "string" ? `.${element.className.trim().replace(/\s+/g, ".")}` : "";
    return `<${element.localName}${id}${kind}> “${(element.textContent ?? "").trim().slice(0, 40)}”`;
  };
  const isVisible = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });

  // Colours as [r, g, b, a], resolved by the browser itself, whatever notation they were written in.
  const probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const colourOf = (text) => {
    probe.clearRect(0, 0, 1, 1);
    probe.fillStyle = text;
    probe.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = probe.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const contrast = (one, other) => {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const backgroundOf = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) layers.push(colourOf(getComputedStyle(at).backgroundColor));
    return layers.reduceRight((below, layer) => over(layer, below), [255, 255, 255, 1]);
  };

  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || !isVisible(element) || element.closest(".sr-only, .skip-link, option, :disabled, [aria-hidden=true]")) continue;
    const style = getComputedStyle(element);
    const backgrounds = [backgroundOf(element)];
    // A bar lies behind the beginning of its row's text.
    const bar = element.closest(".bar-cell")?.querySelector(".bar");
    if (bar) backgrounds.push(over(colourOf(getComputedStyle(bar).backgroundColor), backgrounds[0]));
    const isLarge = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700);
    for (const background of backgrounds) {
      const ratio = contrast(over(colourOf(style.color), background), background);
      if (ratio < (isLarge ? 3 : 4.5)) say(`contrast ${ratio.toFixed(2)}`, element);
    }
  }

  const ids = new Map();
  for (const element of document.querySelectorAll("[id]")) {
    if (ids.has(element.id)) say("id used twice", element);
    ids.set(element.id, element);
  }
  for (const attribute of ["aria-labelledby", "aria-describedby", "aria-controls", "for"]) {
    for (const element of document.querySelectorAll(`[${attribute}]`)) {
      for (const id of element.getAttribute(attribute).split(/\s+/)) if (!ids.has(id)) say(`${attribute} names nothing`, element);
    }
  }
  const firstHeadings = [...document.querySelectorAll("h1")].length;
  if (firstHeadings !== 1) complaints.push(`expected one h1, found ${firstHeadings}`);
  let level = 0;
  for (const heading of document.querySelectorAll("h1, h2, h3, h4")) {
    if (!isVisible(heading)) continue;
    const its = Number(heading.localName[1]);
    if (its > level + 1) say(`heading level ${its} after ${level}`, heading);
    level = its;
  }
  for (const table of document.querySelectorAll("table")) if (!table.querySelector("caption")) say("table without a caption", table);
  for (const image of document.querySelectorAll("img")) if (!image.hasAttribute("alt")) say("image without alt", image);
  if (!document.documentElement.lang) complaints.push("the page does not name its language");
  if (!document.querySelector("main")) complaints.push("the page has no main landmark");
  for (const element of document.querySelectorAll("[tabindex]")) if (element.tabIndex > 0) say("positive tabindex", element);
  // WCAG 2.2, 2.5.8: 24 × 24 pixels to point at, except for links in text.
  for (const element of document.querySelectorAll("button, select, input, a.button")) {
    const box = (element.closest("label") ?? element).getBoundingClientRect();
    if (isVisible(element) && (box.width < 24 || box.height < 24)) say(`target ${Math.round(box.width)} × ${Math.round(box.height)}`, element);
  }
  return complaints;
})();
