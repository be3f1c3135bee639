// Lines over time, with their names at the right end, the cursor of the year, and the line of the unit
// under the mouse.
(function (S) {
  "use strict";

  const picture = {};
  S.linesPicture = picture;

  const LABEL = 11, GAP = 13;

  // Drawn once for a set of series; moving the year or the mouse only moves what is there.
  picture.draw = function (element, width, data) {
    const series = S.lines.series(data).filter((s) => s.values.some((v) => v === v));
    const named = series.filter((s) => s.kind !== "group" || !s.many);
    const box = frame(width, named);
    const svg = S.chart.frame(element, width, box.height, S.t("lines.label", {title: S.label(data.variable, data.quantity.part)}), true);
    const p = {svg, data, series, box, x: S.chart.periods([box.left, box.right])};
    p.y = scale(series, data, box);
    S.chart.axisY(svg, p.y, box, 5);
    S.chart.axisX(svg, p.x.ticks, box);
    centre(p);
    p.body = S.svg("g", {class: "series"});
    svg.append(p.body);
    for (const s of series) s.path = p.body.appendChild(line(s, p));
    p.over = p.body.appendChild(S.svg("path", {class: "over", fill: "none", stroke: S.colour("ink"), "stroke-width": 1}));
    labels(p, named);
    cursor(p);
    mouse(p);
    p.move = () => move(p);
    p.hover = (unit) => hover(p, unit);
    p.move();
    return p;
  };

  function frame(width, named) {
    const most = Math.max(40, ...named.map((s) => S.chart.textWidth(s.label.slice(0, 60), LABEL, s.kind !== "group")));
    const room = Math.min(most + 24, Math.round(width * 0.33));
    const height = Math.max(156, named.length * GAP + 34);
    return {left: 44, right: width - room, top: 8, bottom: height - 24, width, height, room};
  }

  // The axis holds all that is drawn: a selection may stretch it, since it is to be seen.
  function scale(series, data, box) {
    let lo = Infinity, hi = -Infinity;
    for (const s of series)
      for (const v of s.values)
        if (Number.isFinite(v)) { lo = Math.min(lo, v); hi = Math.max(hi, v); }
    // Means of groups are close to each other: a logarithmic axis would press them into one line.
    const log = data.variable.log && lo > 0 && hi > 30 * lo;
    const y = S.chart.scale(lo, hi, [box.bottom, box.top], log);
    return log ? y : y.nice(5);
  }

  // Where a quantity has a centre (1 of a ratio, 0 of a difference) it is a line of its own.
  function centre(p) {
    const at = p.data.variable.centre, domain = p.y.domain();
    if (at === undefined || at === null || at < domain[0] || at > domain[1]) return;
    const y = Math.round(p.y(at)) + 0.5;
    p.svg.append(S.svg("line", {class: "centre", x1: p.box.left, x2: p.box.right, y1: y, y2: y,
      stroke: S.colour("soft"), "stroke-dasharray": "2 3"}));
  }

  // Through the periods that the page has of it: a period that it has not is no gap, a missing value is.
  function shape(values, times, p) {
    const d = d3.line().defined((t) => Number.isFinite(values[t]) && (!p.y.base || values[t] > 0))
      .x((t) => p.x.x(t)).y((t) => Math.max(p.box.top - 6, Math.min(p.box.bottom + 2, p.y(values[t]))));
    return d(times) || "";
  }

  // Attributes that say which line it is.
  function marks(s) {
    if (s.kind === "unit") return {"data-unit": s.unit};
    return s.kind === "group" ? {"data-group": s.label} : {["data-" + s.kind]: ""};
  }

  const STYLE = {group: [1.5, 0.75], nation: [2.25, 1], unit: [2, 1], selection: [2, 1]};
  function line(s, p) {
    const [stroke, opacity] = s.many ? [1, s.many > 60 ? 0.35 : 0.6] : STYLE[s.kind];
    return S.svg("path", {d: shape(s.values, s.times, p), fill: "none", stroke: s.colour, "stroke-width": stroke,
      "stroke-opacity": opacity, "stroke-linejoin": "round", "stroke-linecap": "round", ...marks(s),
      "stroke-dasharray": s.kind === "unit" || s.kind === "selection" ? "4 3" : undefined});
  }

  // ---- names at the right end ------------------------------------------------------------------

  function last(values) {
    for (let t = values.length - 1; t >= 0; t--) if (Number.isFinite(values[t])) return t;
    return -1;
  }

  function labels(p, named) {
    const at = [];
    for (const s of named) {
      const t = last(s.values), y = t < 0 ? NaN : p.y(s.values[t]);
      if (Number.isFinite(y)) at.push({s, t, y});
    }
    S.chart.spread(at, GAP, p.box.top + 4, p.box.height - 8);
    const g = S.svg("g", {class: "labels"});
    for (const label of at) g.append(nameOf(label, p));
    p.svg.append(g);
  }

  // A leader from the end of the line, a dot in its colour, the name in ink: some colours that are told
  // apart as dots cannot be read as text.
  function nameOf(label, p) {
    const {s} = label, bold = s.kind !== "group", x = p.box.right + 14, ended = label.t < s.values.length - 1;
    const g = S.svg("g", {class: "name", tabindex: 0, role: "button",
      "aria-label": S.t("lines.select", {name: s.label})});
    g.append(S.svg("path", {class: "leader", fill: "none", stroke: s.colour, "stroke-width": 1, "stroke-opacity": ended ? 0.35 : 0.8,
      d: `M${p.x.x(label.t)},${label.y}L${p.box.right + 4},${label.y}L${x - 4},${label.at}`}));
    g.append(S.svg("circle", {cx: x, cy: label.at, r: 3, fill: s.colour}));
    const text = S.svg("text", {x: x + 6, y: label.at + 3.8, class: "label" + (bold ? " strong" : "")});
    text.textContent = S.chart.cut(s.label, p.box.width - x - 8, LABEL, bold);
    const title = S.svg("title");
    title.textContent = s.label;
    g.append(text, title, S.svg("rect", {class: "hit", x: x - 8, y: label.at - GAP / 2, width: p.box.width - x + 8,
      height: GAP, fill: "transparent"}));
    g.addEventListener("click", (event) => pick(s, p, event.shiftKey));
    g.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      event.stopPropagation();
      pick(s, p, event.shiftKey);
    });
    if (s.kind === "unit") {
      g.addEventListener("mouseenter", () => S.hover(s.unit));
      g.addEventListener("mouseleave", () => S.hover(null));
    }
    g.addEventListener("mouseenter", () => near(p, s));
    g.addEventListener("mouseleave", () => near(p, null));
    return g;
  }

  // A group selects its units; a unit that is selected is taken out again; the nation clears.
  function pick(s, p, add) {
    if (s.kind === "unit") return S.select(s.unit, add);
    if (s.kind === "group") return S.selectAll(S.lines.unitsOf(p.data.group, s.index), add);
    return S.clear();
  }

  // ---- the year and the mouse ------------------------------------------------------------------

  function cursor(p) {
    p.cursor = S.svg("line", {class: "cursor", y1: p.box.top - 4, y2: p.box.bottom, stroke: S.colour("accent"),
      "stroke-dasharray": "2 2"});
    p.says = S.svg("text", {class: "says", y: p.box.top + 4, "text-anchor": "end", x: p.box.right});
    p.svg.append(p.cursor, p.says);
  }

  function move(p) {
    const x = Math.round(p.x.x(S.state.t)) + 0.5;
    p.cursor.setAttribute("x1", x);
    p.cursor.setAttribute("x2", x);
  }

  function hover(p, unit) {
    const there = unit !== null && unit !== undefined;
    p.over.setAttribute("d", there ? shape(S.lines.unitValues(p.data.column, unit), p.data.column.times, p) : "");
  }

  // The line nearest to the mouse is drawn thicker, and what it is is said.
  function near(p, s, t) {
    if (p.near) p.near.path.setAttribute("stroke-width", p.near.width);
    p.near = null;
    p.says.textContent = "";
    if (!s) return;
    s.width = s.path.getAttribute("stroke-width");
    s.path.setAttribute("stroke-width", 3);
    p.near = s;
    if (t === undefined) return;
    p.says.textContent = S.chart.cut(s.label, p.box.right - p.box.left - 110, LABEL, true) + " " +
      S.manifest.periods[t] + ": " + S.brief(s.values[t], p.data.variable);
  }

  function nearest(p, event) {
    const [mx, my] = S.chart.mouse(event, p.svg), t = p.x.t(mx);
    let best = null, least = 10;
    for (const s of p.series) {
      const away = Math.abs(p.y(s.values[t]) - my);
      if (away < least) { least = away; best = s; }
    }
    return {s: best, t};
  }

  // A click on a line is a click on its name; a click beside all lines goes to that year.
  function mouse(p) {
    const hit = S.svg("rect", {class: "hit", x: p.box.left, y: p.box.top, width: Math.max(0, p.box.right - p.box.left),
      height: p.box.bottom - p.box.top, fill: "transparent"});
    hit.addEventListener("mousemove", (event) => {
      const {s, t} = nearest(p, event);
      near(p, s, t);
      S.hover(s && s.kind === "unit" ? s.unit : null, {x: event.clientX, y: event.clientY});
    });
    hit.addEventListener("mouseleave", () => { near(p, null); S.hover(null); });
    hit.addEventListener("click", (event) => {
      const {s, t} = nearest(p, event);
      if (s && s.kind !== "nation" && s.kind !== "selection") pick(s, p, event.shiftKey);
      else S.set({t});
    });
    p.svg.append(hit);
  }
})(window.S = window.S || {});
