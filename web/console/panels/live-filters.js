import { t } from "../i18n/index.js";
import { field } from "../lib/dialog.js";
import { el } from "../lib/dom.js";
import { liveKinds, show, view } from "../lib/view.js";

/** Whose reports one wants to see while a page is tested. */
export function liveFilters() {
  const text = (maxlength, placeholder) => el("input", { class: "input", maxlength, placeholder, autocomplete: "off", spellcheck: "false", autocapitalize: "off" });
  const kind = el("select", { class: "input" }, ...liveKinds.map((name) => el("option", { value: name }, t(`live.show.${name}`))));
  const user = text(128, "10001");
  const trace = text(128, "");
  const app = text(64, "app_…");
  const update = () => {
    kind.value = view().show;
    user.value = view().user;
    trace.value = view().trace;
    app.value = view().app;
  };
  const use = () => show({ show: kind.value, user: user.value.trim(), trace: trace.value.trim(), app: app.value.trim() });
  kind.addEventListener("change", use);
  update();
  return {
    element: el(
      "form",
      {
        class: "audit-filters live-filters", "aria-label": t("filters"),
        on: {
          submit(event) {
            event.preventDefault();
            use();
          },
        },
      },
      field(t("live.show"), kind),
      field("uid", user),
      field("trace_id", trace),
      field(t("refused.app"), app),
      el("button", { type: "submit", class: "button" }, t("filters")),
    ),
    update,
  };
}
