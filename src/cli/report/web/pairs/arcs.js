// The map of partners: one unit's arcs, or the first partner of all. The map zooms to what it shows;
// wheel and buttons zoom further; a dot selects its unit.
(function (S) {
  "use strict";

  const SLOW = 50; // ms

  // c: what is shown; view: scale and shift of the map, by the hand of the reader once `moved`.
  const state = {c: null, land: null, map: null, view: null, key: "", moved: false, flows: null, group: null,
    frame: 0, rest: 0, cost: 0, drawn: null};

  // ---- views ------------------------------------------------------------------------------------

  // The unit and its strongest partners, each whole; those in another inset than the unit are left
  // to lines that lead there, unless there are no others.
  function partnersBox(c, map) {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    const near = c.list.slice(0, Math.max(c.entry.k, 1)).map((p) => p.unit);
    const same = near.filter((u) => !map.zone || map.zone[u] === map.zone[c.unit]);
    for (const u of [c.unit, ...(same.length ? same : near)]) {
      const b = map.box.subarray(4 * u, 4 * u + 4);
      if (!(b[0] <= b[2])) continue;
      box[0] = Math.min(box[0], b[0]);
      box[1] = Math.min(box[1], b[1]);
      box[2] = Math.max(box[2], b[2]);
      box[3] = Math.max(box[3], b[3]);
    }
    return box[0] <= box[2] ? box : null;
  }
  function fit() {
    const {c, map, view} = state;
    const box = c.unit === null || c.centres || c.strongest || map.circle || map.star ? null : partnersBox(c, map);
    state.fitting = true;
    if (box) view.fitBox(...box, Math.min(view.w, view.h) * 0.08);
    else view.reset();
    state.fitting = false;
  }
  // By wheel, buttons or drag: once a frame, since a browser tells of more moves than it draws. A
  // picture that takes longer than a frame or two is moved as it is, and drawn when the hand rests.
  function changed() {
    if (state.fitting) return;
    state.moved = true;
    state.frame = state.frame || requestAnimationFrame(() => {
      state.frame = 0;
      clearTimeout(state.rest);
      if (state.cost < SLOW) return redraw();
      shift();
      state.rest = setTimeout(redraw, 140);
    });
  }
  function shift() {
    const {view: v, drawn} = state, f = v.k / drawn.k, {canvas, svg} = S.arcs.parts;
    for (const e of [canvas, svg]) e.style.transform = `translate(${v.x - f * drawn.x}px, ${v.y - f * drawn.y}px) scale(${f})`;
  }

  // ---- drawing ----------------------------------------------------------------------------------

  function tints() {
    const land = S.colour("land"), ink = S.colour(state.c.mode === "receives" ? "received" : "sent"), out = new Map();
    for (const [u, share] of state.flows.tints) out.set(u, S.mix(land, ink, share));
    return out;
  }

  // The selected in their colours, each with a halo.
  function outlines() {
    const {map, view: v} = state, out = [];
    for (const u of S.state.u.slice(-8)) {
      if (!map.hasRings(u)) continue;
      const transform = `translate(${v.x},${v.y}) scale(${v.k})`, d = map.d(u);
      out.push(S.svg("path", {class: "outline-halo", d, transform, "stroke-width": 4 / v.k}),
        S.svg("path", {class: "outline", d, transform, "stroke-width": 2 / v.k, stroke: S.colourOf(u)}));
    }
    return out;
  }

  function marks() {
    const {flows} = state, out = [];
    for (const s of flows.spokes || [])
      out.push(S.svg("path", {class: "spokes" + (s.far ? " far" : "") + (s.unit === null ? "" : " own"), d: s.d,
        stroke: s.unit === null ? null : S.colourOf(s.unit)}));
    for (const a of flows.arcs)
      out.push(S.svg("path", {class: "arc" + (a.far ? " far" : "") + (a.value < 0 ? " below" : ""), d: a.d,
        "stroke-width": a.width.toFixed(2), "data-from": a.from, "data-to": a.to, "data-value": a.value}));
    out.push(...outlines());
    for (const dot of flows.dots)
      out.push(S.svg("circle", {class: "dot " + dot.css, cx: dot.x.toFixed(1), cy: dot.y.toFixed(1), r: dot.r.toFixed(1),
        "data-unit": dot.unit}));
    for (const label of flows.labels)
      out.push(S.svg("text", {class: label.css, x: label.tx.toFixed(1), y: label.ty.toFixed(1),
        "text-anchor": label.anchor}, label.text));
    return out;
  }

  function redraw() {
    const {parts} = S.arcs, {map, view, c} = state;
    if (!c || !map || !view || view.w < 2) return;
    const start = performance.now();
    state.flows = S.flows(c, map, view, view.zoom > 1.5 ? state.group : null);
    S.backdrop.draw(map, parts.canvas, view, tints(), state.group);
    parts.svg.replaceChildren(...marks());
    parts.svg.setAttribute("class", "arcs-marks " + c.mode);
    for (const e of [parts.canvas, parts.svg]) e.style.transform = "";
    state.drawn = {k: view.k, x: view.x, y: view.y};
    state.cost = performance.now() - start;
  }

  // A new picture is fitted; the same one in another year or theme keeps the view that the reader set.
  function show(c) {
    const key = [c.entry.quantity, c.mode, c.unit].join("\n"), fresh = key !== state.key;
    state.c = c;
    // Without coordinates one unit's partners stand around it, and all units on a circle.
    if (state.land.circle) state.map = c.unit === null ? state.land : S.backdrop.star(state.land, c.unit, c.list);
    state.key = key;
    if (fresh) state.moved = false;
    if (!state.moved && state.view.w > 1) fit();
    redraw();
  }

  function resize(width) {
    const {box, svg} = S.arcs.parts, height = Math.round(Math.max(240, Math.min(width * 0.62, 560)));
    box.style.height = height + "px";
    svg.setAttribute("width", width);
    svg.setAttribute("height", height);
    svg.setAttribute("viewBox", "0 0 " + width + " " + height);
    state.size = [width, height];
    if (!state.view) return;
    state.view.resize(width, height);
    if (state.c) show(state.c);
  }

  // ---- the mouse ------------------------------------------------------------------------------------

  // The dot under the pointer, else the unit whose land is there.
  function unitAt(event) {
    const dot = event.target.closest && event.target.closest("[data-unit]");
    if (dot) return Number(dot.dataset.unit);
    const [x, y] = S.chart.mouse(event, S.arcs.parts.box), {view: v, map} = state;
    return map ? S.backdrop.unitAt(map, (x - v.x) / v.k, (y - v.y) / v.k, 8 / v.k) : null;
  }

  function tip(unit, event) {
    const {c} = state, lines = [[S.name(unit), S.code(unit)]];
    const at = c.list.findIndex((p) => p.unit === unit);
    if (at >= 0) lines.push([S.t("pairs.value"), S.short(c.list[at].value)],
      [S.t("pairs." + c.mode), S.t("pairs.tip.rank", {rank: S.count(at + 1), n: S.count(c.list.length)})]);
    if (c.strongest) {
      const i = c.strongest.findIndex((p) => p.unit === unit);
      if (i >= 0) lines.push([S.t("pairs.value"), S.short(c.strongest[i].value)]);
    }
    if (c.centres) {
      const first = c.view.first(unit), n = c.centres.count[unit];
      if (first) lines.push([S.t("pairs.tip.one"), S.name(first.unit)], [S.t("pairs.value"), S.short(first.value)]);
      if (n) lines.push([S.t("pairs.centre"), S.t("pairs.tip.first", {n: S.count(n)})]);
    }
    S.pairTip.show(event.clientX, event.clientY, lines);
  }

  // The map moves by arrows, + and -; what it shows can be walked through in the table beside it.
  const pans = {ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60]};
  function press(event) {
    const v = state.view, pan = pans[event.key];
    if (!v || event.target !== S.arcs.parts.box || event.ctrlKey || event.metaKey || event.altKey) return;
    if (pan) v.panBy(...pan);
    else if (event.key === "+" || event.key === "=") v.zoomBy(1.6);
    else if (event.key === "-") v.zoomBy(1 / 1.6);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function listen(parts) {
    parts.box.addEventListener("keydown", (event) => press(event));
    parts.box.addEventListener("click", (event) => {
      if (event.target.closest("button") || !state.c || state.view.dragging) return;
      const unit = unitAt(event);
      if (unit !== null) S.select(unit, event.shiftKey || event.ctrlKey || event.metaKey);
    });
    parts.box.addEventListener("pointermove", (event) => {
      if (event.buttons || !state.c || event.target.closest("button")) return;
      const unit = unitAt(event);
      S.hover(unit);
      if (unit === null) S.pairTip.hide();
      else tip(unit, event);
    });
    parts.box.addEventListener("pointerleave", () => {
      S.hover(null);
      S.pairTip.hide();
    });
    S.onHover((unit) => {
      for (const e of parts.svg.querySelectorAll(".hovered")) e.classList.remove("hovered");
      if (unit === null) return;
      parts.svg.querySelector("circle[data-unit=\"" + unit + "\"]")?.classList.add("hovered");
      for (const e of parts.svg.querySelectorAll(".arc[data-from=\"" + unit + "\"], .arc[data-to=\"" + unit + "\"]"))
        if (state.c.unit !== unit) e.classList.add("hovered");
    });
  }

  // ---- saving -----------------------------------------------------------------------------------------

  // As shown: the land within the picture, and what stands on it; above it its title, where the page's
  // is left behind.
  function saved() {
    const root = svg(), {view} = state;
    if (!root) return null;
    const title = S.chart.cut(S.arcs.card.heading.textContent, view.w, 14, true);
    root.append(S.svg("text", {class: "self", x: 0, y: -10}, title));
    root.setAttribute("viewBox", `0 -30 ${view.w} ${view.h + 30}`);
    root.setAttribute("height", view.h + 30);
    return root;
  }
  function svg() {
    const {c, map, view, group} = state;
    if (!c || !map || !state.flows) return null;
    const root = S.svg("svg", {class: "arcs-marks " + c.mode, width: view.w, height: view.h, viewBox: `0 0 ${view.w} ${view.h}`,
      role: "img", "aria-label": S.arcs.parts.svg.getAttribute("aria-label")});
    // A picture with a margin would show what lies beyond the map's edge.
    const edge = S.svg("clipPath", {id: "arcs-edge"}, S.svg("rect", {x: 0, y: 0, width: view.w, height: view.h}));
    root.append(edge, S.svg("g", {"clip-path": "url(#arcs-edge)"}, S.backdrop.svg(map, view, tints(), group), marks()));
    // Outside the page a unit is its code.
    for (const key of ["data-unit", "data-from", "data-to"])
      for (const e of root.querySelectorAll("[" + key + "]")) e.setAttribute(key, S.code(Number(e.getAttribute(key))));
    return root;
  }

  // Each pair from who sends to who receives.
  function* csvRows(c) {
    const row = (from, to, value, rank) => [c.period.label, S.code(from), S.name(from), S.code(to), S.name(to), rank,
      S.save.float32(value)];
    if (c.strongest) for (const p of c.strongest) yield [c.period.label, S.code(p.unit), S.name(p.unit), p.value];
    else if (c.centres) {
      for (let u = 0; u < S.manifest.n; u++) {
        const p = c.view.first(u);
        if (p) yield row(u, p.unit, p.value, 1);
      }
    } else for (const [i, p] of c.list.entries())
      yield c.mode === "receives" ? row(p.unit, c.unit, p.value, i + 1) : row(c.unit, p.unit, p.value, i + 1);
  }
  const header = (c) => (c.strongest ? ["period", "unit", "name", "value"] :
    ["period", "from", "from_name", "to", "to_name", "rank", "value (7 digits)"]);
  const csv = () => state.c && {header: header(state.c), rows: csvRows(state.c)};

  async function ready(parts) {
    const map = await S.backdrop.load();
    state.view = S.zoomView(parts.box, {width: map.width, height: map.height, change: changed});
    if (state.size) state.view.resize(...state.size);
    parts.box.append(S.zoomButtons(state.view));
    state.map = state.land = map;
  }

  // ---- life ---------------------------------------------------------------------------------------------

  S.arcs = {
    start(section) {
      const words = {title: () => card.heading.textContent, desc: () => card.caption.textContent};
      const name = () => S.pairs.fileName("arcs", S.pairs.shownName());
      const card = S.card("", {class: "arcs-card", tools: {name, csv, svg: saved, png: saved, ...words}});
      card.root.dataset.view = "arcs";
      const parts = {canvas: S.h("canvas", {"aria-hidden": "true"}), svg: S.svg("svg", {class: "arcs-marks", role: "img"})};
      parts.box = S.h("div", {class: "arcs-box", tabindex: 0, role: "group"}, parts.canvas, parts.svg);
      card.body.append(parts.box);
      section.append(card.root);
      Object.assign(S.arcs, {card, parts});
      listen(parts);
      S.onPrint(() => {
        const picture = svg();
        if (!picture) return null;
        picture.classList.add("print-only");
        card.body.append(picture);
        return picture;
      });
      S.chart.fit(card.body, resize);
    },

    // c: what is shown; says: heading, modes, what the caption says.
    async update(c, says) {
      const {card, parts} = S.arcs;
      if (!state.land) await ready(parts);
      state.group = (c.entry.blocks && S.group(c.entry.blocks.group)) || S.borderGroup();
      S.setTitle(card, says.heading);
      S.empty(card.middle);
      if (says.modes.length > 1) {
        const items = says.modes.map((key) => ({key, label: S.t("pairs." + key)}));
        card.middle.append(S.segments(items, c.mode, (key) => S.set({mode: key}), S.t("pairs.modes")));
        for (const b of card.middle.querySelectorAll("button")) b.dataset.mode = b.dataset.key;
      }
      const where = c.unit === null ? "pairs.say.circle" : "pairs.say.star";
      const circle = state.land.circle ? S.t(where, {nouns: S.noun(), noun: S.noun(1)}) + " " : "";
      S.empty(card.caption).append(says.said + " " + circle, ...S.pairs.caption(c.entry));
      parts.svg.setAttribute("aria-label", S.t("pairs.arcs.label", {text: says.heading}));
      parts.box.setAttribute("aria-label", S.t("pairs.arcs.keys"));
      show(c);
    },
  };
})(window.S = window.S || {});
