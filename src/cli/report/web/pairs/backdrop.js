// What the arcs stand on: the land with the partners tinted and borders of groups, on a canvas or as
// SVG; dots where there are no boundaries; a circle by group where there are no coordinates.
(function (S) {
  "use strict";

  // ---- without coordinates ----------------------------------------------------------------------

  // Units on a circle by group, then in their own order (that of codes), with a gap between groups.
  function circle(n) {
    const fit = S.manifest.groups.filter((g) => g.labels.length > 1 && g.labels.length <= 60);
    const group = fit.sort((a, b) => b.labels.length - a.labels.length)[0] || null;
    const order = Array.from({length: n}, (x, u) => u), of = (u) => (group ? group.of[u] : 0);
    order.sort((a, b) => of(a) - of(b) || a - b);
    const runs = [];
    for (const [place, u] of order.entries())
      if (!runs.length || runs[runs.length - 1].label !== of(u)) runs.push({label: of(u), from: place, to: place});
      else runs[runs.length - 1].to = place;
    const gap = runs.length > 1 ? Math.min(3, (0.2 * n) / runs.length) : 0, step = (2 * Math.PI) / (n + gap * runs.length);
    const g = {circle: true, kind: "none", n, width: 960, height: 620, x: new Float32Array(n), y: new Float32Array(n), radius: 250,
      hasRings: () => false, placed: () => true, group, runs: []};
    let shift = 0;
    for (const run of runs) {
      for (let i = run.from; i <= run.to; i++) {
        const a = (i + shift) * step - Math.PI / 2;
        g.x[order[i]] = g.width / 2 + g.radius * Math.cos(a);
        g.y[order[i]] = g.height / 2 + g.radius * Math.sin(a);
      }
      g.runs.push({label: run.label, from: (run.from + shift - 0.4) * step, to: (run.to + shift + 0.4) * step});
      shift += gap;
    }
    return boxed(g);
  }
  function boxed(g) {
    g.box = new Float32Array(4 * g.n);
    for (let u = 0; u < g.n; u++) g.box.set([g.x[u], g.y[u], g.x[u], g.y[u]], 4 * u);
    return g;
  }

  // One unit in the middle, its partners around it: the strongest on top, then clockwise.
  function star(g, unit, list) {
    const x = new Float32Array(g.n).fill(NaN), y = new Float32Array(g.n).fill(NaN), near = list.slice(0, S.mostArcs);
    x[unit] = g.width / 2;
    y[unit] = g.height / 2;
    near.forEach((p, i) => {
      const a = (2 * Math.PI * i) / near.length - Math.PI / 2;
      x[p.unit] = g.width / 2 + 330 * Math.cos(a);
      y[p.unit] = g.height / 2 + 260 * Math.sin(a);
    });
    return boxed({...g, x, y, circle: false, star: true, runs: [], placed: (u) => Number.isFinite(x[u])});
  }

  async function load() {
    const g = await S.geometry(), zone = S.manifest.geometry && S.manifest.geometry.zone;
    if (g.kind === "none") return circle(S.manifest.n);
    return Object.assign(Object.create(g), {zone: zone ? await S.data(zone) : null});
  }

  // ---- what both pictures are made of ----------------------------------------------------------------

  const seen = (g, v) => {
    const out = [];
    for (let u = 0; u < g.n; u++) if (g.placed(u) && S.insideView(g, v, u)) out.push(u);
    return out;
  };
  // Thin lines between units fade where they would be denser than the land.
  const near = (g, v) => Math.min(1, v.k * Math.sqrt((g.width * g.height) / Math.max(1, g.n)) / 40);
  const dotSize = (g, v) => Math.min(3, Math.max(0.8, 0.12 * v.k * Math.sqrt((g.width * g.height) / Math.max(1, g.n))));
  const runColour = (g, run) => (g.group && g.group.labels.length <= 8 ? S.groupColour(run.label) : S.colour("line"));

  // ---- on a canvas -----------------------------------------------------------------------------------

  function paintLand(pen, g, v, tints) {
    const units = seen(g, v), r = dotSize(g, v) / v.k, rest = [];
    pen.beginPath();
    for (const u of units) {
      if (!g.hasRings(u)) rest.push(u);
      else if (!tints.has(u)) g.trace(pen, u);
    }
    pen.fillStyle = S.colour("land");
    pen.fill("evenodd");
    for (const u of units) {
      if (!tints.has(u) || !g.hasRings(u)) continue;
      pen.beginPath();
      g.trace(pen, u);
      pen.fillStyle = tints.get(u);
      pen.fill("evenodd");
    }
    pen.beginPath();
    for (const u of rest) {
      pen.moveTo(g.x[u] + r, g.y[u]);
      pen.arc(g.x[u], g.y[u], r, 0, 2 * Math.PI);
    }
    pen.fillStyle = S.colour("line");
    pen.fill();
  }

  function paintBorders(pen, g, v, group) {
    if (!g.borders) return;
    const stroke = (arcs, colour, width, alpha) => {
      pen.beginPath();
      for (const a of arcs) g.traceArc(pen, a);
      pen.strokeStyle = colour;
      pen.lineWidth = width / v.k;
      pen.globalAlpha = alpha;
      pen.stroke();
    };
    pen.lineJoin = pen.lineCap = "round";
    stroke(g.borders(), S.colour("card"), 0.6 + 0.7 * near(g, v), 0.35 + 0.65 * near(g, v));
    if (group) stroke(g.borders(group.name), S.colour("line"), 0.8 + 1.4 * near(g, v), 1);
    pen.globalAlpha = 1;
  }

  function paintCircle(pen, g, v) {
    for (const run of g.runs) {
      pen.beginPath();
      pen.arc(g.width / 2, g.height / 2, g.radius + 9, run.from - Math.PI / 2, run.to - Math.PI / 2);
      pen.strokeStyle = runColour(g, run);
      pen.lineWidth = 4 / v.k;
      pen.stroke();
    }
  }

  function draw(g, canvas, v, tints, group) {
    const ratio = Math.min(2, window.devicePixelRatio || 1), w = Math.round(v.w * ratio), h = Math.round(v.h * ratio);
    if (canvas.width !== w || canvas.height !== h) {
      canvas.width = w;
      canvas.height = h;
      canvas.style.width = v.w + "px";
      canvas.style.height = v.h + "px";
    }
    const pen = canvas.getContext("2d");
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, w, h);
    pen.setTransform(ratio * v.k, 0, 0, ratio * v.k, ratio * v.x, ratio * v.y);
    if (g.circle) paintCircle(pen, g, v);
    paintLand(pen, g, v, tints);
    paintBorders(pen, g, v, group);
  }

  // ---- as SVG ------------------------------------------------------------------------------------------

  function ringPath(g, run) {
    const pen = d3.path(), a = run.from - Math.PI / 2;
    pen.moveTo(g.width / 2 + (g.radius + 9) * Math.cos(a), g.height / 2 + (g.radius + 9) * Math.sin(a));
    pen.arc(g.width / 2, g.height / 2, g.radius + 9, a, run.to - Math.PI / 2);
    return pen.toString();
  }

  function borderLines(g, v, group) {
    const line = (arcs, stroke, width, opacity) => S.svg("path", {d: arcs.map(g.arcD).join(""), fill: "none", stroke,
      "stroke-width": width / v.k, "stroke-opacity": opacity, "stroke-linejoin": "round"});
    const out = [line(g.borders(), S.colour("card"), 0.6 + 0.7 * near(g, v), 0.35 + 0.65 * near(g, v))];
    if (group) out.push(line(g.borders(group.name), S.colour("line"), 0.8 + 1.4 * near(g, v), 1));
    return out;
  }

  // The land of one unit, or its dot.
  function shape(g, v, u, fill) {
    if (g.hasRings(u)) return S.svg("path", {d: g.d(u), fill, "fill-rule": "evenodd", "data-unit": u});
    return S.svg("circle", {cx: g.x[u], cy: g.y[u], r: dotSize(g, v) / v.k, fill, "data-unit": u});
  }

  function svg(g, v, tints, group) {
    const out = S.svg("g", {class: "land", transform: `translate(${v.x},${v.y}) scale(${v.k})`}), units = seen(g, v);
    if (g.circle)
      for (const run of g.runs)
        out.append(S.svg("path", {d: ringPath(g, run), fill: "none", stroke: runColour(g, run), "stroke-width": 4 / v.k}));
    const plain = units.filter((u) => !tints.has(u) && g.hasRings(u));
    if (plain.length) out.append(S.svg("path", {d: plain.map(g.d).join(""), fill: S.colour("land"), "fill-rule": "evenodd"}));
    for (const u of units) {
      if (tints.has(u)) out.append(shape(g, v, u, g.hasRings(u) ? tints.get(u) : S.colour("line")));
      else if (!g.hasRings(u)) out.append(shape(g, v, u, S.colour("line")));
    }
    if (g.borders) out.append(...borderLines(g, v, group));
    return out;
  }

  // ---- what is where --------------------------------------------------------------------------------------

  function inRings(g, u, x, y) {
    let inside = false;
    for (let r = g.ringOf[u]; r < g.ringOf[u + 1]; r++)
      for (let p = g.pointOf[r], q = g.pointOf[r + 1] - 1; p < g.pointOf[r + 1]; q = p++)
        if (g.py[p] > y !== g.py[q] > y && x < ((g.px[q] - g.px[p]) * (y - g.py[p])) / (g.py[q] - g.py[p]) + g.px[p]) inside = !inside;
    return inside;
  }

  // The unit at a place of the base map: by its land, else the nearest dot within `reach`.
  function unitAt(g, x, y, reach) {
    let best = null, least = reach * reach;
    for (let u = 0; u < g.n; u++) {
      if (g.hasRings(u)) {
        const b = 4 * u;
        if (x >= g.box[b] && x <= g.box[b + 2] && y >= g.box[b + 1] && y <= g.box[b + 3] && inRings(g, u, x, y)) return u;
        continue;
      }
      const d = (g.x[u] - x) ** 2 + (g.y[u] - y) ** 2;
      if (d < least) {
        least = d;
        best = u;
      }
    }
    return best;
  }

  S.backdrop = {load, star, draw, svg, unitAt};
})(window.S = window.S || {});
