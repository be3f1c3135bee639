// Sums of pairs by group: read, ordered, classed. No drawing here.
(function (S) {
  "use strict";

  const CLASSES = 8, SAMPLE = 200000;

  // Of each label of the group: to which label of the other it belongs; null where it is cut by it.
  async function nested(fine, coarse) {
    const [a, b] = await Promise.all([S.data(fine.block), S.data(coarse.block)]);
    const of = new Int32Array(fine.labels.length).fill(-1);
    for (let u = 0; u < a.length; u++) {
      if (a[u] >= fine.labels.length) continue;
      if (b[u] >= coarse.labels.length) return null;
      if (of[a[u]] === -1) of[a[u]] = b[u];
      else if (of[a[u]] !== b[u]) return null;
    }
    return of;
  }

  // The group with the fewest labels (two at least) that this one nests in: what the matrix is
  // ordered by first. Not one that leaves a rest: that is no region.
  async function coarser(fine) {
    const wider = S.manifest.groups
      .filter((g) => g !== fine && g.labels.length > 1 && g.labels.length * 1.5 < fine.labels.length)
      .sort((a, b) => a.labels.length - b.labels.length);
    for (const group of wider) {
      const of = await nested(fine, group);
      if (of) return {group, of};
    }
    return null;
  }

  // Sums over the other axis and all periods; undefined sums are left out.
  function totals(sums, L, T) {
    const out = new Float64Array(L);
    for (let i = 0, at = 0; i < T; i++)
      for (let a = 0; a < L; a++)
        for (let b = 0; b < L; b++, at++) {
          const v = sums[at];
          if (v === v) out[a] += v, out[b] += v;
        }
    return out;
  }

  // By the coarser group, then by strength; both descend, ties by label.
  function order(labels, weight, coarse) {
    const list = labels.map((_, i) => i), by = new Map();
    if (coarse) list.forEach((i) => by.set(coarse.of[i], (by.get(coarse.of[i]) || 0) + weight[i]));
    const outer = (i) => (coarse ? by.get(coarse.of[i]) : 0);
    return list.sort((a, b) => outer(b) - outer(a) || (coarse ? coarse.of[a] - coarse.of[b] : 0) ||
      weight[b] - weight[a] || a - b);
  }

  // Runs of one label of the coarser group in the order.
  function runs(list, coarse) {
    const out = [];
    list.forEach((i, place) => {
      const label = coarse.of[i], last = out[out.length - 1];
      if (last && last.label === label) last.count++;
      else out.push({label, from: place, count: 1});
    });
    return out;
  }

  // The sums of an entry whose study asked for them.
  async function read(entry) {
    const sum = await S.array(entry.blocks.sum);
    const count = entry.blocks.count ? await S.array(entry.blocks.count) : null;
    const labels = sum.dims[sum.dims.length - 1].labels, L = labels.length;
    const T = sum.dims.length > 2 ? sum.dims[0].length : 1;
    const group = S.group(entry.blocks.group) || null;
    // The block axis may have its labels in another order than the group of the units.
    const rest = group ? group.labels.length : -1;
    const place = group ? labels.map((l) => (l === "" ? rest : group.labels.indexOf(l))) : labels.map((_, i) => i);
    let coarse = group ? await coarser(group) : null;
    if (coarse) coarse = {group: coarse.group, of: Int32Array.from(place, (p) => coarse.of[p] ?? -1)};
    const list = order(labels, totals(sum.values, L, T), coarse);
    const periods = sum.dims.length > 2 ? sum.dims[0].labels : [""];
    return {entry, periods, labels, L, T, group, place, coarse, order: list, runs: coarse ? runs(list, coarse) : [],
      sums: sum.values, counts: count && count.values, breaks: {}};
  }

  // null without them: not asked for, or too many groups for the page.
  const known = new Map();
  function readOnce(entry) {
    if (!entry.blocks || !S.variable(entry.blocks.sum).block) return Promise.resolve(null);
    if (!known.has(entry.quantity)) known.set(entry.quantity, read(entry));
    return known.get(entry.quantity);
  }

  // What a row sends to all groups; NaN where nothing is defined.
  function rowSum(m, t, a) {
    let sum = 0, any = false;
    for (let b = 0, at = (t * m.L + a) * m.L; b < m.L; b++, at++)
      if (m.sums[at] === m.sums[at]) sum += m.sums[at], any = true;
    return any ? sum : NaN;
  }

  // Value of a cell: total, mean over ordered pairs, share of the row. NaN: undefined, also where no
  // pair has a value.
  function cell(m, mode, t, a, b) {
    const at = (t * m.L + a) * m.L + b, v = m.sums[at], n = m.counts ? m.counts[at] : 1;
    if (v !== v || n === 0) return NaN;
    if (mode === "mean") return m.counts ? v / n : NaN;
    return mode === "share" ? v / rowSum(m, t, a) : v;
  }

  // All defined cells of the periods from t0 to t1, at most about SAMPLE of them, evenly.
  function sample(m, mode, t0, t1) {
    const step = Math.max(1, Math.floor(((t1 - t0) * m.L * m.L) / SAMPLE)), out = [];
    let skip = 0;
    for (let t = t0; t < t1; t++)
      for (let a = 0; a < m.L; a++) {
        const all = mode === "share" ? rowSum(m, t, a) : 1;
        for (let b = 0; b < m.L; b++) {
          if (skip++ % step) continue;
          const v = mode === "share" ? m.sums[(t * m.L + a) * m.L + b] / all : cell(m, mode, t, a, b);
          if (Number.isFinite(v)) out.push(v);
        }
      }
    return Float64Array.from(out).sort();
  }

  function quantile(sorted, p) {
    const x = (sorted.length - 1) * p, i = Math.floor(x);
    return i + 1 < sorted.length ? sorted[i] + (x - i) * (sorted[i + 1] - sorted[i]) : sorted[i];
  }

  // Eighths: seven breaks, equal ones merged; of all periods where classes are fixed, else of this
  // one. With values on both sides of zero four classes each, so that colour tells the sign.
  function breaks(m, mode, t, fixed) {
    const key = mode + (fixed ? "" : "@" + t);
    if (m.breaks[key]) return m.breaks[key];
    const all = fixed ? sample(m, mode, 0, m.T) : sample(m, mode, t, t + 1);
    const signed = all.length > 1 && all[0] < 0 && all[all.length - 1] > 0, found = [];
    if (signed) {
      const below = all.filter((v) => v < 0), above = all.filter((v) => v > 0);
      for (let i = 1; i < 4; i++) found.push(quantile(below, i / 4));
      found.push(0);
      for (let i = 1; i < 4; i++) found.push(quantile(above, i / 4));
    } else if (all.length) {
      for (let i = 1; i < CLASSES; i++) found.push(quantile(all, i / CLASSES));
    }
    const cut = found.filter((v, i) => (i === 0 ? signed || v > all[0] : v > found[i - 1]));
    return (m.breaks[key] = {cut, signed, any: all.length > 0});
  }

  // Class of a value: how many breaks it has reached; -1 without value.
  function classOf(cut, v) {
    if (v !== v) return -1;
    let lo = 0, hi = cut.length;
    while (lo < hi) {
      const mid = (lo + hi) >> 1;
      if (v >= cut[mid]) lo = mid + 1;
      else hi = mid;
    }
    return lo;
  }

  // Units of a label of the block axis; those without a group are its rest.
  async function unitsOf(m, a) {
    if (!m.group || m.place[a] < 0) return [];
    const of = await S.data(m.group.block), out = [];
    for (let u = 0; u < of.length; u++) if (Math.min(of[u], m.group.labels.length) === m.place[a]) out.push(u);
    return out;
  }

  S.blocks = {readOnce, rowSum, cell, breaks, classOf, unitsOf};
})(window.S = window.S || {});
