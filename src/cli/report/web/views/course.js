// The course of one unit in the height of a row: a line on its own scale; of classes, a strip of colours.
(function (S) {
  "use strict";

  const WIDE = 108, HIGH = 20;

  const frame = () => S.svg("svg", {width: WIDE, height: HIGH, viewBox: `0 0 ${WIDE} ${HIGH}`, "aria-hidden": "true"});

  function strip(values, view) {
    const svg = frame(), step = WIDE / values.length;
    values.forEach((v, t) => {
      const c = view.classes.of(v);
      svg.append(S.svg("rect", {x: (t * step).toFixed(1), width: step.toFixed(1), y: 5, height: 10,
        fill: c < 0 ? S.colour("missing") : view.classes.colours[c]}));
    });
    return svg;
  }

  S.course = function (column, unit, view) {
    const values = Array.from({length: column.T}, (x, r) => column.values[r * column.n + unit]);
    if (view.classes.categories) return strip(values, view);
    const there = values.filter(Number.isFinite);
    const svg = frame();
    if (!there.length) return svg;
    const lo = Math.min(...there), hi = Math.max(...there);
    const x = (r) => 3 + ((WIDE - 8) * r) / Math.max(1, column.T - 1);
    const y = (v) => (hi > lo ? 3 + ((HIGH - 6) * (hi - v)) / (hi - lo) : HIGH / 2);
    const line = d3.line().defined(Number.isFinite).x((v, r) => x(r)).y(y);
    svg.append(S.svg("path", {d: line(values) || "", fill: "none", stroke: S.colour("accent"), "stroke-width": 1.25, "stroke-linejoin": "round"}));
    const now = view.row;
    if (now >= 0 && Number.isFinite(values[now])) svg.append(S.svg("circle", {cx: x(now), cy: y(values[now]), r: 2, fill: S.colour("accent")}));
    return svg;
  };
})(window.S = window.S || {});
