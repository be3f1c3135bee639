/* What the cards of measures share: numbers of a variable by period and position, words for axes, and
 * the one line chart that the views by period and along an axis are made of. */
(function (S) {
  "use strict";

  const cards = S.cards = S.cards || {};
  cards.kinds = cards.kinds || {};

  /* ---- numbers ------------------------------------------------------------------------------ */

  /* Whole numbers that stand for words, where the title says them: "1: more is better; -1: less is
   * better". NULL where it does not. */
  cards.codes = function (variable) {
    const english = variable.title.en || variable.title;
    if (!variable.integer || !/^-?\d+:? \S/.test(english)) return null;
    const found = new Map(), own = S.pick(variable.title);
    for (const text of own === english ? [own] : [english, own])
      for (const m of text.replace(/−/g, "-").matchAll(/(?:^|[;,，；（(] ?)(-?\d+)[:：]? ([^;,，；）)]+)/g)) found.set(Number(m[1]), m[2]);
    /* "1: p-value within ...; 0: not": the name says it. */
    const words = cards.word(variable.name);
    if (found.size === 2 && / 0: not\b/.test(english)) {
      found.set(1, words);
      found.set(0, S.t("q_not", {words}));
    }
    return found.size > 1 ? found : null;
  };

  /* A variable without units, read: get(t, i, j, ...) by its own period and positions. Missing is NaN. */
  cards.read = async function (variable) {
    const values = await S.data(variable.block), codes = cards.codes(variable);
    const shape = S.plan.shapeOf(S.manifest, variable);
    const lengths = variable.dims.map((id) => S.plan.lengthOf(S.manifest, id));
    const strides = lengths.map((length, k) => lengths.slice(k + 1).reduce((a, b) => a * b, 1));
    const order = variable.dims.map((id) => (S.plan.isTime(id) ? 0 : 1 + shape.axes.indexOf(id)));
    const none = codes && codes.has(values.none) ? undefined : values.none;
    const number = (v) => (v === none ? NaN : v);
    const get = (...at) => number(values[order.reduce((sum, from, k) => sum + at[from] * strides[k], 0)]);
    return {variable, codes, get, shape, T: shape.periods, at: cards.periodsOf(shape.time)};
  };

  /* Indices into the study's periods. */
  cards.periodsOf = function (time) {
    if (!time) return [];
    if (time === "time") return S.manifest.periods.map((label, t) => t);
    return S.manifest.axes[time].at;
  };

  /* Which of its own periods a result shows while the slider is at t: the last one until then. */
  cards.periodAt = function (at, t) {
    let own = 0;
    at.forEach((period, k) => { if (period <= t) own = k; });
    return own;
  };

  /* ---- words -------------------------------------------------------------------------------- */

  /* The name of an axis in words: the last part of its id. */
  cards.axisName = function (id) {
    const name = id.slice(id.lastIndexOf("/") + 1).replace(/_to$/, "").replace(/_label$/, "");
    return cards.word(name);
  };

  /* The word for a common name of a quantity or an axis, else the name with blanks. */
  cards.word = function (name) {
    const key = "word_" + name;
    return key in S.words[S.language()] ? S.t(key) : S.groupWord(name).replace(/_/g, " ");
  };

  cards.labels = function (id) {
    const axis = S.manifest.axes[id], grouping = id.endsWith("/grouping"), unit = axis.unit && axis.unit !== "1" ? " " + axis.unit : "";
    return axis.values ? axis.labels.map((label) => (label === "inf" ? "∞" : label) + unit) : axis.labels.map((label) => (grouping && S.group(label) ? S.groupTitle(label) : S.term(label) || "–"));
  };

  /* Titles as texts that may stand alone: those of the file begin small. */
  cards.sentence = function (text) {
    return text && text.length > 1 && text[1] !== " " && text[1] !== "_" ? text[0].toUpperCase() + text.slice(1) : text || "";
  };

  /* The title of a variable, short: what whole numbers mean, and of what pairs a sum is, is cut off. */
  cards.title = function (variable) {
    let text = S.pick(variable.title) || variable.name;
    text = text.replace(/（\d.*$/, "");
    if (variable.classes || cards.codes(variable)) text = text.split(/[,;:]/)[0].replace(/ from -?\d+$/, "");
    if (variable.classes && text.length > 26) text = cards.word(variable.name);
    text = text.split(/; | of: /)[0];
    return cards.sentence(/^-?\d+\b/.test(text) && cards.codes(variable) ? cards.word(variable.name) : text);
  };

  /* Shorter still, for buttons and panels. */
  cards.short = function (variable) {
    const key = "word_" + variable.name, text = cards.title(variable).split(/[,;:(]/)[0].trim();
    if (S.language() === "zh" && key in S.words.zh) return S.t(key);
    return text.length <= 26 ? text : cards.sentence(cards.word(variable.name));
  };

  cards.number = function (v, variable) {
    if (v === Infinity) return "∞";
    if (v === -Infinity) return "−∞";
    return !Number.isFinite(v) ? "–" : variable && variable.integer ? S.number(v, variable) : S.brief(v, variable);
  };

  /* For places with little room: counts beyond a million by a word, too. */
  cards.brief = (v, variable) => (Number.isFinite(v) ? S.brief(v, variable) : cards.number(v, variable));

  /* Very small p-values are those of a normal tail far out: below what a double can hold they are 0. */
  cards.pValue = function (p) {
    if (!Number.isFinite(p)) return "–";
    return p === 0 ? "< 1e−300" : p < 0.0001 ? S.number(p) : p.toFixed(4);
  };

  /* ---- drawing ------------------------------------------------------------------------------ */

  const BUDGET = 24; // ms of drawing in a frame; more where much waits, as every frame lays the page out
  const waiting = [];
  const unseen = []; // what was made for paper
  let frame = 0;

  const nextFrame = (f) => (document.hidden ? setTimeout(f, 30) : requestAnimationFrame(f));

  function drawWaiting() {
    const end = performance.now() + BUDGET + waiting.length;
    frame = 0;
    while (waiting.length && performance.now() < end) waiting.shift()();
    if (waiting.length) frame = nextFrame(drawWaiting);
  }

  /* Calls draw(width) when the element has a width, and when it gets another. No width is asked for:
   * a question between two drawings lays the whole page out again, which with hundreds of cards takes
   * minutes. */
  cards.fit = function (element, draw) {
    let last = 0;
    // A print has no frames: what is drawn for it is drawn by drawNow.
    if (S.printing) unseen.push({element, draw: (width) => { last = width; draw(width); }});
    new ResizeObserver((entries) => {
      const width = Math.floor(entries[entries.length - 1].contentRect.width);
      if (width <= 0 || width === last) return;
      last = width;
      waiting.push(() => {
        try {
          if (width === last) draw(width);
        } catch (error) {
          S.failed(element, error);
        }
      });
      frame = frame || nextFrame(drawWaiting);
    }).observe(element);
  };

  /* What was made for paper, at once: all widths are read first, which lays the page out once. */
  cards.drawNow = function () {
    while (unseen.length) {
      const now = unseen.splice(0), widths = now.map(({element}) => Math.floor(element.clientWidth));
      now.forEach(({element, draw}, i) => {
        try {
          if (widths[i] > 0) draw(widths[i]);
        } catch (error) {
          S.failed(element, error);
        }
      });
    }
  };

  /* All that waits is drawn. */
  cards.settle = async function () {
    for (let calm = 0; calm < 2; calm = waiting.length ? 0 : calm + 1) await new Promise(nextFrame);
  };

  /* A chart of this section; the class holds its style sheet apart from those of other views, and
   * reaches what is made for saving alone. */
  cards.frame = function (place, width, height, label) {
    const svg = S.chart.frame(place, width, height, label);
    svg.classList.add("q");
    return svg;
  };

  /* ---- the line chart ----------------------------------------------------------------------- */

  const SIZE = 11;

  function extent(lists) {
    let lo = Infinity, hi = -Infinity;
    for (const list of lists)
      for (const v of list)
        if (Number.isFinite(v)) {
          if (v < lo) lo = v;
          if (v > hi) hi = v;
        }
    return [lo, hi];
  }

  /* The periods of a result from edge to edge, at their numbers where they are numbers; ticks at
   * every second, fifth, tenth, as many as fit. */
  cards.periods = function (at, range) {
    const labels = at.map((t) => S.manifest.periods[t]), numbers = labels.map(Number);
    const numeric = labels.every((label) => /^-?\d{1,9}$/.test(label)) && numbers.every((v, i) => i === 0 || v > numbers[i - 1]);
    const places = numeric ? numbers : labels.map((label, i) => i), last = places.length - 1;
    const scale = d3.scaleLinear().domain(last > 0 ? [places[0], places[last]] : [places[0] - 1, places[0] + 1]).range(range);
    const widest = Math.max(...labels.map((label) => S.chart.textWidth(label, SIZE))) + 14;
    const fit = Math.max(1, Math.floor(Math.abs(range[1] - range[0]) / Math.max(widest, 44)));
    const every = [1, 2, 5, 10, 20, 25, 50, 100].find((k) => last / k <= fit) || labels.length;
    const ticks = labels.map((text, i) => ({text, x: scale(places[i])})).filter((tick, i) => i % every === 0);
    return {x: (i) => scale(places[i]), ticks};
  };

  /* Where the points of a chart stand: at their periods, or at the numbers of an axis; equally spaced
   * where the last of these is infinite. */
  function horizontal(spec, range) {
    if (spec.at) return cards.periods(spec.at, range);
    const values = spec.positions;
    if (values.every(Number.isFinite)) {
      const scale = d3.scaleLinear().domain([values[0], values[values.length - 1]]).range(range);
      const format = S.chart.tickFormat(scale, 6);
      return {x: (i) => scale(values[i]), ticks: scale.ticks(6).map((v) => ({text: format(v), x: scale(v)}))};
    }
    const scale = d3.scaleLinear().domain([0, Math.max(1, values.length - 1)]).range(range);
    return {x: scale, ticks: spec.names.map((text, i) => ({text, x: scale(i)}))};
  }

  function domainOf(spec) {
    if (spec.domain) return spec.domain;
    const lists = spec.series.map((one) => one.values);
    if (spec.band) lists.push(spec.band.lo, spec.band.hi);
    const [lo, hi] = extent(lists);
    if (!(lo <= hi)) return [0, 1];
    /* What differs by rounding alone is one value. */
    if (hi - lo <= 1e-9 * Math.abs(hi)) return [hi, hi];
    /* Zero is shown where it is near, so that a slope is not made out of nothing. */
    if (lo > 0 && lo < 0.4 * hi) return [0, hi];
    return [lo, hi];
  }

  function endLabels(spec) {
    if (spec.labels === false) return [];
    const all = [];
    spec.series.forEach((one, k) => {
      if (one.faint) return;
      let last = one.values.length - 1;
      while (last >= 0 && !Number.isFinite(one.values[last])) last--;
      if (last >= 0) all.push({k, last, text: one.label(last), v: one.values[last], one});
    });
    return all;
  }

  function drawLabels(svg, labels, box, x, y) {
    for (const label of labels) label.y = y(label.v);
    const clash = labels.length > 1;
    S.chart.spread(labels, 13, box.top + 2, box.bottom - 2);
    for (const label of labels) {
      const from = x(label.last), to = box.right;
      if (clash && Math.abs(label.at - label.y) > 1)
        svg.appendChild(S.svg("path", {class: "leader", d: `M${from + 2},${label.y}L${to + 8},${label.at}`}));
      if (clash) svg.appendChild(S.svg("circle", {class: "dot " + label.one.look, cx: to + 12, cy: label.at, r: 3}));
      svg.appendChild(S.svg("text", {class: "end " + (clash ? "" : label.one.look), x: to + (clash ? 19 : 6),
        y: label.at + 4}, label.shown));
    }
  }

  function drawBand(svg, spec, x, y) {
    const index = spec.band.lo.map((v, i) => i);
    const area = d3.area().x(x).y0((i) => y(spec.band.lo[i])).y1((i) => y(spec.band.hi[i]))
      .defined((i) => Number.isFinite(spec.band.lo[i]) && Number.isFinite(spec.band.hi[i]));
    const middle = d3.line().x(x).y((i) => y(spec.band.middle[i])).defined((i) => Number.isFinite(spec.band.middle[i]));
    svg.appendChild(S.svg("path", {class: "band", d: area(index) || ""}));
    svg.appendChild(S.svg("path", {class: "middle", d: middle(index) || ""}));
  }

  /* Single values between missing ones have no line: they get a dot, as does a series of one. */
  function drawSeries(svg, one, x, y) {
    const defined = (i) => Number.isFinite(one.values[i]);
    const index = one.values.map((v, i) => i);
    const path = d3.line().x(x).y((i) => y(one.values[i])).defined(defined)(index);
    if (path) svg.appendChild(S.svg("path", {class: "series " + one.look + (one.faint ? " faint" : ""), d: path}));
    for (const i of index)
      if (defined(i) && (one.dots || (!defined(i - 1) && !defined(i + 1))))
        svg.appendChild(S.svg("circle", {class: "dot " + one.look, cx: x(i), cy: y(one.values[i]), r: one.dots ? 3 : 2.2}));
  }

  /* spec: {at: periods | positions, names; series: [{values, look, label(i), name, faint, dots}], band:
   * {lo, hi, middle}, under(svg, x, y), guide, domain, height, ticks, labels: false, xTitle, variable,
   * describe}.
   * Draws into the element at any width and follows the slider; returns {svg}. */
  cards.lines = function (element, spec) {
    const chart = {svg: null};
    element.classList.add("plot");
    cards.fit(element, (width) => { chart.svg = picture(element, spec, width); });
    if (spec.at && spec.at.length > 1) readout(element, spec, chart);
    return chart;
  };

  function picture(element, spec, width) {
    const height = spec.height || 180, below = spec.xTitle ? 38 : 24, labels = endLabels(spec);
    const room = Math.min(0.4 * width, 230);
    for (const label of labels) label.shown = S.chart.cut(label.text, room - 20, 12, true);
    const right = labels.length
      ? Math.max(...labels.map((label) => S.chart.textWidth(label.shown, 12, true))) + (labels.length > 1 ? 24 : 12) : 14;
    const scale = S.chart.scale(...domainOf(spec), [height - below, 8]);
    if (!spec.domain && scale.nice) scale.nice(spec.ticks || 4);
    const format = S.chart.tickFormat(scale, spec.ticks || 4);
    const left = Math.max(...S.chart.ticks(scale, spec.ticks || 4).map((v) => S.chart.textWidth(format(v), SIZE)), 10) + 12;
    const box = {left, right: width - right, top: 8, bottom: height - below};
    const svg = cards.frame(element, width, height, spec.describe);
    const across = horizontal(spec, [box.left, box.right]), x = across.x, y = scale;
    S.chart.axisY(svg, scale, box, spec.ticks || 4, format);
    S.chart.axisX(svg, across.ticks, box, width);
    if (spec.xTitle) svg.appendChild(S.svg("text", {class: "tick", x: box.right, y: height - 5, "text-anchor": "end"}, spec.xTitle + " →"));
    if (spec.under) spec.under(svg, x, y);
    if (spec.band) drawBand(svg, spec, x, y);
    if (spec.guide !== undefined)
      svg.appendChild(S.svg("line", {class: "guide", x1: box.left, x2: box.right, y1: y(spec.guide), y2: y(spec.guide)}));
    for (const one of spec.series) drawSeries(svg, one, x, y);
    drawLabels(svg, labels, box, x, y);
    if (spec.at && spec.at.length > 1) cursor(svg, spec, x, box);
    return svg;
  }

  /* ---- the slider and the mouse ------------------------------------------------------------- */

  function cursor(svg, spec, x, box) {
    const line = S.svg("line", {class: "cursor hit", y1: box.top, y2: box.bottom});
    svg.appendChild(line);
    svg.follow = (t) => {
      const own = spec.at.indexOf(t), at = own < 0 ? 0 : Math.round(x(own)) + 0.5;
      line.setAttribute("x1", at);
      line.setAttribute("x2", at);
      line.setAttribute("visibility", own < 0 ? "hidden" : "visible");
    };
    svg.nearest = (px) => d3.least(spec.at.map((t, i) => i), (i) => Math.abs(x(i) - px));
    svg.follow(S.state.t);
  }

  function readout(element, spec, chart) {
    const say = S.h("div", {class: "readout", "aria-hidden": "true"});
    element.appendChild(say);
    const hide = () => say.classList.remove("shown");
    element.addEventListener("pointermove", (event) => {
      if (!chart.svg) return;
      const [px] = S.chart.mouse(event, element), i = chart.svg.nearest(px);
      say.replaceChildren(S.h("b", {}, S.manifest.periods[spec.at[i]]), ...spec.series
        .filter((one) => !one.faint && Number.isFinite(one.values[i])).slice(0, 9)
        .map((one) => S.h("span", {}, (one.name ? one.name + " " : "") + cards.number(one.values[i], spec.variable))));
      const left = px > element.clientWidth / 2;
      say.style.left = left ? "" : px + 12 + "px";
      say.style.right = left ? element.clientWidth - px + 12 + "px" : "";
      say.classList.add("shown");
    });
    element.addEventListener("pointerleave", hide);
    element.addEventListener("click", (event) => {
      const [px] = S.chart.mouse(event, element);
      S.set({t: spec.at[chart.svg.nearest(px)]});
    });
  }

  /* Small charts side by side: all in one row where four or fewer fit, else three a row. */
  cards.grid = function (n) {
    const grid = S.h("div", {class: "panels"});
    grid.style.setProperty("--n", n === 2 || n === 4 ? n : 3);
    return grid;
  };

  cards.followAll = function (root, t) {
    for (const svg of root.querySelectorAll("svg.chart")) if (svg.follow) svg.follow(t);
  };
})(window.S = window.S || {});
