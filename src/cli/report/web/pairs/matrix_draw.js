// The matrix as a picture: cells on a canvas, all else (labels, bands, bars) in an SVG above it, so
// that what is saved is what is shown.
(function (S) {
  "use strict";

  const SIZE = 11, BAR = 78, GAP = 2, PAD = 6, LEAST_FOR_TEXT = 8, LEAST_FOR_NUMBERS = 46, LONGEST = 110;

  // Side of a cell: as wide as there is room for, 9 to 15 px; wider where groups are few, narrower
  // where they are so many that 9 px would be a picture nobody scrolls through.
  function side(L, room) {
    const most = Math.max(15, Math.min(56, Math.round(640 / L))), least = L > 150 ? 3 : 9;
    return Math.max(least, Math.min(most, Math.floor(room / L)));
  }

  // Where everything is: x and y of each place in the order, the widths around.
  function layout(m, width) {
    const gaps = Math.max(0, m.runs.length - 1) * GAP;
    const widths = m.labels.map((l) => S.chart.textWidth(S.blockLabel(l).slice(0, 60), SIZE, true));
    const longest = Math.min(LONGEST, Math.max(14, ...widths));
    const band = m.coarse ? 26 : 0;
    const room = width - band - longest - PAD - BAR - 16 - gaps;
    const c = side(m.L, room), text = c >= LEAST_FOR_TEXT ? Math.ceil(longest) + PAD : 4;
    const at = new Float64Array(m.L + 1);
    let run = 0, used = 0;
    for (let i = 0, x = 0; i < m.L; i++) {
      if (m.runs.length && used === m.runs[run].count) run++, used = 0, x += GAP;
      at[i] = x;
      x += c;
      used++;
      at[i + 1] = x;
    }
    const left = band + text, top = (m.coarse ? 30 : 16) + text, size = at[m.L];
    return {c, at, left, top, size, band, text, width: left + size + PAD + BAR + 4, height: top + size + 4};
  }

  // The place at an offset from the first cell; -1 outside and in gaps.
  function placeAt(g, offset) {
    if (offset < 0 || offset >= g.size) return -1;
    let lo = 0, hi = g.at.length - 2;
    while (lo < hi) {
      const mid = (lo + hi + 1) >> 1;
      if (g.at[mid] <= offset) lo = mid;
      else hi = mid - 1;
    }
    return offset < g.at[lo] + g.c ? lo : -1;
  }

  // Calls f(row, column, class) for each cell in the order shown.
  function eachCell(m, mode, t, cut, f) {
    for (let i = 0; i < m.L; i++) {
      const a = m.order[i], all = mode === "share" ? S.blocks.rowSum(m, t, a) : 1;
      for (let j = 0; j < m.L; j++) {
        const v = S.blocks.cell(m, mode === "share" ? "total" : mode, t, a, m.order[j]);
        f(i, j, S.blocks.classOf(cut, mode === "share" ? v / all : v));
      }
    }
  }

  // A hairline between cells wherever they are wide enough to spare one.
  const inner = (c) => (c >= 6 ? c - 1 : c);

  function paint(canvas, m, g, mode, t, cut, colours, missing) {
    const scale = Math.min(window.devicePixelRatio || 1, 6000 / Math.max(g.width, g.height));
    canvas.width = Math.round(g.width * scale);
    canvas.height = Math.round(g.height * scale);
    canvas.style.width = g.width + "px";
    canvas.style.height = g.height + "px";
    const pen = canvas.getContext("2d"), w = inner(g.c);
    pen.scale(scale, scale);
    eachCell(m, mode, t, cut, (i, j, k) => {
      pen.fillStyle = k < 0 ? missing : colours[k];
      pen.fillRect(g.left + g.at[j], g.top + g.at[i], w, w);
    });
  }

  // The cells as one path a class, for a saved SVG.
  function cells(m, g, mode, t, cut, colours, missing) {
    const d = new Map(), w = inner(g.c);
    eachCell(m, mode, t, cut, (i, j, k) => {
      if (!d.has(k)) d.set(k, []);
      d.get(k).push("M" + (g.left + g.at[j]) + " " + (g.top + g.at[i]) + "h" + w + "v" + w + "h-" + w + "z");
    });
    const group = S.svg("g", {class: "cells"});
    for (const [k, list] of d)
      group.appendChild(S.svg("path", {d: list.join(""), fill: k < 0 ? missing : colours[k]}));
    return group;
  }

  const middle = (g, i) => g.at[i] + g.c / 2;

  function rowLabels(m, g, marked) {
    const out = [];
    if (g.c < LEAST_FOR_TEXT) return out;
    const size = Math.min(SIZE, g.c);
    for (let i = 0; i < m.L; i++) {
      const label = m.labels[m.order[i]], text = S.chart.cut(S.blockLabel(label), LONGEST, SIZE, true);
      const css = "cell-label" + (marked.has(m.order[i]) ? " marked" : "");
      const x = g.left - 4, y = g.top + middle(g, i) + size * 0.36, cx = g.left + middle(g, i) + size * 0.36;
      out.push(S.svg("text", {class: css, "data-group": label, "data-place": i, x, y, "text-anchor": "end", "font-size": size}, text));
      out.push(S.svg("text", {class: css, "data-column": label, x: 0, y: 0, "font-size": size,
        transform: "translate(" + cx + "," + (g.top - 4) + ") rotate(-90)"}, text));
    }
    return out;
  }

  // Bands of the coarser group: its name and a line in its colour, above and at the left. A name
  // wider than its band is cut.
  function bands(m, g) {
    const out = [];
    for (const run of m.runs) {
      const from = g.at[run.from], to = g.at[run.from + run.count - 1] + g.c, mid = (from + to) / 2;
      const name = run.label < 0 ? S.t("pairs.rest") : S.blockLabel(m.coarse.group.labels[run.label]);
      const text = S.chart.cut(name, to - from, SIZE, true), colour = S.groupColour(Math.max(0, run.label));
      const y = g.top - g.text - 2;
      out.push(S.svg("rect", {x: g.left + from, y: y - 3, width: to - from - 1, height: 3, fill: colour}),
        S.svg("rect", {x: g.band - 3, y: g.top + from, width: 3, height: to - from - 1, fill: colour}));
      if (to - from >= 12)
        out.push(S.svg("text", {class: "band-label", "font-size": SIZE, x: g.left + mid, y: y - 8, "text-anchor": "middle"}, text),
          S.svg("text", {class: "band-label", "font-size": SIZE, x: 0, y: 0, "text-anchor": "middle",
            transform: "translate(" + (g.band - 10) + "," + (g.top + mid) + ") rotate(-90)"}, text));
    }
    return out;
  }

  // Bars of row sums, all on one scale; where sums have both signs, from their own zero.
  function bars(m, g, t) {
    const sums = m.order.map((a) => S.blocks.rowSum(m, t, a));
    const hi = Math.max(0, ...sums.filter(Number.isFinite)), lo = Math.min(0, ...sums.filter(Number.isFinite));
    const x0 = g.left + g.size + PAD, scale = hi > lo ? BAR / (hi - lo) : 0, zero = x0 - lo * scale;
    const out = [S.svg("text", {class: "bar-title", "font-size": SIZE, x: x0, y: g.top - 6}, S.t("pairs.sentAll"))];
    sums.forEach((v, i) => {
      if (!Number.isFinite(v)) return;
      const w = Math.max(0.5, Math.abs(v) * scale);
      out.push(S.svg("rect", {class: "row-bar", "data-value": v, x: v < 0 ? zero - w : zero,
        y: g.top + g.at[i] + (g.c > 6 ? 1 : 0), width: w, height: Math.max(1, inner(g.c) - (g.c > 6 ? 2 : 0))}));
    });
    return out;
  }

  function inCells(m, g, numbers) {
    const out = [];
    if (g.c < LEAST_FOR_NUMBERS) return out;
    for (let i = 0; i < m.L; i++)
      for (let j = 0; j < m.L; j++) {
        const a = m.order[i], b = m.order[j];
        out.push(S.svg("text", {class: "cell-number", "font-size": SIZE, x: g.left + middle(g, j), y: g.top + middle(g, i) + 4,
          "text-anchor": "middle", fill: numbers.dark(a, b) ? "#1c2126" : "#ffffff"}, numbers.text(a, b)));
      }
    return out;
  }

  function frame(m, g, t, marked, label, numbers) {
    const svg = S.svg("svg", {width: g.width, height: g.height, viewBox: "0 0 " + g.width + " " + g.height,
      role: "img", "aria-label": label, class: "matrix-frame"});
    svg.append(...bands(m, g), ...rowLabels(m, g, marked), ...bars(m, g, t), ...inCells(m, g, numbers));
    return svg;
  }

  // For a saved picture, which leaves the page's key behind: title above, classes below.
  function framed(svg, g, title, key) {
    const width = Math.max(g.width, 520), y = g.height + 14, step = Math.min(84, (width - 8) / key.items.length);
    svg.append(S.svg("text", {class: "band-label", "font-size": 14, x: 0, y: -12}, S.chart.cut(title, width, 14, true)),
      S.svg("text", {class: "bar-title", "font-size": SIZE, x: 0, y: y + 2}, key.title));
    key.items.forEach(({colour, text}, i) => svg.append(S.svg("rect", {x: i * step, y: y + 10, width: step - 2, height: 11, fill: colour}),
      S.svg("text", {class: "bar-title", "font-size": SIZE, x: i * step, y: y + 34}, text)));
    svg.setAttribute("viewBox", "0 -32 " + width + " " + (y + 42 + 32));
    svg.setAttribute("width", width);
    svg.setAttribute("height", y + 42 + 32);
    return svg;
  }

  S.blockLabel = (label) => (label === "" ? S.t("pairs.rest") : label);
  S.matrixDraw = {layout, placeAt, paint, cells, frame, framed, inner};
})(window.S = window.S || {});
