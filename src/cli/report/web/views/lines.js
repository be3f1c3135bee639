// The quantity over time: the mean of the nation in ink, of each group of a column of groups in its
// colour (more than eight: grey), what is selected dashed in its colours. With one period: dots by
// group (dots.js); with classes: the share of each over time (shares.js).
(function (S) {
  "use strict";

  const lines = {};
  S.lines = lines;

  let card, data = null, loading = 0, width = 0, picture = null;

  // ---- what there is to draw -----------------------------------------------------------------

  // Which column of groups: the one asked for, or the first whose groups can all have a colour, or the one
  // of the fewest.
  lines.group = function () {
    const groups = S.manifest.groups || [];
    return groups.find((g) => g.name === S.state.group) ||
      groups.find((g) => g.labels.length > 1 && g.labels.length <= 8) ||
      groups.slice().sort((a, b) => a.labels.length - b.labels.length)[0] || null;
  };
  lines.groupTitle = (group) => S.groupTitle(group.name);

  lines.unitsOf = function (group, index) {
    const units = [];
    for (let u = 0; u < group.of.length; u++) if (group.of[u] === index) units.push(u);
    return units;
  };

  // Values of some periods on the axis of all of them; of a quantity without periods the same in all.
  function onAll(values, column, times) {
    const n = S.manifest.periods.length;
    if (column.timeless && values.length < n) return new Float64Array(n).fill(values[0]);
    if (values.length === n) return values;
    const all = new Float64Array(n).fill(NaN);
    (times || column.times).forEach((t, k) => { all[t] = values[k]; });
    return all;
  }

  lines.unitValues = function (column, unit) {
    const values = new Float64Array(column.T);
    for (let k = 0; k < column.T; k++) values[k] = column.values[k * column.n + unit];
    return onAll(values, column);
  };

  // The mean of many units: more than eight selected are one dashed line.
  function meanOf(column, units) {
    const values = new Float64Array(column.T);
    for (let k = 0; k < column.T; k++) {
      let sum = 0, n = 0;
      for (const u of units) {
        const v = column.values[k * column.n + u];
        if (v === v) { sum += v; n++; }
      }
      values[k] = n ? sum / n : NaN;
    }
    return onAll(values, column);
  }

  // Of one period there is no line, unless the page has means of the others.
  function kindOf(quantity, column) {
    if (S.rulesOf(quantity.variable)[0] === "own") return "shares";
    const many = !column.timeless && (column.T > 1 || (S.manifest.means && S.manifest.means[quantity.key]));
    return many && S.manifest.periods.length > 1 ? "lines" : "dots";
  }

  async function load() {
    const mine = ++loading, key = S.state.q;
    const quantity = S.quantity(key);
    if (!quantity) return;
    try {
      const column = await S.column(key), group = lines.group();
      const kind = kindOf(quantity, column);
      const nation = kind === "shares" ? null : await S.nation(key);
      const means = kind === "shares" || !group ? null : await S.groupMeans(key, group.name);
      const classes = kind === "shares" ? await S.classify(key) : null;
      if (mine !== loading) return;
      data = {key, quantity, variable: quantity.variable, column, group, kind, nation, means, classes};
      chooser();
      draw();
    } catch (error) {
      S.failed(card.body, error);
    }
  }

  // Everything that is drawn as a line, the first drawn first.
  lines.series = function (d) {
    const all = [], column = d.column;
    if (d.means) {
      const many = d.means.labels.length > 8 && d.means.labels.length, T = d.means.values.length / d.means.labels.length;
      d.means.labels.forEach((label, i) => all.push({kind: "group", index: i, label, many,
        times: d.means.times, values: onAll(d.means.values.subarray(i * T, (i + 1) * T), column, d.means.times),
        colour: many ? S.colour("line") : S.groupColour(i)}));
    }
    all.push({kind: "nation", label: S.t("lines.all", {nouns: S.noun()}), times: d.nation.times, values: onAll(d.nation.mean, column, d.nation.times),
      n: onAll(d.nation.n, column, d.nation.times), colour: S.colour("ink")});
    const units = S.state.u;
    if (units.length > 8)
      all.push({kind: "selection", label: S.t("lines.selected", {n: S.count(units.length), nouns: S.noun()}),
        times: column.times, values: meanOf(column, units), colour: S.colour("ink")});
    else
      for (const u of units)
        all.push({kind: "unit", unit: u, label: S.name(u), times: column.times, values: lines.unitValues(column, u),
          colour: S.colourOf(u)});
    return all;
  };

  // ---- the card ------------------------------------------------------------------------------

  function chooser() {
    S.empty(card.middle);
    const groups = (S.manifest.groups || []).filter((g) => g.labels.length > 1);
    if (groups.length < 2 || data.kind === "shares") return;
    const items = groups.map((g) => ({key: g.name, label: lines.groupTitle(g)}));
    const label = S.t("lines.groups"), pick = (name) => S.set({group: name});
    // Many or long names do not fit in a row of buttons.
    if (items.reduce((sum, item) => sum + item.label.length + 3, 0) <= 24)
      card.middle.append(S.segments(items, data.group.name, pick, label));
    else
      card.middle.append(S.h("select", {"aria-label": label, on: {change: (e) => pick(e.target.value)}},
        items.map((item) => S.h("option", {value: item.key, selected: item.key === data.group.name}, item.label))));
  }

  function draw() {
    if (!data || !width) return;
    const what = {dots: S.dots, shares: S.shares, lines: S.linesPicture}[data.kind];
    picture = what.draw(card.body, width, data);
    S.setTitle(card, S.t("lines.title." + data.kind + (data.kind === "shares" && S.manifest.periods.length < 2 ? "1" : "")));
    caption();
  }

  // How many units the means are of, in the first and the last period with any.
  function coverage(words) {
    // Where the page has written means it does not know how many units they are of.
    if (!data.nation || data.nation.times.every((t) => Number.isNaN(data.nation.n[t]))) return "";
    const at = data.nation.times.filter((t) => data.nation.n[t] > 0), first = at[0], last = at[at.length - 1];
    if (!at.length) return S.t("all.missing", words);
    const n = (t) => S.count(data.nation.n[t]), p = S.periodName;
    return S.t(n(first) === n(last) ? "lines.coverage1" : "lines.coverage", {...words, n: n(first), p: p(first), m: n(last), q: p(last)});
  }

  function caption() {
    const words = {nouns: S.noun(), noun: S.noun(1)};
    const said = [S.t("lines.caption." + data.kind, words), coverage(words)];
    S.chart.caption(card.caption, said, data.variable.result);
  }

  // Columns: the period, the nation with its n, every group, every selected unit.
  function table() {
    if (data.kind === "shares") return S.shares.table(data);
    const columns = lines.series(data), nation = columns.find((s) => s.kind === "nation");
    const rest = columns.filter((s) => s !== nation);
    const name = (s) => (s.kind === "unit" ? S.code(s.unit) + " " + s.label : s.label);
    return {header: ["period", "mean", "n", ...rest.map(name)],
      rows: S.manifest.periods.map((label, t) =>
        [label, nation.values[t], nation.n[t], ...rest.map((s) => s.values[t])])};
  }

  lines.start = function (element) {
    if (!S.quantities.length) return;
    card = S.card(S.t("lines.title.lines"), {class: "lines", tools: {name: () => S.save.name("over-time"),
      csv: table, svg: () => picture.svg, png: true, desc: () => S.chart.told(card.caption, data.variable.result), title: () => data.quantity.label}});
    card.root.dataset.view = "lines";
    element.append(card.root);
    S.chart.fit(card.body, (w) => { width = w; draw(); });
    S.on(["q", "group"], load);
    S.on(["u", "d", "lang"], () => { if (data) { chooser(); draw(); } });
    S.on(["c", "k", "fix"], () => { if (data && data.kind === "shares") load(); });
    S.on(["t"], () => { if (picture && picture.move) picture.move(); });
    S.onHover((unit) => { if (picture && picture.hover) picture.hover(unit); });
    S.onPrint(() => draw());
    load();
  };
})(window.S = window.S || {});
