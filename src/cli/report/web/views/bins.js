// Bins of a histogram: equally wide, in logarithms where the quantity is logarithmic, and the same in all
// periods, so that a shape that moves is seen to move. Of a distribution with long tails the
// outermost thousandths are in the outermost bins.
(function (S) {
  "use strict";

  const MOST = 40;

  const SAMPLE = 200000; // values that tell where the tails of a distribution begin

  // {lo, hi, above (least value above zero), zeros (share of values that are not), sample (sorted)} of the
  // values of all periods; null without any. Of millions every k-th is sorted: the ends are exact.
  function survey(values) {
    const every = Math.max(1, Math.ceil(values.length / SAMPLE)), sample = new Float64Array(Math.ceil(values.length / every));
    let lo = Infinity, hi = -Infinity, above = Infinity, n = 0, zeros = 0, m = 0;
    for (let i = 0; i < values.length; i++) {
      const v = values[i];
      if (!Number.isFinite(v)) continue;
      n++;
      if (v < lo) lo = v;
      if (v > hi) hi = v;
      if (v <= 0) zeros++;
      else if (v < above) above = v;
      if (i % every === 0) sample[m++] = v;
    }
    return n ? {lo, hi, above, zeros: zeros / n, sample: sample.subarray(0, m).sort()} : null;
  }
  // Logarithmic: what is declared so, where few values have no logarithm; and what is above zero and so
  // uneven that the axis would show one bar.
  function isLog(column, seen) {
    const uneven = seen.lo > 0 && at(seen.sample, 0.95) > 100 * at(seen.sample, 0.05);
    return (Boolean(column.variable.log) && seen.hi > 0 && seen.zeros < 0.05) || uneven;
  }
  const at = (all, p) => all[Math.min(all.length - 1, Math.floor(p * all.length))];

  // Nothing of a distribution is cut unless its ends are far from nearly all of it: `reach` of the width
  // of that beyond it.
  function span(all, lo, hi, log, reach) {
    if (!all.length) return [lo, hi];
    const f = log ? Math.log : (v) => v, low = at(all, 0.001), high = at(all, 0.999), wide = f(high) - f(low);
    return [f(low) - f(lo) > reach * wide ? low : lo, f(hi) - f(high) > reach * wide ? high : hi];
  }

  // {n, edges (n + 1 of them), of(v) -> bin or -1, log, lo, hi (the ends of all values)}; null without values.
  function make(column) {
    const seen = survey(column.values);
    if (!seen) return null;
    const {lo, hi} = seen;
    // Zeros are in the first bin of a logarithmic axis.
    const log = isLog(column, seen);
    const all = log ? seen.sample.subarray(S.bisectRight(seen.sample, 0)) : seen.sample;
    let [from, to] = span(all, log ? seen.above : lo, hi, log, log ? 0.5 : 0.15);
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
    const seen = survey(column.values);
    if (!seen) return {lo: 0, hi: 1, log: false};
    const log = seen.lo > 0 && isLog(column, seen), [lo, hi] = span(seen.sample, seen.lo, seen.hi, log, log ? 2 : 0.5);
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
