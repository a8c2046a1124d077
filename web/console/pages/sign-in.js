import { t } from "../i18n/index.js";
import { signIn } from "../lib/api.js";
import { el, uniqueID } from "../lib/dom.js";
import { languageSwitch, mark, themeSwitch } from "./frame.js";

export function signInPage({ onSignedIn, onLanguage }) {
  const field = uniqueID("token");
  const hint = uniqueID("hint");
  const problem = uniqueID("problem");
  const token = el("input", {
    id: field, name: "token", type: "password", class: "input", required: true, autocomplete: "current-password",
    spellcheck: "false", autocapitalize: "off", "aria-describedby": `${hint} ${problem}`,
  });
  const message = el("p", { id: problem, class: "form-problem", role: "alert" });
  const button = el("button", { type: "submit", class: "button primary wide" }, t("signin.submit"));

  async function submit(event) {
    event.preventDefault();
    message.textContent = "";
    token.removeAttribute("aria-invalid");
    const text = token.value.trim();
    if (text === "") {
      token.focus();
      return;
    }
    button.disabled = true;
    try {
      onSignedIn(await signIn(text));
    } catch (error) {
      if (error.kind === undefined) throw error;
      message.textContent = problemText(error);
      token.setAttribute("aria-invalid", "true");
      token.select();
      token.focus();
    } finally {
      button.disabled = false;
    }
  }

  queueMicrotask(() => token.focus());
  return el(
    "div",
    { class: "signin" },
    el("div", { class: "signin-corner" }, languageSwitch(onLanguage), themeSwitch()),
    el(
      "main",
      { id: "main", class: "signin-card" },
      mark(44),
      el("h1", {}, t("signin.title")),
      el("p", { class: "signin-lead" }, t("signin.lead")),
      el(
        "form",
        { class: "signin-form", action: "/console/session", method: "post", on: { submit } },
        el("label", { for: field }, t("signin.token")),
        token,
        message,
        button,
      ),
      el("div", { id: hint, class: "signin-hint" }, el("p", {}, t("signin.hint")), el("pre", {}, el("code", {}, "footprint token issue --admin"))),
      el("p", { class: "signin-hint" }, el("a", { href: "/docs" }, t("signin.docs"))),
    ),
  );
}

function problemText(error) {
  if (error.kind === "signedOut") return error.detail ? t("signin.appToken") : t("signin.refused");
  if (error.kind === "tooMany") return t("signin.tooMany", { s: error.retryAfterSeconds ?? 60 });
  return t(`error.${error.kind}`);
}
