/* Classes of units: their shares by period, stacked, and how each group of units divides among them.
 * The colours are the map's. A press on a part selects its units. */
(function (S) {
  "use strict";

  const cards = S.cards;
  const ROWS = 60; // groups of one picture

  /* ---- shares by period ------------------------------------------------------------------- */

  function sharesOf(c) {
    return c.column.times.map((t) => {
      const counts = c.counts(t), n = d3.sum(counts);
      let sum = 0;
      return {t, n, parts: Array.from(counts, (count, i) => {
        const from = sum;
        sum += n ? count / n : 0;
        return {i, count, from, to: sum};
      })};
    });
  }

  function across(bars, width, left) {
    /* Few periods of many stand side by side: between them there is nothing to see. */
    if (bars.length < 7) {
      const step = (width - left) / bars.length, half = Math.min(60, 0.42 * step);
      const x = (t) => left + step * (bars.findIndex((bar) => bar.t === t) + 0.5);
      return {x, half, ticks: bars.map((bar) => ({x: x(bar.t), text: S.manifest.periods[bar.t]}))};
    }
    const times = bars.map((bar) => bar.t), place = (range) => cards.periods(times, range);
    const gap = (of) => d3.min(times.slice(1).map((t, i) => of.x(i + 1) - of.x(i)));
    const half = Math.min(26, 0.42 * gap(place([left, width])));
    const inner = place([left + half + 2, width - half - 2]);
    return {x: (t) => inner.x(times.indexOf(t)), half: Math.min(half, 0.42 * gap(inner)), ticks: inner.ticks};
  }

  function stacked(place, c, bars, width, title) {
    const height = 176, left = 40, svg = cards.frame(place, width, height, title);
    const y = d3.scaleLinear().domain([0, 1]).range([height - 24, 8]), box = {left, right: width - 2, top: 8, bottom: height - 24};
    S.chart.axisY(svg, y, box, 4, (v) => S.percent(v, 0));
    const x = across(bars, width - 2, left);
    S.chart.axisX(svg, x.ticks, box, width);
    for (const bar of bars) {
      for (const part of bar.parts) {
        if (part.to === part.from) continue;
        const rect = S.svg("rect", {x: x.x(bar.t) - x.half, width: 2 * x.half, y: y(part.to), height: y(part.from) - y(part.to), fill: c.colours[part.i],
          "data-class": part.i, "data-count": part.count});
        rect.append(S.svg("title", {}, `${S.manifest.periods[bar.t]}, ${c.label(part.i)}: ${S.count(part.count)} (${S.percent(part.count / bar.n)})`));
        rect.addEventListener("click", () => S.set({t: bar.t}));
        svg.append(rect);
      }
    }
    const frame = S.svg("rect", {class: "now hit", y: box.top - 2, height: box.bottom - box.top + 4, width: 2 * x.half + 4});
    svg.append(frame);
    svg.follow = (t) => frame.setAttribute("x", bars.some((bar) => bar.t === t) ? x.x(t) - x.half - 2 : -99);
    svg.follow(S.state.t);
  }

  /* ---- groups ------------------------------------------------------------------------------- */

  function countGroups(c, group, t) {
    const K = c.k, L = group.labels.length, counts = new Uint32Array(L * K), row = c.column.row(t) * c.column.n;
    if (row < 0) return counts;
    for (let u = 0; u < c.column.n; u++) {
      const k = c.of(c.column.values[row + u]);
      if (k >= 0 && group.of[u] < L) counts[group.of[u] * K + k]++;
    }
    return counts;
  }

  function unitsOf(c, t, k, group, label) {
    const units = [], row = c.column.row(t) * c.column.n;
    for (let u = 0; row >= 0 && u < c.column.n; u++)
      if (c.of(c.column.values[row + u]) === k && (!group || group.of[u] === label)) units.push(u);
    return units;
  }

  function select(event, units) {
    S.selectAll(units, event.shiftKey);
  }

  function groupRow(c, group, l, counts, t) {
    const own = Array.from(counts.subarray(l * c.k, (l + 1) * c.k)), n = d3.sum(own);
    const bar = S.h("div", {class: "share-bar"}, own.map((count, k) => {
      if (!count) return null;
      const text = `${group.labels[l]}, ${c.label(k)}: ${S.count(count)}`;
      const part = S.h("button", {type: "button", title: text, "aria-label": text, "data-class": k,
        on: {click: (event) => select(event, unitsOf(c, t, k, group, l))}});
      part.style.flexGrow = count;
      part.style.backgroundColor = c.colours[k];
      return part;
    }));
    return S.h("li", {}, S.h("span", {class: "ellipsis"}, S.bdi(group.labels[l])), bar, S.h("span", {class: "number soft"}, S.count(n)));
  }

  function groupRows(place, c, group, t) {
    const counts = countGroups(c, group, t), L = group.labels.length;
    const sums = d3.range(L).map((l) => d3.sum(counts.subarray(l * c.k, (l + 1) * c.k)));
    const shown = d3.range(L).filter((l) => sums[l]);
    const cut = shown.length > ROWS ? shown.sort((a, b) => sums[b] - sums[a]).slice(0, ROWS) : shown;
    const list = S.h("ul", {class: "share-rows" + (cut.length > 14 ? " columns" : "")}, cut.map((l) => groupRow(c, group, l, counts, t)));
    /* Names as wide as the widest, so that the bars begin together. */
    const widest = d3.max(cut, (l) => S.chart.textWidth(group.labels[l].slice(0, 40), 12)) || 0;
    list.style.setProperty("--name", Math.min(150, Math.ceil(widest) + 4) + "px");
    S.empty(place).append(list);
    if (shown.length > ROWS) place.append(S.h("p", {class: "note"}, S.t("q_largest_of", {n: ROWS, all: shown.length})));
  }

  /* ---- the card ------------------------------------------------------------------------------- */

  function keysOf(c, t, ever) {
    const counts = c.counts(t), n = d3.sum(counts);
    return S.h("ul", {class: "keys"}, Array.from(counts, (count, k) => {
      if (!ever.has(k)) return null;
      const swatch = S.h("i", {class: "swatch"});
      swatch.style.backgroundColor = c.colours[k];
      return S.h("li", {}, S.h("button", {type: "button", class: "key", title: S.t("q_select_class"), "data-class": k,
        on: {click: (event) => select(event, unitsOf(c, t, k))}}, swatch, S.bdi(c.label(k)), " ", S.h("b", {}, S.count(count)),
      S.h("span", {class: "soft"}, n ? " " + S.percent(count / n, 0) : "")));
    }));
  }

  cards.kinds.classes = async function (box, card) {
    const [variable] = card.variables, c = await S.classify(variable.id);
    const bars = sharesOf(c), over = !c.column.timeless && bars.length > 1;
    const plot = S.h("div", {class: "plot"}), keys = S.h("div"), rows = S.h("div");
    const groups = S.manifest.groups.filter((g) => g.labels.length > 1 && g.labels.length <= c.column.n / 2);
    /* Classes that no unit ever has are left out of the key. */
    const ever = new Set(bars.flatMap((bar) => bar.parts.filter((part) => part.count).map((part) => part.i)));
    /* The coarsest grouping is chosen first: it is read at a glance. */
    let group = d3.least(groups, (g) => g.labels.length);
    box.body.append(over ? plot : "", keys);
    if (over) cards.fit(plot, (width) => stacked(plot, c, bars, width, cards.title(variable)));
    const own = () => c.column.times[cards.periodAt(c.column.times, S.state.t)];
    const show = () => {
      const t = own(), n = d3.sum(c.counts(t));
      S.empty(keys).append(keysOf(c, t, ever));
      if (group) groupRows(rows, c, group, t);
      box.say([(c.column.timeless || S.manifest.cross_section ? "" : S.manifest.periods[t] + (S.language() === "zh" ? "：" : ": ")) + S.t("q_classes_of", {n: S.count(n), all: S.count(c.column.n), nouns: S.noun()})]);
    };
    if (groups.length) {
      const head = S.h("h4", {class: "sub"}, S.t("q_by_group"), groups.length > 1 ? S.segments(groups.map((g) => ({key: g.name, label: S.groupTitle(g.name)})), group.name,
        (name) => { group = S.group(name); show(); }, S.t("q_by_group")) : " " + S.groupTitle(group.name));
      box.body.append(head, rows);
    }
    show();
    box.follow(show);
    box.tools({variables: [variable], csv: () => tableOf(c, bars, group, over), picture: over});
    return {title: cards.title(variable)};
  };

  function tableOf(c, bars, group, over) {
    const names = d3.range(c.k).map((k) => c.label(k)), rows = [];
    for (const bar of over ? bars : bars.slice(0, 1)) {
      const period = over ? S.manifest.periods[bar.t] : "";
      rows.push([period, "", ...bar.parts.map((part) => part.count)]);
      if (!group) continue;
      const counts = countGroups(c, group, bar.t);
      group.labels.forEach((label, l) => rows.push([period, label, ...counts.subarray(l * c.k, (l + 1) * c.k)]));
    }
    return {header: ["period", group ? group.name : "group", ...names], rows};
  }
})(window.S = window.S || {});
