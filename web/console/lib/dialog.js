import { t } from "../i18n/index.js";
import { codeBlock } from "./code-block.js";
import { el, uniqueID } from "./dom.js";

/** Shows a modal dialog around `form`; the browser keeps the focus in it and gives it back. Resolves when it closed. */
function open(form, heading, describedBy) {
  const box = el("dialog", { class: "dialog", "aria-labelledby": heading, "aria-describedby": describedBy }, form);
  document.body.append(box);
  const closed = new Promise((resolve) => {
    box.addEventListener("close", () => {
      box.remove();
      // What opened it may be gone with the list it stood in.
      if (document.activeElement === document.body) document.getElementById("main")?.focus();
      resolve();
    });
  });
  box.showModal();
  return { box, closed };
}

/** Shows something that is only looked at; closed by its button, Escape, or a click beside it. */
export function openDialog({ label, className = "", content, onClose = () => {} }) {
  const close = el("button", { type: "button", class: "button primary" }, t("close"));
  const box = el("dialog", { class: `dialog ${className}`, "aria-label": label }, ...content, el("div", { class: "dialog-actions" }, close));
  close.addEventListener("click", () => box.close());
  box.addEventListener("click", (event) => {
    if (event.target === box) box.close();
  });
  box.addEventListener("close", () => {
    box.remove();
    onClose();
  });
  document.body.append(box);
  box.showModal();
  close.focus();
  return box;
}

/**
 * Asks for what `perform` needs, or only whether it shall be done; stays open and says why where it fails.
 *
 * Resolves with { answer } of `perform`, or with null where the person thought better of it. What cannot be undone is
 * marked (`danger`), and then the focus begins on the way back.
 */
export async function askAndDo({ title, lead, content = [], submit, danger = false, perform }) {
  const heading = uniqueID("dialog");
  const explanation = uniqueID("lead");
  const problem = el("p", { class: "form-problem", role: "alert" });
  const back = el("button", { type: "button", class: "button" }, t("cancel"));
  const go = el("button", { type: "submit", class: `button ${danger ? "danger" : "primary"}` }, submit);
  const form = el(
    "form",
    { class: "dialog-form" },
    el("h2", { id: heading }, title),
    el("div", { id: explanation, class: "dialog-lead" }, ...[lead].flat().map((line) => el("p", {}, line))),
    ...content,
    problem,
    el("div", { class: "dialog-actions" }, back, go),
  );
  let done = null;
  const { box, closed } = open(form, heading, explanation);
  back.addEventListener("click", () => box.close());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.textContent = "";
    go.disabled = true;
    try {
      done = { answer: await perform() };
      box.close();
    } catch (error) {
      if (error.kind === undefined) throw error;
      // The page behind has become the sign-in.
      if (error.kind === "signedOut") return box.close();
      problem.textContent = [t(`admin.error.${error.kind}`), error.detail].filter(Boolean).join(" ");
    } finally {
      go.disabled = false;
    }
  });
  if (danger) back.focus();
  await closed;
  return done;
}

/** Shows what is shown only once; goes away when the person says that it is kept, not by a slip of a key. */
export async function showOnce({ title, lead, values }) {
  const heading = uniqueID("dialog");
  const explanation = uniqueID("lead");
  const done = el("button", { type: "submit", class: "button primary" }, t("admin.kept"));
  const form = el(
    "form",
    { class: "dialog-form" },
    el("h2", { id: heading }, title),
    el("div", { id: explanation, class: "dialog-lead" }, el("p", {}, lead)),
    ...values.map(([name, value]) => el("div", { class: "field" }, el("p", { class: "dialog-name" }, name), codeBlock(value, { label: name }))),
    el("div", { class: "dialog-actions" }, done),
  );
  const { box, closed } = open(form, heading, explanation);
  box.addEventListener("cancel", (event) => event.preventDefault());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    box.close();
  });
  form.querySelector(".copy").focus();
  await closed;
}

/** A labelled input of a dialog's form. */
export function field(label, input, hint) {
  const id = uniqueID("field");
  input.id = id;
  const hintID = uniqueID("hint");
  if (hint) input.setAttribute("aria-describedby", hintID);
  return el("div", { class: "field" }, el("label", { for: id }, label), input, hint && el("p", { id: hintID, class: "field-hint" }, hint));
}
