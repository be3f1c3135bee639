// What stands on the map of partners, in px of the picture: arcs, dots, labels. It is made of the
// pairs shown and of a view (scale and shift of the map), and knows nothing of the page.
(function (S) {
  "use strict";

  const BEND = 0.16, WIDEST = 6, LEAST = 0.8, LABELS = 14, ARCS = 40, CENTRES = 60, CENTRE_LABELS = 12, DOTS = 3000, INK = 0.14;

  // A quadratic curve, bent to the left of who goes from its start to its end.
  // On a circle they bend to its middle, the more the longer they are.
  function curve(pen, x0, y0, x1, y1, middle) {
    let cx = (x0 + x1) / 2 + BEND * (y1 - y0), cy = (y0 + y1) / 2 - BEND * (x1 - x0);
    if (middle) {
      const pull = Math.min(1, 0.15 + Math.hypot(x1 - x0, y1 - y0) / (1.4 * middle[2]));
      cx = (x0 + x1) / 2 + pull * (middle[0] - (x0 + x1) / 2);
      cy = (y0 + y1) / 2 + pull * (middle[1] - (y0 + y1) / 2);
    }
    pen.moveTo(x0, y0);
    pen.quadraticCurveTo(cx, cy, x1, y1);
  }

  // Share of the strongest, 0 to 1. Where the smallest is the strongest, by the place between the
  // ends of what is shown.
  function scaling(c) {
    const values = c.list.map((p) => p.value), hi = Math.max(...values), lo = Math.min(...values);
    if (c.entry.by === "smallest") return (v) => (hi > lo ? (hi - v) / (hi - lo) : 1);
    const most = Math.max(Math.abs(hi), Math.abs(lo));
    return (v) => (most > 0 ? Math.abs(v) / most : 0);
  }

  // The base map in px of the picture; see S.zoomView.
  const X = (map, view, u) => view.k * map.x[u] + view.x;
  const Y = (map, view, u) => view.k * map.y[u] + view.y;
  const nothing = () => ({arcs: [], dots: [], labels: [], tints: new Map()});
  const has = (map, u) => Number.isFinite(map.x[u]) && Number.isFinite(map.y[u]);
  const far = (map, a, b) => Boolean(map.zone) && map.zone[a] !== map.zone[b];

  const middle = (map, view) => (map.circle ?
    [view.k * map.width / 2 + view.x, view.k * map.height / 2 + view.y, view.k * map.radius] : null);

  // The name without the label of its own group at its end: "Cook, IL" of state IL is Cook, where
  // the label has to be short.
  function shortName(u) {
    const name = S.name(u), cut = name.lastIndexOf(", ");
    if (cut < 1) return name;
    const tail = name.slice(cut + 2);
    return S.manifest.groups.some((g) => S.groupOf(g, u) === tail) ? name.slice(0, cut) : name;
  }

  // ---- one unit and its partners -----------------------------------------------------------------

  // A hub receives from a thousand: the strongest have arcs, the land of all is tinted.
  function partnerFlows(c, map, view) {
    const size = scaling(c);
    const placed = c.list.filter((p) => has(map, p.unit)), out = nothing();
    if (c.unit === null || !has(map, c.unit)) return out;
    const me = {unit: c.unit, x: X(map, view, c.unit), y: Y(map, view, c.unit), r: 5, css: "self"};
    placed.forEach((p, i) => {
      const share = size(p.value), x = X(map, view, p.unit), y = Y(map, view, p.unit), to = c.mode === "receives";
      out.tints.set(p.unit, (placed.length > ARCS ? 0.06 : 0.14) + 0.42 * Math.sqrt(share));
      if (i >= ARCS) return;
      const pen = d3.path(), ends = to ? [x, y, me.x, me.y] : [me.x, me.y, x, y];
      curve(pen, ...ends, middle(map, view));
      out.arcs.push({d: pen.toString(), from: to ? p.unit : c.unit, to: to ? c.unit : p.unit, value: p.value,
        width: Math.max(LEAST, WIDEST * Math.sqrt(share)), far: far(map, c.unit, p.unit), rank: i + 1});
      out.dots.push({unit: p.unit, x, y, r: 3.5, css: "", rank: i + 1, value: p.value});
    });
    out.arcs.reverse();
    out.dots.reverse();
    out.dots.push(me);
    out.labels.push({...me, text: S.name(c.unit), size: 13, bold: true, must: true, most: 240});
    for (const p of placed.slice(0, map.star ? ARCS : LABELS)) {
      const x = X(map, view, p.unit);
      const left = map.star && x < me.x - 1;
      out.labels.push({unit: p.unit, x, y: Y(map, view, p.unit), r: 3.5, text: S.name(p.unit), size: 12, css: "", left});
    }
    return out;
  }

  // ---- the first partner of all ---------------------------------------------------------------------

  // Lines of all units in two paths (dotted into insets), and two for each selected unit and those it
  // is first for: a path each for thousands of lines would stop the page.
  function spokes(c, map, view) {
    const pair = () => [d3.path(), d3.path()], all = pair(), own = new Map(S.state.u.slice(0, 8).map((u) => [u, pair()]));
    const mid = middle(map, view);
    for (let u = 0; u < S.manifest.n; u++) {
      const p = c.view.first(u);
      if (!p || !has(map, u) || !has(map, p.unit)) continue;
      const ends = [X(map, view, u), Y(map, view, u), X(map, view, p.unit), Y(map, view, p.unit)];
      for (const pens of [all, own.get(u), own.get(p.unit)])
        if (pens) line(pens[far(map, u, p.unit) ? 1 : 0], ends, mid);
    }
    const out = [];
    for (const [unit, pens] of [[null, all], ...own])
      for (const i of [1, 0]) out.push({unit, far: i === 1, d: pens[i].toString()});
    return out.filter((path) => path.d);
  }
  function line(pen, [x0, y0, x1, y1], mid) {
    if (mid) return curve(pen, x0, y0, x1, y1, mid);
    pen.moveTo(x0, y0);
    pen.lineTo(x1, y1);
  }

  function firstFlows(c, map, view) {
    const {list, count} = c.centres, most = list.length ? count[list[0]] : 1, least = Math.max(3, most * 0.06);
    const shown = list.filter((u) => has(map, u) && count[u] >= least).slice(0, CENTRES), out = nothing();
    // Where even the first centre is that of a few, its dot is small.
    const widest = Math.max(5, 12 * Math.min(1, Math.sqrt(most / (0.03 * S.manifest.n))));
    out.spokes = spokes(c, map, view);
    shown.forEach((u, i) => {
      const r = Math.max(3, widest * Math.sqrt(count[u] / most));
      const dot = {unit: u, x: X(map, view, u), y: Y(map, view, u), r, css: "centre"};
      out.dots.push(dot);
      if (i < CENTRE_LABELS) out.labels.push({...dot, text: shortName(u) + " " + S.count(count[u]), size: 12, css: ""});
    });
    out.dots.reverse();
    return out;
  }

  // ---- strengths, where no pairs are kept ---------------------------------------------------------------

  // Land is tinted by rank, since sums over all others are much alike or follow one giant. Where there
  // is no land: dots, their areas in proportion, all of them together a set share of the picture, so
  // that thousands of like units do not become one blot.
  function strengthFlows(c, map, view) {
    const placed = c.strongest.filter((p) => has(map, p.unit)), out = nothing();
    const most = Math.max(...placed.slice(0, 1).map((p) => Math.abs(p.value))) || 1;
    const all = placed.reduce((sum, p) => sum + Math.abs(p.value) / most, 0) || 1;
    const widest = Math.min(16, Math.sqrt((INK * view.w * view.h) / (Math.PI * all))) * Math.sqrt(view.zoom);
    placed.forEach((p, i) => {
      const land = map.hasRings(p.unit), named = i < CENTRE_LABELS;
      const r = land ? 3.5 : Math.max(0.8, widest * Math.sqrt(Math.abs(p.value) / most));
      if (land) out.tints.set(p.unit, 0.1 + 0.9 * (1 - i / placed.length) ** 1.6);
      const dot = {unit: p.unit, x: X(map, view, p.unit), y: Y(map, view, p.unit), r, css: land ? "self" : "strength"};
      if (land ? named : i < DOTS) out.dots.push(dot);
      if (named) out.labels.push({...dot, text: shortName(p.unit), size: 12, css: ""});
    });
    return out;
  }

  // ---- codes of groups --------------------------------------------------------------------------------

  // The label of each group in the middle of its units within the picture; only where a few groups
  // are seen, so that it says where one is.
  function codes(group, map, view, box) {
    const sums = new Map();
    for (let u = 0; u < S.manifest.n; u++) {
      if (!has(map, u)) continue;
      const x = X(map, view, u), y = Y(map, view, u);
      if (x < 0 || y < 0 || x > box.width || y > box.height || !group.labels[group.of[u]]) continue;
      const s = sums.get(group.of[u]) || {x: 0, y: 0, n: 0};
      s.x += x;
      s.y += y;
      s.n++;
      sums.set(group.of[u], s);
    }
    if (sums.size > 16) return [];
    return [...sums].sort((a, b) => b[1].n - a[1].n).map(([label, s]) => ({unit: -2 - label, x: s.x / s.n, y: s.y / s.n, r: 0,
      text: group.labels[label], size: 13, css: "code", centred: true, most: 110}));
  }

  // Around the circle: labels of its groups, the larger first.
  function rim(map, view) {
    const mid = middle(map, view), R = mid[2] + 18 * view.k;
    return map.runs.filter((run) => map.group && map.group.labels[run.label]).sort((a, b) => (b.to - b.from) - (a.to - a.from)).map((run) => {
      const a = (run.from + run.to) / 2 - Math.PI / 2;
      return {unit: -2 - run.label, x: mid[0] + R * Math.cos(a), y: mid[1] + R * Math.sin(a), r: -2, text: map.group.labels[run.label],
        size: 12, css: "code", left: Math.cos(a) < 0, most: 130};
    });
  }

  // What is seen: flows with tints of land (share of the colour), and the labels that found a place.
  S.mostArcs = ARCS;
  S.flows = function (c, map, view, group) {
    const box = {width: view.w, height: view.h};
    const out = c.centres ? firstFlows(c, map, view) : c.strongest ? strengthFlows(c, map, view) : partnerFlows(c, map, view);
    const dots = out.dots.length > 200 ? [] : out.dots.map((d) => S.dotBox(d.unit, d.x, d.y, d.r + 1));
    const more = map.circle ? rim(map, view) : group && !map.star && !c.centres && !c.strongest ? codes(group, map, view, box) : [];
    // The buttons of the map stand in the corner.
    const buttons = {x0: box.width - 124, y0: box.height - 44, x1: box.width, y1: box.height};
    out.labels = S.placeLabels(out.labels.concat(more), box, dots, [buttons]);
    return out;
  };
})(window.S = window.S || {});
