// What surrounds every signed-in page: name, find box, the way to the other pages, language, theme, sign-out.

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
          show({ find: input.value.trim(), page: "" });
        },
      },
    },
    el("label", { for: field, class: "sr-only" }, t("find.label")),
    icon("search"),
    input,
  );
}

export function skipLink() {
  const skip = el("a", { class: "skip-link", href: "#main" }, t("skip"));
  // The address holds the view; a fragment in it would make another history entry of the same view.
  skip.addEventListener("click", (event) => {
    event.preventDefault();
    document.getElementById("main").focus();
  });
  return skip;
}

/** A link to another view of this page: shown without loading anything again, unless it is to open elsewhere. */
function viewLink(properties, changes, ...content) {
  const anchor = el("a", { ...properties, href: link(changes) }, ...content);
  anchor.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    show(changes);
  });
  return anchor;
}

/** @param role "admin" sees the way to the administration, "viewer" has none. */
export function frame(content, { role, onSignOut, onLanguage }) {
  const home = viewLink({ class: "brand", "aria-label": t("home") }, { find: "", page: "" }, mark(26), el("span", {}, "Footprint"));
  const pageLink = (page) =>
    viewLink({ class: "button quiet", "aria-current": view().page === page && "page", data: { page } }, { find: "", page }, t(`frame.${page}`));
  const pages = el(
    "nav",
    { class: "topbar-pages", "aria-label": t("frame.pages") },
    pageLink("where"),
    pageLink("refused"),
    role === "admin" && pageLink("admin"),
    el("a", { class: "button quiet", href: "/docs" }, t("frame.docs")),
  );
  const exit = el(
    "button",
    { type: "button", class: "button quiet square", "aria-label": t("signout"), title: t("signout"), on: { click: onSignOut } },
    icon("exit"),
  );
  return el(
    "div",
    { class: "frame" },
    skipLink(),
    el(
      "header",
      { class: "topbar" },
      el("div", { class: "topbar-inner" }, home, findBox(), el("div", { class: "topbar-tools" }, pages, languageSwitch(onLanguage), themeSwitch(), exit)),
    ),
    el("main", { id: "main", class: "main", tabindex: "-1" }, content),
  );
}
