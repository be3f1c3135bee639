// What stands still: antialiased fills over the look-up, thin lines between units, borders of groups.
(function (S) {
  "use strict";
  // A tile of diagonal lines for the missing, in device pixels.
  S.hatch = function (context, paper, line, ratio) {
    const size = Math.round(7 * ratio), tile = document.createElement("canvas");
    tile.width = tile.height = size;
    const c = tile.getContext("2d");
    c.fillStyle = paper;
    c.fillRect(0, 0, size, size);
    c.strokeStyle = line;
    c.lineWidth = 1.4 * ratio;
    c.beginPath();
    for (const d of [-size, 0, size]) { c.moveTo(d, size); c.lineTo(d + size, 0); }
    c.stroke();
    return context.createPattern(tile, "repeat");
  };

  const inside = (g, v, u) => {
    const b = 4 * u;
    return v.k * g.box[b + 2] + v.x >= -8 && v.k * g.box[b] + v.x <= v.w + 8
      && v.k * g.box[b + 3] + v.y >= -8 && v.k * g.box[b + 1] + v.y <= v.h + 8;
  };
  S.insideView = inside;
  S.dot = function (path, g, v, u, more) {
    const r = (S.dotRadius(g, v) + (more || 0)) / v.k;
    path.moveTo(g.x[u] + r, g.y[u]);
    path.arc(g.x[u], g.y[u], r, 0, 2 * Math.PI);
  };

  // A path for each unit: one of all units of a class is slower by half, its edges are sorted together.
  S.paintFills = function (context, g, v, look, faded, ratio) {
    const lists = Array.from({ length: look.classes.k + 1 }, () => []);
    for (let u = 0; u < g.n; u++) if (g.placed(u) && inside(g, v, u)) lists[look.of[u] + 1].push(u);
    const isDark = S.dark(), none = S.palette.missing(isDark), card = S.colour("card");
    const fade = (colour, c) => (faded.has(c) ? S.mix(colour, card, c < 0 ? 0.8 : 0.86) : colour);
    const scale = ratio * v.k;
    context.save();
    context.setTransform(scale, 0, 0, scale, ratio * v.x, ratio * v.y);
    lists.forEach((units, i) => {
      const c = i - 1;
      if (!units.length) return;
      context.fillStyle = c < 0 ? stillHatch(context, fade(none.paper, -1), fade(none.line, -1), ratio) : fade(look.classes.colours[c], c);
      for (const u of units) {
        if (!g.hasRings(u)) continue;
        context.beginPath();
        g.trace(context, u);
        context.fill("evenodd");
      }
      paintDots(context, g, v, units, fade(c < 0 ? none.paper : look.classes.colours[c], c), c < 0 && fade(none.line, -1));
    });
    context.restore();
  };
  // The lines of the hatching keep their size and place on the screen whatever the zoom.
  function stillHatch(context, paper, line, ratio) {
    const pattern = S.hatch(context, paper, line, ratio);
    pattern.setTransform(context.getTransform().inverse());
    return pattern;
  }
  function paintDots(context, g, v, units, colour, edge) {
    context.beginPath();
    for (const u of units) if (!g.hasRings(u)) S.dot(context, g, v, u);
    context.fillStyle = colour;
    context.fill();
    // A pale dot on white paper needs an edge; among very many, edges would be all one sees.
    if (!edge && g.n > 20000) return;
    context.strokeStyle = edge || S.colour("line");
    context.lineWidth = (edge ? 0.8 : 0.5) / v.k;
    context.stroke();
  }

  // Lines between units, faint until the map is near, and borders of groups. quick: borders alone.
  S.paintLines = function (context, g, v, ratio, quick, group) {
    context.save();
    context.setTransform(ratio * v.k, 0, 0, ratio * v.k, ratio * v.x, ratio * v.y);
    context.lineJoin = context.lineCap = "round";
    const stroke = (arcs, width, alpha) => {
      context.beginPath();
      for (const a of arcs) g.traceArc(context, a);
      context.lineWidth = width / v.k;
      context.globalAlpha = alpha;
      context.stroke();
    };
    const near = Math.min(1, Math.log2(Math.max(1, v.k)) / 3);
    // Pale units at the edge of the land would end nowhere on white paper.
    context.strokeStyle = S.colour("line");
    if (!quick) stroke(g.coast(), 0.6, 1);
    context.strokeStyle = S.colour("border");
    if (!quick) stroke(g.borders(), 0.5 + 0.5 * near, 0.35 + 0.5 * near);
    if (group) stroke(g.borders(group.name), 1.1 + 0.9 * near, 0.95);
    context.restore();
  };
})(window.S = window.S || {});
