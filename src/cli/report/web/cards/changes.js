/* What changed since an earlier file of the same study. The first page tells it in tables; here is the
 * map of the changes of one quantity, and its largest ones, linked with the page: a press on a row of
 * those tables chooses the quantity. */
(function (S) {
  "use strict";

  const changes = S.changes = {card: null};
  const HALF = 3; // classes on each side of no change

  /* ---- numbers ------------------------------------------------------------------------------ */

  const signed = (d, v) => (d > 0 ? "+" : "") + S.number(d, v);

  /* Classes of differences about zero: thirds of the changed on each side, no change in the middle. */
  function classesOf(values) {
    const side = (sign) => {
      const all = Float64Array.from(values.filter((v) => sign * v > 0), Math.abs).sort();
      return S.breaks("quantile", all, HALF, false);
    };
    const down = side(-1), up = side(1), colours = S.palette.diverging([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5], 0, S.dark());
    const at = (steps, d) => steps.filter((step) => step <= d).length;
    const of = (v) => (Number.isNaN(v) ? -1 : v === 0 ? HALF : v < 0 ? HALF - 1 - at(down, -v) : HALF + 1 + at(up, v));
    return {k: 2 * HALF + 1, colours, of, down, up};
  }

  /* ---- the map -------------------------------------------------------------------------------- */

  function lookOf(values) {
    const classes = classesOf(values), of = new Int16Array(values.length);
    for (let u = 0; u < values.length; u++) of[u] = classes.of(values[u]);
    return {classes, of, values};
  }

  function paint(canvas, g, look, width) {
    const ratio = window.devicePixelRatio || 1, k = width / g.width, v = {k, x: 0, y: 0, w: width, h: k * g.height, zoom: 1, fit: k};
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(v.h * ratio);
    canvas.style.height = v.h + "px";
    const context = canvas.getContext("2d");
    S.paintFills(context, g, v, look, new Set(), ratio);
    S.paintLines(context, g, v, ratio, false, S.borderGroup());
    S.paintMarks(context, g, v, ratio, S.state.u, null);
  }

  function svgOf(g, look) {
    const units = S.svg("g", {"fill-rule": "evenodd"});
    for (let u = 0; u < g.n; u++) {
      if (!g.placed(u)) continue;
      const at = {fill: look.of[u] < 0 ? S.palette.missing(S.dark()).paper : look.classes.colours[look.of[u]], "data-unit": S.code(u)};
      units.append(g.hasRings(u) ? S.svg("path", Object.assign({d: g.d(u)}, at)) : S.svg("circle", Object.assign({cx: g.x[u], cy: g.y[u], r: g.radius}, at)));
    }
    return S.svg("svg", {width: g.width, height: g.height, viewBox: `0 0 ${g.width} ${g.height}`}, units);
  }

  function legend(look, variable) {
    const c = look.classes, counts = new Uint32Array(c.k);
    for (const k of look.of) if (k >= 0) counts[k]++;
    const range = (steps, i) => (i === 0 ? [0, steps[0]] : [steps[i - 1], steps[i]]);
    const text = (k) => {
      if (k === HALF) return S.t("changes_same");
      const up = k > HALF, [a, b] = range(up ? c.up : c.down, up ? k - HALF - 1 : HALF - 1 - k), say = (v) => (up ? "+" : "−") + S.number(v, variable);
      return b === undefined ? (up ? "≥ " : "≤ ") + say(a || 0) : a === 0 ? (up ? "< " : "> ") + say(b) : `${say(a)} … ${say(b)}`;
    };
    return S.h("ul", {class: "keys"}, d3.range(c.k).filter((k) => counts[k]).map((k) => {
      const swatch = S.h("i", {class: "swatch"});
      swatch.style.backgroundColor = c.colours[k];
      return S.h("li", {"data-class": k}, swatch, text(k), S.h("b", {}, S.count(counts[k])));
    }));
  }

  /* ---- tables --------------------------------------------------------------------------------- */

  const present = (v) => v !== null && v !== undefined && !Number.isNaN(v);
  /* Of a class its name: the difference of two numbers of classes says nothing. */
  const className = (v, {classes}) => (classes && v >= classes.first ? S.pick(classes.names[v - classes.first]) : "");
  const sayOf = (v, variable) => (present(v) ? className(v, variable) || S.number(v, variable) : S.t("missing"));

  function differenceOf(one, variable) {
    return present(one.old) && present(one.new) && variable.palette !== "categories" ? signed(one.new - one.old, variable) : "";
  }

  /* The largest changes of a quantity; a press selects the unit and goes to the period. */
  function largest(change) {
    const v = change.quantity.variable, many = S.manifest.periods.length > 1 && S.timesOf(v) !== null;
    const columns = [["changes_unit", ""], ...(many ? [["changes_period", ""]] : []), ["changes_old", "number"], ["changes_now", "number"], ["changes_diff", "number"]];
    const rows = change.largest.map((one) => S.h("tr", {class: S.isSelected(one.unit) ? "chosen" : "", "data-unit": one.unit},
      S.h("td", {}, S.h("button", {type: "button", class: "key", on: {click: (event) => {
        S.set({q: change.key, t: one.t});
        S.select(one.unit, event.shiftKey);
      }}}, S.bdi(S.name(one.unit)))),
      many ? S.h("td", {}, S.manifest.periods[one.t]) : "",
      S.h("td", {class: "number"}, sayOf(one.old, v)), S.h("td", {class: "number strong"}, sayOf(one.new, v)), S.h("td", {class: "number"}, differenceOf(one, v))));
    const head = columns.map(([key, look]) => S.h("th", {scope: "col", class: look}, S.t(key)));
    return S.h("div", {class: "scroll-x scroll-y"}, S.h("table", {class: "plain"}, S.h("thead", {}, S.h("tr", {}, head)), S.h("tbody", {}, rows)));
  }

  /* ---- the card ------------------------------------------------------------------------------- */

  function* csvRows(list) {
    for (const change of list)
      for (const one of change.largest)
        yield [change.key, S.code(one.unit), S.nameOrNone(one.unit), S.manifest.periods[one.t], one.old, one.new,
          present(one.old) && present(one.new) ? one.new - one.old : null];
  }

  async function draw(section, list) {
    const g = await S.geometry(), old = section.querySelector(":scope > .change-map");
    const left = S.h("div"), right = S.h("div", {class: "plot"});
    let look = null;
    const card = changes.card = S.card(S.t("changes", {file: S.manifest.against.file}), {wide: true, class: "change-map", tools: {name: "changes",
      csv: () => ({header: ["quantity", "code", "name", "period", "old", "new", "change"], rows: csvRows(list)}),
      svg: g.kind === "none" ? null : () => svgOf(g, look)}});
    const choice = S.h("select", {"aria-label": S.t("result"), on: {change: () => card.show(list[choice.selectedIndex])}},
      list.map((change) => S.h("option", {"data-key": change.key}, change.quantity.label)));
    card.middle.append(choice);
    card.body.classList.add("beside");
    card.body.append(left, right);
    card.show = async (change) => {
      choice.selectedIndex = list.indexOf(change);
      look = lookOf(await S.numbersOf(change.block));
      S.empty(left).append(largest(change));
      map(card, S.empty(right), g, look, change);
      right.append(legend(look, change.quantity.variable));
      S.empty(card.caption).append(S.t("changes_caption", {n: S.count(change.changed), title: change.quantity.label}));
    };
    await card.show(list[0]);
    if (old) old.replaceWith(card.root);
    else section.append(card.root);
  }

  function map(card, place, g, look, change) {
    const title = S.t("changes_map", {period: S.periodName(change.t)}), canvas = S.h("canvas", {role: "img", "aria-label": title + ": " + change.quantity.label});
    place.append(S.h("h4", {}, S.manifest.periods.length > 1 ? title : S.t("changes_map_only")));
    card.repaint = card.paper = () => null;
    if (g.kind === "none") return;
    const stage = S.h("div", {class: "plot"}, canvas);
    place.append(stage);
    S.cards.fit(stage, (width) => paint(canvas, g, look, width));
    canvas.addEventListener("click", (event) => press(canvas, g, event));
    card.repaint = () => { if (canvas.clientWidth) paint(canvas, g, look, canvas.clientWidth); };
    card.paper = () => {
      const svg = svgOf(g, look);
      svg.setAttribute("class", "print-only");
      canvas.after(svg);
      return svg;
    };
  }

  /* The unit whose outline holds the point, else the nearest place. */
  function press(canvas, g, event) {
    const box = canvas.getBoundingClientRect(), x = (event.clientX - box.left) * g.width / box.width, y = (event.clientY - box.top) * g.height / box.height;
    const context = canvas.getContext("2d");
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    let found = -1, best = 12;
    for (let u = 0; u < g.n && found < 0; u++) {
      if (!g.hasRings(u) || x < g.box[4 * u] || y < g.box[4 * u + 1] || x > g.box[4 * u + 2] || y > g.box[4 * u + 3]) continue;
      const path = new Path2D();
      g.trace(path, u);
      if (context.isPointInPath(path, x, y, "evenodd")) found = u;
    }
    for (let u = 0; u < g.n && found < 0; u++) {
      const d = g.x && !g.hasRings(u) ? Math.hypot(g.x[u] - x, g.y[u] - y) : Infinity;
      if (d < best) { best = d; found = u; }
    }
    context.restore();
    if (found >= 0) S.select(found, event.shiftKey);
  }

  /* Rows of the first page's tables choose what the map shows. */
  function linkRows(section, list) {
    for (const row of section.querySelectorAll("tr[data-change]")) {
      const change = list.find((one) => one.key === row.dataset.change);
      if (!change) continue;
      row.classList.add("linked");
      row.addEventListener("click", () => changes.card.show(change));
    }
  }

  changes.start = async function (section) {
    const all = S.manifest.against ? S.manifest.against.changes || [] : [];
    const list = all.map((change) => ({...change, quantity: S.quantity(change.key)})).filter((change) => change.quantity && change.largest.length);
    if (!list.length) return;
    await draw(section, list);
    linkRows(section, list);
    /* A canvas prints blank. */
    if (S.onPrint) S.onPrint(() => changes.card.paper());
    S.on("u", () => {
      changes.card.repaint();
      for (const row of changes.card.root.querySelectorAll("tr[data-unit]")) row.classList.toggle("chosen", S.isSelected(Number(row.dataset.unit)));
    });
    S.on(["lang", "d"], () => draw(section, list));
  };
})(window.S = window.S || {});
