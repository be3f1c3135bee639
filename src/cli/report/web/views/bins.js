// Bins of a histogram: equally wide, in logarithms where the quantity is logarithmic, and the same in all
// periods, so that a shape that moves is seen to move. The outermost hundredths of a distribution
// with long tails are in the outermost bins.
(function (S) {
  "use strict";

  const MOST = 40;

  function sorted(values) {
    const all = new Float64Array(values.length);
    let n = 0;
    for (const v of values) if (Number.isFinite(v)) all[n++] = v;
    return all.subarray(0, n).sort();
  }
  const at = (all, p) => all[Math.min(all.length - 1, Math.floor(p * all.length))];

  // Nothing of a distribution is cut unless its ends are far from nearly all of it: `reach` of the width
  // of that beyond it.
  function span(all, log, reach) {
    const f = log ? Math.log : (v) => v, lo = all[0], hi = all[all.length - 1];
    const low = at(all, 0.005), high = at(all, 0.995), wide = f(high) - f(low);
    return [f(low) - f(lo) > reach * wide ? low : lo, f(hi) - f(high) > reach * wide ? high : hi];
  }

  // {n, edges (n + 1 of them), of(v) -> bin or -1, log, lo, hi (the ends of all values)}; null without values.
  function make(column) {
    let all = sorted(column.values);
    if (!all.length) return null;
    const lo = all[0], hi = all[all.length - 1];
    const firstAbove = all.findIndex((v) => v > 0);
    // Zeros have no logarithm: where they are few the axis is logarithmic all the same, and they are
    // in its first bin.
    const log = column.variable.log && firstAbove >= 0 && firstAbove < all.length * 0.05;
    if (log) all = all.subarray(firstAbove);
    let [from, to] = span(all, log, log ? 1 : 0.2);
    if (column.variable.integer && to - from < MOST) return ofIntegers(from, to, lo, hi);
    if (from === to) {
      const about = Math.abs(from) / 20 || 0.5;
      from -= about;
      to += about;
    }
    const f = log ? Math.log10 : (v) => v, back = log ? (v) => Math.pow(10, v) : (v) => v;
    const n = Math.max(8, Math.min(MOST, Math.ceil(Math.sqrt(column.n))));
    const low = f(from), step = (f(to) - low) / n;
    const edges = Float64Array.from({length: n + 1}, (x, i) => back(low + i * step));
    edges[0] = from;
    edges[n] = to;
    const of = (v) => (v !== v ? -1 : log && v <= 0 ? 0 : Math.max(0, Math.min(n - 1, Math.floor((f(v) - low) / step))));
    return {n, edges, of, log, lo, hi, whole: false};
  }

  // Whole numbers that are few have a bin each, about themselves.
  function ofIntegers(from, to, lo, hi) {
    const n = to - from + 1, edges = Float64Array.from({length: n + 1}, (x, i) => from - 0.5 + i);
    return {n, edges, log: false, lo, hi, whole: true,
      of: (v) => (v !== v ? -1 : Math.max(0, Math.min(n - 1, Math.round(v) - from)))};
  }

  // Counts of a row of values, and the greatest count of any period.
  function count(bins, values) {
    const counts = new Uint32Array(bins.n);
    for (let u = 0; u < values.length; u++) {
      const b = bins.of(values[u]);
      if (b >= 0) counts[b]++;
    }
    return counts;
  }

  // The domain of an axis on which single units are seen: more of the tails than in bars.
  S.domain = function (column) {
    const all = sorted(column.values);
    if (!all.length) return {lo: 0, hi: 1, log: false};
    const log = column.variable.log && all[0] > 0, [lo, hi] = span(all, log, log ? 3 : 0.8);
    return {lo, hi, log};
  };

  const kept = new Map();
  S.bins = function (column) {
    if (!kept.has(column.key)) {
      const bins = make(column);
      if (bins) {
        const rows = Array.from({length: column.T}, (x, r) =>
          count(bins, column.values.subarray(r * column.n, (r + 1) * column.n)));
        bins.first = rows[0];
        bins.most = Math.max(1, ...rows.map((row) => Math.max(...row)));
      }
      kept.set(column.key, bins);
    }
    return kept.get(column.key);
  };
})(window.S = window.S || {});
