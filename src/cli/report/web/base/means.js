// Means over units by period: of the nation and of each group. Where the page does not hold all
// periods of a quantity, the C side wrote them (manifest.means).
(function (S) {
  "use strict";
  const kept = new Map();
  const once = (key, f) => {
    if (!kept.has(key)) kept.set(key, f());
    return kept.get(key);
  };

  S.nation = (key) => once(key, async function () {
    const c = await S.column(key), written = S.manifest.means && S.manifest.means[key];
    const T = S.manifest.periods.length;
    if (written && written.nation) {
      const mean = await S.numbersOf(written.nation);
      const n = written.n ? await S.numbersOf(written.n) : new Float64Array(mean.length).fill(NaN);
      return { mean, n, times: everyPeriod(c, mean.length) };
    }
    const mean = new Float64Array(T).fill(NaN), n = new Float64Array(T);
    for (const t of c.times) {
      const row = c.row(t) * c.n;
      let sum = 0, count = 0;
      for (let u = 0; u < c.n; u++) {
        const v = c.values[row + u];
        if (v === v) { sum += v; count++; }
      }
      mean[t] = count ? sum / count : NaN;
      n[t] = count;
    }
    return { mean, n, times: c.times };
  });
  const everyPeriod = (c, length) =>
    length === c.times.length ? c.times : Array.from({ length }, (x, t) => t);

  // values[label * T + t], n alike; T is the number of all periods.
  S.groupMeans = (key, name) => once(key + "\n" + name, async function () {
    const c = await S.column(key), g = S.group(name), T = S.manifest.periods.length, L = g.labels.length;
    const written = S.manifest.means && S.manifest.means[key];
    if (written && written.groups && written.groups[name]) {
      const values = await S.numbersOf(written.groups[name]);
      return { labels: g.labels, values, n: new Float64Array(values.length).fill(NaN),
        times: everyPeriod(c, values.length / L) };
    }
    const values = new Float64Array(L * T), n = new Float64Array(L * T);
    for (const t of c.times) {
      const row = c.row(t) * c.n;
      for (let u = 0; u < c.n; u++) {
        const v = c.values[row + u], at = g.of[u] * T + t;
        if (v === v && g.of[u] < L) { values[at] += v; n[at]++; }
      }
    }
    for (let i = 0; i < values.length; i++) values[i] = n[i] ? values[i] / n[i] : NaN;
    return { labels: g.labels, values, n, times: c.times };
  });
})(window.S = window.S || {});
