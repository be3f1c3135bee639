// The shapes of the units in pixels of the base map: rings joined from shared arcs, boxes, places, and the
// arcs that part two groups. Every map of the page draws from here.
(function (S) {
  "use strict";
  const PER_PIXEL = 32; // arcs are in 1/32 of a pixel
  let loaded = null;
  S.geometry = () => (loaded ??= load());
  S.geometryNow = null;

  async function load() {
    const m = S.manifest.geometry || { kind: "none" }, n = S.manifest.n;
    const g = { kind: m.kind, n, width: m.width || 960, height: m.height || 600, zones: m.zones || [], manifest: m };
    if (g.kind !== "none") {
      [g.x, g.y] = await Promise.all([S.data(m.x), S.data(m.y)]);
      if (!g.x.some((x) => x === x)) g.kind = "none";
    }
    if (g.kind === "polygons") await readArcs(g, m);
    if (g.kind !== "polygons") noRings(g);
    boxes(g);
    Object.assign(g, tracing(g));
    g.radius = Math.min(6, Math.max(1.4, 0.22 * Math.sqrt((g.width * g.height) / Math.max(1, n))));
    if (g.kind === "polygons") g.radius = 3;
    return (S.geometryNow = g);
  }

  async function readArcs(g, m) {
    const [start, dx, dy, left, right, ringStart, ringArc, ringUnit] = await Promise.all(
      [m.arc_start, m.arc_x, m.arc_y, m.arc_left, m.arc_right, m.ring_start, m.ring_arc, m.ring_unit].map(S.data));
    const x = new Float32Array(dx.length), y = new Float32Array(dx.length);
    for (let a = 0; a + 1 < start.length; a++)
      for (let i = start[a], sx = 0, sy = 0; i < start[a + 1]; i++) {
        sx += dx[i]; sy += dy[i];
        x[i] = sx / PER_PIXEL; y[i] = sy / PER_PIXEL;
      }
    Object.assign(g, { arcStart: start, arcX: x, arcY: y, arcLeft: left, arcRight: right });
    joinRings(g, ringStart, ringArc, ringUnit);
  }

  // Rings as runs of points in the order of units: g.ringOf[u] .. g.ringOf[u + 1] are the rings of u, and
  // g.pointOf[r] .. g.pointOf[r + 1] their points. The point that two arcs share is written once.
  function joinRings(g, ringStart, ringArc, ringUnit) {
    const rings = ringUnit.length, order = Array.from({ length: rings }, (v, r) => r).filter((r) => ringUnit[r] >= 0);
    order.sort((a, b) => ringUnit[a] - ringUnit[b] || a - b);
    const xs = [], ys = [], pointOf = [0];
    g.ringOf = new Uint32Array(g.n + 1);
    for (const r of order) {
      for (let k = ringStart[r]; k < ringStart[r + 1]; k++) {
        const arc = ringArc[k], back = arc < 0, a = back ? ~arc : arc;
        const from = g.arcStart[a], to = g.arcStart[a + 1];
        for (let i = 0; i < to - from - 1; i++) {
          const p = back ? to - 1 - i : from + i;
          xs.push(g.arcX[p]); ys.push(g.arcY[p]);
        }
      }
      pointOf.push(xs.length);
      g.ringOf[ringUnit[r] + 1]++;
    }
    for (let u = 0; u < g.n; u++) g.ringOf[u + 1] += g.ringOf[u];
    g.px = Float32Array.from(xs);
    g.py = Float32Array.from(ys);
    g.pointOf = Uint32Array.from(pointOf);
  }
  function noRings(g) {
    g.ringOf = new Uint32Array(g.n + 1);
    g.px = g.py = new Float32Array(0);
    g.pointOf = new Uint32Array(1);
    g.arcStart = new Uint32Array(1);
    g.arcX = g.arcY = new Float32Array(0);
    g.arcLeft = g.arcRight = new Int32Array(0);
  }

  function boxes(g) {
    g.box = new Float32Array(4 * g.n);
    for (let u = 0; u < g.n; u++) {
      let x0 = Infinity, y0 = Infinity, x1 = -Infinity, y1 = -Infinity;
      for (let p = g.pointOf[g.ringOf[u]]; p < g.pointOf[g.ringOf[u + 1]]; p++) {
        if (g.px[p] < x0) x0 = g.px[p];
        if (g.px[p] > x1) x1 = g.px[p];
        if (g.py[p] < y0) y0 = g.py[p];
        if (g.py[p] > y1) y1 = g.py[p];
      }
      if (x1 < x0 && g.x) { x0 = x1 = g.x[u]; y0 = y1 = g.y[u]; }
      g.box.set([x0, y0, x1, y1], 4 * u);
    }
  }

  function tracing(g) {
    const hasRings = (u) => g.ringOf[u + 1] > g.ringOf[u];
    const placed = (u) => hasRings(u) || (g.x && g.x[u] === g.x[u]);
    // Adds a unit's rings to a path (canvas context or Path2D), in base pixels.
    function trace(path, u) {
      for (let r = g.ringOf[u]; r < g.ringOf[u + 1]; r++) {
        const from = g.pointOf[r], to = g.pointOf[r + 1];
        if (to - from < 3) continue;
        path.moveTo(g.px[from], g.py[from]);
        for (let p = from + 1; p < to; p++) path.lineTo(g.px[p], g.py[p]);
        path.closePath();
      }
    }
    function traceArc(path, a) {
      const from = g.arcStart[a], to = g.arcStart[a + 1];
      if (to <= from) return;
      path.moveTo(g.arcX[from], g.arcY[from]);
      for (let p = from + 1; p < to; p++) path.lineTo(g.arcX[p], g.arcY[p]);
    }
    const digits = (v) => String(Math.round(v * 100) / 100);
    function d(u) {
      let text = "";
      for (let r = g.ringOf[u]; r < g.ringOf[u + 1]; r++) {
        for (let p = g.pointOf[r]; p < g.pointOf[r + 1]; p++)
          text += (p === g.pointOf[r] ? "M" : "L") + digits(g.px[p]) + "," + digits(g.py[p]);
        text += "Z";
      }
      return text;
    }
    function arcD(a) {
      let text = "";
      for (let p = g.arcStart[a]; p < g.arcStart[a + 1]; p++)
        text += (p === g.arcStart[a] ? "M" : "L") + digits(g.arcX[p]) + "," + digits(g.arcY[p]);
      return text;
    }
    // Arcs between two units; with a group, only where the two are not of the same.
    const kept = new Map();
    function borders(groupName) {
      const key = groupName || "";
      if (!kept.has(key)) {
        const group = groupName && S.group(groupName), arcs = [];
        for (let a = 0; a < g.arcLeft.length; a++) {
          const l = g.arcLeft[a], r = g.arcRight[a];
          if (l >= 0 && r >= 0 && (!group || group.of[l] !== group.of[r])) arcs.push(a);
        }
        kept.set(key, arcs);
      }
      return kept.get(key);
    }
    // The arcs of the whole land: a unit on one side only.
    let edge = null;
    const coast = () => (edge ??= Array.from(g.arcLeft.keys()).filter((a) => (g.arcLeft[a] < 0) !== (g.arcRight[a] < 0)));
    return { hasRings, placed, trace, traceArc, d, arcD, borders, coast };
  }

  // The group whose borders a map shows: states or provinces rather than four regions or 300 cities, so
  // the one whose number of labels is nearest to the root of the number of units.
  S.borderGroup = function () {
    const far = (g) => Math.abs(Math.log(g.labels.length / Math.sqrt(S.manifest.n)));
    const fit = S.manifest.groups.filter((g) => g.labels.length > 1 && g.labels.length < S.manifest.n / 2);
    return fit.sort((a, b) => far(a) - far(b))[0] || null;
  };
})(window.S = window.S || {});
