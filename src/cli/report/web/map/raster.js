// The map as a table: the unit at every pixel of a view, by scanlines, once a view. A frame of the slider is
// then one look-up a pixel, and what is under the pointer is another.
(function (S) {
  "use strict";
  let crossX = new Float32Array(1024), crossRow = new Int32Array(1024);
  function grow() {
    const x = new Float32Array(2 * crossX.length), row = new Int32Array(2 * crossRow.length);
    x.set(crossX); row.set(crossRow);
    crossX = x; crossRow = row;
  }

  // ids[row * w + column] = unit + 1, 0 where there is none. view: {w, h, k, x, y}, screen = k * base + (x, y).
  S.raster = function (g, view, ids) {
    const { w, h } = view, out = ids && ids.length === w * h ? ids.fill(0) : new Int32Array(w * h);
    const starts = new Int32Array(h + 1), sorted = [];
    for (let u = 0; u < g.n; u++)
      if (g.hasRings(u)) fillUnit(g, view, out, u, starts, sorted);
    for (let u = 0; u < g.n; u++)
      if (!g.hasRings(u) && g.placed(u)) stamp(view, out, u + 1, view.k * g.x[u] + view.x, view.k * g.y[u] + view.y, S.dotRadius(g, view));
    return out;
  };
  // Dots grow with the root of the zoom, so that they part.
  S.dotRadius = (g, view) => g.radius * Math.sqrt(Math.max(1, view.zoom || 1)) * Math.min(1.4, Math.max(0.55, (view.fit || 1)));

  function fillUnit(g, view, out, u, starts, sorted) {
    const { w, h, k } = view, low = Math.ceil(k * g.box[4 * u + 1] + view.y - 0.5);
    const high = Math.ceil(k * g.box[4 * u + 3] + view.y - 0.5) - 1;
    const r0 = Math.max(0, low), r1 = Math.min(h - 1, high);
    if (r1 < r0 || k * g.box[4 * u] + view.x > w || k * g.box[4 * u + 2] + view.x < 0) return;
    const n = crossings(g, view, u, r0, r1);
    // Counting sort by row.
    for (let r = r0; r <= r1 + 1; r++) starts[r] = 0;
    for (let i = 0; i < n; i++) starts[crossRow[i]]++;
    for (let r = r0, sum = 0; r <= r1; r++) { const c = starts[r]; starts[r] = sum; sum += c; }
    for (let i = 0; i < n; i++) sorted[starts[crossRow[i]]++] = crossX[i];
    for (let r = r0, from = 0; r <= r1; r++) {
      const to = starts[r];
      spans(sorted, from, to, out, r * w, w, u + 1);
      from = to;
    }
  }
  // Where the rings of u cross the middle of each row r0 .. r1.
  function crossings(g, view, u, r0, r1) {
    const { k } = view;
    let n = 0;
    for (let ring = g.ringOf[u]; ring < g.ringOf[u + 1]; ring++) {
      const from = g.pointOf[ring], to = g.pointOf[ring + 1];
      let xa = k * g.px[to - 1] + view.x, ya = k * g.py[to - 1] + view.y - 0.5;
      for (let p = from; p < to; p++) {
        const xb = k * g.px[p] + view.x, yb = k * g.py[p] + view.y - 0.5;
        if (ya !== yb) {
          const top = ya < yb ? ya : yb, bottom = ya < yb ? yb : ya;
          const first = Math.max(r0, Math.ceil(top)), last = Math.min(r1, Math.ceil(bottom) - 1);
          const slope = (xb - xa) / (yb - ya);
          for (let r = first; r <= last; r++) {
            if (n === crossX.length) grow();
            crossX[n] = xa + (r - ya) * slope;
            crossRow[n++] = r;
          }
        }
        xa = xb; ya = yb;
      }
    }
    return n;
  }
  function spans(x, from, to, out, row, w, id) {
    // A row is crossed a few times: insertion is the fastest sort.
    for (let i = from + 1; i < to; i++) {
      const v = x[i];
      let j = i - 1;
      while (j >= from && x[j] > v) { x[j + 1] = x[j]; j--; }
      x[j + 1] = v;
    }
    for (let i = from; i + 1 < to; i += 2) {
      const a = Math.max(0, Math.ceil(x[i] - 0.5)), b = Math.min(w, Math.ceil(x[i + 1] - 0.5));
      for (let c = a; c < b; c++) out[row + c] = id;
    }
  }
  function stamp(view, out, id, cx, cy, radius) {
    const { w, h } = view, r2 = radius * radius;
    for (let r = Math.max(0, Math.ceil(cy - radius - 0.5)); r <= Math.min(h - 1, cy + radius - 0.5); r++) {
      const half = Math.sqrt(Math.max(0, r2 - (r + 0.5 - cy) ** 2));
      const a = Math.max(0, Math.ceil(cx - half - 0.5)), b = Math.min(w, Math.ceil(cx + half - 0.5));
      for (let c = a; c < b; c++) out[r * w + c] = id;
    }
  }

  const packed = (colour) => {
    const c = d3.rgb(colour);
    return ((255 << 24) | (c.b << 16) | (c.g << 8) | c.r) >>> 0;
  };
  // The colour of each unit, twice: between the lines of the hatching, then on them. They differ only where
  // a value is missing.
  S.paints = function (view, faded) {
    const isDark = S.dark(), card = S.colour("card"), none = S.palette.missing(isDark), n = view.of.length + 1;
    const colours = view.classes.colours.map((c, i) => packed(faded.has(i) ? S.mix(c, card, 0.86) : c));
    const dim = (colour) => packed(faded.has(-1) ? S.mix(colour, card, 0.8) : colour);
    const paper = dim(none.paper), line = dim(none.line), paints = new Uint32Array(2 * n);
    for (let u = 0; u < view.of.length; u++) {
      const c = view.of[u];
      paints[u + 1] = c < 0 ? paper : colours[c];
      paints[n + u + 1] = c < 0 ? line : colours[c];
    }
    return paints;
  };
  // Which half of the paints a pixel takes; the pattern moves by one column a row, and has a period of 7.
  let halves = new Uint32Array(0);
  S.lookUp = function (ids, w, h, paints, pixels) {
    if (halves.length < w + 7) halves = new Uint32Array(w + 7);
    for (let c = 0; c < w + 7; c++) halves[c] = c % 7 < 2 ? paints.length / 2 : 0;
    for (let r = 0, p = 0; r < h; r++) {
      const shift = r % 7;
      for (let c = 0; c < w; c++, p++) pixels[p] = paints[ids[p] + halves[c + shift]];
    }
  };
})(window.S = window.S || {});
