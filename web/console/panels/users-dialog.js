import { t } from "../i18n/index.js";
import { ask } from "../lib/api.js";
import { csvButton, namedRows } from "../lib/csv.js";
import { el } from "../lib/dom.js";
import { count, dayAndTime } from "../lib/format.js";
import { openDialog } from "../lib/dialog.js";
import { panel, skeletonLines } from "../lib/panel.js";
import { dataTable } from "../lib/table.js";
import { link, view } from "../lib/view.js";

const usersAtMost = 1_000;

/** A number of users that leads to who they are; just the number where there is nobody. */
export function usersButton({ number, title, path, parameters, content = count(number) }) {
  if (!number) return content;
  return el(
    "button",
    {
      type: "button", class: "users-button", "aria-label": t("users.show", { title, n: count(number) }), title: t("users.show", { title, n: count(number) }),
      on: { click: () => showUsers({ title, path, parameters, number }) },
    },
    content,
  );
}

/** In a page of its own: whoever looks at one user of many comes back to the list. */
const userLink = ({ uid }) => el("a", { href: link({ find: uid }), target: "_blank", rel: "noopener" }, uid);

/** Who they are, each with a way to what that user did. */
function showUsers({ title, path, parameters, number }) {
  let rows = [];
  const list = panel({
    title,
    className: "users-panel",
    actions: [csvButton(title, path[0], () => namedRows(["uid", "last_seen"], rows))],
    skeleton: skeletonLines(6),
    load: (signal) => ask(path, [["limit", usersAtMost], ...parameters], signal),
    render(answer) {
      rows = answer;
      if (rows.length === 0) return el("p", { class: "muted nothing" }, t("users.none"));
      return [
        el("p", { class: "muted" }, rows.length < number ? t("users.first", { n: count(rows.length), all: count(number) }) : t("users.count", { n: count(number) })),
        dataTable({
          caption: title,
          rows,
          columns: [
            { key: "uid", title: t("dimension.uid"), className: "id", value: userLink, by: (row) => row.uid },
            { key: "seen", title: t("users.lastSeen"), number: true, value: (row) => dayAndTime(row.last_seen, view().tz), by: (row) => row.last_seen },
          ],
        }),
      ];
    },
  });
  openDialog({ label: title, className: "wide-dialog", content: [list.element], onClose: list.stop });
  list.refresh();
}
