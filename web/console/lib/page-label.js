import { t } from "../i18n/index.js";
import { ask } from "./api.js";
import { el, uniqueID } from "./dom.js";
import { learnName, nameOf } from "./names.js";
import { parameters } from "./view.js";

/** A page as a person reads it. What the plan does not name comes back as its digits. */
export function pageLabel(id, name = nameOf("page_id", id)) {
  if (id === null || id === undefined) return t("absent");
  return name && name !== String(id) ? name : t("page.numbered", { id });
}

/** A list of the period's pages that inputs of page ids offer; filled when it is there. */
export function pageChoices() {
  const id = uniqueID("page-choices");
  const list = el("datalist", { id });
  async function fill() {
    try {
      const rows = await ask(["pages"], [["limit", 200], ...parameters()]);
      for (const row of rows) if (row.page_id !== null) learnName("page_id", row.page_id, row.name);
      list.replaceChildren(...rows.filter((row) => row.page_id !== null).map((row) => el("option", { value: row.page_id }, pageLabel(row.page_id, row.name))));
    } catch (error) {
      if (error.kind === undefined) throw error;
      // Without the list an id can still be written.
    }
  }
  return { id, element: list, fill };
}
