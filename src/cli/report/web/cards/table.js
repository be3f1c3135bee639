/* What is neither line nor bars nor matrix: numbers of a result, each with its title; tables along two
 * axes, the longer one downward, further ones in lists. */
(function (S) {
  "use strict";

  const cards = S.cards;

  /* ---- numbers of a result ------------------------------------------------------------------ */

  function numberOf(read) {
    const v = read.get(read.T - 1);
    if (read.codes && read.codes.has(v)) return read.codes.get(v);
    return /(^|_)p(_value|_sim)?$/.test(read.variable.name) && v >= 0 && v <= 1 ? cards.pValue(v) : cards.number(v, read.variable);
  }

  /* The same in a line: "r2 within 0.83, f 12.4, n 400". */
  cards.figuresLine = (reads) => S.h("ul", {class: "keys figures-line"}, reads.map((read) =>
    S.h("li", {title: S.pick(read.variable.title)}, S.h("span", {class: "soft"}, cards.word(read.variable.name)), S.h("b", {}, numberOf(read)))));

  /* Sentences, and rows of a table as the terminal has them, whose columns stand below each other. */
  function addSummary(body, lines) {
    const isRow = (line) => /\S {2,}\S/.test(line);
    for (let k = 0, end; k < lines.length; k = end) {
      for (end = k + 1; end < lines.length && isRow(lines[k]) && isRow(lines[end]);) end++;
      body.append(isRow(lines[k]) ? S.h("pre", {class: "note rows", tabindex: 0}, lines.slice(k, end).join("\n"))
        : S.h("p", {class: "note"}, S.bdi(cards.sentence(lines[k]))));
    }
  }

  cards.kinds.figures = async function (box, card) {
    const reads = await Promise.all(card.variables.map(cards.read));
    box.body.append(S.h("dl", {class: "figures"}, reads.map((read) => S.h("div", {class: read.variable.headline ? "headline" : ""},
      S.h("dt", {}, S.h("code", {}, read.variable.name), S.h("span", {}, S.bdi(S.pick(read.variable.title)))),
      S.h("dd", {}, numberOf(read), read.variable.unit ? " " + read.variable.unit : "")))));
    addSummary(box.body, card.result.summary || []);
    box.tools({variables: card.variables, picture: false, csv: () => ({header: ["quantity", "value", "title"],
      rows: reads.map((read) => [read.variable.name, read.get(read.T - 1), S.pick(read.variable.title)])})});
    return reads.length === 1 ? {title: cards.title(reads[0].variable)} : {};
  };

  /* ---- two axes and more ---------------------------------------------------------------------- */

  cards.kinds.table = async function (box, card) {
    const reads = await Promise.all(card.variables.map(cards.read)), n = card.axes.length;
    const lengths = card.axes.map((id) => S.manifest.axes[id].labels.length);
    /* The two last axes are rows and columns; what is wider than it is long is turned. */
    const [down, over] = lengths[n - 1] > lengths[n - 2] ? [n - 1, n - 2] : [n - 2, n - 1];
    const at = card.axes.map(() => 0), place = S.h("div");
    box.body.append(place);
    let read = reads[0];
    const value = (i, j) => {
      at[down] = i;
      at[over] = j;
      return read.get(cards.periodAt(read.at, S.state.t), ...at);
    };
    const show = () => {
      const columns = cards.labels(card.axes[over]).map((title, j) => ({title, text: (i) => cards.brief(value(i, j), read.variable)}));
      S.empty(place).append(cards.table(cards.axisName(card.axes[down]), cards.labels(card.axes[down]), columns));
      const period = read.at.length ? S.manifest.periods[read.at[cards.periodAt(read.at, S.state.t)]] + ": " : "";
      box.say([period + S.pick(read.variable.title)]);
    };
    card.axes.slice(0, n - 2).forEach((id, k) => box.list(cards.axisName(id), cards.labels(id), (i) => { at[k] = i; show(); }));
    const chosen = box.choose(card.variables, (v) => { read = reads[card.variables.indexOf(v)]; show(); });
    if (read.at.length > 1) box.follow(show);
    box.tools({variables: card.variables, picture: false, csv: () => cards.longTable(card, reads[card.variables.indexOf(chosen())])});
    return {};
  };
})(window.S = window.S || {});
