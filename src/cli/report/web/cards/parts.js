/* Parts of a whole by period, stacked, with the whole as a line above them; of several wholes one is
 * chosen, of several groupings each has a panel. */
(function (S) {
  "use strict";

  const cards = S.cards;

  /* Whole -> its parts, in the order of the outputs. */
  function wholes(card) {
    const found = new Map();
    for (const v of card.variables) {
      const id = v.with[0];
      if (!found.has(id)) found.set(id, []);
      found.get(id).push(v);
    }
    return found;
  }

  const at = (read, t, k) => (read.shape.axes.length ? read.get(t, k) : read.get(t));

  function stackOf(reads, k) {
    return d3.range(reads[0].T).map((t) => {
      let sum = 0;
      return reads.map((read) => {
        const from = sum, v = at(read, t, k);
        sum += v;
        return [from, sum];
      });
    });
  }

  function legend(reads, whole, k, t, period) {
    const total = at(whole, t, k);
    return S.h("ul", {class: "keys"}, reads.map((read, i) => {
      const v = at(read, t, k), share = v / total;
      return S.h("li", {title: S.pick(read.variable.title)}, S.h("i", {class: "swatch f" + i}), S.h("span", {}, shortOf(read.variable, whole.variable)),
        S.h("b", {}, Number.isFinite(share) ? S.percent(share, 0) : "–"));
    }), S.h("li", {class: "soft"}, period));
  }

  /* A part's title without the words of the whole's that it begins with: "within groups". */
  function shortOf(variable, whole) {
    const title = S.pick(variable.title), head = S.pick(whole.title).split(/[ ,]/)[0];
    const rest = variable.name.startsWith(whole.name + "_") ? cards.word(variable.name.slice(whole.name.length + 1)) : "";
    return rest || (title.startsWith(head) ? title.slice(head.length).trim() : title);
  }

  function panel(place, reads, whole, k, title) {
    const stack = stackOf(reads, k), plot = S.h("div"), keys = S.h("div");
    const T = whole.T, total = d3.range(T).map((t) => at(whole, t, k));
    place.append(S.h("div", {class: "panel"}, title ? S.h("h4", {}, S.bdi(title)) : "", plot, keys));
    const update = () => {
      const t = cards.periodAt(whole.at, S.state.t);
      S.empty(keys).append(legend(reads, whole, k, t, whole.at.length ? S.manifest.periods[whole.at[t]] : ""));
    };
    if (T < 2) {
      one(plot, reads, whole, k);
      return update;
    }
    const spec = {at: whole.at, variable: whole.variable, height: 150, ticks: 3, describe: cards.title(whole.variable) + (title ? ", " + title : ""),
      domain: d3.scaleLinear().domain([Math.min(0, d3.min(stack.flat(2)) || 0), d3.max([...total, ...stack.flat(2)].filter(Number.isFinite)) || 1]).nice(3).domain(),
      under: (svg, x, y) => reads.forEach((read, i) => svg.append(S.svg("path", {class: "part f" + i,
        d: d3.area().x((s, t) => x(t)).y0((s) => y(s[i][0])).y1((s) => y(s[i][1])).defined((s) => Number.isFinite(s[i][1]))(stack) || ""}))),
      series: [{values: total, name: "", look: "whole", label: (i) => cards.number(total[i], whole.variable)}]};
    cards.lines(plot, spec);
    return update;
  }

  /* Of one period: a bar. */
  function one(plot, reads, whole, k) {
    plot.classList.add("plot");
    cards.fit(plot, (width) => {
      const svg = cards.frame(plot, width, 40, cards.title(whole.variable)), x = d3.scaleLinear().domain([0, at(whole, 0, k) || 1]).range([0, width - 70]);
      reads.forEach((read, i) => {
        const [from, to] = stackOf(reads, k)[0][i];
        if (to > from) svg.append(S.svg("rect", {class: "part f" + i, x: x(from), width: x(to) - x(from), y: 8, height: 24}));
      });
      svg.append(S.svg("text", {class: "end", x: width - 62, y: 25}, cards.number(at(whole, 0, k), whole.variable)));
    });
  }

  cards.kinds.parts = async function (box, card) {
    const found = wholes(card), ids = [...found.keys()], place = S.h("div");
    box.body.append(place);
    const reads = new Map();
    for (const [id, list] of found) reads.set(id, await Promise.all([S.variable(id), ...list].map(cards.read)));
    const labels = card.axes.length ? cards.labels(card.axes[0]) : [""];
    let keys = [];
    const choice = box.choose(ids.map(S.variable), (v) => {
      const [whole, ...rest] = reads.get(v.id), grid = S.h("div", {class: labels.length > 1 ? "panels two-up" : ""});
      box.retitle(S.t("q_parts_of", {name: cards.short(v)}));
      S.empty(place).append(grid);
      keys = labels.map((label, k) => panel(grid, rest, whole, k, label));
      keys.forEach((f) => f());
    });
    box.follow(() => keys.forEach((f) => f()));
    box.tools({variables: card.variables, csv: () => {
      const list = reads.get(choice().id), rows = [];
      for (let t = 0; t < list[0].T; t++)
        labels.forEach((label, k) => rows.push([S.manifest.periods[list[0].at[t]], label, ...list.map((one) => at(one, t, k))]));
      return {header: ["period", card.axes.length ? card.axes[0].split("/").pop() : "all", ...list.map((one) => one.variable.name)], rows};
    }});
    return {};
  };
})(window.S = window.S || {});
