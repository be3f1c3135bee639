/* A table along one axis: a row for each label, the variables as columns, one of them with bars. Of
 * shares it says where one carries the whole. Estimates with errors: points with intervals. */
(function (S) {
  "use strict";

  const cards = S.cards;
  const ABOVE = 4; // columns of a table that may stand below the labels
  const HEAVY = 0.6; // of a whole: one such share decides alone

  /* ---- the table ------------------------------------------------------------------------------ */

  /* Signs and states have words in the title of their variable, else numbers. */
  function textOf(read, v) {
    if (!Number.isFinite(v) && !(v === Infinity || v === -Infinity)) return "–";
    if (read.codes && read.codes.has(v)) return wordsOf(read, v);
    if (/^p(_value|_sim)?$/.test(read.variable.name)) return cards.pValue(v);
    return cards.number(v, read.variable);
  }

  /* A sign says by itself what its words explain; where there is no room they are left out. */
  function wordsOf(read, v) {
    const sign = v === 1 && read.codes.has(-1) ? "+" : v === -1 ? "−" : "", words = read.codes.get(v);
    return sign ? [sign, S.h("span", {class: "explained"}, " " + words)] : words;
  }

  /* A column of cards.table from a variable, of its period t. */
  cards.columnOf = function (read, t) {
    return {title: cards.sentence(cards.word(read.variable.name)), hint: S.pick(read.variable.title), words: read.codes !== null,
      text: (k) => textOf(read, read.get(t || 0, k))};
  };

  /* columns: [{title, hint, words, strong, text(k), bar(k)}]. */
  cards.table = function (head, labels, columns) {
    const top = S.h("tr", {}, S.h("th", {scope: "col"}, cards.sentence(head)), columns.map((c) =>
      S.h("th", {scope: "col", class: c.words ? "" : "number", title: c.hint}, c.title)));
    const rows = labels.map((label, k) => S.h("tr", {}, S.h("th", {scope: "row", class: "code"}, S.bdi(label)),
      columns.map((c) => (c.bar ? barCell(c, k)
        : S.h("td", {class: (c.words ? "" : "number") + (c.strong ? " strong" : "")}, c.text(k))))));
    /* Many columns have no room beside their labels on a phone or on half a page: labels stand above. */
    const above = columns.length >= ABOVE && columns.length <= 7;
    const table = S.h("table", {class: "plain" + (above ? " above" : "")}, S.h("thead", {}, top), S.h("tbody", {}, rows));
    if (above) table.style.setProperty("--columns", columns.length);
    return S.h("div", {class: "scroll-x" + (labels.length > 16 ? " scroll-y" : "")}, table);
  };

  /* Bars start at zero: at the left, or where values below it need room at their place in between. */
  function barCell(c, k) {
    const v = c.value(k), bar = S.h("i", {class: "bar-mark" + (v < 0 ? " below" : "")});
    const zero = -Math.min(0, c.lo) / c.span;
    if (Number.isFinite(v)) {
      bar.style.left = 100 * (v < 0 ? zero + v / c.span : zero) + "%";
      bar.style.width = "max(1px, " + 100 * Math.abs(v) / c.span + "%)";
    }
    return S.h("td", {class: "bar-cell", "aria-hidden": "true"}, S.h("span", {class: "bar-room"}, bar));
  }

  function barsOf(read, t, K) {
    const value = (k) => read.get(t, k), all = d3.range(K).map(value).filter(Number.isFinite);
    const lo = Math.min(0, d3.min(all) || 0), hi = Math.max(0, d3.max(all) || 0);
    return {title: "", bar: true, value, lo, span: hi - lo || 1};
  }

  /* A line where one share of a whole is over 60%, else null. */
  cards.heaviest = function (axis, labels, variable, value) {
    const all = labels.map((label, k) => value(k)), what = "word_" + variable.name in S.words.zh ? cards.word(variable.name) : S.t("q_whole");
    if (all.length < 2 || all.some((v) => !(v >= 0)) || Math.abs(d3.sum(all) - 1) > 1e-6) return null;
    const k = d3.maxIndex(all);
    return all[k] > HEAVY ? S.h("p", {class: "amber heavy"}, S.t("q_heavy", {axis: cards.axisName(axis), what, name: labels[k], share: S.percent(all[k], 0)})) : null;
  };

  /* The variable with bars: the first that is no limit and no sign, as the file has them. */
  function primary(card) {
    return card.variables.find((v) => v.headline) || card.variables.find((v) => v.show === "bars" && !v.integer) || card.variables[0];
  }

  cards.kinds.bars = async function (box, card) {
    const main = primary(card), others = card.variables.filter((v) => v !== main);
    const [read, ...side] = await Promise.all([main, ...others].map(cards.read));
    const labels = cards.labels(card.axes[0]), place = S.h("div");
    const words = side.filter((one) => one.codes), numbers = side.filter((one) => !one.codes);
    box.body.append(place);
    function show() {
      const t = cards.periodAt(read.at, S.state.t);
      const columns = words.concat(numbers).map((one) => cards.columnOf(one, t));
      const own = Object.assign(cards.columnOf(read, t), {strong: true});
      S.empty(place).append(cards.table(cards.axisName(card.axes[0]), labels, [...columns, own, barsOf(read, t, labels.length)]),
        cards.heaviest(card.axes[0], labels, main, (k) => read.get(t, k)) || "");
      box.say(card.variables.length < 4 && others.length ? others.map((v) => cards.sentence(cards.word(v.name)) + ": " + S.pick(v.title)) : []);
    }
    show();
    if (read.at.length > 1) box.follow(show);
    box.tools({variables: card.variables, csv: () => cards.alongAxis(card, [read, ...side], labels),
      svg: () => cards.barPicture(labels, (k) => read.get(cards.periodAt(read.at, S.state.t), k), read.variable)});
    return {title: cards.title(main)};
  };

  cards.alongAxis = function (card, reads, labels) {
    const rows = [], timed = reads[0].at.length > 0;
    for (let t = 0; t < reads[0].T; t++)
      labels.forEach((label, k) => rows.push([...(timed ? [S.manifest.periods[reads[0].at[t]]] : []), label,
        ...reads.map((one) => one.get(t, k))]));
    return {header: [...(timed ? ["period"] : []), card.axes[0].split("/").pop(), ...reads.map((one) => one.variable.name)], rows};
  };

  /* The bars as a drawing of their own, for saving: labels, bars, numbers. */
  cards.barPicture = function (labels, value, variable) {
    const width = 620, step = 24, all = labels.map((label, k) => value(k));
    const lo = Math.min(0, d3.min(all) || 0), hi = Math.max(0, d3.max(all) || 0);
    const x = d3.scaleLinear().domain([lo, hi || 1]).range([180, width - 90]);
    const svg = S.svg("svg", {class: "chart q", width, height: 34 + step * labels.length, viewBox: `0 0 ${width} ${34 + step * labels.length}`});
    svg.append(S.svg("text", {class: "end", x: 8, y: 20}, S.chart.cut(cards.title(variable), width - 16, 12, true)));
    labels.forEach((label, k) => {
      const y = 34 + step * k, v = all[k];
      svg.append(S.svg("text", {class: "tick", x: 170, y: y + 14, "text-anchor": "end"}, S.chart.cut(label, 160, 11)));
      if (!Number.isFinite(v)) return;
      svg.append(S.svg("rect", {class: "mark", x: Math.min(x(0), x(v)), y: y + 4, width: Math.max(1, Math.abs(x(v) - x(0))), height: step - 10}));
      svg.append(S.svg("text", {class: "tick", x: Math.max(x(0), x(v)) + 6, y: y + 14}, cards.number(v, variable)));
    });
    return svg;
  };
})(window.S = window.S || {});
