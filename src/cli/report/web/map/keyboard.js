// The page by keyboard: on the map arrows walk from unit to unit, Enter selects; anywhere , and . step
// through the periods, space plays, Escape clears.
(function (S) {
  "use strict";
  let at = null, spoken;
  const directions = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

  // The nearest unit within 45 degrees of the direction; what lies off the axis counts as farther.
  S.nextUnit = function (g, from, [dx, dy]) {
    let best = null, least = Infinity;
    for (let u = 0; u < g.n; u++) {
      if (u === from || !g.placed(u)) continue;
      const x = g.x[u] - g.x[from], y = g.y[u] - g.y[from];
      const along = x * dx + y * dy, across = Math.abs(x * dy - y * dx);
      if (along <= 0 || across > along) continue;
      const d = along + 2 * across;
      if (d < least) { least = d; best = u; }
    }
    return best;
  };
  function start(g) {
    const chosen = S.state.u.find((u) => g.placed(u));
    if (chosen !== undefined) return chosen;
    // The middle of what is seen.
    const v = S.map.view, x = (v.w / 2 - v.x) / v.k, y = (v.h / 2 - v.y) / v.k;
    let best = null, least = Infinity;
    for (let u = 0; u < g.n; u++) {
      const d = g.placed(u) ? (g.x[u] - x) ** 2 + (g.y[u] - y) ** 2 : Infinity;
      if (d < least) { least = d; best = u; }
    }
    return best;
  }
  function go(u) {
    if (u === null) return;
    at = u;
    S.map.show(u);
    const [x, y] = S.map.pageAt(u);
    S.hover(u, { keyboard: true, x, y });
    say([S.name(u), S.code(u), S.brief(S.view.values[u], S.view.variable)].join(", "));
  }
  function say(text) { spoken.textContent = text; }

  function onMap(event) {
    const g = S.map.geometry;
    if (directions[event.key]) {
      go(at === null ? start(g) : S.nextUnit(g, at, directions[event.key]));
    } else if (event.key === "Enter" && at !== null && event.target === S.map.stage) {
      S.select(at, event.shiftKey);
      say(S.t(S.isSelected(at) ? "selected" : "deselected", { name: S.name(at) }));
    } else if (event.key === "+" || event.key === "=") S.map.view.zoomBy(1.6);
    else if (event.key === "-") S.map.view.zoomBy(1 / 1.6);
    else if (event.key === "0") S.map.view.reset();
    else return;
    event.preventDefault();
  }
  // Keys that a field, a list or a button needs for itself are left to it.
  function onPage(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const e = event.target, typing = /^(INPUT|SELECT|TEXTAREA)$/.test(e.tagName) && e.type !== "checkbox" && e.type !== "range";
    if (event.key === "Escape") {
      S.hover(null);
      if (!typing) S.clear();
    } else if (typing) return;
    else if (event.key === "," || event.key === "<") S.step(-1);
    else if (event.key === "." || event.key === ">") S.step(1);
    else if (event.key === " " && !/^(BUTTON|A|SUMMARY|INPUT)$/.test(e.tagName) && stepsExist()) S.play();
    else return;
    event.preventDefault();
  }
  const stepsExist = () => S.view && !S.view.column.timeless && S.view.column.times.length > 1;

  S.keyboard = { start() {
    spoken = document.body.appendChild(S.h("div", { class: "unseen", "aria-live": "polite" }));
    document.addEventListener("keydown", onPage);
    if (!S.map.stage) return;
    S.map.stage.addEventListener("keydown", onMap);
    S.map.stage.addEventListener("blur", () => S.hover(null));
    S.map.stage.addEventListener("click", () => { if (S.hovered !== null) at = S.hovered; });
  } };
})(window.S = window.S || {});
