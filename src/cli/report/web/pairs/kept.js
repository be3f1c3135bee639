// The kept pairs of a result, as the page holds them: at most k partners of each unit, in the
// result's own order. What a unit receives is the transpose, made once for each period.
(function (S) {
  "use strict";

  const KEEP_PERIODS = 4; /* transposes held at once: a slider goes back and forth */
  const made = new Map();

  // The place in a list of periods (ascending indices) that is nearest to t, the earlier of two.
  function nearest(times, t) {
    let row = 0;
    for (let i = 1; i < times.length; i++) if (Math.abs(times[i] - t) < Math.abs(times[row] - t)) row = i;
    return row;
  }

  // Where the page's period t is on the result's own axis of time, or the nearest that it has. The
  // page of a large study has partners of its last periods alone.
  function period(entry, t) {
    const axis = entry.dims_time ? S.manifest.axes[entry.dims_time] : null;
    if (!axis) return {row: 0, t: null, exact: true, label: ""};
    const at = axis.at || axis.labels.map((_, i) => i), row = nearest(at, t);
    return {row, t: at[row], exact: at[row] === t, label: axis.labels[row]};
  }

  // The row of an array over time that is shown: sums may have periods that the partners have not.
  function rowOf(id, t) {
    const times = S.timesOf(S.variable(id));
    return times && times.length ? nearest(times, t) : 0;
  }

  const magnitude = {
    largest: (v) => v,
    absolute: (v) => Math.abs(v),
    smallest: (v) => -v,
  };

  // How strong a value is: what partners are ordered by.
  function strength(entry) {
    return magnitude[entry.by] || magnitude.largest;
  }

  // Who keeps whom: for each unit the places of its senders, by counting.
  function transpose(n, k, partner, off, none) {
    const start = new Uint32Array(n + 1);
    for (let i = 0; i < n * k; i++) {
      const p = partner[off + i];
      if (p !== none && p < n) start[p + 1]++;
    }
    for (let u = 0; u < n; u++) start[u + 1] += start[u];
    const fill = start.slice(0, n), place = new Uint32Array(start[n]);
    for (let i = 0; i < n * k; i++) {
      const p = partner[off + i];
      if (p !== none && p < n) place[fill[p]++] = i;
    }
    return {start, place};
  }

  // How many units each is the first partner of; the units with any, most first.
  function centres(n, k, partner, off, none) {
    const count = new Uint32Array(n);
    let units = 0;
    for (let u = 0; u < n; u++) {
      const p = partner[off + u * k];
      if (p !== none && p < n) count[p]++, units++;
    }
    const list = [];
    for (let u = 0; u < n; u++) if (count[u]) list.push(u);
    list.sort((a, b) => count[b] - count[a] || a - b);
    return {count, list, units};
  }

  // {row, sends(u), receives(u), first(u), centres()}: pairs are {unit, value}, strongest first.
  async function kept(entry, t) {
    const {row} = period(entry, t), key = entry.quantity + "@" + row;
    if (made.has(key)) return made.get(key);
    const [partner, value] = await Promise.all([S.data(entry.partner), S.data(entry.value)]);
    const n = S.manifest.n, k = entry.k, off = row * n * k, none = partner.none, size = strength(entry);
    const view = {row, k}, all = entry.row_kept ? await S.data(entry.row_kept) : null;
    // How many pairs the file keeps of a unit's row, where these may be more than the page has.
    view.kept = (u) => (all && all[row * n + u] !== all.none ? all[row * n + u] : null);
    let turned = null, first = null;
    view.sends = (u) => {
      const list = [];
      for (let r = 0; r < k; r++) {
        const i = off + u * k + r;
        if (partner[i] === none || partner[i] >= n) break;
        list.push({unit: partner[i], value: value[i]});
      }
      return list;
    };
    view.receives = (u) => {
      turned = turned || transpose(n, k, partner, off, none);
      const list = [];
      for (let i = turned.start[u]; i < turned.start[u + 1]; i++)
        list.push({unit: Math.floor(turned.place[i] / k), value: value[off + turned.place[i]]});
      return list.sort((a, b) => size(b.value) - size(a.value) || a.unit - b.unit);
    };
    view.first = (u) => {
      const p = partner[off + u * k];
      return p === none || p >= n ? null : {unit: p, value: value[off + u * k]};
    };
    view.centres = () => first || (first = centres(n, k, partner, off, none));
    made.set(key, view);
    if (made.size > KEEP_PERIODS) made.delete(made.keys().next().value);
    return view;
  }

  // What a unit sends (or receives) to all others, not only to those kept; NaN where unknown.
  async function strengths(entry, t, mode) {
    const id = mode === "receives" ? entry.in_strength : entry.out_strength;
    if (!id || !S.quantity(id)) return null;
    const column = await S.column(id);
    const at = entry.partner ? period(entry, t).t : column.nearest(t), row = column.timeless ? 0 : column.row(at);
    return row < 0 ? null : (u) => column.values[row * column.n + u];
  }

  // The unit to show where none is selected: that with the greatest strength, or with the strongest
  // first partner where no strengths are known.
  async function strongest(entry, t, mode) {
    const sum = await strengths(entry, t, mode), size = strength(entry);
    const view = sum || !entry.partner ? null : await kept(entry, t);
    let best = -1, most = -Infinity;
    for (let u = 0; u < S.manifest.n; u++) {
      const first = view && view.first(u);
      const v = sum ? size(sum(u)) : first ? size(first.value) : NaN;
      if (v > most) most = v, best = u;
    }
    return best < 0 ? null : best;
  }

  // Whether a share of the strength means anything: sums of values that are all of one sign.
  function shares(entry) {
    return entry.by !== "absolute" && entry.by !== "smallest" && !(entry.palette === "diverging");
  }

  S.kept = {period, rowOf, of: kept, strengths, strongest, shares, strength};
})(window.S = window.S || {});
