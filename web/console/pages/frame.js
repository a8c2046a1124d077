// What surrounds every signed-in page: name, find box, language, theme, sign-out.

import { language, setLanguage, t } from "../i18n/index.js";
import { el, icon, uniqueID } from "../lib/dom.js";
import { nextTheme, theme } from "../lib/theme.js";
import { link, show, view } from "../lib/view.js";

export const mark = (size) =>
  el("img", { src: new URL("../images/mark.svg", import.meta.url).href, alt: "", width: size, height: size, class: "mark" });

export function languageSwitch(onLanguage) {
  const other = language() === "zh" ? "en" : "zh";
  return el(
    "button",
    {
      type: "button", class: "button quiet", lang: other === "zh" ? "zh-CN" : "en", data: { action: "language" },
      on: {
        click() {
          setLanguage(other);
          onLanguage();
          document.querySelector("[data-action=language]")?.focus();
        },
      },
    },
    other === "zh" ? "中文" : "English",
  );
}

export function themeSwitch() {
  const icons = { auto: "auto", light: "sun", dark: "moon" };
  const button = el("button", { type: "button", class: "button quiet square", data: { action: "theme" }, on: { click: () => label(nextTheme()) } });
  function label(now) {
    button.replaceChildren(icon(icons[now]));
    button.setAttribute("aria-label", t("theme", { now: t(`theme.${now}`) }));
    button.title = button.getAttribute("aria-label");
  }
  label(theme());
  return button;
}

function findBox() {
  const field = uniqueID("find");
  const input = el("input", {
    id: field, type: "search", class: "find-input", placeholder: t("find.placeholder"), value: view().find,
    autocomplete: "off", spellcheck: "false", autocapitalize: "off", enterkeyhint: "search", maxlength: 128,
  });
  return el(
    "form",
    {
      class: "find", role: "search",
      on: {
        submit(event) {
          event.preventDefault();
          show({ find: input.value.trim() });
        },
      },
    },
    el("label", { for: field, class: "sr-only" }, t("find.label")),
    icon("search"),
    input,
  );
}

export function frame(content, { onSignOut, onLanguage }) {
  const skip = el("a", { class: "skip-link", href: "#main" }, t("skip"));
  // The address holds the view; a fragment in it would make another history entry of the same view.
  skip.addEventListener("click", (event) => {
    event.preventDefault();
    document.getElementById("main").focus();
  });
  const home = el("a", { class: "brand", href: link({ find: "" }), "aria-label": t("home") }, mark(26), el("span", {}, "Footprint"));
  home.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    show({ find: "" });
  });
  const exit = el(
    "button",
    { type: "button", class: "button quiet square", "aria-label": t("signout"), title: t("signout"), on: { click: onSignOut } },
    icon("exit"),
  );
  return el(
    "div",
    { class: "frame" },
    skip,
    el(
      "header",
      { class: "topbar" },
      el("div", { class: "topbar-inner" }, home, findBox(), el("div", { class: "topbar-tools" }, languageSwitch(onLanguage), themeSwitch(), exit)),
    ),
    el("main", { id: "main", class: "main", tabindex: "-1" }, content),
  );
}
