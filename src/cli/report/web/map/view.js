// What part of a base map a stage shows: zoom by wheel, buttons, pinch; drag; fit to a box. Shared by the
// map and by the arcs of pairs.
(function (S) {
  "use strict";
  const MOST = 60;

  // S.zoomView(stage, {width, height, change}) -> view {w, h, k, x, y, zoom, fit}; screen = k * base + (x, y).
  S.zoomView = function (stage, options) {
    const v = { w: 1, h: 1, k: 1, x: 0, y: 0, zoom: 1, fit: 1, dragging: false };
    const change = () => options.change(v);
    function place() {
      v.k = v.fit * v.zoom;
      const slackX = v.w - v.k * options.width, slackY = v.h - v.k * options.height;
      // Smaller than the stage: in its middle; greater: no further than its edges.
      v.x = slackX >= 0 ? slackX / 2 : Math.min(0, Math.max(slackX, v.x));
      v.y = slackY >= 0 ? slackY / 2 : Math.min(0, Math.max(slackY, v.y));
    }
    v.resize = function (w, h) {
      const cx = (v.w / 2 - v.x) / v.k, cy = (v.h / 2 - v.y) / v.k;
      v.w = w; v.h = h;
      v.fit = Math.min(w / options.width, h / options.height);
      v.k = v.fit * v.zoom;
      v.x = w / 2 - cx * v.k; v.y = h / 2 - cy * v.k;
      place();
    };
    v.zoomAt = function (factor, sx, sy) {
      const zoom = Math.min(MOST, Math.max(1, v.zoom * factor));
      if (zoom === v.zoom) return;
      const bx = (sx - v.x) / v.k, by = (sy - v.y) / v.k;
      v.zoom = zoom;
      v.x = sx - bx * v.fit * zoom; v.y = sy - by * v.fit * zoom;
      place();
      change();
    };
    v.zoomBy = (factor) => v.zoomAt(factor, v.w / 2, v.h / 2);
    v.reset = () => { v.zoom = 1; v.x = v.y = 0; place(); change(); };
    v.panBy = (dx, dy) => { v.x += dx; v.y += dy; place(); change(); };
    // A box of the base map, with room around it.
    v.fitBox = function (x0, y0, x1, y1, room, most) {
      const pad = room === undefined ? 40 : room;
      const zoom = Math.min((v.w - 2 * pad) / Math.max(1e-3, x1 - x0), (v.h - 2 * pad) / Math.max(1e-3, y1 - y0)) / v.fit;
      v.zoom = Math.min(most || MOST, Math.max(1, zoom));
      v.k = v.fit * v.zoom;
      v.x = v.w / 2 - (v.k * (x0 + x1)) / 2; v.y = v.h / 2 - (v.k * (y0 + y1)) / 2;
      place();
      change();
    };
    v.screen = (bx, by) => [v.k * bx + v.x, v.k * by + v.y];
    listen(stage, v);
    return v;
  };

  function listen(stage, v) {
    const at = (event) => {
      const box = stage.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    // A wheel over a map nobody has touched scrolls the page: only Ctrl, or a map in use, zooms.
    stage.addEventListener("wheel", (event) => {
      const used = event.ctrlKey || event.metaKey || stage.contains(document.activeElement);
      if (!used) { S.wheelHint(stage); return; }
      event.preventDefault();
      const lines = event.deltaMode === 1 ? 16 : 1;
      v.zoomAt(Math.exp(-event.deltaY * lines * 0.0016), ...at(event));
    }, { passive: false });

    const fingers = new Map();
    let apart = 0, moved = 0;
    stage.addEventListener("pointerdown", (event) => {
      if (event.button > 0 || event.target.closest("button")) return;
      fingers.set(event.pointerId, at(event));
      moved = 0;
      v.dragging = false;
      if (fingers.size === 2) apart = distance([...fingers.values()]);
    });
    stage.addEventListener("pointermove", (event) => {
      const before = fingers.get(event.pointerId);
      if (!before) return;
      const now = at(event), dx = now[0] - before[0], dy = now[1] - before[1];
      moved += Math.abs(dx) + Math.abs(dy);
      fingers.set(event.pointerId, now);
      if (fingers.size === 2) {
        const [a, b] = [...fingers.values()], d = distance([a, b]);
        if (apart > 0 && d > 0) v.zoomAt(d / apart, (a[0] + b[0]) / 2, (a[1] + b[1]) / 2);
        apart = d;
      } else if (moved > 4) {
        if (!v.dragging && v.zoom > 1) capture(stage, event.pointerId);
        v.dragging = true;
        v.panBy(dx, dy);
      }
    });
    const up = (event) => {
      fingers.delete(event.pointerId);
      // The click that ends a drag must not select: it comes right after this event.
      if (v.dragging) setTimeout(() => { v.dragging = false; }, 0);
    };
    stage.addEventListener("pointerup", up);
    stage.addEventListener("pointercancel", up);
  }
  // A finger may have gone by the time; the drag then just ends at the edge.
  function capture(stage, pointer) {
    try { stage.setPointerCapture(pointer); } catch (e) { /* nothing to hold */ }
  }
  const distance = ([a, b]) => Math.hypot(a[0] - b[0], a[1] - b[1]);

  S.wheelHint = function (stage) {
    let hint = stage.querySelector(".wheel-hint");
    if (!hint) stage.append((hint = S.text("wheel", null, "div")));
    hint.className = "wheel-hint";
    clearTimeout(hint.timer);
    hint.timer = setTimeout(() => hint.remove(), 1200);
  };

  // The three buttons in the corner.
  S.zoomButtons = function (v) {
    const button = (key, sign, f) => S.h("button", { type: "button", "data-word-label": key, "aria-label": S.t(key), title: S.t(key),
      "data-zoom": key.slice(5), on: { click: f } }, sign);
    return S.h("div", { class: "zoom" }, button("zoom.in", "+", () => v.zoomBy(1.6)),
      button("zoom.out", "−", () => v.zoomBy(1 / 1.6)), button("zoom.reset", "⟲", () => v.reset()));
  };
})(window.S = window.S || {});
