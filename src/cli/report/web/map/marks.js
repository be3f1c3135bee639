// What lies over the map: outlines of the selected in their colours, of the hovered in ink, each with a halo.
(function (S) {
  "use strict";
  function outline(context, g, v, u, colour, width) {
    context.beginPath();
    if (g.hasRings(u)) g.trace(context, u); else S.dot(context, g, v, u, 1.5);
    context.strokeStyle = S.colour("halo");
    context.lineWidth = (width + 2.4) / v.k;
    context.stroke();
    context.strokeStyle = colour;
    context.lineWidth = width / v.k;
    context.stroke();
  }
  // Units too small to have an outline one could see get a ring around their place.
  function ring(context, g, v, u, colour, width) {
    const b = 4 * u, size = v.k * Math.max(g.box[b + 2] - g.box[b], g.box[b + 3] - g.box[b + 1]);
    if (!g.hasRings(u) || size > 7) return;
    context.beginPath();
    context.arc((g.box[b] + g.box[b + 2]) / 2, (g.box[b + 1] + g.box[b + 3]) / 2, 7 / v.k, 0, 2 * Math.PI);
    context.strokeStyle = S.colour("halo");
    context.lineWidth = (width + 2) / v.k;
    context.stroke();
    context.strokeStyle = colour;
    context.lineWidth = width / v.k;
    context.stroke();
  }
  S.paintMarks = function (context, g, v, ratio, units, hovered) {
    context.save();
    context.setTransform(ratio * v.k, 0, 0, ratio * v.k, ratio * v.x, ratio * v.y);
    context.lineJoin = "round";
    for (const u of units) {
      if (!g.placed(u)) continue;
      outline(context, g, v, u, S.colourOf(u), 2.2);
      ring(context, g, v, u, S.colourOf(u), 2);
    }
    if (hovered !== null && hovered !== undefined && g.placed(hovered)) {
      const colour = units.includes(hovered) ? S.colourOf(hovered) : S.colour("ink");
      outline(context, g, v, hovered, colour, 1.8);
      ring(context, g, v, hovered, colour, 1.8);
    }
    context.restore();
  };
})(window.S = window.S || {});
