// The map: two canvases over each other (fills; lines with marks on them), what the pointer does to them, and the card.
// While a slider moves a frame is a look-up; at rest the fills are drawn antialiased.
(function (S) {
  "use strict";
  let card, stage, g, v, fills, lines, marks, scratch, ids = null, pixels = null, image = null;
  let ratio = 1, waiting = 0, later = 0, near = null;
  const faded = new Set();
  const group = () => S.borderGroup();

  const map = (S.map = { faded });

  function layers() {
    fills = S.h("canvas", { class: "fills", role: "img" });
    // Pixels are put and read here, so the browser keeps them in memory.
    fills.getContext("2d", { willReadFrequently: true });
    // Lines are kept beside the page: they are slow to draw and quick to copy under other marks.
    lines = document.createElement("canvas");
    marks = S.h("canvas", { class: "over", "aria-hidden": "true" });
    scratch = document.createElement("canvas");
    stage = S.h("div", { class: "stage", tabindex: "0", role: "group", "aria-describedby": "map-keys" }, fills, marks);
    Object.assign(map, { stage, canvas: fills });
  }

  function resize() {
    const w = Math.max(160, Math.floor(stage.clientWidth));
    const h = Math.round(Math.min(660, Math.max(180, (w * g.height) / g.width)));
    const r = Math.min(2, window.devicePixelRatio || 1);
    if (v.w === w && v.h === h && r === ratio) return;
    ratio = r;
    stage.style.height = h + "px";
    for (const c of [fills, lines, marks]) {
      c.width = Math.round(w * ratio); c.height = Math.round(h * ratio);
      c.style.width = w + "px"; c.style.height = h + "px";
    }
    scratch.width = w; scratch.height = h;
    image = scratch.getContext("2d").createImageData(w, h);
    pixels = new Uint32Array(image.data.buffer);
    v.resize(w, h);
    viewed();
    rest();
  }

  // A frame: colours of units by look-up. Nothing else of the map depends on the period.
  function frame() {
    if (!S.view || !ids) return;
    S.lookUp(ids, v.w, v.h, S.paints(S.view, faded), pixels);
    const context = fills.getContext("2d");
    if (ratio === 1) { context.putImageData(image, 0, 0); return; }
    scratch.getContext("2d").putImageData(image, 0, 0);
    context.imageSmoothingEnabled = false;
    context.clearRect(0, 0, fills.width, fills.height);
    context.drawImage(scratch, 0, 0, fills.width, fills.height);
  }
  function cleared(canvas) {
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, canvas.width, canvas.height);
    return context;
  }
  const drawLines = (quick) => S.paintLines(cleared(lines), g, v, ratio, quick, group());
  function drawMarks() {
    const context = cleared(marks);
    context.drawImage(lines, 0, 0);
    S.paintMarks(context, g, v, ratio, S.state.u, S.hovered);
  }
  function rest() {
    if (!S.view || !ids) return;
    frame();
    S.paintFills(fills.getContext("2d"), g, v, S.view, faded, ratio);
    drawLines(false);
    drawMarks();
  }
  // Zoomed, dragged or sized anew: other pixels hold other units.
  function viewed() {
    ids = S.raster(g, v, ids);
    frame();
    drawLines(true);
    drawMarks();
  }
  function changedView() {
    if (!waiting) waiting = requestAnimationFrame(() => { waiting = 0; viewed(); });
    clearTimeout(later);
    later = setTimeout(rest, 140);
  }

  map.unitAt = function (sx, sy) {
    const c = Math.floor(sx), r = Math.floor(sy);
    if (!ids || c < 0 || r < 0 || c >= v.w || r >= v.h) return null;
    const id = ids[r * v.w + c];
    return id ? id - 1 : null;
  };
  // Where a unit is on the page, for tooltips of the keyboard.
  map.pageAt = function (u) {
    const box = stage.getBoundingClientRect(), [sx, sy] = v.screen(g.x[u], g.y[u]);
    return [box.left + Math.min(v.w, Math.max(0, sx)), box.top + Math.min(v.h, Math.max(0, sy))];
  };
  map.show = function (u) {
    if (!g || !g.placed || !g.placed(u) || !v) return;
    const [sx, sy] = v.screen(g.x[u], g.y[u]);
    if (sx < 0 || sy < 0 || sx > v.w || sy > v.h) v.panBy(v.w / 2 - sx, v.h / 2 - sy);
  };

  function pointer() {
    const under = (event) => {
      const box = stage.getBoundingClientRect();
      return map.unitAt(event.clientX - box.left, event.clientY - box.top);
    };
    stage.addEventListener("pointermove", (event) => {
      if (v.dragging || event.target.closest("button")) { S.hover(null); return; }
      near = under(event);
      S.hover(near, { map: true, x: event.clientX, y: event.clientY });
    });
    stage.addEventListener("pointerleave", () => S.hover(null));
    stage.addEventListener("click", (event) => {
      if (v.dragging || event.target.closest("button")) return;
      const u = under(event);
      if (u !== null) S.select(u, event.shiftKey || event.ctrlKey || event.metaKey);
    });
    stage.addEventListener("dblclick", (event) => {
      if (event.target.closest("button")) return;
      const box = stage.getBoundingClientRect();
      v.zoomAt(2, event.clientX - box.left, event.clientY - box.top);
    });
  }

  map.title = function () {
    const { quantity, column, t } = S.view;
    return quantity.label + (column.timeless || S.manifest.cross_section ? "" : ", " + S.manifest.periods[t]);
  };
  map.counts = () => [...S.view.counts].map((n, i) => S.t("count.label", { label: S.view.classes.label(i), n: S.count(n) }))
    .concat(S.t("count.label", { label: S.t("missing"), n: S.count(S.view.missing) }));
  const unit = () => {
    S.empty(card.middle);
    if (S.view.variable.unit) card.middle.append(S.h("span", { class: "soft" }, S.bdi(S.view.variable.unit)));
  };
  function words() {
    S.setTitle(card, map.title());
    unit();
    S.empty(card.caption).append(...S.mapCaption());
    fills.setAttribute("aria-label", S.t("map.label", { title: map.title(), counts: map.counts().join("; ") }));
    stage.setAttribute("aria-label", map.title());
  }

  function save() {
    const periods = () => S.view.column.times.map((t) => S.manifest.periods[t]);
    return {
      name: () => (S.save.name ? S.save.name("map") : "map"), title: () => map.title(), desc: () => S.mapCaptionText(),
      csv() {
        const c = S.view.column, small = (x) => (S.save.cell ? S.save.cell(c, x) : x);
        const header = ["code", "name", ...(c.timeless ? [c.key] : periods())];
        const rows = function* () {
          for (let u = 0; u < c.n; u++)
            yield [S.code(u), S.name(u), ...Array.from({ length: c.T }, (x, row) => small(c.values[row * c.n + u]))];
        };
        return { header, rows: rows() };
      },
      svg: () => map.svg(), png: true,
    };
  }
  map.svg = (paper) => (map.strip ? map.strip.svg() : S.mapFigure(g, group(), paper));

  function listen() {
    S.on(["t"], (state, keys) => {
      if (["q", "c", "k", "fix", "d"].some((key) => keys.has(key))) return;
      frame();
      S.setTitle(card, map.title());
    });
    S.settled(() => { rest(); words(); });
    S.on(["q", "c", "k", "fix", "d", "lang"], () => { rest(); words(); });
    S.on("u", drawMarks);
    S.onHover(drawMarks);
    map.fade = () => rest();
  }

  map.start = async function (slot) {
    if (!S.view) {
      slot.append(S.h("p", { class: "card soft" }, S.t("no.quantity", { noun: S.noun(1) })));
      return;
    }
    g = await S.geometry();
    // A canvas prints blank: paper gets the figure with its own title, legend and caption.
    if (S.onPrint) S.onPrint(() => {
      const figure = map.svg(true);
      figure.setAttribute("class", "print-only");
      card.body.append(figure);
      return figure;
    });
    // Other classes: none of them is faded. Before the legend and the picture, which are told in this order.
    S.on(["q", "c", "k"], () => faded.clear());
    card = S.card("", { tools: save(), class: "map-card" });
    slot.append(card.root);
    map.card = card;
    if (g.kind === "none") { S.rankStrip(card, faded); return; }
    layers();
    const legend = S.h("ul", { class: "legend" });
    card.body.append(stage, legend, S.h("p", { class: "unseen", id: "map-keys" }, S.text("map.keys")));
    v = S.zoomView(stage, { width: g.width, height: g.height, change: changedView });
    map.view = v;
    map.geometry = g;
    stage.append(S.zoomButtons(v));
    S.legend(legend, faded, () => map.fade());
    pointer();
    listen();
    resize();
    new ResizeObserver(() => resize()).observe(stage);
    words();
  };
})(window.S = window.S || {});
