/* Which cards a result gets: from the shapes, axes and views that the results file declares, and from
 * nothing else. No measure is named here. It reads the manifest and touches no page. */
(function (S) {
  "use strict";

  const FEW = 5; // positions of an axis of numbers below which lines over time say more than a curve
  const MAIN = 4; // cards of a result that stand open
  const PANELS = 6; // small charts of one card

  function isTime(id) {
    return id === "time" || id.endsWith("/time");
  }

  /* Names that statistics share, whatever the measure: what stands beside an estimate. */
  const BESIDE = {
    error: ["std_error"],
    p: ["p_value", "p_sim", "p"],
    z: ["z"],
    t: ["t"],
    n: ["n_used", "n"],
  };
  const ASIDE = new Set(Object.values(BESIDE).flat());

  function lengthOf(manifest, id) {
    if (id === "time") return manifest.periods.length;
    const axis = manifest.axes[id];
    return axis ? axis.labels.length : 0;
  }

  /* The axes of a variable other than periods and units, and how many periods it has. */
  function shapeOf(manifest, variable) {
    const time = variable.dims.find(isTime);
    const axes = variable.dims.filter((id) => !isTime(id) && id !== "unit");
    return {axes, time, periods: time ? lengthOf(manifest, time) : 1, byUnit: variable.dims.includes("unit")};
  }

  /* Ends in two axes of which the second is the first once more. */
  function isSquare(axes) {
    const n = axes.length;
    return n > 1 && axes[n - 1] === axes[n - 2] + "_to";
  }

  /* An axis along which a curve is drawn: many numbers, or numbers with a unit. */
  function isCurve(manifest, id) {
    const axis = manifest.axes[id];
    if (!axis || !axis.values || axis.values.length < 2) return false;
    return axis.values.length >= FEW || Boolean(axis.unit && axis.unit !== "1");
  }

  /* The positions of an axis, which lie in the file as a table of the axis's name. */
  function isCoordinate(variable) {
    return variable.dims.length === 1 && variable.dims[0] === variable.id;
  }

  /* What the section on pairs draws: sums from group to group. */
  function drawnWithPairs(manifest) {
    const ids = new Set();
    for (const pair of manifest.pairs || [])
      if (pair.blocks) ids.add(pair.blocks.sum).add(pair.blocks.count);
    return ids;
  }

  function kindByUnit(variable) {
    if (variable.show === "scatter" && variable.with && variable.with.length) return "scatter";
    return variable.show === "classes" && variable.classes ? "classes" : null;
  }

  function kindOf(manifest, variable, shape) {
    if (shape.byUnit) return kindByUnit(variable);
    const [first] = shape.axes, n = shape.axes.length, over = shape.periods > 1;
    const beside = variable.with ? variable.with.length : 0;
    if (variable.show === "band" && beside > 1)
      if (n === 1 ? isCurve(manifest, first) : n === 0 && over) return "band";
    if (variable.show === "parts" && beside && n < 2) return "parts";
    if (isSquare(shape.axes)) return "matrix";
    if (n > 1) return "table";
    if (n === 0) return over ? "line" : "figures";
    if (variable.show === "line" && isCurve(manifest, first)) return "curve";
    return over ? "line_by" : "bars";
  }

  /* Variables of one kind along the same axes share a card, where one is chosen or all stand side by
   * side. A band is a card of its own; so are the classes of one variable. */
  function groupOf(kind, variable, shape) {
    if (kind === "band" || kind === "classes" || kind === "scatter") return kind + " " + variable.id;
    if (kind === "line") return kind + (variable.integer ? " counts" : "");
    return [kind, shape.time || ""].concat(shape.axes).join(" ");
  }

  /* What stands beside a variable, of the same shape, by the names that statistics share. */
  function beside(all, variable, what) {
    const dims = variable.dims.join(" ");
    for (const name of BESIDE[what].map((one) => variable.name + "_" + one).concat(BESIDE[what])) {
      const found = all.find((v) => v.name === name && v.dims.join(" ") === dims);
      if (found && found !== variable) return found;
    }
    return null;
  }

  /* The estimate of a table along an axis that has errors or limits, else null. */
  function estimateOf(all, variables) {
    return variables.find((v) => v.show === "bars" && v.with && v.with.length) ||
      variables.find((v) => !ASIDE.has(v.name) && !v.integer && beside(all, v, "error")) || null;
  }

  /* Counts along an axis whose labels are names of classes: the card of the classes has them. */
  function repeatsClasses(manifest, all, variable, shape) {
    if (shape.byUnit || shape.axes.length !== 1 || !variable.integer) return false;
    const labels = manifest.axes[shape.axes[0]].labels.join("\n");
    return all.some((v) => v.show === "classes" && v.classes && v.classes.names.map((name) => name.en || name).join("\n") === labels);
  }

  /* Low numbers first: what a measure is known by comes before plain lines and numbers. */
  const RANK = {band: 0, parts: 0, coefficients: 0, classes: 0, matrix: 0, curve: 0, scatter: 0,
    line_by: 1, bars: 1, line: 1, table: 2, figures: 2};

  function rankOf(manifest, card, headline) {
    if (card.repeats || (card.kind === "matrix" && lengthOf(manifest, card.axes[card.axes.length - 1]) < 2)) return 5;
    /* Beside a band plain lines are its moments and tests, which the caption gives. */
    if ((card.kind === "line" || card.kind === "curve") && card.all.some((v) => v.show === "band")) return 3;
    if (card.variables.some((v) => v.name === headline)) return -1;
    /* Covariances come after the estimates that they are of. */
    if (card.kind === "matrix" && card.all.some((v) => v.show === "bars" && v.with && v.with.length)) return 1.5;
    return card.kind === "line" && card.variables[0].integer ? 4 : RANK[card.kind];
  }

  function gather(manifest, result, all, elsewhere) {
    const cards = new Map(), companions = new Set();
    for (const v of all) if (v.show === "band") for (const id of v.with || []) companions.add(id);
    for (const variable of all) {
      if (elsewhere.has(variable.id) || isCoordinate(variable)) continue;
      const shape = shapeOf(manifest, variable), kind = kindOf(manifest, variable, shape);
      if (!kind) continue;
      const repeats = companions.has(variable.id) || repeatsClasses(manifest, all, variable, shape);
      const key = groupOf(kind, variable, shape) + (repeats ? " again" : "");
      if (!cards.has(key)) cards.set(key, {kind, result, variables: [], axes: shape.axes, time: shape.time, all, repeats});
      cards.get(key).variables.push(variable);
    }
    return [...cards.values()];
  }

  /* Numbers of an axis that do not change with time become columns beside those that do. */
  function joinColumns(cards) {
    for (const card of cards) {
      if (card.kind !== "line_by") continue;
      const still = cards.find((c) => c.kind === "bars" && c.axes[0] === card.axes[0]);
      if (still) {
        card.columns = still.variables;
        still.joined = true;
      }
    }
    return cards.filter((card) => !card.joined);
  }

  /* A few numbers of an estimation stand under its coefficients, as under any regression table. */
  function joinFigures(cards, headline) {
    const table = cards.find((card) => card.kind === "coefficients");
    const few = table && cards.find((card) => card.kind === "figures" && card.variables.length < 7 &&
      card.variables.every((v) => v.name !== headline));
    if (!few) return cards;
    table.figures = few.variables;
    return cards.filter((card) => card !== few);
  }

  /* Several estimates of one axis, as direct and indirect effects, each with its own errors: a card for each. */
  function splitEstimates(card) {
    const estimates = card.kind === "bars" ? card.variables.filter((v) => v.with && v.with.length) : [];
    if (estimates.length < 2) return [card];
    const own = (e) => card.variables.filter((v) => v === e || v.name.startsWith(e.name + "_"));
    const taken = new Set(estimates.flatMap(own)), rest = card.variables.filter((v) => !taken.has(v));
    return [...estimates.map(own), rest].filter((some) => some.length).map((some) => Object.assign({}, card, {variables: some}));
  }

  function finish(manifest, card, headline) {
    if (card.kind === "bars") {
      card.estimate = estimateOf(card.all, card.variables);
      if (card.estimate) card.kind = "coefficients";
    }
    card.rank = rankOf(manifest, card, headline);
    /* The headline first; shares before the counts that they are made of. */
    const weight = (v) => (v.name === headline ? 0 : v.integer ? 2 : 1);
    if (card.kind !== "bars" && card.kind !== "coefficients")
      card.variables.sort((a, b) => weight(a) - weight(b));
  }

  /* A card of many small charts is cut: the first ones, and the rest behind "more". */
  function cut(card) {
    if (card.kind !== "line" || card.variables.length <= PANELS) return [card];
    return [Object.assign({}, card, {variables: card.variables.slice(0, PANELS)}),
      Object.assign({}, card, {variables: card.variables.slice(PANELS), rest: true})];
  }

  function planOf(manifest, result, elsewhere) {
    const all = manifest.variables.filter((v) => v.result === result.name);
    let cards = joinColumns(gather(manifest, result, all, elsewhere)).flatMap(splitEstimates);
    cards.forEach((card) => finish(manifest, card, result.headline));
    cards = joinFigures(cards, result.headline);
    cards.sort((a, b) => a.rank - b.rank); // stable: else in the order of the outputs
    cards = cards.flatMap(cut);
    const stands = (card, k) => k === 0 || (!card.rest && (card.rank <= 0 || (k === 1 && card.rank < 2) ||
      (k === 2 && card.kind === "line" && card.rank === RANK.line && card.variables.length < 4)));
    const main = cards.filter(stands).slice(0, MAIN);
    return {result, main, more: cards.filter((card) => !main.includes(card))};
  }

  /* In the order of the study. Results that have nothing but maps and pairs are left out. */
  function plan(manifest) {
    const elsewhere = drawnWithPairs(manifest);
    return manifest.results.map((result) => planOf(manifest, result, elsewhere)).filter((one) => one.main.length);
  }

  S.plan = {of: plan, shapeOf, isTime, isSquare, isCurve, beside, lengthOf};
})(window.S = window.S || {});
