// One period has no lines: the mean of each group as a dot on one axis, the greatest first, the nation
// as a line through them, what is selected in the row of its group.
(function (S) {
  "use strict";

  const dots = {};
  S.dots = dots;

  const LABEL = 11, MOST = 60;

  function rowsOf(data, series) {
    const t = S.state.t;
    const rows = series.filter((s) => s.kind === "group" && Number.isFinite(s.values[t]))
      .map((s) => ({label: s.label, index: s.index, value: s.values[t], colour: s.many ? S.colour("accent") : s.colour, marks: []}))
      .sort((a, b) => b.value - a.value || a.index - b.index).slice(0, MOST);
    const byIndex = new Map(rows.map((row) => [row.index, row]));
    const own = {label: S.t("dots.units"), index: -1, value: NaN, marks: []};
    for (const s of series) {
      if (s.kind !== "unit" || !Number.isFinite(s.values[t])) continue;
      const row = (data.group && byIndex.get(data.group.of[s.unit])) || own;
      row.marks.push({unit: s.unit, label: s.label, value: s.values[t], colour: s.colour});
    }
    // Without groups, or where a unit has none, what is selected has a row of its own.
    if (own.marks.length || !rows.length) rows.push(own);
    return rows;
  }

  function domain(rows, nation) {
    let lo = nation, hi = nation;
    for (const row of rows)
      for (const v of [row.value, ...row.marks.map((m) => m.value)])
        if (Number.isFinite(v)) { lo = Math.min(lo, v); hi = Math.max(hi, v); }
    return [lo, hi];
  }

  dots.draw = function (element, width, data) {
    const series = S.lines.series(data), rows = rowsOf(data, series), ROW = rows.length > 24 ? 13 : 19;
    const nation = series.find((s) => s.kind === "nation").values[S.state.t];
    const wide = Math.min(width * 0.34, Math.max(40, ...rows.map((r) => S.chart.textWidth(r.label.slice(0, 60), LABEL))) + 12);
    const box = {left: Math.round(wide), right: width - 14, top: 22, bottom: 22 + rows.length * ROW};
    const svg = S.chart.frame(element, width, box.bottom + 24,
      S.t("dots.label", {title: S.label(data.variable, data.quantity.part)}), true);
    const x = S.chart.scale(...domain(rows, Number.isFinite(nation) ? nation : rows[0] ? rows[0].value : 0),
      [box.left + 6, box.right], data.variable.log).nice(4);
    const format = S.chart.tickFormat(x, 4);
    S.chart.axisX(svg, S.chart.ticks(x, 4).map((v) => ({x: x(v), text: format(v)})), box, width);
    rows.forEach((row, i) => svg.append(rowOf(row, box.top + (i + 0.5) * ROW, box, x, data)));
    if (Number.isFinite(nation)) nationLine(svg, x(nation), box, nation, data);
    const over = svg.appendChild(S.svg("g", {class: "over"}));
    return {svg, hover: (unit) => hover(unit, over, rows, box, x, data)};
  };

  function rowOf(row, y, box, x, data) {
    const g = S.svg("g", {class: "row", "data-group": row.index < 0 ? undefined : row.label});
    g.append(S.svg("line", {class: "grid", x1: box.left, x2: box.right, y1: y, y2: y}));
    const text = S.svg("text", {class: "label", x: box.left - 8, y: y + 3.8, "text-anchor": "end"});
    text.textContent = S.chart.cut(row.label, box.left - 10, LABEL);
    const title = S.svg("title");
    title.textContent = row.label + (row.index < 0 ? "" : ": " + S.brief(row.value, data.variable));
    g.append(title, text);
    if (row.index >= 0) g.append(S.svg("circle", {cx: x(row.value), cy: y, r: 5, fill: row.colour}));
    for (const mark of row.marks) g.append(markOf(mark, y, x, data));
    if (row.index < 0) return g;
    g.classList.add("press");
    g.setAttribute("tabindex", 0);
    g.setAttribute("role", "button");
    g.setAttribute("aria-label", S.t("lines.select", {name: row.label}));
    const pick = (event) => S.selectAll(S.lines.unitsOf(data.group, row.index), event.shiftKey);
    g.addEventListener("click", pick);
    g.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      event.stopPropagation();
      pick(event);
    });
    return g;
  }

  function markOf(mark, y, x, data) {
    const dot = S.svg("circle", {cx: x(mark.value), cy: y, r: 4, fill: mark.colour, stroke: S.colour("card"),
      "stroke-width": 1.5, "data-unit": mark.unit});
    const title = S.svg("title");
    title.textContent = mark.label + ": " + S.brief(mark.value, data.variable);
    dot.append(title);
    dot.addEventListener("mouseenter", () => S.hover(mark.unit));
    dot.addEventListener("mouseleave", () => S.hover(null));
    return dot;
  }

  function nationLine(svg, at, box, value, data) {
    const text = S.t("lines.all", {nouns: S.noun()}) + " " + S.brief(value, data.variable);
    const half = S.chart.textWidth(text, LABEL, true) / 2;
    const label = S.svg("text", {class: "label strong", "text-anchor": "middle", y: 12,
      x: Math.max(half, Math.min(at, box.right + 12 - half))});
    label.textContent = text;
    svg.append(S.svg("line", {class: "nation", x1: at, x2: at, y1: box.top - 4, y2: box.bottom, stroke: S.colour("ink"),
      "stroke-width": 1.5}), label);
  }

  function hover(unit, over, rows, box, x, data) {
    S.empty(over);
    if (unit === null || unit === undefined) return;
    const v = data.column.at(S.state.t, unit);
    if (!Number.isFinite(v) || (x.base && v <= 0)) return;
    const at = Math.max(box.left, Math.min(box.right, x(v)));
    over.append(S.svg("line", {x1: at, x2: at, y1: box.top, y2: box.bottom, stroke: S.colour("ink"), "stroke-opacity": 0.5}));
  }
})(window.S = window.S || {});
