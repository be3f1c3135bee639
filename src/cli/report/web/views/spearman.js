// Spearman's rank correlation of two rows of values over the units that have both; equal values share the
// mean of their ranks.
(function (S) {
  "use strict";

  // Ranks from a sorted copy: typed arrays sort natively, many times faster than by a comparison in
  // JavaScript, and a search in the copy tells how many values are below and not above.
  function ranks(values) {
    const sorted = values.slice().sort(), out = new Float64Array(values.length);
    for (let i = 0; i < values.length; i++)
      out[i] = (S.bisectLeft(sorted, values[i]) + S.bisectRight(sorted, values[i]) + 1) / 2;
    return out;
  }

  // {rho, n}; rho is NaN of fewer than three units, or where one of both has a single value.
  S.spearman = function (x, y) {
    const a = new Float64Array(x.length), b = new Float64Array(x.length);
    let n = 0;
    for (let u = 0; u < x.length; u++)
      if (Number.isFinite(x[u]) && Number.isFinite(y[u])) {
        a[n] = x[u];
        b[n++] = y[u];
      }
    if (n < 3) return {rho: NaN, n};
    const p = ranks(a.subarray(0, n)), q = ranks(b.subarray(0, n)), mean = (n + 1) / 2;
    let pq = 0, pp = 0, qq = 0;
    for (let i = 0; i < n; i++) {
      pq += (p[i] - mean) * (q[i] - mean);
      pp += (p[i] - mean) * (p[i] - mean);
      qq += (q[i] - mean) * (q[i] - mean);
    }
    return {rho: pp > 0 && qq > 0 ? pq / Math.sqrt(pp * qq) : NaN, n};
  };
})(window.S = window.S || {});
