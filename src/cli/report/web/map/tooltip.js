// What is under the pointer: name, code, value, rank, change since the first period. Other views use it too:
// S.tooltip.show(x, y, nodes or lines), S.tooltip.hide().
(function (S) {
  "use strict";
  let root;
  const make = () => (root ??= document.body.appendChild(S.h("div", { class: "tooltip hidden", role: "status" })));

  function place(x, y) {
    const w = root.offsetWidth, h = root.offsetHeight;
    const left = x + 16 + w > innerWidth - 4 ? x - w - 12 : x + 16;
    const top = y + 16 + h > innerHeight - 4 ? y - h - 12 : y + 16;
    root.style.left = Math.max(4, left) + "px";
    root.style.top = Math.max(4, top) + "px";
  }
  function show(x, y, content) {
    make();
    S.empty(root);
    for (const part of [].concat(content))
      root.append(part && part.nodeType ? part : S.h("div", {}, S.bdi(part)));
    root.classList.remove("hidden");
    place(x, y);
  }
  const hide = () => { if (root) root.classList.add("hidden"); };

  // Lines about a unit in the present view.
  function about(u) {
    const { column, variable, classes, of, values, t } = S.view, v = values[u];
    const out = [S.h("div", { class: "tooltip-name" }, S.h("bdi", { class: "ellipsis" }, S.name(u))),
      S.h("div", { class: "soft code" }, S.bdi(S.code(u)))];
    const dot = S.h("span", { class: "dot" + (of[u] < 0 ? " hatched" : "") });
    if (of[u] >= 0) dot.style.background = classes.colours[of[u]];
    const text = v !== v ? S.t("missing") : variable.classes ? classes.label(of[u]) : S.brief(v, variable);
    out.push(S.h("div", { class: "tooltip-value" }, dot, S.h("b", {}, S.bdi(text)),
      variable.unit && v === v ? S.h("span", { class: "soft" }, " ", S.bdi(variable.unit)) : null));
    if (v !== v || classes.categories) return out;
    const { rank, n } = S.rankOf(u);
    out.push(S.h("div", { class: "soft" }, S.t("rank", { r: S.count(rank), n: S.count(n) })));
    const first = column.times.find((p) => { const x = column.at(p, u); return x === x; });
    if (!column.timeless && first !== undefined && first < t) {
      const d = v - column.at(first, u);
      out.push(S.h("div", { class: "soft" }, S.t("change", { d: (d > 0 ? "+" : "") + S.brief(d, variable), p: S.manifest.periods[first] })));
    }
    return out;
  }
  S.aboutUnit = about;

  S.tooltip = { show, hide, about, start() {
    make();
    S.onHover((unit, from) => {
      if (unit === null || !from || from.x === undefined || !S.view) { hide(); return; }
      show(from.x, from.y, about(unit));
    });
    window.addEventListener("scroll", hide, { passive: true });
  } };
})(window.S = window.S || {});
