import { preference, remember } from "./preference.js";

// The order in which the button steps through them.
const themes = ["auto", "light", "dark"];
const listeners = new Set();
const systemIsDark = matchMedia("(prefers-color-scheme: dark)");

export const theme = () => {
  const chosen = preference("theme", "auto");
  return themes.includes(chosen) ? chosen : "auto";
};

export function nextTheme() {
  const next = themes[(themes.indexOf(theme()) + 1) % themes.length];
  remember("theme", next);
  document.documentElement.dataset.theme = next;
  for (const listener of listeners) listener();
  return next;
}

/** Tells charts, which paint their own colours. Returns how to stop. */
export function onThemeChange(listener) {
  listeners.add(listener);
  systemIsDark.addEventListener("change", listener);
  return () => {
    listeners.delete(listener);
    systemIsDark.removeEventListener("change", listener);
  };
}

/** A custom property of the current theme. */
export const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
