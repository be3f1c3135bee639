/* A matrix from the labels of an axis to those of its mate: transitions between classes, sums or gaps
 * between groups. Cells hold their numbers where these fit. Of several periods the slider chooses, of
 * further axes (conditions, splits) a list. */
(function (S) {
  "use strict";

  const cards = S.cards;
  const WITH_NUMBERS = 12; // labels up to which a cell has room for its number

  /* ---- colours -------------------------------------------------------------------------------- */

  /* A place on the palette for a value. Sequential: by the root from zero, so that rare transitions
   * are told from none beside a diagonal near one; from the least where all are large. */
  function placeOf(values, variable) {
    const [lo, hi] = d3.extent(values.filter(Number.isFinite));
    if (lo === undefined) return () => 0;
    if (variable.palette === "diverging") {
      const centre = variable.centre || 0, reach = Math.max(Math.abs(lo - centre), Math.abs(hi - centre)) || 1;
      return (v) => 0.5 + (v - centre) / (2 * reach);
    }
    if (lo < 0 || lo > 0.3 * hi) return (v) => (hi > lo ? (v - lo) / (hi - lo) : 0.5);
    return (v) => (hi > 0 ? Math.sqrt(v / hi) : 0);
  }

  cards.ramp = function (values, variable) {
    const dark = S.dark(), place = placeOf(values, variable);
    const steps = variable.palette === "diverging" ? S.palette.diverging([-2, -1, 0, 1, 2], 0, dark) : S.palette.sequential(7, dark);
    const between = d3.piecewise(d3.interpolateLab, steps);
    return (v) => (v === Infinity ? between(1) : Number.isFinite(v) ? between(Math.max(0, Math.min(1, place(v)))) : S.palette.missing(dark).paper);
  };

  /* Codes are categories: a colour for each that there is. */
  function codeRamp(values) {
    const codes = [...new Set(values.filter(Number.isFinite))].sort((a, b) => a - b);
    const colours = S.palette.categories(codes.length, S.dark()), none = S.palette.missing(S.dark()).paper;
    return (v) => (Number.isFinite(v) ? colours[codes.indexOf(v)] : none);
  }

  cards.inkOn = (colour) => (d3.lab(colour).l > 62 ? "#1c2126" : "#ffffff");

  /* ---- drawing ------------------------------------------------------------------------------ */

  function layout(labels, width) {
    const K = labels.length, few = K <= WITH_NUMBERS;
    const longest = Math.max(...labels.map((label) => S.chart.textWidth(label, 11)));
    const left = Math.min(longest + 12, 0.3 * width, few ? 170 : 110);
    const cell = Math.max(few ? 30 : 4, Math.min((width - left - 2) / K, few ? 112 : 15));
    const flat = longest + 6 <= cell, top = flat ? 22 : Math.min(longest + 12, 96);
    return {K, few, left, top, cell, rise: few ? 32 : cell, flat};
  }

  function labelsOf(svg, labels, at) {
    labels.forEach((label, k) => {
      const y = at.top + at.rise * (k + 0.5), x = at.left + at.cell * (k + 0.5);
      if (at.rise < 8 && k % 2) return;
      const size = at.rise < 11 ? 9 : 11;
      svg.append(S.svg("text", {class: "tick", "font-size": size, x: at.left - 6, y: y + size / 3, "text-anchor": "end"}, S.chart.cut(label, at.left - 8, size)));
      const text = at.flat ? S.svg("text", {class: "tick", x, y: at.top - 7, "text-anchor": "middle"}, label)
        : S.svg("text", {class: "tick", "font-size": size, transform: `translate(${x + size / 3},${at.top - 5})rotate(-90)`}, S.chart.cut(label, at.top - 8, size));
      svg.append(text);
    });
  }

  function cellsOf(svg, labels, at, value, variable) {
    const all = labels.flatMap((row, i) => labels.map((column, j) => value(i, j))), codes = cards.codes(variable);
    const colour = codes ? codeRamp(all) : cards.ramp(all, variable);
    const gap = at.cell > 7 ? 1 : 0;
    /* Shares have four decimals throughout, so that columns of them compare; what never
     * occurs is 0, not a little. */
    const shares = !variable.integer && all.every((v) => !Number.isFinite(v) || v === 0 || (Math.abs(v) <= 1 && Math.abs(v) >= 5e-5));
    const say = (v) => (codes && codes.has(v) ? codes.get(v) : shares && Number.isFinite(v) && v !== 0 ? v.toFixed(4).replace("-", "−") : cards.number(v, variable));
    const fits = at.few && all.every((v) => S.chart.textWidth(say(v), 11) < at.cell - 4);
    labels.forEach((row, i) => labels.forEach((column, j) => {
      const v = value(i, j), fill = colour(v), text = codes && codes.has(v) ? codes.get(v) : cards.number(v, variable);
      const x = at.left + at.cell * j, y = at.top + at.rise * i;
      const cell = S.svg("rect", {class: i === j ? "diagonal" : "", x, y, width: at.cell - gap, height: at.rise - gap, fill, "data-value": Number.isFinite(v) ? v : ""});
      cell.append(S.svg("title", {}, `${row} → ${column}: ${text}`));
      svg.append(cell);
      if (!at.few) return;
      const words = S.svg("text", {class: "in-cell", x: x + at.cell / 2, y: y + at.rise / 2 + 4, "text-anchor": "middle"},
        fits ? say(v) : S.chart.cut(codes ? say(v) : shorter(v, variable), at.cell - 4, 11));
      words.style.fill = cards.inkOn(fill);
      svg.append(words);
    }));
  }

  const shorter = (v, variable) => (Number.isFinite(v) && Math.abs(v) < 1000 && !variable.integer ? v.toPrecision(2).replace("-", "−") : S.short(v));

  function draw(place, labels, value, variable, width) {
    const at = layout(labels, width);
    const svg = cards.frame(place, Math.max(width, at.left + at.cell * at.K), at.top + at.rise * at.K + 2, cards.title(variable));
    labelsOf(svg, labels, at);
    cellsOf(svg, labels, at, value, variable);
  }

  /* ---- the card ------------------------------------------------------------------------------- */

  cards.kinds.matrix = async function (box, card) {
    const reads = await Promise.all(card.variables.map(cards.read)), extra = card.axes.slice(0, -2);
    const labels = cards.labels(card.axes[card.axes.length - 2]), place = S.h("div", {class: "plot scroll-x"}), given = extra.map(() => 0);
    box.body.append(place);
    let read = reads[0], wide = 0;
    const own = () => cards.periodAt(read.at, S.state.t);
    const alike = (a, b) => Object.is(a, b) || Math.abs(a - b) <= 1e-9 * Math.abs(a);
    const symmetric = () => labels.every((row, i) => labels.every((column, j) => j <= i ||
      alike(read.get(own(), ...given, i, j), read.get(own(), ...given, j, i))));
    const show = () => {
      if (wide) draw(place, labels, (i, j) => read.get(own(), ...given, i, j), read.variable, wide);
      const period = read.at.length ? S.manifest.periods[read.at[own()]] + ": " : "";
      box.say([period + S.pick(read.variable.title), symmetric() ? "" : S.t("q_rows_from")]);
    };
    extra.forEach((id, k) => box.list(cards.axisName(id), cards.labels(id), (i) => { given[k] = i; show(); }));
    const chosen = box.choose(card.variables, (v) => { read = reads[card.variables.indexOf(v)]; show(); });
    cards.fit(place, (width) => { wide = width; show(); });
    if (read.at.length > 1) box.follow(show);
    box.tools({variables: card.variables, csv: () => tableOf(card, reads[card.variables.indexOf(chosen())])});
    return {};
  };

  /* All periods, conditions and cells, a row each. */
  function tableOf(card, read) {
    const axes = card.axes.map((id) => S.manifest.axes[id].labels), rows = [];
    const walk = (t, at) => {
      if (at.length === axes.length) {
        rows.push([...(read.at.length ? [S.manifest.periods[read.at[t]]] : []), ...at.map((i, k) => axes[k][i]), read.get(t, ...at)]);
        return;
      }
      axes[at.length].forEach((label, i) => walk(t, at.concat(i)));
    };
    for (let t = 0; t < read.T; t++) walk(t, []);
    return {header: [...(read.at.length ? ["period"] : []), ...card.axes.map((id) => id.split("/").pop()), read.variable.name], rows};
  }
  cards.longTable = tableOf;
})(window.S = window.S || {});
