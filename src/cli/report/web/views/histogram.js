// The distribution over units in the period that is shown, in the colours of the map's classes; the first
// period as an outline; ticks at what is selected. A bar selects its units. Axes are the same in all
// periods. Classes with names are bars of their own (class_bars.js).
(function (S) {
  "use strict";

  const histogram = {};
  S.histogram = histogram;

  let card, width = 0, picture = null, drawn = null;

  // ---- the picture ---------------------------------------------------------------------------

  // A bin with the values beyond it, which the outermost ones hold.
  const ends = (bins, b) => [b ? bins.edges[b] : Math.min(bins.lo, bins.edges[0]),
    b < bins.n - 1 ? bins.edges[b + 1] : Math.max(bins.hi, bins.edges[bins.n])];

  // What a bar may consist of: the parts of its bin between breaks of classes.
  function cellsOf(bins, classes) {
    const cells = [];
    for (let b = 0; b < bins.n; b++) {
      const [from, to] = ends(bins, b);
      const cuts = [from, ...classes.breaks.filter((x) => x > from && x < to), to];
      for (let i = 0; i + 1 < cuts.length; i++) cells.push({bin: b, from: cuts[i], to: cuts[i + 1], class: -1});
    }
    return cells;
  }

  function build(view) {
    const bins = S.bins(view.column);
    if (!bins) return null;
    const box = {left: 44, right: width - 10, top: 18, bottom: 124, width, height: 144};
    const svg = S.chart.frame(card.body, width, box.height, "", true);
    const x = (bins.log ? d3.scaleLog() : d3.scaleLinear()).domain([bins.edges[0], bins.edges[bins.n]])
      .range([box.left + 2, box.right]);
    const y = d3.scaleLinear().domain([0, bins.most]).range([box.bottom, box.top]);
    S.chart.axisY(svg, y, box, 3);
    const format = S.chart.tickFormat(x, 6);
    S.chart.axisX(svg, S.chart.ticks(x, 6).map((v) => ({x: x(v), text: format(v)})), box, width);
    const p = {svg, box, bins, x, y, key: view.key, rects: new Map(), bars: svg.appendChild(S.svg("g", {class: "bars"}))};
    p.first = svg.appendChild(outline(p, view));
    p.ticks = svg.appendChild(S.svg("g", {class: "marks"}));
    p.over = svg.appendChild(S.svg("path", {class: "over", stroke: S.colour("ink"), "stroke-width": 1.5, fill: "none"}));
    p.says = svg.appendChild(S.svg("text", {class: "says", x: box.left + 6, y: 12}));
    targets(p);
    return p;
  }

  const leftOf = (p, b) => p.x(p.bins.edges[b]);

  // The first period as a line of steps: what the present one is compared with.
  function outline(p, view) {
    const g = S.svg("g", {class: "first"});
    if (view.column.T < 2) return g;
    let d = `M${leftOf(p, 0)},${p.box.bottom}`;
    p.bins.first.forEach((n, b) => { d += `V${p.y(n).toFixed(1)}H${leftOf(p, b + 1).toFixed(1)}`; });
    g.append(S.svg("path", {d: d + `V${p.box.bottom}`, fill: "none", stroke: S.colour("soft"), "stroke-width": 1}));
    const label = S.manifest.periods[view.column.times[0]], wide = S.chart.textWidth(label, 11);
    g.append(S.svg("line", {x1: p.box.right - wide - 18, x2: p.box.right - wide - 6, y1: 8.5, y2: 8.5, stroke: S.colour("soft")}));
    const text = S.svg("text", {class: "tick", x: p.box.right, y: 12, "text-anchor": "end"});
    text.textContent = label;
    g.append(text);
    return g;
  }

  // Bars of the period. Rectangles are made once for a set of classes; a step of the slider moves them.
  function bars(p, view) {
    const K = view.classes.k, counts = new Uint32Array(p.bins.n * K);
    for (let u = 0; u < view.values.length; u++) {
      const b = p.bins.of(view.values[u]);
      if (b >= 0 && view.of[u] >= 0) counts[b * K + view.of[u]]++;
    }
    if (p.classes !== view.classes) rectangles(p, view.classes);
    const base = new Uint32Array(p.bins.n);
    for (const cell of p.cells) {
      const n = counts[cell.bin * K + cell.class], below = base[cell.bin];
      base[cell.bin] += n;
      const top = p.y(below + n), height = p.y(below) - top;
      cell.rect.setAttribute("y", top.toFixed(2));
      cell.rect.setAttribute("height", height.toFixed(2));
    }
    p.counts = base;
    p.hits.forEach((hit, b) => hit.setAttribute("data-count", base[b]));
  }

  function rectangles(p, classes) {
    p.classes = classes;
    p.cells = cellsOf(p.bins, classes);
    S.empty(p.bars);
    for (const cell of p.cells) {
      // A point inside tells the class; at its ends rounding could tell the neighbour's.
      cell.class = classes.of(cell.from + (cell.to - cell.from) / 2);
      const left = leftOf(p, cell.bin), wide = leftOf(p, cell.bin + 1) - left;
      cell.rect = S.svg("rect", {x: (left + 0.25).toFixed(2), width: Math.max(0.5, wide - 0.5).toFixed(2), y: p.box.bottom, height: 0,
        fill: classes.colours[cell.class], "data-class": cell.class});
      p.bars.append(cell.rect);
    }
  }

  // ---- what is selected, what is under the mouse --------------------------------------------------

  const clamped = (p, v) => Math.max(p.x.range()[0], Math.min(p.x.range()[1], p.bins.log && v <= 0 ? -Infinity : p.x(v)));

  function marks(p, view) {
    S.empty(p.ticks);
    // Of hundreds the ticks would be a wall; the map and the table show them.
    for (const u of S.state.u.slice(0, 60)) {
      const v = view.values[u];
      if (!Number.isFinite(v)) continue;
      p.ticks.append(S.svg("rect", {x: clamped(p, v) - 1.5, width: 3, y: p.box.bottom - 14, height: 16, rx: 1,
        fill: S.colourOf(u), stroke: S.colour("card"), "stroke-width": 0.75, "data-unit": u}));
    }
  }

  function hover(unit) {
    if (!picture || !picture.over) return;
    const v = unit === null || unit === undefined ? NaN : S.view.values[unit];
    const x = Number.isFinite(v) ? clamped(picture, v) : NaN;
    picture.over.setAttribute("d", x === x ? `M${x},${picture.box.bottom + 2}V${picture.box.bottom - 22}` : "");
  }

  function unitsOf(p, b) {
    const units = [];
    S.view.values.forEach((v, u) => { if (p.bins.of(v) === b) units.push(u); });
    return units;
  }

  function say(p, b) {
    p.bars.querySelectorAll(".near").forEach((r) => r.classList.remove("near"));
    p.near = b;
    if (b < 0) { p.says.textContent = ""; return; }
    const v = S.view.variable, [from, to] = ends(p.bins, b);
    for (const cell of p.cells) if (cell.bin === b) cell.rect.classList.add("near");
    const range = p.bins.whole && p.bins.edges[b + 1] - p.bins.edges[b] === 1 ? S.brief(Math.round(p.bins.edges[b] + 0.5), v)
      : S.brief(from) + " – " + S.brief(to);
    p.says.textContent = range + ": " + S.t("histogram.units", {n: S.count(p.counts[b]), nouns: S.noun(p.counts[b])});
  }

  // The whole height of a bin answers, so that a bar of one unit can be hit; with the keyboard, arrows
  // walk along the bars and Enter selects.
  function targets(p) {
    const g = S.svg("g", {class: "bins", tabindex: 0, role: "slider", "aria-label": S.t("histogram.keys"), "aria-valuemin": 1,
      "aria-valuemax": p.bins.n, "aria-valuenow": 1});
    p.hits = Array.from({length: p.bins.n}, (x, b) => {
      const left = leftOf(p, b), [from, to] = ends(p.bins, b);
      return S.svg("rect", {class: "hit", x: left, width: leftOf(p, b + 1) - left, y: p.box.top, height: p.box.bottom - p.box.top + 4,
        fill: "transparent", "data-from": from, "data-to": to, "data-count": 0, on: {
          mouseenter: () => say(p, b), click: (event) => S.selectAll(unitsOf(p, b), event.shiftKey)}});
    });
    g.append(...p.hits);
    g.addEventListener("mouseleave", () => say(p, -1));
    g.addEventListener("blur", () => say(p, -1));
    g.addEventListener("keydown", (event) => {
      const now = p.near === undefined || p.near < 0 ? 0 : p.near;
      const to = {ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: p.bins.n - 1}[event.key];
      if (to !== undefined) {
        say(p, Math.max(0, Math.min(p.bins.n - 1, to)));
        g.setAttribute("aria-valuenow", p.near + 1);
        g.setAttribute("aria-valuetext", p.says.textContent);
      } else if (event.key === "Enter" || event.key === " ") S.selectAll(unitsOf(p, now), event.shiftKey);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    p.svg.append(g);
  }

  // ---- the card ------------------------------------------------------------------------------

  function label(view) {
    const counts = Array.from(view.counts, (n, i) => view.classes.label(i) + ": " + n).join("; ");
    return S.t("histogram.label", {title: view.quantity.label, counts});
  }

  function update() {
    const view = S.view;
    if (!view || !width) return;
    if (!drawn || drawn.key !== view.key || drawn.width !== width ||
        drawn.dark !== S.dark() || drawn.lang !== S.state.lang) {
      drawn = {key: view.key, width, dark: S.dark(), lang: S.state.lang};
      S.empty(card.body);
      picture = view.classes.categories ? S.classBars.draw(card.body, width, view) : build(view);
      if (!picture) card.body.append(S.h("p", {class: "none"}, S.t("all.missing", {noun: S.noun(1)})));
      S.setTitle(card, S.t("histogram.title"));
    }
    if (!picture) { S.empty(card.caption); return; }
    if (picture.update) picture.update(view);
    else { bars(picture, view); marks(picture, view); }
    if (!S.moving) caption(view);
  }

  // What is said of the picture follows when the slider rests.
  function caption(view) {
    picture.svg.setAttribute("aria-label", label(view));
    const n = S.manifest.n, words = {n: S.count(n - view.missing), all: S.count(n), first: S.periodName(view.column.times[0])};
    const said = [S.t(view.column.T > 1 ? "histogram.caption" : "histogram.caption1", words)];
    if (picture.bins && picture.bins.log) said.push(S.t(picture.bins.lo > 0 ? "histogram.log" : "histogram.zero"));
    S.chart.caption(card.caption, said, view.variable.result);
  }

  function table() {
    const view = S.view, first = S.manifest.periods[view.column.times[0]];
    if (view.classes.categories)
      return {header: ["class", "n_" + S.manifest.periods[view.t]], rows: Array.from(view.counts, (n, i) => [view.classes.label(i), n])};
    const p = picture, many = view.column.T > 1;
    if (!p) return null;
    return {header: ["from", "to", "n_" + S.manifest.periods[view.t], ...(many ? ["n_" + first] : [])],
      rows: Array.from(p.counts, (n, b) => [...ends(p.bins, b), n, ...(many ? [p.bins.first[b]] : [])])};
  }

  histogram.start = function (element) {
    if (!S.quantities.length) return;
    card = S.card(S.t("histogram.title"), {class: "histogram", tools: {name: () => S.save.name("distribution"), csv: table,
      svg: () => picture && picture.svg, png: true, desc: () => S.chart.told(card.caption, S.view.variable.result), title: () => S.view.quantity.label}});
    card.root.dataset.view = "histogram";
    element.append(card.root);
    S.chart.fit(card.body, (w) => { width = w; update(); });
    S.on(["q", "t", "c", "k", "fix", "d", "lang"], update);
    S.on(["u"], () => { if (picture && S.view) (picture.marks || marks)(picture, S.view); });
    S.settled(() => { if (picture) caption(S.view); });
    S.onHover(hover);
    S.onPrint(() => update());
    update();
  };
})(window.S = window.S || {});
