// Beside the matrix: how much stays within groups, the strongest pairs of groups, the key of the
// cells; below, sums by ring of distance and by centre where the file has them.
(function (S) {
  "use strict";

  const ROWS = 10;

  // ---- arithmetic -------------------------------------------------------------------------------

  // {within, all} of one period; undefined sums are left out, as the file's total leaves out pairs
  // without a value.
  function stays(m, t) {
    let within = 0, all = 0;
    for (let a = 0; a < m.L; a++)
      for (let b = 0; b < m.L; b++) {
        const v = m.sums[(t * m.L + a) * m.L + b];
        if (v !== v) continue;
        all += v;
        if (a === b) within += v;
      }
    return {within, all};
  }

  // Pairs of two different groups, the strongest first: by the sum of both directions, or, where the
  // smallest is the strongest, by the mean of both.
  function between(m, t) {
    const at = (a, b) => (t * m.L + a) * m.L + b, size = S.kept.strength(m.entry), out = [];
    const mean = m.entry.by === "smallest" && m.counts;
    for (let a = 0; a < m.L; a++)
      for (let b = a + 1; b < m.L; b++) {
        const there = m.sums[at(a, b)], back = m.sums[at(b, a)], sum = (there || 0) + (back || 0);
        const both = mean ? sum / (m.counts[at(a, b)] + m.counts[at(b, a)]) : sum;
        if (both === both && (there === there || back === back)) out.push({a, b, there, back, both});
      }
    return out.sort((p, q) => size(q.both) - size(p.both) || p.a - q.a || p.b - q.b);
  }

  // ---- within and between --------------------------------------------------------------------------

  // Both names by alphabet, as in a register; with two directions the one that sends more is first.
  function names(m, p, directed) {
    const one = S.blockLabel(m.labels[p.a]), two = S.blockLabel(m.labels[p.b]);
    if (!directed) return one < two ? [one, two] : [two, one];
    return (p.there || 0) >= (p.back || 0) ? [one, two] : [two, one];
  }

  function betweenTable(m, t, list, all, directed) {
    const share = S.kept.shares(m.entry) && all > 0;
    const head = [S.h("th", {scope: "col"}, S.t("pairs.strongestBetween", {group: S.groupWord(m.entry.blocks.group)}))];
    if (directed) head.push(S.h("th", {class: "number", scope: "col"}, "→"), S.h("th", {class: "number", scope: "col"}, "←"));
    else {
      const word = m.entry.by === "smallest" && m.counts ? "pairs.both.mean" : "pairs.both";
      head.push(S.h("th", {class: "number", scope: "col"}, S.t(word)));
    }
    if (share) head.push(S.h("th", {class: "number", scope: "col"}, "%"));
    const rows = list.slice(0, ROWS).map((p) => {
      const [one, two] = names(m, p, directed), turned = directed && (p.back || 0) > (p.there || 0);
      const values = directed ? (turned ? [p.back, p.there] : [p.there, p.back]) : [p.both];
      return S.h("tr", {"data-from": m.labels[p.a], "data-to": m.labels[p.b]},
        S.h("td", {class: "who"}, S.bdi(one), directed ? " → " : " – ", S.bdi(two)),
        values.map((v) => S.h("td", {class: "number", "data-value": v}, S.short(v))),
        share && S.h("td", {class: "number"}, ((100 * p.both) / all).toFixed(2)));
    });
    return S.h("table", {class: "between"}, S.h("thead", {}, S.h("tr", {}, head)), S.h("tbody", {}, rows));
  }

  // The share that stays within a group, now and in the first period.
  function sentence(entry, m, t) {
    const {within, all} = stays(m, t);
    if (!(all > 0) || !S.kept.shares(entry)) return "";
    const values = {share: S.percent(within / all), all: S.short(all), group: S.groupWord(entry.blocks.group)};
    const first = t > 0 ? stays(m, 0) : null;
    if (!first || !(first.all > 0)) return S.t("pairs.stays", values);
    return S.t("pairs.staysSince", {...values, first: S.percent(first.within / first.all), period: S.periodWord(m.periods[0])});
  }

  async function selectPair(event) {
    const tr = event.target.closest("tr[data-from]"), m = S.within.m;
    if (!tr || !m) return;
    const sides = [tr.dataset.from, tr.dataset.to].map((l) => S.blocks.unitsOf(m, m.labels.indexOf(l)));
    S.selectAll((await Promise.all(sides)).flat(), event.shiftKey);
  }

  // ---- rings --------------------------------------------------------------------------------------

  // "0 – 100", ..., the last one "over 400".
  function ringName(axis, i, unit) {
    const text = axis.labels[i], limit = axis.values && axis.values[i];
    if (!axis.values) return text;
    const from = i ? S.short(axis.values[i - 1]) : "0";
    return (Number.isFinite(limit) ? from + " – " + S.short(limit) : S.t("pairs.over", {from})) + (unit ? " " + unit : "");
  }

  async function rings(entry, t) {
    const sum = await S.array(entry.rings.sum), count = entry.rings.count ? await S.array(entry.rings.count) : null;
    const axis = S.manifest.axes[entry.rings.axis] || sum.dims[sum.dims.length - 1], R = axis.labels.length;
    const off = sum.dims.length > 1 ? t * R : 0, v = Array.from({length: R}, (x, i) => sum.values[off + i]);
    const all = v.reduce((s, x) => s + (x || 0), 0), most = Math.max(...v.map((x) => Math.abs(x || 0))) || 1;
    const rows = v.map((x, i) => {
      const bar = S.h("i", {class: "meter ring"});
      bar.style.width = (100 * Math.abs(x || 0)) / most + "%";
      const n = count ? count.values[off + i] : NaN;
      return S.h("tr", {"data-ring": axis.labels[i]}, S.h("td", {}, ringName(axis, i, axis.unit)),
        S.h("td", {class: "number barred", "data-value": x}, S.h("span", {}, S.short(x)), S.h("span", {class: "track"}, bar)),
        S.h("td", {class: "number"}, all > 0 ? ((100 * x) / all).toFixed(1) : "–"),
        count && S.h("td", {class: "number"}, n > 0 ? S.short(x / n) : "–"));
    });
    const head = [S.t("pairs.ring"), S.t("pairs.total"), "%", count && S.t("pairs.mean")].filter(Boolean)
      .map((text, i) => S.h("th", {class: i ? "number" : "", scope: "col"}, text));
    return [S.h("h4", {}, S.t("pairs.rings")),
      S.h("table", {class: "between"}, S.h("thead", {}, S.h("tr", {}, head)), S.h("tbody", {}, rows))];
  }

  // ---- centres ------------------------------------------------------------------------------------

  // Each centre has its own map of what it sends and receives: a press shows it above.
  function centres(entry) {
    const of = (id) => (id ? S.quantities.filter((q) => q.variable.id === id) : []);
    const from = of(entry.centres.from), to = of(entry.centres.to);
    const rows = from.map((q, i) => {
      const button = (quantity, word) => quantity && S.h("button", {type: "button", class: "link", "data-key": quantity.key,
        on: {click: () => { S.set({q: quantity.key}); document.getElementById("map").scrollIntoView(); }}}, S.t(word));
      const unit = S.unitOf.get(q.part.at[0]);
      return S.h("tr", {}, S.h("td", {class: "who"}, S.bdi(unit === undefined ? q.part.at.join(", ") : S.name(unit))),
        S.h("td", {class: "number"}, button(q, "pairs.map.from")), S.h("td", {class: "number"}, button(to[i], "pairs.map.to")));
    });
    if (!rows.length) return [S.h("h4", {}, S.t("pairs.someCentres")), S.h("p", {class: "caption"}, S.t("pairs.centresOut"))];
    return [S.h("h4", {}, S.t("pairs.someCentres")), S.h("table", {class: "between"}, S.h("tbody", {}, rows))];
  }

  // ---- life -----------------------------------------------------------------------------------------

  function* csvRows(m, t, label) {
    const {all} = stays(m, t);
    for (const p of between(m, t))
      yield [label, m.labels[p.a], m.labels[p.b], p.there, p.back, p.both, all > 0 ? p.both / all : null];
  }

  S.within = {
    start(side, key) {
      const csv = () => S.within.m && {header: ["period", "from", "to", "sum", "sum_back", "both_ways", "share_of_all"],
        rows: csvRows(S.within.m, S.within.t, S.within.m.periods[S.within.t])};
      const tools = S.tools ? S.tools({name: () => S.pairs.fileName("between"), csv}) : null;
      const title = S.h("h3", {});
      const head = S.h("div", {class: "card-head"}, title, tools), body = S.h("div", {}), more = S.h("div", {});
      const root = S.h("div", {class: "within", "data-view": "within"}, head, body);
      body.addEventListener("click", selectPair);
      side.append(root, key, more);
      Object.assign(S.within, {root, title, body, more, m: null, t: 0});
    },

    async update(entry, m, t) {
      const {root, title, body, more} = S.within;
      Object.assign(S.within, {m, t});
      root.hidden = !m;
      S.empty(body);
      if (m) {
        const list = between(m, t), {all} = stays(m, t);
        title.textContent = S.t("pairs.within");
        body.append(S.h("p", {class: "caption"}, sentence(entry, m, t)));
        if (list.length) body.append(betweenTable(m, t, list, all, !entry.symmetric && entry.by !== "smallest"));
      }
      const ringed = entry.rings && S.variable(entry.rings.sum).block;
      const parts = [ringed ? await rings(entry, S.kept.rowOf(entry.rings.sum, S.state.t)) : [],
        entry.centres ? centres(entry) : []];
      if (entry === S.pairs.entry()) S.empty(more).append(...parts.flat());
    },
  };
})(window.S = window.S || {});
