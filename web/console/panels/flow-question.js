import { learnName } from "../lib/names.js";
import { askEach, rowsAtMost } from "../lib/variants.js";
import { parameters, view } from "../lib/view.js";

/** Asks once for both panels of the page: they ask for the same at the same moment. */
export function flowQuestion() {
  let asked = null;
  let answer = null;
  return function ask(signal) {
    const question = JSON.stringify([parameters(), view().versus]);
    if (asked === question && answer !== null) return answer;
    asked = question;
    answer = askEach(["flows"], [], signal, { limit: rowsAtMost }).then((variants) => {
      for (const row of variants.flatMap(({ data }) => data)) {
        learnName("page_id", row.prev_id, row.prev_name);
        learnName("page_id", row.page_id, row.name);
      }
      return variants;
    });
    const mine = answer;
    const forget = () => {
      if (answer === mine) answer = null;
    };
    // Shared by those who ask together, not kept: a later look is a new one.
    mine.then(forget, forget);
    return answer;
  };
}
