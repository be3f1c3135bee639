/* Values by period, and along an axis of numbers. One variable: a chart as wide as the card. Several:
 * small charts side by side, each with a scale of its own. By label: a line each, or, of more than
 * eight, small charts with one scale. */
(function (S) {
  "use strict";

  const cards = S.cards;
  const TOGETHER = 8; // lines of one chart
  const SMALL = 60; // small charts of one card

  const column = (read, ...at) => Array.from({length: read.T}, (x, t) => read.get(t, ...at));

  /* A small chart below its title and its last value. */
  function panel(grid, title, spec, hint) {
    const {values} = spec.series[0], last = values.findLast(Number.isFinite);
    const head = S.h("h4", {class: "valued", title: hint || title}, S.h("span", {class: "ellipsis"}, S.bdi(title)),
      S.h("b", {}, last === undefined ? "–" : cards.brief(last, spec.variable)));
    const plot = S.h("div");
    spec.labels = false;
    grid.append(S.h("div", {class: "panel"}, head, plot));
    cards.lines(plot, spec);
  }

  function rowsOf(reads, names) {
    const rows = [];
    reads[0].at.forEach((period, t) => {
      rows.push([S.manifest.periods[period], ...names.map((name, k) => reads[k].get(t))]);
    });
    return rows;
  }

  /* ---- numbers by period ---------------------------------------------------------------------- */

  cards.kinds.line = async function (box, card) {
    const reads = await Promise.all(card.variables.map(cards.read));
    const one = reads.length === 1, grid = one ? S.h("div") : cards.grid(reads.length);
    box.body.append(grid);
    const titles = card.variables.map(cards.title), twice = new Set(titles).size < titles.length;
    reads.forEach((read, i) => {
      const v = read.variable, values = column(read), name = twice ? cards.word(v.name) : titles[i];
      const spec = {at: read.at, variable: v, height: one ? 190 : 120, ticks: one ? 4 : 3, describe: name,
        series: [{values, look: "main", label: (i) => cards.brief(values[i], v)}]};
      if (one) cards.lines(grid, spec);
      else panel(grid, name, spec, S.pick(v.title));
    });
    box.tools({variables: card.variables, csv: () => ({header: ["period"].concat(card.variables.map((v) => v.name)),
      rows: rowsOf(reads, card.variables)})});
    return one ? {title: cards.title(reads[0].variable)} : {};
  };

  /* ---- by label of an axis ------------------------------------------------------------------ */

  /* Shares of a whole: where all are alike, each has the same. */
  function equalShare(read, K) {
    for (let t = 0; t < read.T; t++) {
      let sum = 0;
      for (let k = 0; k < K; k++) {
        const v = read.get(t, k);
        if (v < 0) return undefined;
        sum += v;
      }
      if (Number.isFinite(sum) && Math.abs(sum - 1) > 1e-6) return undefined;
      if (t === read.T - 1) return Number.isFinite(sum) && K > 1 ? 1 / K : undefined;
    }
    return undefined;
  }

  function together(place, read, labels, v) {
    const series = labels.map((label, k) => {
      const values = column(read, k);
      return {values, name: label, look: "s" + (k % 8), label: (i) => label + " " + cards.number(values[i], v)};
    });
    cards.lines(place, {at: read.at, variable: v, series, height: Math.max(190, 30 + 14 * labels.length),
      describe: cards.title(v)});
  }

  /* Totals beside ratios have nothing in common but their axis: no scale holds both. */
  const APART = 100;
  function unlike(read, K) {
    const most = d3.range(K).map((k) => d3.max(column(read, k).filter(Number.isFinite), Math.abs)).filter((v) => v > 0);
    return most.length > 1 && d3.max(most) > APART * d3.min(most);
  }

  function apart(place, read, labels, v, guide) {
    const all = labels.map((label, k) => column(read, k)), own = unlike(read, labels.length);
    const finite = all.flat().filter(Number.isFinite), [lo, hi] = d3.extent(finite);
    if (lo === undefined) return;
    const range = own || hi - lo <= 1e-9 * Math.abs(hi) ? undefined
      : d3.scaleLinear().domain(lo > 0 && lo < 0.4 * hi ? [0, hi] : [lo, hi]).nice(3).domain();
    const grid = cards.grid(labels.length);
    if (labels.length > 12) grid.className = "panels tiny";
    place.append(grid);
    labels.slice(0, SMALL).forEach((label, k) => panel(grid, label, {at: read.at, variable: v, domain: range, ticks: 3,
      height: labels.length > 12 ? 84 : 104, guide, describe: label,
      series: [{values: all[k], name: "", look: "main", label: () => ""}]}));
    if (labels.length > SMALL) place.append(S.h("p", {class: "note"}, S.t("q_first_of", {n: SMALL, all: labels.length})));
  }

  /* A table of the first and the last period stands above where it has few rows: it can be cited. */
  function firstAndLast(place, read, card, labels, still) {
    const v = read.variable, first = read.at[0], last = read.at[read.T - 1], of = S.manifest.periods;
    const columns = still.map((one) => cards.columnOf(one))
      .concat([0, read.T - 1].map((t, side) => ({title: cards.sentence(cards.word(v.name)) + " " + of[side ? last : first],
        strong: side === 1, text: (k) => cards.number(read.get(t, k), v)})));
    place.append(cards.table(cards.axisName(card.axes[0]), labels, columns));
  }

  cards.kinds.line_by = async function (box, card) {
    const reads = await Promise.all(card.variables.map(cards.read));
    const still = await Promise.all((card.columns || []).map(cards.read));
    const labels = cards.labels(card.axes[0]), place = S.h("div");
    box.body.append(place);
    let guide;
    function show(read) {
      guide = equalShare(read, labels.length);
      S.empty(place);
      if (labels.length <= TOGETHER && (guide !== undefined || still.length)) firstAndLast(place, read, card, labels, still);
      const plot = S.h("div");
      place.append(plot);
      const one = labels.length <= TOGETHER && guide === undefined && !unlike(read, labels.length);
      if (one) together(plot, read, labels, read.variable);
      else apart(plot, read, labels, read.variable, guide);
      if (guide !== undefined) place.append(cards.heaviest(card.axes[0], labels, read.variable, (k) => read.get(read.T - 1, k)) || "");
      box.say([guide === undefined ? "" : S.t("q_equal_shares"), one || unlike(read, labels.length) ? "" : S.t("q_one_scale")]);
    }
    const chosen = box.choose(card.variables, (v) => show(reads[card.variables.indexOf(v)]));
    box.tools({variables: card.variables, csv: () => {
      const read = reads[card.variables.indexOf(chosen())], rows = [];
      for (let t = 0; t < read.T; t++)
        labels.forEach((label, k) => rows.push([S.manifest.periods[read.at[t]], label, read.get(t, k)]));
      return {header: ["period", card.axes[0].split("/").pop(), read.variable.name], rows};
    }});
    return {};
  };

  /* ---- along an axis of numbers ------------------------------------------------------------- */

  /* One curve a period: that of the slider in front, the first one dashed, the others faint. */
  function curves(read, labels, own) {
    const list = [], K = labels.length, of = S.manifest.periods;
    const values = (t) => Array.from({length: K}, (x, k) => read.get(t, k));
    const some = Math.max(1, Math.ceil(read.T / 24));
    for (let t = 0; t < read.T; t += some) if (t !== own) list.push({values: values(t), look: "other", faint: true});
    const named = (t, look) => ({values: values(t), name: of[read.at[t]], look, dots: K < 15, label: () => of[read.at[t]]});
    if (own !== 0 && read.T > 1) list.push(named(0, "first"));
    const main = read.T ? named(own, "main") : null;
    if (main && read.shape.time === undefined) main.label = () => "";
    if (main) list.push(main);
    return list;
  }

  cards.kinds.curve = async function (box, card) {
    const reads = await Promise.all(card.variables.map(cards.read));
    const id = card.axes[0], axis = S.manifest.axes[id], labels = cards.labels(id), place = S.h("div");
    box.body.append(place);
    let read = reads[0];
    /* The scale holds over all periods, so that a curve moves and not its frame. */
    const domain = () => {
      const all = [];
      for (let t = 0; t < read.T; t++) labels.forEach((label, k) => all.push(read.get(t, k)));
      const [lo, hi] = d3.extent(all.filter(Number.isFinite));
      return lo === undefined ? [0, 1] : d3.scaleLinear().domain([Math.min(0, lo), hi]).nice(4).domain();
    };
    function show() {
      S.empty(place);
      const own = cards.periodAt(read.at, S.state.t);
      cards.lines(place, {positions: axis.values, names: labels, variable: read.variable, domain: domain(),
        series: curves(read, labels, own), describe: cards.title(read.variable),
        xTitle: cards.axisName(id) + (axis.unit && axis.unit !== "1" ? ", " + axis.unit : ""), height: 210});
    }
    const chosen = box.choose(card.variables, (v) => { read = reads[card.variables.indexOf(v)]; show(); });
    box.follow(show);
    box.tools({variables: card.variables, csv: () => ({header: ["period", id.split("/").pop(), chosen().name], rows: table(read, axis)})});
    return {};
  };

  function table(read, axis) {
    const rows = [];
    for (let t = 0; t < read.T; t++)
      axis.values.forEach((x, k) => rows.push([read.at.length ? S.manifest.periods[read.at[t]] : "", x, read.get(t, k)]));
    return rows;
  }
})(window.S = window.S || {});
