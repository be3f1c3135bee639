// The order of the rows of the table of units: by a column, missing values last whichever way round,
// what is selected first, and only what is looked for.
(function (S) {
  "use strict";

  const order = {};
  S.order = order;

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

  // Ranks of values, the greatest first; equal values share the better one. NaN has none.
  order.ranks = function (values) {
    const n = values.length, by = new Uint32Array(n), out = new Float64Array(n).fill(NaN);
    let m = 0;
    for (let u = 0; u < n; u++) if (values[u] === values[u]) by[m++] = u;
    const there = by.subarray(0, m).sort((a, b) => values[b] - values[a]);
    for (let i = 0; i < m; i++)
      out[there[i]] = i && values[there[i]] === values[there[i - 1]] ? out[there[i - 1]] : i + 1;
    return out;
  };

  // Units in order: keys[unit] up or down, then by code; units in `first` before all others.
  order.rows = function (keys, down, units, first) {
    const sign = down ? -1 : 1;
    return units.sort((a, b) => {
      const x = keys[a], y = keys[b];
      if (first.size) {
        const p = first.has(a), q = first.has(b);
        if (p !== q) return p ? -1 : 1;
      }
      if (x !== x || y !== y) return x === x ? -1 : y === y ? 1 : a - b;
      return x === y ? a - b : x < y ? -sign : sign;
    });
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
