// Where classes begin. A value belongs to class i where i breaks are not above it. Breaks that are equal
// merge, and one that no value lies below is dropped, so that no class is empty by construction.
(function (S) {
  "use strict";
  function distinct(breaks, sorted) {
    const out = [];
    for (const b of breaks)
      if (Number.isFinite(b) && b > sorted[0] && (!out.length || b > out[out.length - 1])) out.push(b);
    return out;
  }
  const quantileAt = (sorted, p) => {
    const at = (sorted.length - 1) * p, low = Math.floor(at);
    if (low + 1 >= sorted.length) return sorted[low];
    return sorted[low] + (at - low) * (sorted[low + 1] - sorted[low]);
  };

  const SAMPLE = 400; // quantiles that natural breaks are of
  const rules = {
    quantile: (sorted, k) => Array.from({ length: k - 1 }, (x, i) => quantileAt(sorted, (i + 1) / k)),
    equal(sorted, k, log) {
      const low = sorted[0], high = sorted[sorted.length - 1];
      if (log && high > 0) {
        // A zero has no logarithm: it is of the lowest class.
        const a = Math.log(sorted.find((v) => v > 0)), b = Math.log(high);
        return Array.from({ length: k - 1 }, (x, i) => Math.exp(a + ((b - a) * (i + 1)) / k));
      }
      return Array.from({ length: k - 1 }, (x, i) => low + ((high - low) * (i + 1)) / k);
    },
    ratio: () => [1 / 4, 1 / 2, 4 / 5, 5 / 4, 2, 4],
    natural(sorted, k) {
      return fisher(Array.from({ length: SAMPLE }, (x, i) => quantileAt(sorted, i / (SAMPLE - 1))), k);
    },
  };

  // Fisher's grouping of sorted values for least squares within k classes, by dynamic programming;
  // gives the first value of each class but the lowest.
  function fisher(x, k) {
    const n = x.length, sum = new Float64Array(n + 1), square = new Float64Array(n + 1);
    // About the middle, so that the squares of large values keep their digits.
    const middle = x[n >> 1];
    for (let i = 0; i < n; i++) {
      const d = x[i] - middle;
      sum[i + 1] = sum[i] + d;
      square[i + 1] = square[i] + d * d;
    }
    const spread = (a, b) => {
      const s = sum[b] - sum[a];
      return square[b] - square[a] - (s * s) / (b - a);
    };
    const classes = Math.min(k, n);
    let cost = Float64Array.from({ length: n + 1 }, (y, b) => (b ? spread(0, b) : 0));
    const cut = [];
    for (let c = 2; c <= classes; c++) {
      const next = new Float64Array(n + 1).fill(Infinity), from = new Int32Array(n + 1);
      for (let b = c; b <= n; b++)
        for (let a = c - 1; a < b; a++) {
          const total = cost[a] + spread(a, b);
          if (total < next[b]) { next[b] = total; from[b] = a; }
        }
      cut.push(from);
      cost = next;
    }
    const breaks = [];
    for (let c = cut.length - 1, b = n; c >= 0; c--) { b = cut[c][b]; breaks.unshift(x[b]); }
    return breaks;
  }

  S.breaks = (rule, sorted, k, log) =>
    (sorted.length ? distinct(rules[rule](sorted, k, log), sorted) : []);
  // Number of breaks that are not above v.
  S.classAt = function (breaks, v) {
    let low = 0, high = breaks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (breaks[middle] <= v) low = middle + 1; else high = middle;
    }
    return low;
  };
})(window.S = window.S || {});
