/* A statistic about its expectation: the line, and the range in which it would lie in 95 of 100 cases
 * by chance alone, expectation +- 1.96 standard deviations. By period, or along an axis of distances. */
(function (S) {
  "use strict";

  const cards = S.cards;
  const WIDE = 1.959963984540054; // 97.5% of the standard normal

  function bandOf(expected, variance) {
    const sd = variance.map((v) => (v >= 0 ? Math.sqrt(v) : NaN));
    return {middle: expected, lo: expected.map((e, i) => e - WIDE * sd[i]), hi: expected.map((e, i) => e + WIDE * sd[i])};
  }

  /* "n 2,478 in 2001, 2,532 in 2018; z 25.3, p 2.36e-141": what stands beside it, of the period shown. */
  function tests(side, read, t) {
    const of = S.manifest.periods, parts = [];
    if (side.n) {
      const n = (k) => S.count(side.n.get(k));
      parts.push(read.T > 1 ? S.t("q_n_from_to", {n: n(0), first: of[read.at[0]], m: n(read.T - 1), last: of[read.at[read.T - 1]]})
        : "n " + n(0));
    }
    const more = [];
    if (side.z) more.push("z " + cards.number(side.z.get(t), side.z.variable));
    if (side.p) more.push("p " + cards.pValue(side.p.get(t)));
    if (more.length) parts.push((read.at.length > 1 ? of[read.at[t]] + ": " : "") + more.join(", "));
    return parts;
  }

  async function besides(card, variable) {
    const side = {};
    for (const what of ["n", "z", "p"]) {
      const found = S.plan.beside(card.all, variable, what);
      if (found) side[what] = await cards.read(found);
    }
    return side;
  }

  cards.kinds.band = async function (box, card) {
    const [variable] = card.variables;
    const [read, expected, variance] = await Promise.all([variable, ...variable.with.map(S.variable)].map(cards.read));
    const side = await besides(card, variable), place = S.h("div");
    box.body.append(place);
    const along = card.axes.length === 1;
    const draw = along ? () => drawAlong(place, card, read, expected, variance) : () => drawOver(place, read, expected, variance);
    const say = () => {
      const t = cards.periodAt(read.at, S.state.t);
      const e = along ? expected.get(t, 0) : expected.get(t);
      box.say([S.t("q_band", {e: cards.number(e)}), ...(along ? [] : tests(side, read, t))]);
    };
    draw();
    say();
    box.follow(() => { if (along) draw(); say(); });
    box.tools({variables: [variable], csv: () => tableOf(card, [read, expected, variance])});
    return {title: cards.title(variable)};
  };

  function drawOver(place, read, expected, variance) {
    const own = (one) => Array.from({length: read.T}, (x, t) => one.get(t));
    const values = own(read), v = read.variable;
    cards.lines(place, {at: read.at, variable: v, band: bandOf(own(expected), own(variance)), describe: cards.title(v),
      series: [{values, look: "main", label: (i) => (v.name.length < 3 ? v.name + " " : "") + cards.number(values[i], v)}]});
  }

  function drawAlong(place, card, read, expected, variance) {
    const id = card.axes[0], axis = S.manifest.axes[id], t = cards.periodAt(read.at, S.state.t), v = read.variable;
    const own = (one) => axis.labels.map((label, k) => one.get(t, k));
    const series = [{values: own(read), look: "main", dots: true, label: () => (read.at.length ? S.manifest.periods[read.at[t]] : "")}];
    cards.lines(S.empty(place), {positions: axis.values, names: cards.labels(id), variable: v, series,
      band: bandOf(own(expected), own(variance)), describe: cards.title(v), height: 210,
      xTitle: cards.axisName(id) + (axis.unit && axis.unit !== "1" ? ", " + axis.unit : "")});
  }

  function tableOf(card, reads) {
    const along = card.axes.length ? S.manifest.axes[card.axes[0]].labels : [null], rows = [];
    for (let t = 0; t < reads[0].T; t++)
      along.forEach((label, k) => rows.push([reads[0].at.length ? S.manifest.periods[reads[0].at[t]] : "",
        ...(label === null ? [] : [label]), ...reads.map((one) => one.get(t, k))]));
    return {header: ["period", ...card.axes.map((id) => id.split("/").pop()), ...reads.map((one) => one.variable.name)], rows};
  }
})(window.S = window.S || {});
