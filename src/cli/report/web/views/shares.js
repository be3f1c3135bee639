// Classes over time have no mean: the share of each among all units with one, stacked. With one period
// the stack is a bar.
(function (S) {
  "use strict";

  const shares = {};
  S.shares = shares;

  const LABEL = 11, GAP = 13;

  // counts[t][class], and their sum; null where the page has no such period.
  function countsOf(data) {
    return S.manifest.periods.map((label, t) => {
      if (data.column.row(t) < 0) return null;
      const counts = Array.from(data.classes.counts(t)).slice(0, data.classes.colours.length);
      return {counts, n: counts.reduce((a, b) => a + b, 0)};
    });
  }

  // Where the shares of a period begin and end, from below.
  function stacked(all, k) {
    return all.map((c) => {
      if (!c || !c.n) return null;
      const below = c.counts.slice(0, k).reduce((a, b) => a + b, 0);
      return [below / c.n, (below + c.counts[k]) / c.n];
    });
  }

  shares.draw = function (element, width, data) {
    const all = countsOf(data), K = data.classes.colours.length, names = [];
    for (let k = 0; k < K; k++) names.push(data.classes.label(k));
    const room = Math.min(Math.round(width * 0.36), Math.max(40, ...names.map((n) => S.chart.textWidth(n.slice(0, 60), LABEL))) + 26);
    const height = Math.max(168, K * GAP + 34);
    const box = {left: 40, right: width - room, top: 8, bottom: height - 24, width, height};
    const svg = S.chart.frame(element, width, height, S.t("shares.label", {title: S.label(data.variable, data.quantity.part)}));
    const y = d3.scaleLinear().domain([0, 1]).range([box.bottom, box.top]);
    S.chart.axisY(svg, y, box, 4, (v) => Math.round(100 * v) + "%");
    const single = S.manifest.periods.length < 2 || data.column.times.length < 2 || data.column.timeless;
    const p = {svg, box, y, all, data, names, x: single ? null : S.chart.periods([box.left, box.right])};
    if (p.x) S.chart.axisX(svg, p.x.ticks, box);
    for (let k = 0; k < K; k++) svg.append(band(p, k));
    labels(p, K);
    if (!p.x) return {svg};
    p.cursor = svg.appendChild(S.svg("line", {class: "cursor", y1: box.top - 4, y2: box.bottom, stroke: S.colour("ink"),
      "stroke-dasharray": "2 2"}));
    click(p);
    const move = () => {
      const at = Math.round(p.x.x(S.state.t)) + 0.5;
      p.cursor.setAttribute("x1", at);
      p.cursor.setAttribute("x2", at);
    };
    move();
    return {svg, move};
  };

  function band(p, k) {
    // Through the periods that the page has of it; one without any class is a gap.
    const at = stacked(p.all, k), times = p.data.column.times;
    const shape = d3.area().defined((t) => at[t] !== null).x((t) => (p.x ? p.x.x(t) : p.box.left))
      .y0((t) => p.y(at[t][0])).y1((t) => p.y(at[t][1]));
    let d = shape(times);
    const only = at[times[0]];
    if (!p.x && only) d = `M${p.box.left},${p.y(only[0])}H${p.box.right}V${p.y(only[1])}H${p.box.left}Z`;
    return S.svg("path", {d: d || "", fill: p.data.classes.colours[k], stroke: S.colour("card"), "stroke-width": 0.75,
      "data-class": k});
  }

  // Names stand where their band ends; a band of nothing has none.
  function labels(p, K) {
    const at = [];
    let t = p.all.length - 1;
    while (t > 0 && !(p.all[t] && p.all[t].n)) t--;
    for (let k = 0; k < K; k++) {
      const span = stacked(p.all, k)[t];
      if (span && span[1] > span[0]) at.push({k, y: p.y((span[0] + span[1]) / 2), share: span[1] - span[0]});
    }
    S.chart.spread(at, GAP, p.box.top + 4, p.box.height - 8);
    for (const label of at) {
      const x = p.box.right + 14;
      p.svg.append(S.svg("circle", {cx: x, cy: label.at, r: 4, fill: p.data.classes.colours[label.k], stroke: S.colour("hair")}));
      const text = S.svg("text", {class: "label", x: x + 8, y: label.at + 3.8});
      text.textContent = S.chart.cut(p.names[label.k], p.box.width - x - 10, LABEL);
      const title = S.svg("title");
      title.textContent = p.names[label.k] + ": " + S.percent(label.share);
      text.append(title);
      p.svg.append(text);
    }
  }

  function click(p) {
    const hit = S.svg("rect", {class: "hit", x: p.box.left, y: p.box.top, width: Math.max(0, p.box.right - p.box.left),
      height: p.box.bottom - p.box.top, fill: "transparent"});
    hit.addEventListener("click", (event) => S.set({t: p.x.t(S.chart.mouse(event, p.svg)[0])}));
    p.svg.append(hit);
  }

  shares.table = function (data) {
    const all = countsOf(data), names = data.classes.colours.map((c, k) => data.classes.label(k));
    return {header: ["period", ...names, "n"],
      rows: S.manifest.periods.map((label, t) =>
        [label, ...(all[t] ? all[t].counts : names.map(() => NaN)), all[t] ? all[t].n : 0])};
  };
})(window.S = window.S || {});
