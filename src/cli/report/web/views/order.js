// The order of the rows of the table of units: by a column, missing values last whichever way round,
// what is selected first, and only what is looked for.
(function (S) {
  "use strict";

  const order = {};
  S.order = order;

  // d3's bisectors ask a function for each step; of numbers in a typed array that is half the time.
  S.bisectLeft = function (sorted, v) {
    let lo = 0, hi = sorted.length;
    while (lo < hi) {
      const mid = (lo + hi) >>> 1;
      if (sorted[mid] < v) lo = mid + 1; else hi = mid;
    }
    return lo;
  };
  S.bisectRight = function (sorted, v) {
    let lo = 0, hi = sorted.length;
    while (lo < hi) {
      const mid = (lo + hi) >>> 1;
      if (sorted[mid] <= v) lo = mid + 1; else hi = mid;
    }
    return lo;
  };

  // Position of each text among all in the order of the language; computed once for a list.
  function textRanks(texts) {
    const collator = new Intl.Collator(S.language() === "zh" ? "zh" : "en", {numeric: true, sensitivity: "base"});
    const by = Array.from(texts.keys()).sort((a, b) => collator.compare(texts[a], texts[b]) || a - b);
    const ranks = new Float64Array(texts.length);
    by.forEach((index, at) => { ranks[index] = texts[index] === "" ? NaN : at; });
    return ranks;
  }
  const kept = new Map();
  order.texts = function (name, make) {
    const key = name + "\n" + S.language();
    if (!kept.has(key)) kept.set(key, textRanks(make()));
    return kept.get(key);
  };

  // The values that there are, sorted. Typed arrays sort natively; a place in the order is then a search.
  function sortedOf(keys, units) {
    const all = new Float64Array(units.length);
    let m = 0;
    for (const u of units) if (keys[u] === keys[u]) all[m++] = keys[u];
    return all.subarray(0, m).sort();
  }

  // Ranks of values, the greatest first; equal values share the better one. NaN has none.
  order.ranks = function (values) {
    const n = values.length, out = new Float64Array(n).fill(NaN), all = new Float64Array(n);
    let m = 0;
    for (let u = 0; u < n; u++) if (values[u] === values[u]) all[m++] = values[u];
    const sorted = all.subarray(0, m).sort();
    for (let u = 0; u < n; u++)
      if (values[u] === values[u]) out[u] = m - S.bisectRight(sorted, values[u]) + 1;
    return out;
  };

  // Units in order: keys[unit] up or down, equal ones by code, missing last; units in `first` before all
  // others.
  order.rows = function (keys, down, units, first) {
    const sorted = sortedOf(keys, units), m = sorted.length, out = new Uint32Array(units.length);
    const taken = new Uint32Array(m);
    let missing = m;
    for (const u of units) {
      const v = keys[u];
      if (v !== v) { out[missing++] = u; continue; }
      const at = down ? m - S.bisectRight(sorted, v) : S.bisectLeft(sorted, v);
      out[at + taken[at]++] = u;
    }
    if (!first.size) return out;
    const chosen = out.filter((u) => first.has(u)), rest = out.filter((u) => !first.has(u));
    out.set(chosen);
    out.set(rest, chosen.length);
    return out;
  };

  // ---- what is looked for ------------------------------------------------------------------------

  // Without case and accents: "dona ana" finds Doña Ana.
  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  let texts = null;
  order.matching = function (wanted) {
    const n = S.manifest.n, all = new Uint32Array(n);
    const words = fold(wanted || "").split(/[\s,]+/).filter(Boolean);
    if (words.length && !texts)
      texts = Array.from({length: n}, (x, u) =>
        fold([S.unitNames && S.unitNames[u], S.unitNamesZh && S.unitNamesZh[u], S.code(u)].filter(Boolean).join(" ")));
    let m = 0;
    for (let u = 0; u < n; u++) if (words.every((word) => texts[u].includes(word))) all[m++] = u;
    return all.subarray(0, m);
  };
})(window.S = window.S || {});
