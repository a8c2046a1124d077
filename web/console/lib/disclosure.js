import { el, icon, uniqueID } from "./dom.js";

/**
 * A button that opens a small sheet under itself. Escape, a click elsewhere or focus leaving closes it; closing by
 * Escape gives the focus back.
 */
export function disclosure({ label, iconName, title, className = "", fill }) {
  const id = uniqueID("sheet");
  const sheet = el("div", { id, class: "sheet", role: "group", "aria-label": title, hidden: true });
  const button = el(
    "button",
    { type: "button", class: `button ${className}`, "aria-expanded": "false", "aria-controls": id },
    iconName && icon(iconName),
    el("span", {}, label),
    icon("chevron"),
  );
  const root = el("div", { class: "disclosure" }, button, sheet);

  // Listens to the whole page only while open.
  const elsewhere = (event) => {
    if (!root.contains(event.target)) close();
  };
  const close = () => {
    document.removeEventListener("pointerdown", elsewhere);
    sheet.hidden = true;
    button.setAttribute("aria-expanded", "false");
  };
  const open = () => {
    sheet.replaceChildren(fill(close));
    sheet.hidden = false;
    document.addEventListener("pointerdown", elsewhere);
    button.setAttribute("aria-expanded", "true");
    // Kept inside the window on a narrow screen.
    sheet.classList.remove("sheet-end");
    if (sheet.getBoundingClientRect().right > document.documentElement.clientWidth - 8) sheet.classList.add("sheet-end");
    sheet.querySelector("input, select, button")?.focus();
  };

  button.addEventListener("click", () => (sheet.hidden ? open() : close()));
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !sheet.hidden) {
      event.stopPropagation();
      close();
      button.focus();
    }
  });
  root.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !root.contains(event.relatedTarget)) close();
  });
  return root;
}
