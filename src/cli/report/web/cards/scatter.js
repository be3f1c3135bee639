/* A quantity of units over the one it is declared to be seen with, such as a spatial lag over the
 * value: points, the line of least squares, and the means that cut the plane into quadrants. */
(function (S) {
  "use strict";

  const cards = S.cards;
  const HEIGHT = 300;

  function pointsOf(x, y, t) {
    const points = [];
    for (let u = 0; u < S.manifest.n; u++) {
      const a = x.at(t, u), b = y.at(t, u);
      if (Number.isFinite(a) && Number.isFinite(b)) points.push({u, a, b});
    }
    return points;
  }

  function fit(points) {
    const ma = d3.mean(points, (p) => p.a), mb = d3.mean(points, (p) => p.b);
    const sab = d3.sum(points, (p) => (p.a - ma) * (p.b - mb)), saa = d3.sum(points, (p) => (p.a - ma) ** 2);
    return {ma, mb, slope: saa > 0 ? sab / saa : NaN};
  }

  function padded([lo, hi]) {
    const pad = 0.04 * (hi - lo) || 1;
    return [lo - pad, hi + pad];
  }

  function draw(place, x, y, t, width) {
    const svg = cards.frame(place, width, HEIGHT, cards.title(y.variable)), points = pointsOf(x, y, t);
    if (!points.length) return points;
    const box = {left: 46, right: width - 8, top: 22, bottom: HEIGHT - 38};
    const sx = d3.scaleLinear().domain(padded(d3.extent(points, (p) => p.a))).range([box.left, box.right]);
    const sy = d3.scaleLinear().domain(padded(d3.extent(points, (p) => p.b))).range([box.bottom, box.top]);
    const count = Math.max(3, Math.floor(width / 80)), format = S.chart.tickFormat(sx, count), line = fit(points);
    S.chart.axisY(svg, sy, box, 5);
    S.chart.axisX(svg, sx.ticks(count).map((v) => ({x: sx(v), text: format(v)})), box, width);
    const rule = (x1, x2, y1, y2, look) => svg.append(S.svg("line", {class: look, x1, x2, y1, y2}));
    rule(sx(line.ma), sx(line.ma), box.top, box.bottom, "guide");
    rule(box.left, box.right, sy(line.mb), sy(line.mb), "guide");
    const dots = S.svg("g", {class: "points"});
    for (const p of points) {
      const selected = S.isSelected(p.u), dot = S.svg("circle", {cx: sx(p.a).toFixed(1), cy: sy(p.b).toFixed(1), r: selected ? 5 : 2.2, "data-unit": S.code(p.u)});
      if (selected) dot.setAttribute("fill", S.colourOf(p.u));
      if (selected) dot.setAttribute("class", "selected");
      dots.append(dot);
    }
    svg.append(dots);
    fitted(svg, line, sx, sy, box);
    svg.append(S.svg("text", {class: "tick", x: 0, y: 12}, S.chart.cut("↑ " + S.pick(y.variable.title), width / 2, 11)));
    svg.append(S.svg("text", {class: "tick", x: width - 2, y: HEIGHT - 4, "text-anchor": "end"}, S.chart.cut(S.pick(x.variable.title), width / 2, 11) + " →"));
    return points;
  }

  /* The part of the fitted line that lies in the frame. */
  function fitted(svg, line, sx, sy, box) {
    if (!Number.isFinite(line.slope)) return;
    const [lo, hi] = sx.domain(), [bottom, top] = sy.domain(), of = (a) => line.mb + line.slope * (a - line.ma);
    const inside = (a) => (of(a) > top ? line.ma + (top - line.mb) / line.slope : of(a) < bottom ? line.ma + (bottom - line.mb) / line.slope : a);
    const from = inside(lo), to = inside(hi);
    svg.append(S.svg("line", {class: "series main", x1: sx(from), y1: sy(of(from)), x2: sx(to), y2: sy(of(to))}));
  }

  /* A press selects the nearest unit within reach. */
  function press(place, event, add) {
    const box = place.getBoundingClientRect(), svg = place.querySelector("svg.chart");
    let best = 12, found = null;
    for (const dot of svg.querySelectorAll("circle[data-unit]")) {
      const d = Math.hypot(+dot.getAttribute("cx") - (event.clientX - box.left), +dot.getAttribute("cy") - (event.clientY - box.top));
      if (d < best) { best = d; found = dot.dataset.unit; }
    }
    if (found !== null) S.select(S.unitOf.get(found), add);
  }

  cards.kinds.scatter = async function (box, card) {
    const [variable] = card.variables, other = S.variable(variable.with[0]);
    const [x, y] = await Promise.all([S.column(other.id), S.column(variable.id)]), place = S.h("div", {class: "plot"});
    box.body.append(place);
    let wide = 0;
    const show = () => {
      const t = y.times[cards.periodAt(y.times, S.state.t)], points = wide ? draw(place, x, y, t, wide) : [];
      if (points.length) box.say([S.t("q_scatter", {period: y.timeless ? "" : S.manifest.periods[t] + ": ", n: S.count(points.length), slope: cards.number(fit(points).slope)})]);
    };
    cards.fit(place, (width) => { wide = width; show(); });
    place.addEventListener("click", (event) => press(place, event, event.shiftKey));
    box.settled(show);
    box.tools({variables: [variable], csv: () => {
      const rows = [];
      for (const t of y.timeless ? [0] : y.times)
        for (const p of pointsOf(x, y, t)) rows.push([y.timeless ? "" : S.manifest.periods[t], S.code(p.u), S.nameOrNone(p.u), p.a, p.b]);
      return {header: ["period", "code", "name", other.name, variable.name], rows};
    }});
    return {title: cards.title(variable)};
  };
})(window.S = window.S || {});
