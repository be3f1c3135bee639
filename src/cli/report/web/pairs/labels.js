// Labels beside dots, without overlap: each in its order tries places around its dot and takes the
// first that is free of dots and of earlier labels; else it is left out.
(function (S) {
  "use strict";

  // Right first, as one reads; corners of the box of the text, and its anchor.
  function around(item, w, h) {
    const d = item.r + 4;
    return [
      [item.x + d, item.y - h / 2, "start"],
      [item.x - d - w, item.y - h / 2, "end"],
      [item.x + d - 2, item.y - h - 2, "start"],
      [item.x + d - 2, item.y + 2, "start"],
      [item.x - d + 2 - w, item.y - h - 2, "end"],
      [item.x - d + 2 - w, item.y + 2, "end"],
      [item.x - w / 2, item.y - h - d + 1, "middle"],
      [item.x - w / 2, item.y + d - 1, "middle"],
    ];
  }

  const apart = (a, b) => a.x1 <= b.x0 || b.x1 <= a.x0 || a.y1 <= b.y0 || b.y1 <= a.y0;

  // Places of one label inside the picture, each with the box that it covers.
  function candidates(item, w, h, box) {
    const places = item.centred ? [[item.x - w / 2, item.y - h / 2, "middle"]] : around(item, w, h);
    if (item.left) places.unshift(places[1]);
    return places
      .filter(([x, y]) => x >= 2 && y >= 2 && x + w <= box.width - 2 && y + h <= box.height - 2)
      .map(([x, y, anchor]) => ({x, y, anchor, x0: x - 2, x1: x + w + 2, y0: y, y1: y + h}));
  }

  // items: [{unit, x, y, r, text, size, bold, must, centred}] by importance; dots and taken: boxes
  // {x0, y0, x1, y1, unit} that no label covers, but for the unit's own. Returns those that found a
  // place, with tx, ty of the baseline, anchor, and the text as cut. `must`: drawn at its first
  // place, come what may.
  S.placeLabels = function (items, box, dots, taken) {
    const done = (taken || []).slice(), found = [];
    for (const item of items) {
      const h = item.size + 4, text = S.chart.cut(item.text, item.most || 160, item.size, item.bold);
      const w = S.chart.textWidth(text, item.size, item.bold);
      const all = candidates(item, w, h, box);
      const free = (p) => done.every((other) => apart(p, other)) &&
        dots.every((dot) => dot.unit === item.unit || apart(p, dot));
      const p = all.find(free) || (item.must && all[0]);
      if (!p) continue;
      done.push(p);
      const tx = p.anchor === "start" ? p.x : p.anchor === "end" ? p.x + w : p.x + w / 2;
      found.push({...item, text, tx, ty: p.y + h - 4, anchor: p.anchor});
    }
    return found;
  };

  S.dotBox = (unit, x, y, r) => ({unit, x0: x - r, y0: y - r, x1: x + r, y1: y + r});
})(window.S = window.S || {});
