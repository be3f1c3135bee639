// The quantity against another one, a dot for each unit in the colour of its group, with Spearman's rank
// correlation. Dots are on a canvas, axes and what is selected or under the mouse in an SVG over it. Axes
// are the same in all periods; the dots follow when the slider rests.
(function (S) {
  "use strict";

  const scatter = {};
  S.scatter = scatter;

  const HEIGHT = 214, MANY = 20000;
  let card, canvas, plot, width = 0, other = null, loading = 0, p = null;

  // Quantities that can be an axis: numbers, not names of classes.
  const numeric = () => S.quantities.filter((q) => S.rulesOf(q.variable)[0] !== "own");

  // The one asked for; else one that is shown with this one, else one of the same result, else any other. A
  // quantity that equals this one bit for bit (sums of a symmetric matrix) says nothing.
  function chosen() {
    const all = numeric().filter((q) => q.key !== S.state.q), now = S.quantity(S.state.q);
    if (!now) return null;
    const v = now.variable, news = all.filter((q) => q.variable.equal !== v.id && v.equal !== q.variable.id);
    return all.find((q) => q.key === S.state.x) || news.find((q) => (v.with || []).includes(q.variable.id)) ||
      news.find((q) => q.variable.result === v.result) || news.find((q) => q.variable.headline) || news[0] || all[0] || null;
  }

  function chooser() {
    const items = numeric().filter((q) => q.key !== S.state.q);
    S.empty(card.middle).append(S.h("select", {"aria-label": S.t("scatter.against"), name: "x",
      on: {change: (e) => S.set({x: e.target.value})}},
      items.map((q) => S.h("option", {value: q.key, "data-key": q.key, selected: other && q.key === other.key}, q.label))));
  }

  async function load() {
    const mine = ++loading, q = S.quantity(S.state.q), found = chosen();
    const usable = q && found && S.rulesOf(q.variable)[0] !== "own";
    card.root.hidden = !usable;
    if (!usable) { p = null; return; }
    try {
      const [y, x] = await Promise.all([S.column(q.key), S.column(found.key)]);
      if (mine !== loading) return;
      other = {...found, key: found.key, label: found.label, column: x};
      p = {x, y, axis: {x: S.domain(x), y: S.domain(y)}};
      chooser();
      draw();
    } catch (error) {
      S.failed(card.body, error);
    }
  }

  // ---- the picture ---------------------------------------------------------------------------

  function frame() {
    const box = {left: 52, right: width - 14, top: 24, bottom: HEIGHT - 42, width, height: HEIGHT};
    const svg = S.chart.frame(plot, width, HEIGHT, "");
    svg.classList.add("cloud");
    const x = S.chart.scale(p.axis.x.lo, p.axis.x.hi, [box.left, box.right], p.axis.x.log).nice(6);
    const y = S.chart.scale(p.axis.y.lo, p.axis.y.hi, [box.bottom, box.top], p.axis.y.log).nice(5);
    S.chart.axisY(svg, y, box, 5);
    const format = S.chart.tickFormat(x, 6);
    S.chart.axisX(svg, S.chart.ticks(x, 6).map((v) => ({x: x(v), text: format(v)})), box, width);
    // No hairlines across: they would lie over the dots.
    svg.append(S.svg("line", {class: "base", x1: box.left - 0.5, x2: box.left - 0.5, y1: box.top, y2: box.bottom}));
    const top = S.svg("text", {class: "axis-title", x: 0, y: 11}), bottom = S.svg("text", {class: "axis-title", x: box.right, y: HEIGHT - 6,
      "text-anchor": "end"});
    p.says = S.svg("text", {class: "says", x: box.right, y: 11, "text-anchor": "end"});
    p.top = top;
    bottom.textContent = S.chart.cut(p.x.quantity.label, width - 40, 11) + " →";
    p.dots = S.svg("g", {class: "dots"});
    p.over = S.svg("g", {class: "over"});
    svg.append(top, bottom, p.says, p.dots, p.over);
    return {svg, box, sx: x, sy: y};
  }

  function rowOf(column, t) {
    const r = column.row(t);
    return r < 0 ? null : column.values.subarray(r * column.n, (r + 1) * column.n);
  }

  // Where a dot is; beyond the axes it stands at their edge. A line through the scale's ends, since 10^5
  // calls of a scale are slow.
  function placer(scale) {
    const [a, b] = scale.range(), f = scale.base ? Math.log : (v) => v, [from, to] = scale.domain().map(f);
    const low = Math.min(a, b), high = Math.max(a, b), by = (b - a) / (to - from);
    return (v) => Math.max(low, Math.min(high, scale.base && v <= 0 ? a : a + (f(v) - from) * by));
  }

  function colourer() {
    const group = S.lines.group();
    const plain = S.colour("soft");
    if (!group || group.labels.length > 8) return () => plain;
    const colours = group.labels.map((label, i) => S.groupColour(i));
    return (u) => colours[group.of[u]] || plain;
  }

  // Positions of the period's dots, by unit; NaN where one of both values is missing.
  function positions() {
    const t = S.state.t, xs = rowOf(p.x, t), ys = rowOf(p.y, t), n = S.manifest.n;
    p.px = new Float32Array(n).fill(NaN);
    p.py = new Float32Array(n).fill(NaN);
    p.n = 0;
    p.beyond = 0;
    if (!xs || !ys) { p.rho = {rho: NaN, n: 0}; return; }
    const [x0, x1] = p.sx.domain(), [y0, y1] = p.sy.domain(), placeX = placer(p.sx), placeY = placer(p.sy);
    for (let u = 0; u < n; u++) {
      if (!Number.isFinite(xs[u]) || !Number.isFinite(ys[u])) continue;
      p.px[u] = placeX(xs[u]);
      p.py[u] = placeY(ys[u]);
      p.n++;
      if (xs[u] < x0 || xs[u] > x1 || ys[u] < y0 || ys[u] > y1) p.beyond++;
    }
    p.rho = S.spearman(xs, ys);
  }

  function radius() {
    return p.n > MANY ? 1 : p.n > 2000 ? 1.6 : p.n > 300 ? 2.4 : 3.5;
  }
  const opacity = () => (p.n > MANY ? 0.25 : p.n > 2000 ? 0.36 : 0.6);

  function paint() {
    const scale = window.devicePixelRatio || 1, pen = canvas.getContext("2d");
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(HEIGHT * scale);
    canvas.style.width = width + "px";
    canvas.style.height = HEIGHT + "px";
    pen.clearRect(0, 0, canvas.width, canvas.height);
    if (p.n > MANY) return specks(pen, scale);
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.globalAlpha = opacity();
    const of = colourer(), r = radius();
    for (let u = 0; u < p.px.length; u++) {
      if (p.px[u] !== p.px[u]) continue;
      pen.fillStyle = of(u);
      pen.beginPath();
      pen.arc(p.px[u], p.py[u], r, 0, 2 * Math.PI);
      pen.fill();
    }
  }

  // Of very many units each is a square of two pixels, mixed into the picture here: a canvas draws some
  // 10^5 shapes a second, which is too slow.
  function specks(pen, scale) {
    const image = pen.createImageData(canvas.width, canvas.height), data = image.data, wide = canvas.width;
    const of = colourer(), known = new Map(), part = opacity(), size = Math.max(1, Math.round(2 * radius() * scale));
    for (let u = 0; u < p.px.length; u++) {
      if (p.px[u] !== p.px[u]) continue;
      const name = of(u);
      if (!known.has(name)) known.set(name, d3.rgb(name));
      const c = known.get(name), left = Math.round(p.px[u] * scale - size / 2), top = Math.round(p.py[u] * scale - size / 2);
      for (let y = Math.max(0, top); y < Math.min(canvas.height, top + size); y++)
        for (let x = Math.max(0, left); x < Math.min(wide, left + size); x++) over(data, 4 * (y * wide + x), c, part);
    }
    pen.putImageData(image, 0, 0);
  }
  // One colour over another that may be transparent (Porter and Duff's "over").
  function over(data, i, c, part) {
    const below = data[i + 3] / 255, all = part + below * (1 - part), keep = (below * (1 - part)) / all, take = part / all;
    data[i] = c.r * take + data[i] * keep;
    data[i + 1] = c.g * take + data[i + 1] * keep;
    data[i + 2] = c.b * take + data[i + 2] * keep;
    data[i + 3] = 255 * all;
  }

  function draw() {
    if (!p || !width) return;
    Object.assign(p, frame());
    settle();
  }

  // What is redrawn when the year rests.
  function settle() {
    if (!p || !p.svg) return;
    positions();
    paint();
    marks();
    const rho = p.rho.rho === p.rho.rho ? "ρ " + p.rho.rho.toFixed(2).replace("-", "−") + " (Spearman), " : "";
    p.says.textContent = rho + "n " + S.count(p.rho.n);
    p.top.textContent = "↑ " + S.chart.cut(p.y.quantity.label, p.box.right - S.chart.textWidth(p.says.textContent, 11) - 30, 11);
    S.setTitle(card, S.t("scatter.title"));
    const label = S.t("scatter.label", {y: p.y.quantity.label, x: p.x.quantity.label, rho: p.says.textContent});
    p.svg.setAttribute("aria-label", label);
    canvas.setAttribute("aria-label", label);
    caption();
  }

  function caption() {
    const group = S.lines.group(), said = [];
    if (!S.manifest.cross_section) said.push(S.periodName(S.state.t) + (S.language() === "zh" ? "。" : "."));
    if (group && group.labels.length <= 8) said.push(S.t("scatter.caption", {group: S.lines.groupTitle(group).toLowerCase()}));
    if (p.beyond) said.push(S.t("scatter.beyond", {n: S.count(p.beyond), nouns: S.noun(p.beyond)}));
    S.chart.caption(card.caption, said, p.y.variable.result);
  }

  // ---- selection and hover ---------------------------------------------------------------------

  const dot = (u, r, fill, stroke) => S.svg("circle", {cx: p.px[u].toFixed(1), cy: p.py[u].toFixed(1), r, fill,
    stroke, "stroke-width": 1.5});

  function marks() {
    if (!p || !p.dots) return;
    S.empty(p.dots);
    // Of thousands that are selected the picture shows some: the table has them all.
    for (const u of S.state.u.slice(0, 500).reverse())
      if (p.px[u] === p.px[u]) {
        const mark = dot(u, S.state.u.length > 8 ? 3 : 5, S.colourOf(u), S.colour("card"));
        mark.setAttribute("data-unit", u);
        p.dots.append(mark);
      }
  }

  function hover(unit) {
    if (!p || !p.over) return;
    S.empty(p.over);
    if (unit === null || unit === undefined || p.px[unit] !== p.px[unit]) return;
    p.over.append(dot(unit, 5, "none", S.colour("ink")));
  }

  // The dot nearest to the mouse, within 10 pixels.
  function nearest(event) {
    const [mx, my] = S.chart.mouse(event, plot);
    let best = null, least = 100;
    for (let u = 0; u < p.px.length; u++) {
      const dx = p.px[u] - mx, dy = p.py[u] - my, away = dx * dx + dy * dy;
      if (away < least) { least = away; best = u; }
    }
    return best;
  }

  function mouse() {
    plot.addEventListener("mousemove", (event) => { if (p) S.hover(nearest(event), {x: event.clientX, y: event.clientY}); });
    plot.addEventListener("mouseleave", () => S.hover(null));
    plot.addEventListener("click", (event) => {
      const unit = p ? nearest(event) : null;
      if (unit !== null) S.select(unit, event.shiftKey);
    });
  }

  // ---- saving, the card -------------------------------------------------------------------------

  // The same picture without a canvas. All dots of a colour are one path of round ends without length:
  // a tenth of the size of as many circles.
  scatter.svg = function () {
    if (!p || !p.svg) return null;
    const copy = p.svg.cloneNode(true), of = colourer(), paths = new Map();
    for (let u = 0; u < p.px.length; u++) {
      if (p.px[u] !== p.px[u]) continue;
      const colour = of(u);
      if (!paths.has(colour)) paths.set(colour, []);
      paths.get(colour).push(`M${p.px[u].toFixed(1)},${p.py[u].toFixed(1)}h0`);
    }
    const dots = copy.querySelector("g.dots");
    for (const [colour, d] of paths)
      dots.before(S.svg("path", {d: d.join(""), fill: "none", stroke: colour, "stroke-width": 2 * radius(), "stroke-linecap": "round",
        "stroke-opacity": opacity()}));
    copy.querySelector("g.over").remove();
    return copy;
  };

  function* rows() {
    const t = S.state.t, xs = rowOf(p.x, t), ys = rowOf(p.y, t);
    for (let u = 0; xs && ys && u < S.manifest.n; u++)
      if (Number.isFinite(xs[u]) && Number.isFinite(ys[u]))
        yield [S.code(u), S.nameOrNone(u), S.save.cell(p.x, xs[u]), S.save.cell(p.y, ys[u])];
  }
  function table() {
    return {header: ["code", "name", S.save.heading(p.x), S.save.heading(p.y)], rows: rows()};
  }

  scatter.start = function (element) {
    if (numeric().length < 2) return;
    card = S.card(S.t("scatter.title"), {class: "scatter", tools: {name: () => S.save.name("against", other.key),
      csv: table, svg: scatter.svg, png: true, desc: () => S.chart.told(card.caption, p.y.variable.result, p.x.variable.result)}});
    card.root.dataset.view = "scatter";
    canvas = S.h("canvas", {role: "img"});
    plot = S.h("div", {class: "cloud-plot"}, canvas);
    card.body.append(plot);
    element.append(card.root);
    mouse();
    S.chart.fit(card.body, (w) => { width = w; draw(); });
    S.on(["q", "x"], load);
    S.on(["group", "d"], () => { if (p) draw(); });
    S.on(["lang"], () => { if (p) { chooser(); draw(); } });
    S.on(["u"], marks);
    S.settled(settle);
    S.onHover(hover);
    S.onPrint(() => {
      if (!p || card.root.hidden) return null;
      draw();
      const paper = scatter.svg();
      paper.classList.add("print-only");
      plot.append(paper);
      return paper;
    });
    load();
  };
})(window.S = window.S || {});
