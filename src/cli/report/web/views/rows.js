// A list of any length of which only the rows in sight are elements: 10^5 rows scroll as ten do. It is a
// grid for screen readers and the keyboard: arrows walk, Enter selects.
(function (S) {
  "use strict";

  const AHEAD = 6; // rows above and below those in sight

  // what: {height of a row, make(index) -> row element, press(index, add), enter(index), leave()}
  S.rows = function (grid, scroller, what) {
    const space = S.h("div", {class: "rows-space"});
    scroller.append(space);
    const list = {count: 0, active: -1};
    let shown = new Map(), frame = 0;

    // The head stands in the scroller too, and stays on top: so its columns are as wide as those below.
    const sight = () => Math.max(0, (scroller.clientHeight || 396) - space.offsetTop);
    function range() {
      const top = scroller.scrollTop, high = sight();
      return [Math.max(0, Math.floor(top / what.height) - AHEAD), Math.min(list.count, Math.ceil((top + high) / what.height) + AHEAD)];
    }

    function put(index) {
      const row = what.make(index);
      row.style.top = index * what.height + "px";
      row.id = grid.id + "-" + index;
      row.setAttribute("role", "row");
      row.setAttribute("aria-rowindex", index + 2);
      row.classList.toggle("active", index === list.active);
      return row;
    }

    // Rows that stay in sight stay the elements they are: what is under the mouse does not change.
    list.look = function () {
      frame = 0;
      const [from, to] = range(), next = new Map();
      for (let i = from; i < to; i++) next.set(i, shown.get(i) || put(i));
      for (const [i, row] of shown) if (next.get(i) !== row) row.remove();
      for (const [i, row] of next) if (shown.get(i) !== row) space.append(row);
      shown = next;
      point();
    };
    list.refresh = function (count) {
      list.count = count;
      space.style.height = count * what.height + "px";
      for (const row of shown.values()) row.remove();
      shown = new Map();
      if (list.active >= count) list.active = count - 1;
      grid.setAttribute("aria-rowcount", count + 1);
      list.look();
    };
    list.each = (f) => shown.forEach((row, index) => f(row, index));

    function point() {
      const there = document.activeElement === grid && shown.has(list.active);
      if (there) grid.setAttribute("aria-activedescendant", shown.get(list.active).id);
      else grid.removeAttribute("aria-activedescendant");
      shown.forEach((row, index) => row.classList.toggle("active", there && index === list.active));
    }
    function walk(to) {
      list.active = Math.max(0, Math.min(list.count - 1, to));
      const top = list.active * what.height, high = sight();
      if (top < scroller.scrollTop) scroller.scrollTop = top;
      else if (top + what.height > scroller.scrollTop + high) scroller.scrollTop = top + what.height - high;
      list.look();
      if (list.count) what.enter(list.active);
    }
    const page = () => Math.max(1, Math.floor(sight() / what.height) - 1);
    function key(event) {
      // Buttons of the head stand in the grid too, and have keys of their own.
      if (!list.count || event.target !== grid) return;
      const at = list.active, to = {ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page(), PageUp: at - page(),
        Home: 0, End: list.count - 1}[event.key];
      if (to !== undefined) walk(to);
      else if ((event.key === "Enter" || event.key === " ") && at >= 0) what.press(at, event.shiftKey);
      else return;
      event.preventDefault();
      event.stopPropagation();
    }
    const indexOf = (event) => {
      const row = event.target.closest("[role=row]");
      return row && space.contains(row) ? Number(row.getAttribute("aria-rowindex")) - 2 : -1;
    };

    scroller.addEventListener("scroll", () => { frame = frame || requestAnimationFrame(list.look); });
    grid.addEventListener("keydown", key);
    grid.addEventListener("focus", () => { if (list.active < 0) list.active = range()[0] ? range()[0] + AHEAD : 0; list.look(); });
    grid.addEventListener("blur", () => { point(); what.leave(); });
    space.addEventListener("click", (event) => {
      const index = indexOf(event);
      if (index < 0) return;
      list.active = index;
      what.press(index, event.shiftKey);
    });
    // Shift with the mouse adds a row; it must not mark the text between two of them.
    space.addEventListener("mousedown", (event) => { if (event.shiftKey) event.preventDefault(); });
    space.addEventListener("mouseover", (event) => { const index = indexOf(event); if (index >= 0) what.enter(index); });
    scroller.addEventListener("mouseleave", () => what.leave());
    return list;
  };
})(window.S = window.S || {});
