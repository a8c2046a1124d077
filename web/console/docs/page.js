// The API, readable: made from /openapi.json in the reader's language. Needs no session.

import { language, t } from "../i18n/index.js";
import { AskError } from "../lib/api.js";
import { el } from "../lib/dom.js";
import { failure } from "../lib/panel.js";
import { languageSwitch, mark, skipLink, themeSwitch } from "../pages/frame.js";
import { operations, tagName, text, use } from "./document.js";
import { heading, methodMark, operation, table } from "./operation.js";
import { inline, paragraphs } from "./words.js";

const app = document.getElementById("app");
let api = null;

async function load() {
  let response;
  try {
    response = await fetch("/openapi.json");
  } catch {
    throw new AskError("offline");
  }
  if (!response.ok) throw new AskError(response.status === 503 ? "busy" : "broken");
  return response.json();
}

function render() {
  document.title = `${t("docs.title")} · Footprint`;
  const all = operations();
  const groups = api.tags.map((tag) => ({ tag, list: all.filter((one) => one.tags.includes(tag.name)) })).filter(({ list }) => list.length > 0);
  app.replaceChildren(
    el(
      "div",
      { class: "frame" },
      skipLink(),
      topbar(),
      el(
        "div",
        { class: "docs" },
        contents(groups),
        el(
          "main",
          { id: "main", class: "docs-main", tabindex: "-1" },
          el("h1", {}, t("docs.title")),
          ...paragraphs(text(api.info, "description")),
          el("p", {}, t("docs.machine"), " ", el("a", { href: "/openapi.json" }, "/openapi.json")),
          authorization(),
          answers(),
          ...groups.map(group),
        ),
      ),
    ),
  );
}

function topbar() {
  const onLanguage = () => {
    const at = scrollY;
    render();
    scrollTo(0, at);
  };
  return el(
    "header",
    { class: "topbar" },
    el(
      "div",
      { class: "topbar-inner" },
      el("a", { class: "brand", href: "/", "aria-label": t("home") }, mark(26), el("span", {}, "Footprint")),
      el("div", { class: "topbar-tools topbar-end" }, el("a", { class: "button quiet", href: "/" }, t("docs.console")), languageSwitch(onLanguage), themeSwitch()),
    ),
  );
}

/** Beside the text where there is room, folded above it where there is none. */
function contents(groups) {
  const link = (id, ...content) => el("li", {}, el("a", { href: `#${id}` }, ...content));
  const list = () =>
    el(
      "ul",
      { class: "docs-contents" },
      link("authorization", t("docs.authorization")),
      link("answers", t("docs.rets")),
      ...groups.map(({ tag, list: its }) =>
        el(
          "li",
          {},
          el("a", { href: `#${tag.name}`, class: "docs-group" }, tagName(tag)),
          el("ul", {}, ...its.map((one) => link(one.id, methodMark(one.method), el("span", {}, shortPath(one.path))))),
        ),
      ),
    );
  const folded = el("details", { class: "docs-folded" }, el("summary", {}, t("docs.contents")), list());
  folded.addEventListener("click", (event) => {
    if (event.target.closest("a")) folded.open = false;
  });
  return el("nav", { class: "docs-nav", "aria-label": t("docs.contents") }, folded, el("div", { class: "docs-unfolded" }, list()));
}

const shortPath = (path) => path.replace(/^\/(upbot\/api|api\/v1)\//, "");

function authorization() {
  const rows = Object.entries(api.components.securitySchemes).map(([name, scheme]) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, t(`docs.auth.${name}`)),
      el("td", {}, el("code", {}, scheme.in === "cookie" ? `Cookie: ${scheme.name}` : `${scheme.name}: …`)),
      el("td", {}, ...inline(text(scheme, "description"))),
    ),
  );
  return el(
    "section",
    { "aria-labelledby": "authorization" },
    heading("h2", "authorization", t("docs.authorization")),
    el("div", { class: "panel" }, table(t("docs.authorization"), [t("docs.who"), t("docs.header"), t("docs.meaning")], rows)),
  );
}

function answers() {
  const rows = api["x-answers"].map((answer) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, String(answer.ret)),
      el("td", {}, answer.status),
      el("td", { lang: "zh-CN" }, answer.msg),
      el("td", {}, ...inline(text(answer, "meaning"))),
      el("td", {}, ...inline(text(answer, "next"))),
    ),
  );
  return el(
    "section",
    { "aria-labelledby": "answers" },
    heading("h2", "answers", t("docs.rets")),
    el("div", { class: "panel" }, table(t("docs.rets"), ["ret", "HTTP", "msg", t("docs.meaning"), t("docs.next")], rows)),
  );
}

const group = ({ tag, list }) =>
  el("section", { class: "docs-section", "aria-labelledby": tag.name }, heading("h2", tag.name, tagName(tag)), ...paragraphs(text(tag, "description")), ...list.map(operation));

/** What the address names was not there yet when the browser looked for it. */
function goToFragment() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  target?.scrollIntoView();
  target?.focus({ preventScroll: true });
}

async function start() {
  try {
    api = use(await load());
  } catch (error) {
    if (error.kind === undefined) throw error;
    app.replaceChildren(el("main", { class: "start-failure" }, failure(error, start)));
    return;
  }
  render();
  app.dataset.ready = language();
  if (location.hash) goToFragment();
}

start();
