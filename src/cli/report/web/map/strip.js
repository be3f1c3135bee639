// Where no unit has a place: the units in order of value, a column each, in the colours of their classes.
(function (S) {
  "use strict";
  const HEIGHT = 300, PAD = { left: 56, right: 16, top: 12, bottom: 28 };

  S.rankStrip = function (card, faded) {
    const canvas = S.h("canvas", { class: "fills", role: "img" }), marks = S.h("canvas", { class: "over", "aria-hidden": "true" });
    const stage = S.h("div", { class: "stage strip", tabindex: "0", role: "group" }, canvas, marks);
    const legend = S.h("ul", { class: "legend" });
    card.body.append(S.h("p", { class: "soft" }, S.text("no.map")), stage, legend);
    let w = 1, order = [], ratio = 1, y = null;

    // Ascending; equal values in the order of codes, so that the strip does not flicker.
    function sort() {
      const { values } = S.view;
      order = [];
      for (let u = 0; u < values.length; u++) if (values[u] === values[u]) order.push(u);
      order.sort((a, b) => values[a] - values[b] || a - b);
      const { column, variable } = S.view, [low, high] = d3.extent(column.values);
      const log = variable.log && low > 0;
      const from = log ? low : Math.min(0, low ?? 0), to = high > from ? high : from + 1;
      y = (log ? d3.scaleLog() : d3.scaleLinear()).domain([from, to]).range([HEIGHT - PAD.bottom, PAD.top]);
      if (!log) y.nice();
    }
    const column = () => (w - PAD.left - PAD.right) / Math.max(1, order.length);
    const zero = () => Math.min(HEIGHT - PAD.bottom, Math.max(PAD.top, y(y.domain()[0] < 0 ? 0 : y.domain()[0])));
    function colour(u) {
      const c = S.view.of[u], card = S.colour("card");
      return c < 0 ? S.palette.missing(S.dark()).paper : faded.has(c) ? S.mix(S.view.classes.colours[c], card, 0.86) : S.view.classes.colours[c];
    }
    function draw() {
      sort();
      const c = canvas.getContext("2d"), step = column(), base = zero();
      c.setTransform(ratio, 0, 0, ratio, 0, 0);
      c.clearRect(0, 0, w, HEIGHT);
      c.font = "11px " + getComputedStyle(document.body).fontFamily;
      c.textBaseline = "middle";
      c.textAlign = "right";
      for (const v of y.ticks(5).slice(0, 8)) {
        c.fillStyle = S.colour("hair");
        c.fillRect(PAD.left, Math.round(y(v)), w - PAD.left - PAD.right, 1);
        c.fillStyle = S.colour("soft");
        c.fillText(S.short(v), PAD.left - 8, y(v));
      }
      // Of columns narrower than a pixel, one a pixel is seen.
      const every = Math.max(1, Math.floor(0.5 / step));
      order.forEach((u, i) => {
        if (i % every) return;
        const top = y(S.view.values[u]);
        c.fillStyle = colour(u);
        c.fillRect(PAD.left + i * step, Math.min(top, base), Math.max(step - (step > 3 ? 1 : 0), 0.6), Math.max(1, Math.abs(base - top)));
      });
      c.textAlign = "left";
      c.textBaseline = "alphabetic";
      c.fillStyle = S.colour("soft");
      if (!order.length) c.fillText(S.t("all.missing", { noun: S.noun(1) }), PAD.left, HEIGHT / 2);
      mark();
    }
    function mark() {
      const c = marks.getContext("2d"), step = column();
      c.setTransform(ratio, 0, 0, ratio, 0, 0);
      c.clearRect(0, 0, w, HEIGHT);
      const place = new Map(order.map((u, i) => [u, i]));
      for (const u of [...S.state.u, S.hovered]) {
        if (u === null || !place.has(u)) continue;
        const x = PAD.left + (place.get(u) + 0.5) * step, top = Math.min(y(S.view.values[u]), zero());
        c.strokeStyle = c.fillStyle = S.isSelected(u) ? S.colourOf(u) : S.colour("ink");
        c.lineWidth = 1.5;
        c.beginPath(); c.moveTo(x, top - 2); c.lineTo(x, HEIGHT - PAD.bottom + 5); c.stroke();
        c.beginPath(); c.arc(x, Math.max(5, top - 2), 4, 0, 7); c.fill();
      }
    }
    function resize() {
      const next = Math.max(160, stage.clientWidth);
      ratio = Math.min(2, devicePixelRatio || 1);
      if (next === w) return;
      w = next;
      stage.style.height = HEIGHT + "px";
      for (const c of [canvas, marks]) {
        c.width = w * ratio; c.height = HEIGHT * ratio;
        c.style.width = w + "px"; c.style.height = HEIGHT + "px";
      }
      draw();
    }
    function words() {
      S.setTitle(card, S.map.title());
      S.empty(card.caption).append(...S.mapCaption());
      canvas.setAttribute("aria-label", S.t("map.label", { title: S.map.title(), counts: S.map.counts().join("; ") }));
    }
    const under = (event) => {
      const x = event.clientX - stage.getBoundingClientRect().left - PAD.left;
      return x < 0 ? null : order[Math.floor(x / column())] ?? null;
    };
    stage.addEventListener("pointermove", (event) => S.hover(under(event), { x: event.clientX, y: event.clientY }));
    stage.addEventListener("pointerleave", () => S.hover(null));
    stage.addEventListener("click", (event) => { const u = under(event); if (u !== null) S.select(u, event.shiftKey || event.ctrlKey || event.metaKey); });
    stage.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1, ArrowUp: 1, ArrowDown: -1 }[event.key];
      if (by && order.length) {
        const i = Math.min(order.length - 1, Math.max(0, (S.hovered === null ? order.length : order.indexOf(S.hovered)) + by));
        const box = stage.getBoundingClientRect();
        S.hover(order[i], { x: box.left + PAD.left + i * column(), y: box.top + 40 });
      } else if (event.key === "Enter" && S.hovered !== null) S.select(S.hovered, event.shiftKey);
      else return;
      event.preventDefault();
    });
    S.map.strip = { svg() {
      const width = 960, step = (width - PAD.left - PAD.right) / Math.max(1, order.length), base = zero();
      const bars = order.map((u, i) => {
        const top = y(S.view.values[u]);
        return S.svg("rect", { x: (PAD.left + i * step).toFixed(2), y: Math.min(top, base).toFixed(2), width: Math.max(0.5, step).toFixed(2),
          height: Math.max(0.5, Math.abs(base - top)).toFixed(2), fill: S.view.classes.colours[S.view.of[u]], "data-unit": S.code(u) }, S.svg("title", {}, S.name(u)));
      });
      return S.figure(width, HEIGHT, [S.svg("g", { class: "units" }, bars), y.ticks(5).slice(0, 8).map((v) =>
        S.svg("text", { x: PAD.left - 8, y: y(v) + 4, "text-anchor": "end", "font-size": 11, fill: S.colour("soft") }, S.short(v)))]);
    } };
    S.legend(legend, faded, draw);
    S.on(["q", "t", "c", "k", "fix", "d", "lang"], () => {
      draw();
      if (!S.moving) words(); else S.setTitle(card, S.map.title());
    });
    S.settled(words);
    S.on("u", mark);
    S.onHover(mark);
    resize();
    words();
    new ResizeObserver(resize).observe(stage);
  };
})(window.S = window.S || {});
