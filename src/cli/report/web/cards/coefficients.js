/* Estimates along an axis with their 95% intervals: a table to cite, and beside every row a point with
 * its interval on one scale, about zero. The other numbers of the result stand below, as under a
 * regression table. */
(function (S) {
  "use strict";

  const cards = S.cards;
  const WIDE = 1.959963984540054;
  const FAR = 8; // an interval so many times the next one would flatten all others: it is cut

  /* Reads what belongs to the estimate: an error or two limits, p, and all other columns. */
  async function parts(card) {
    const estimate = card.estimate, all = card.variables;
    const error = (estimate.with || []).length === 1 ? S.variable(estimate.with[0])
      : (estimate.with || []).length ? null : S.plan.beside(card.all, estimate, "error");
    const limits = (estimate.with || []).length === 2 ? estimate.with.map(S.variable) : null;
    const p = S.plan.beside(card.all, estimate, "p");
    const side = all.filter((v) => v !== estimate && v !== p);
    const read = (v) => (v ? cards.read(v) : null);
    return {estimate: await read(estimate), error: await read(error), limits: limits && await Promise.all(limits.map(read)),
      p: await read(p), side: await Promise.all(side.map(read))};
  }

  function interval(of, t, k) {
    const b = of.estimate.get(t, k);
    if (of.limits) return [of.limits[0].get(t, k), b, of.limits[1].get(t, k)];
    const e = of.error ? of.error.get(t, k) : NaN;
    return [b - WIDE * e, b, b + WIDE * e];
  }

  /* The scale over all intervals but one that is far out of proportion, such as a constant's. */
  function scaleOf(intervals) {
    const reach = intervals.map((i) => Math.max(...i.map((v) => (Number.isFinite(v) ? Math.abs(v) : 0))));
    const order = reach.slice().sort((a, b) => b - a);
    const most = order.length > 2 && order[0] > FAR * order[1] ? order[1] : order[0];
    const kept = intervals.filter((i, k) => reach[k] <= most).flat().filter(Number.isFinite);
    return [Math.min(0, ...kept), Math.max(0, ...kept)];
  }

  const ROW = 30;

  function draw(place, of, t, labels, width) {
    const intervals = labels.map((label, k) => interval(of, t, k)), [lo, hi] = scaleOf(intervals);
    const columns = [{title: cards.word(of.estimate.variable.name), text: (k) => cards.number(intervals[k][1], of.estimate.variable), strong: true},
      ...of.side.filter((one) => width > 460 || one === of.error).map((one) => ({title: cards.word(one.variable.name),
        text: (k) => cards.number(one.get(t, k), one.variable)})),
      ...(of.p ? [{title: "p", text: (k) => cards.pValue(of.p.get(t, k))}] : [])];
    const wide = (c) => Math.max(S.chart.textWidth(cards.sentence(c.title), 12, true), ...labels.map((label, k) => S.chart.textWidth(c.text(k), 13, c.strong))) + 18;
    const nameRoom = Math.min(0.36 * width, Math.max(60, ...labels.map((label) => S.chart.textWidth(label, 12.5))) + 14);
    const height = 30 + ROW * labels.length + 26, svg = cards.frame(place, width, height, cards.title(of.estimate.variable));
    let at = nameRoom;
    for (const c of columns) c.right = at += wide(c);
    const box = {left: at + 24, right: width - 10, top: 30, bottom: height - 26};
    head(svg, columns, nameRoom, width);
    const x = d3.scaleLinear().domain(lo === hi ? [-1, 1] : [lo, hi]).range([box.left, box.right]).nice(4);
    axis(svg, x, box);
    labels.forEach((label, k) => {
      const y = box.top + ROW * k + ROW / 2;
      svg.append(S.svg("text", {class: "name", x: 0, y: y + 4}, S.chart.cut(label, nameRoom - 10, 12.5)));
      for (const c of columns)
        svg.append(S.svg("text", {class: "cell" + (c.strong ? " strong" : ""), x: c.right, y: y + 4, "text-anchor": "end"}, c.text(k)));
      svg.append(S.svg("line", {class: "rule", x1: 0, x2: width, y1: box.top + ROW * (k + 1) - 0.5, y2: box.top + ROW * (k + 1) - 0.5}));
      whisker(svg, intervals[k], x, y, box);
    });
  }

  function head(svg, columns, room, width) {
    for (const c of columns) svg.append(S.svg("text", {class: "head", x: c.right, y: 18, "text-anchor": "end"}, cards.sentence(c.title)));
    svg.append(S.svg("line", {class: "rule strong", x1: 0, x2: width, y1: 29.5, y2: 29.5}));
  }

  function axis(svg, x, box) {
    const count = Math.max(2, Math.floor((box.right - box.left) / 56)), format = S.chart.tickFormat(x, count);
    for (const v of x.ticks(count)) {
      const at = Math.round(x(v)) + 0.5;
      svg.append(S.svg("line", {class: v === 0 ? "zero" : "grid", x1: at, x2: at, y1: box.top, y2: box.bottom}));
    }
    S.chart.axisX(svg, x.ticks(count).map((v) => ({x: x(v), text: format(v)})), box, box.right + 10);
  }

  /* An end outside the scale is an arrow; an interval that holds zero is hollow. */
  function whisker(svg, [a, b, c], x, y, box) {
    if (!Number.isFinite(b)) return;
    const inside = (v) => Math.max(box.left, Math.min(box.right, x(v)));
    const sure = Number.isFinite(a) && Number.isFinite(c) ? a > 0 || c < 0 : false;
    if (Number.isFinite(a) && Number.isFinite(c))
      svg.append(S.svg("line", {class: "whisker", x1: inside(a), x2: inside(c), y1: y, y2: y}));
    if (x(b) < box.left || x(b) > box.right) {
      const left = x(b) < box.left, at = left ? box.left : box.right, d = left ? 7 : -7;
      svg.append(S.svg("path", {class: "mark", d: `M${at},${y}l${d},-5v10z`}));
    } else svg.append(S.svg("circle", {class: "point" + (sure ? " sure" : ""), cx: x(b), cy: y, r: 4.5}));
  }

  cards.kinds.coefficients = async function (box, card) {
    const of = await parts(card), labels = cards.labels(card.axes[0]), place = S.h("div", {class: "plot"});
    box.body.append(place);
    let wide = 0;
    const show = () => draw(place, of, cards.periodAt(of.estimate.at, S.state.t), labels, wide);
    cards.fit(place, (width) => { wide = width; show(); });
    if (of.estimate.at.length > 1) box.follow(show);
    box.say([S.t(of.limits ? "q_limits" : "q_interval")]);
    if (card.figures) box.body.append(cards.figuresLine(await Promise.all(card.figures.map(cards.read))));
    const reads = [of.estimate, ...(of.limits || []), ...of.side.filter((one) => !of.limits || !of.limits.includes(one)), ...(of.p ? [of.p] : [])];
    box.tools({variables: card.variables, csv: () => cards.alongAxis(card, reads, labels)});
    return {title: cards.title(of.estimate.variable)};
  };
})(window.S = window.S || {});
