// What surrounds every signed-in page: name, find box, the way to the other pages, language, theme, sign-out.

import { language, setLanguage, t } from "../i18n/index.js";
import { el, icon, uniqueID } from "../lib/dom.js";
import { nextTheme, theme } from "../lib/theme.js";
import { show, view } from "../lib/view.js";
import { viewLink } from "../lib/view-link.js";

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

/** @param role "admin" sees the way to what only administrators may do, "viewer" has none. */
export function frame(content, { role, onSignOut, onLanguage }) {
  const home = viewLink({ class: "brand", "aria-label": t("home") }, { find: "", page: "" }, mark(26), el("span", {}, "Footprint"));
  const exit = el(
    "button",
    { type: "button", class: "button quiet square", "aria-label": t("signout"), title: t("signout"), on: { click: onSignOut } },
    icon("exit"),
  );
  const pages = navigation(role);
  return el(
    "div",
    { class: "frame" },
    skipLink(),
    el(
      "header",
      { class: "topbar" },
      el(
        "div",
        { class: "topbar-inner" },
        menuButton(pages),
        home,
        findBox(),
        el("div", { class: "topbar-tools" }, languageSwitch(onLanguage), themeSwitch(), exit),
      ),
    ),
    el("div", { class: "shell" }, pages, el("main", { id: "main", class: "main", tabindex: "-1" }, content)),
  );
}

/** The pages, in the order in which one asks: how is it going, what is going on now, what else. */
const groups = [
  ["look", ["", "pages", "flows", "paths", "funnel", "retention", "durations"]],
  ["watch", ["live", "where", "refused", "quality"]],
  ["more", ["sql", "admin", "privacy"]],
];
const administrators = ["admin", "privacy"];

function navigation(role) {
  const at = view().find ? null : view().page;
  const item = (page) =>
    viewLink(
      { class: "nav-link", "aria-current": at === page && "page", data: { page } },
      { find: "", page },
      icon(page || "overview"),
      el("span", {}, t(`nav.${page || "overview"}`)),
    );
  const lists = groups.map(([group, pages]) => {
    const id = uniqueID("nav");
    const shown = pages.filter((page) => role === "admin" || !administrators.includes(page)).map((page) => el("li", {}, item(page)));
    if (group === "more") shown.push(el("li", {}, el("a", { class: "nav-link", href: "/docs" }, icon("docs"), el("span", {}, t("frame.docs")))));
    return el("div", { class: "nav-group" }, el("p", { id, class: "nav-title" }, t(`nav.group.${group}`)), el("ul", { "aria-labelledby": id }, ...shown));
  });
  return el("nav", { id: "pages", class: "sidebar", "aria-label": t("frame.pages") }, ...lists);
}

/** Opens the way to the pages where there is no room for it beside them. */
function menuButton(pages) {
  const button = el(
    "button",
    { type: "button", class: "button quiet square menu-button", "aria-expanded": "false", "aria-controls": "pages", "aria-label": t("frame.pages") },
    icon("menu"),
  );
  const show = (open) => {
    pages.classList.toggle("open", open);
    button.setAttribute("aria-expanded", String(open));
    button.replaceChildren(icon(open ? "close" : "menu"));
  };
  button.addEventListener("click", () => {
    show(!pages.classList.contains("open"));
    if (pages.classList.contains("open")) pages.querySelector("a").focus();
  });
  pages.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !pages.classList.contains("open")) return;
    show(false);
    button.focus();
  });
  return button;
}
