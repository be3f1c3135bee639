// Classes with names: a bar for each with its count, the first period as a mark across it. A bar selects
// its units.
(function (S) {
  "use strict";

  const ROW = 21, LABEL = 11.5;
  S.classBars = {};

  S.classBars.draw = function (element, width, view) {
    const classes = view.classes, column = view.column, K = classes.k;
    const names = Array.from({length: K}, (x, k) => classes.label(k));
    const wide = Math.min(width * 0.42, Math.max(...names.map((n) => S.chart.textWidth(n.slice(0, 60), LABEL)))) + 14;
    const box = {left: Math.round(wide), right: width - 52, top: 4, bottom: 4 + K * ROW, width, height: K * ROW + 12};
    const svg = S.chart.frame(element, width, box.height, "", true);
    const x = d3.scaleLinear().domain([0, mostOf(column, classes)]).range([box.left, box.right]);
    const p = {svg, box, x, classes, rows: []};
    const first = column.T > 1 ? countsOf(column, classes, column.times[0]) : null;
    names.forEach((name, k) => p.rows.push(row(p, k, name, first)));
    p.update = (now) => update(p, now);
    p.marks = (same, now) => marks(p, now);
    return p;
  };

  function countsOf(column, classes, t) {
    const counts = new Uint32Array(classes.k), from = column.row(t) * column.n;
    for (let u = 0; from >= 0 && u < column.n; u++) {
      const k = classes.of(column.values[from + u]);
      if (k >= 0) counts[k]++;
    }
    return counts;
  }
  // One axis for all periods.
  function mostOf(column, classes) {
    let most = 1;
    for (const t of column.times) most = Math.max(most, ...countsOf(column, classes, t));
    return most;
  }

  function row(p, k, name, first) {
    const y = p.box.top + k * ROW, g = S.svg("g", {class: "press", "data-class": k, tabindex: 0, role: "button"});
    const text = S.svg("text", {class: "label", x: p.box.left - 8, y: y + 14, "text-anchor": "end"});
    text.textContent = S.chart.cut(name, p.box.left - 10, LABEL);
    const title = S.svg("title");
    title.textContent = name;
    const bar = S.svg("rect", {x: p.box.left, y: y + 3, width: 0, height: ROW - 6, rx: 1.5, fill: p.classes.colours[k],
      "data-from": k, "data-to": k, "data-count": 0});
    const count = S.svg("text", {class: "tick", x: p.box.width, y: y + 14, "text-anchor": "end"});
    g.append(S.svg("rect", {class: "hit", x: 0, y, width: p.box.width, height: ROW, fill: "transparent"}), title, text, bar, count);
    if (first && first[k]) g.append(S.svg("line", {class: "first", x1: p.x(first[k]), x2: p.x(first[k]), y1: y + 1, y2: y + ROW - 1,
      stroke: S.colour("ink"), "stroke-width": 1.5}));
    const marksHere = g.appendChild(S.svg("g", {class: "marks"}));
    const pick = (event) => {
      const units = [];
      S.view.of.forEach((c, u) => { if (c === k) units.push(u); });
      S.selectAll(units, event.shiftKey);
    };
    g.addEventListener("click", pick);
    g.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      event.stopPropagation();
      pick(event);
    });
    p.svg.append(g);
    return {g, name, bar, count, marks: marksHere, y};
  }

  function update(p, view) {
    p.rows.forEach((r, k) => {
      const n = view.counts[k];
      r.bar.setAttribute("width", (p.x(n) - p.box.left).toFixed(2));
      r.bar.setAttribute("data-count", n);
      r.count.textContent = S.count(n);
      r.g.setAttribute("aria-label", r.name + ": " + S.t("histogram.units", {n: S.count(n), nouns: S.noun(n)}));
    });
    marks(p, view);
  }

  // What is selected stands as dots in the row of its class.
  function marks(p, view) {
    const seen = p.rows.map(() => 0);
    for (const r of p.rows) S.empty(r.marks);
    for (const u of S.state.u.slice(0, 60)) {
      const k = view.of[u];
      if (!(k >= 0)) continue;
      const r = p.rows[k];
      r.marks.append(S.svg("circle", {cx: p.box.left + 8 + 9 * seen[k]++, cy: r.y + ROW / 2, r: 3.5, fill: S.colourOf(u),
        stroke: S.colour("card"), "data-unit": u}));
    }
  }
})(window.S = window.S || {});
