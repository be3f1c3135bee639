// From a column to classes: which rules a quantity allows, its breaks or names, colours, labels, counts; and
// S.view, the column and classes of the present state, made ready before any view is told.
(function (S) {
  "use strict";
  const hasNames = (v) => Boolean(v.classes) || v.palette === "categories";
  const isRatio = (v) => v.palette === "diverging" && v.centre === 1;

  // Rules a quantity allows, its default first.
  S.rulesOf = function (v) {
    if (hasNames(v)) return ["own"];
    const steps = ["quantile", "equal", "natural"];
    return isRatio(v) ? ["ratio", ...steps] : steps;
  };

  // The values of all periods, or of one, sorted, without the missing.
  function sortedOf(column, row) {
    const values = row < 0 ? column.values : column.values.subarray(row * column.n, (row + 1) * column.n);
    const out = new Float64Array(values.length);
    let n = 0;
    for (let i = 0; i < values.length; i++) if (values[i] === values[i]) out[n++] = values[i];
    return out.subarray(0, n).sort();
  }

  function steps(column, rule, k, row, isDark) {
    const v = column.variable, sorted = sortedOf(column, row), few = fewWhole(sorted);
    const breaks = few ? few.slice(1) : S.breaks(rule, sorted, k, v.log), count = breaks.length + 1;
    // Of whole numbers the centre is a class of its own, not a break.
    const colours = v.palette === "diverging" ? S.palette.diverging(few ? breaks.map((b) => b - 0.5) : breaks, v.centre || 0, isDark)
      : S.palette.sequential(count, isDark);
    const n = sorted.length;
    return { rule, breaks, k: count, colours, names: null, whole: Boolean(few), of: (x) => (x === x ? S.classAt(breaks, x) : -1),
      label(i) {
        if (!n) return "–";
        if (few) return S.brief(few[i], v);
        if (count === 1) return range(v, sorted[0], sorted[n - 1]);
        if (v.integer) return whole(v, i ? breaks[i - 1] : sorted[0], i < count - 1 ? Math.ceil(breaks[i]) - 1 : sorted[n - 1]);
        if (i === 0) return S.t("below", { v: S.brief(breaks[0], v) });
        if (i === count - 1) return S.t("above", { v: S.brief(breaks[count - 2], v) });
        return range(v, breaks[i - 1], breaks[i]);
      } };
  }
  // Nine whole numbers or fewer are a class each, whatever the rule.
  function fewWhole(sorted) {
    const out = [];
    for (const x of sorted) {
      if (!Number.isInteger(x)) return null;
      if (out.length && out[out.length - 1] === x) continue;
      if (out.length === 9) return null;
      out.push(x);
    }
    return out.length > 1 ? out : null;
  }
  const range = (v, a, b) => (a === b ? S.brief(a, v) : S.t("between", { a: S.brief(a, v), b: S.brief(b, v) }));
  // Whole numbers are named by the first and the last of a class: "1", "2 – 4".
  const whole = (v, a, b) => range(v, Math.ceil(a), b);
  // Declared names; or, where categories have none, the eight commonest values and the others.
  function named(column, isDark) {
    const v = column.variable;
    if (v.classes) {
      const { first, names } = v.classes, k = names.length;
      const colours = v.palette === "sequential" ? S.palette.sequential(k, isDark)
        : v.palette === "diverging" ? S.palette.diverging(Array.from({ length: k - 1 }, (x, i) => i + 1), k / 2, isDark)
          : S.palette.named(names.map((name) => (name && name.en) || name), isDark);
      return { rule: "own", breaks: names.slice(1).map((x, i) => first + i + 1), k, colours, names, label: (i) => S.pick(names[i]),
        of: (x) => (x === x && x >= first && x < first + k ? Math.floor(x - first) : -1) };
    }
    const times = new Map();
    for (const x of column.values) if (x === x) times.set(x, (times.get(x) || 0) + 1);
    const common = [...times.keys()].sort((a, b) => times.get(b) - times.get(a) || a - b);
    const own = common.slice(0, 8).sort((a, b) => a - b), more = common.length > own.length;
    const at = new Map(own.map((x, i) => [x, i])), k = Math.max(1, own.length + (more ? 1 : 0));
    // What the numbers are, where the title says it.
    const said = (x) => ((S.cards && S.cards.codes(v)) || new Map()).get(x); // in the language of now
    // Zero without a name is nobody's category.
    const hues = S.palette.categories(own.length, isDark);
    const colours = own.map((x) => (x === 0 ? S.palette.others(isDark) : hues.shift()));
    if (more || !own.length) colours.push(S.palette.others(isDark));
    return { rule: "own", breaks: [], k, colours, names: own, label: (i) => (i < own.length ? said(own[i]) || S.number(own[i], v) : S.t("others")),
      of: (x) => (x !== x ? -1 : at.has(x) ? at.get(x) : own.length) };
  }

  const kept = new Map();
  function classesOf(column, rule, k, fix, t) {
    const isDark = S.dark(), own = rule === "own";
    const row = fix || own || column.timeless ? -1 : column.row(t);
    const name = [column.key, rule, own || rule === "ratio" ? "" : k, row, isDark].join("\n");
    if (!kept.has(name)) {
      if (kept.size > 200) kept.clear();
      const c = own ? named(column, isDark) : steps(column, rule, k, row, isDark);
      c.fixed = row < 0;
      c.categories = c.names !== null;
      kept.set(name, c);
    }
    return kept.get(name);
  }
  const ruleFor = (v, wanted) => (S.rulesOf(v).includes(wanted) ? wanted : S.rulesOf(v)[0]);

  // Classes of any quantity under the present choices, with counts by period.
  S.classify = async function (key) {
    const column = await S.column(key), s = S.state;
    const at = (t) => classesOf(column, ruleFor(column.variable, s.c), s.k, s.fix, t);
    const c = at(s.t);
    return { ...c, column, at, counts: (t) => countsOf(column, at(t), t).counts, missing: (t) => countsOf(column, at(t), t).missing };
  };
  function countsOf(column, classes, t) {
    const counts = new Uint32Array(classes.k), of = new Int16Array(column.n).fill(-1);
    const row = column.row(t) * column.n;
    let missing = 0;
    for (let u = 0; u < column.n; u++) {
      const c = row < 0 ? -1 : classes.of(column.values[row + u]);
      if (c < 0) missing++;
      else { counts[c]++; of[u] = c; }
    }
    return { counts, of, missing };
  }

  S.view = null;
  function look(column) {
    const s = S.state, classes = classesOf(column, s.c, s.k, s.fix, s.t);
    const row = column.row(s.t), values = row < 0 ? new Float64Array(column.n).fill(NaN)
      : column.values.subarray(row * column.n, (row + 1) * column.n);
    S.view = { key: column.key, quantity: column.quantity, variable: column.variable, column, t: s.t, row, values,
      classes, ...countsOf(column, classes, s.t) };
  }
  // Called by state.js before it tells the views. A slider step needs no promise: the column is there.
  const concerned = ["q", "t", "c", "k", "fix", "d"];
  let last = null;
  S.prepare = function (state, keys) {
    if (!concerned.some((key) => keys.has(key)) || !S.quantity(state.q)) return null;
    const ready = S.columnNow(state.q);
    const then = (column) => {
      const v = column.variable, wasDefault = !last || state.c === S.rulesOf(last)[0];
      const rule = keys.has("q") && !keys.has("c") && wasDefault ? S.rulesOf(v)[0] : ruleFor(v, state.c);
      if (rule !== state.c) { state.c = rule; keys.add("c"); }
      const t = column.nearest(state.t);
      if (t !== state.t) { state.t = t; keys.add("t"); }
      last = v;
      look(column);
    };
    return ready ? then(ready) : S.column(state.q).then(then);
  };
  // Rank of a unit among those with a value, the greatest first; equal values share the better rank.
  S.rankOf = function (unit) {
    const { values } = S.view, v = values[unit];
    let above = 0, n = 0;
    for (let u = 0; u < values.length; u++) if (values[u] === values[u]) { n++; if (values[u] > v) above++; }
    return { rank: v === v ? above + 1 : NaN, n };
  };
})(window.S = window.S || {});
