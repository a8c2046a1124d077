/**
 * Lets the rows of a list be moved by a handle, with mouse, pen or finger: `move(from, to)` once where it is let go.
 * The keyboard has buttons of its own.
 */
export function dragToOrder(list, handle, move) {
  list.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest(handle);
    if (!grip || event.button !== 0) return;
    event.preventDefault();
    const row = grip.closest("li");
    const place = () => [...list.children].indexOf(row);
    const from = place();
    grip.setPointerCapture(event.pointerId);
    row.classList.add("dragged");

    // The others make way: the dragged row itself, taken out of the page for a moment, would lose the pointer.
    const goTo = (to) => {
      while (place() > to) row.after(row.previousElementSibling);
      while (place() < to) row.before(row.nextElementSibling);
    };
    const over = (at) => {
      const others = [...list.children].filter((one) => one !== row);
      const next = others.findIndex((one) => at.clientY < one.getBoundingClientRect().top + one.offsetHeight / 2);
      goTo(next === -1 ? others.length : next);
    };
    const end = (last) => {
      grip.removeEventListener("pointermove", over);
      grip.removeEventListener("pointerup", end);
      grip.removeEventListener("pointercancel", end);
      row.classList.remove("dragged");
      const to = place();
      if (last.type === "pointerup" && to !== from) move(from, to);
      else goTo(from);
    };
    grip.addEventListener("pointermove", over);
    grip.addEventListener("pointerup", end);
    grip.addEventListener("pointercancel", end);
  });
}
