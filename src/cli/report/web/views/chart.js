// What small charts share: their frame, axes, widths of texts, labels that do not overlap.
//
// Charts are drawn in CSS pixels at the width they have, not scaled: type keeps its size at 390 px.
(function (S) {
  "use strict";

  const chart = {};
  S.chart = chart;

  // ---- texts -------------------------------------------------------------------------------

  const pen = document.createElement("canvas").getContext("2d");
  let family = null;

  // Width of a text, measured without laying out the page.
  chart.textWidth = function (text, size, bold) {
    family = family || getComputedStyle(document.body).fontFamily;
    pen.font = (bold ? "600 " : "") + size + "px " + family;
    return pen.measureText(text).width;
  };

  // A text cut to a width; by code points, so that no character is cut in two.
  chart.cut = function (text, width, size, bold) {
    // Names of any length come in: no more of them is measured than can be seen.
    const short = text.length > 400 ? text.slice(0, 400) : text;
    if (short === text && chart.textWidth(text, size, bold) <= width) return text;
    const points = Array.from(short);
    let lo = 0, hi = points.length;
    while (lo < hi) {
      const mid = (lo + hi + 1) >> 1;
      if (chart.textWidth(points.slice(0, mid).join("") + "…", size, bold) <= width) lo = mid;
      else hi = mid - 1;
    }
    return points.slice(0, lo).join("").trimEnd() + "…";
  };

  // Moves labels apart to at least `gap`, each as little as possible in sum of squares: what overlaps
  // is one block about its mean (pool adjacent violators). Sets label.at from label.y.
  chart.spread = function (labels, gap, lo, hi) {
    const order = labels.slice().sort((a, b) => a.y - b.y);
    const blocks = [];
    order.forEach((label, i) => {
      blocks.push({sum: label.y - i * gap, n: 1});
      while (blocks.length > 1) {
        const last = blocks[blocks.length - 1], before = blocks[blocks.length - 2];
        if (before.sum / before.n <= last.sum / last.n) break;
        before.sum += last.sum;
        before.n += last.n;
        blocks.pop();
      }
    });
    const room = hi - (order.length - 1) * gap;
    let i = 0;
    for (const block of blocks)
      for (let k = 0; k < block.n; k++, i++)
        order[i].at = Math.max(lo, Math.min(block.sum / block.n, Math.max(lo, room))) + i * gap;
    return order;
  };

  // ---- numbers -------------------------------------------------------------------------------

  // Numbers of an axis: as many decimals as tell its ticks apart, no zeros behind.
  chart.tickFormat = function (scale, count) {
    const domain = scale.domain(), most = Math.max(Math.abs(domain[0]), Math.abs(domain[domain.length - 1]));
    if (most >= 1e5) return (v) => (v === 0 ? "0" : S.short(v));
    if (most > 0 && most < 1e-4) return (v) => (v === 0 ? "0" : d3.format(".2~g")(v).replace("-", "−"));
    const step = d3.tickStep(domain[0], domain[domain.length - 1], count || 5);
    const decimals = scale.base ? 6 : Math.max(0, d3.precisionFixed(step));
    const format = d3.format(`,.${decimals}~f`);
    return (v) => format(v).replace("-", "−");
  };

  // Ticks of a scale. Of a logarithmic one the powers of ten, and where these are few, their double
  // and quintuple.
  chart.ticks = function (scale, count) {
    if (!scale.base) return scale.ticks(count);
    const [lo, hi] = scale.domain(), all = [];
    const from = Math.floor(Math.log10(lo)), to = Math.ceil(Math.log10(hi));
    const every = Math.max(1, Math.ceil((to - from) / (count + 1)));
    const steps = to - from <= 2 ? [1, 2, 5] : [1];
    for (let e = from; e <= to; e += every)
      for (const step of steps) {
        const v = Number((step + "e" + e));
        if (v >= lo * (1 - 1e-9) && v <= hi * (1 + 1e-9)) all.push(v);
      }
    return all.length >= 2 ? all : scale.ticks(count).filter((v, i, of) => i % Math.ceil(of.length / count) === 0);
  };

  // A scale of values for a domain that may be a single number; logarithmic only where it can be.
  chart.scale = function (lo, hi, range, log) {
    if (!(lo <= hi)) [lo, hi] = [0, 1];
    if (log && lo > 0) {
      if (lo === hi) [lo, hi] = [lo / 1.5, hi * 1.5];
      return d3.scaleLog().domain([lo, hi]).range(range);
    }
    // What is 1 throughout is a share of all: there is nothing above it.
    if (lo === hi && Math.abs(lo - 1) < 1e-9) return d3.scaleLinear().domain([0, 1]).range(range);
    if (lo === hi) {
      const about = Math.abs(lo) / 10 || 1;
      [lo, hi] = [lo - about, hi + about];
    }
    return d3.scaleLinear().domain([lo, hi]).range(range);
  };

  // ---- frame ---------------------------------------------------------------------------------

  const fitted = new Map(); // element -> look

  // Draws anew at once what has another width: an observer would be told only after the paper is laid out.
  chart.refit = function () {
    for (const [element, look] of fitted)
      if (element.isConnected) look();
      else fitted.delete(element);
  };

  // Calls draw(width) now and whenever the element gets another width; never while it is hidden.
  chart.fit = function (element, draw) {
    let last = 0;
    const look = () => {
      const width = Math.floor(element.clientWidth);
      if (width > 0 && width !== last) {
        last = width;
        draw(width);
      }
    };
    new ResizeObserver(look).observe(element);
    fitted.set(element, look);
    look();
  };

  // An empty picture of a size, in place of the one there was. A picture in which something can be pressed
  // is a group: of an image a screen reader would not tell the parts.
  chart.frame = function (element, width, height, label, group) {
    const svg = S.svg("svg", {class: "chart", width, height, viewBox: `0 0 ${width} ${height}`,
      role: group ? "group" : "img", "aria-label": label || ""});
    const old = element.querySelector(":scope > svg.chart");
    if (old) old.replaceWith(svg);
    else element.appendChild(svg);
    return svg;
  };

  // Values upward: hairlines over the whole width, numbers at the left.
  chart.axisY = function (svg, scale, box, count, format) {
    const g = S.svg("g", {class: "axis"});
    format = format || chart.tickFormat(scale, count);
    for (const v of chart.ticks(scale, count)) {
      const y = Math.round(scale(v)) + 0.5;
      g.appendChild(S.svg("line", {class: "grid", x1: box.left, x2: box.right, y1: y, y2: y}));
      const text = S.svg("text", {class: "tick", x: box.left - 6, y: y + 3.5, "text-anchor": "end"});
      text.textContent = format(v);
      g.appendChild(text);
    }
    svg.appendChild(g);
    return g;
  };

  // Values or labels along the bottom. Those that would touch their left neighbour are left out;
  // those at the ends are pulled inside.
  chart.axisX = function (svg, ticks, box, limit) {
    const g = S.svg("g", {class: "axis"});
    g.appendChild(S.svg("line", {class: "base", x1: box.left, x2: box.right, y1: box.bottom + 0.5, y2: box.bottom + 0.5}));
    let free = -Infinity;
    for (const tick of ticks) {
      const width = chart.textWidth(tick.text, 11);
      const middle = Math.max(width / 2, Math.min(tick.x, (limit || box.right + 40) - width / 2));
      if (middle - width / 2 < free) continue;
      free = middle + width / 2 + 8;
      const x = Math.round(tick.x) + 0.5;
      g.appendChild(S.svg("line", {class: "base", x1: x, x2: x, y1: box.bottom, y2: box.bottom + 4}));
      const text = S.svg("text", {class: "tick", x: middle, y: box.bottom + 15, "text-anchor": "middle"});
      text.textContent = tick.text;
      g.appendChild(text);
    }
    svg.appendChild(g);
    return g;
  };

  // Sentences under a picture, and the link to the formula and source of its result.
  chart.caption = function (element, said, result) {
    S.empty(element).append(S.bdi(said.filter(Boolean).join(S.language() === "zh" ? "" : " ")), " ");
    const target = document.getElementById("method-" + result) || document.getElementById("method");
    if (target) element.append(S.h("a", {href: "#" + encodeURIComponent(target.id)}, S.t("formula.link")));
  };
  // The same for a saved picture, which has left the page: formula, parameters and source in full.
  chart.told = function (element, ...results) {
    const own = element.querySelector("bdi"), full = new Set(results);
    const lines = [...full].flatMap((name) => S.captionText(name).map((x) => x.text));
    return [own ? own.textContent : "", ...lines].filter(Boolean).join(" ");
  };

  // ---- periods -------------------------------------------------------------------------------

  // Periods on an axis. Labels that are numbers stand at their numbers, so that a gap of five years
  // is five years wide; others stand equally spaced. {x(t), t(x), ticks} of indices into periods.
  chart.periods = function (range, room) {
    const labels = S.manifest.periods, numbers = labels.map(Number);
    const numeric = labels.every((label) => /^-?\d{1,9}$/.test(label)) &&
      numbers.every((v, i) => i === 0 || v > numbers[i - 1]);
    const at = numeric ? numbers : labels.map((label, i) => i);
    const scale = d3.scaleLinear().domain([at[0], at[at.length - 1]]).range(range);
    const nearest = (x) => d3.bisector((v) => scale(v)).center(at, x);
    return {x: (t) => scale(at[t]), t: nearest, ticks: periodTicks(labels, at, scale, room || 44)};
  };

  function periodTicks(labels, at, scale, room) {
    const span = Math.abs(scale.range()[1] - scale.range()[0]);
    const widest = Math.max(...labels.map((label) => chart.textWidth(label, 11))) + 14;
    const fit = Math.max(1, Math.floor(span / Math.max(widest, room)));
    const every = [1, 2, 5, 10, 20, 25, 50, 100].find((k) => (labels.length - 1) / k <= fit) || labels.length;
    return labels.map((text, t) => ({text, x: scale(at[t]), t})).filter((tick) => tick.t % every === 0);
  }

  // ---- mouse ---------------------------------------------------------------------------------

  // Where an event is in an element, in its pixels.
  chart.mouse = function (event, element) {
    const box = element.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
})(window.S = window.S || {});
