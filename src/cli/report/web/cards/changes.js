/* What changed since an earlier file of the same study: a table of quantities, and of the one that is
 * pressed the map of its changes and the largest of them. Rows and map are linked with the page. */
(function (S) {
  "use strict";

  const changes = S.changes = {card: null};
  const WIDTH = 560;
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
  const sayOf = (v, variable) => (present(v) ? S.number(v, variable) : S.t("missing"));

  function differenceOf(one, variable) {
    return present(one.old) && present(one.new) ? signed(one.new - one.old, variable) : "";
  }

  /* Quantities that changed; a press shows one of them. */
  function quantities(list, chosen, press) {
    const head = ["result", "changes_count", "changes_new", "changes_gone", "changes_most"].map((key, i) =>
      S.h("th", {scope: "col", class: i ? "number" : ""}, S.t(key)));
    const rows = list.map((change) => {
      const [most] = change.largest, v = change.quantity.variable;
      const name = S.h("button", {type: "button", class: "key", "aria-pressed": String(change === chosen), "data-key": change.key, on: {click: () => press(change)}},
        S.bdi(change.quantity.label), S.h("code", {class: "of"}, S.bdi(v.result)));
      return S.h("tr", {class: change === chosen ? "chosen" : ""}, S.h("td", {}, name), [change.changed, change.appeared, change.vanished].map((n) => S.h("td", {class: "number"}, S.count(n || 0))),
        S.h("td", {class: "number"}, most ? differenceOf(most, v) : ""));
    });
    return S.h("div", {class: "scroll-x"}, S.h("table", {class: "plain"}, S.h("thead", {}, S.h("tr", {}, head)), S.h("tbody", {}, rows)));
  }

  /* The largest changes of a quantity; a press selects the unit and goes to the period. */
  function largest(change) {
    const v = change.quantity.variable, many = S.manifest.periods.length > 1;
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

  /* Numbers that are not by unit. */
  function figures(list) {
    if (!list || !list.length) return "";
    const rows = list.map((one) => {
      const v = S.variable(one.id);
      return S.h("tr", {}, S.h("td", {}, S.h("code", {}, S.bdi(one.id)), one.at ? " " : "", one.at ? S.bdi(one.at) : ""), S.h("td", {class: "number"}, sayOf(one.old, v)),
        S.h("td", {class: "number strong"}, sayOf(one.new, v)), S.h("td", {class: "number"}, differenceOf(one, v)));
    });
    const head = ["changes_figures", "changes_old", "changes_now", "changes_diff"].map((key, i) => S.h("th", {scope: "col", class: i ? "number" : ""}, S.t(key)));
    return S.h("div", {class: "scroll-x scroll-y"}, S.h("table", {class: "plain"}, S.h("thead", {}, S.h("tr", {}, head)), S.h("tbody", {}, rows)));
  }

  /* ---- the card ------------------------------------------------------------------------------- */

  function names(key, list) {
    return list && list.length ? S.h("p", {class: "note"}, S.t(key, {names: list.join(", ")})) : "";
  }

  function* csvRows(list) {
    for (const change of list)
      for (const one of change.largest)
        yield [change.key, S.code(one.unit), S.nameOrNone(one.unit), S.manifest.periods[one.t], one.old, one.new,
          present(one.old) && present(one.new) ? one.new - one.old : null];
  }

  async function draw(section, against) {
    const old = section.querySelector(":scope > .changes");
    const list = (against.changes || []).map((change) => ({...change, quantity: S.quantity(change.key)})).filter((change) => change.quantity);
    const left = S.h("div"), right = S.h("div", {class: "plot"}), g = await S.geometry();
    let chosen = list[0], look = null;
    const card = S.card(S.t("changes", {file: against.file}), {wide: true, class: "changes", tools: list.length ? {name: "changes",
      csv: () => ({header: ["quantity", "code", "name", "period", "old", "new", "change"], rows: csvRows(list)}),
      svg: () => (look && g.kind !== "none" ? svgOf(g, look) : null)} : null});
    card.body.classList.add("beside");
    card.body.append(left, right);
    const rest = [figures(against.figures), names("changes_added", against.added), names("changes_removed", against.removed)];
    const show = async (change) => {
      chosen = change;
      S.empty(left).append(quantities(list, chosen, show), largest(change));
      look = lookOf(await S.numbersOf(change.block));
      const canvas = S.h("canvas", {role: "img", "aria-label": S.t("changes_map", {period: S.manifest.periods[change.t]}) + ": " + change.quantity.label});
      S.empty(right).append(S.h("h4", {}, S.t("changes_map", {period: S.manifest.periods[change.t]}), " · ", S.bdi(change.quantity.label)));
      if (g.kind !== "none") {
        const place = S.h("div", {class: "plot"}, canvas);
        right.append(place);
        S.chart.fit(place, (width) => paint(canvas, g, look, Math.min(width, 2 * WIDTH)));
        canvas.addEventListener("click", (event) => press(canvas, g, event));
      }
      right.append(legend(look, change.quantity.variable), ...rest);
      S.empty(card.caption).append(S.t("changes_caption", {n: S.count(change.changed), title: change.quantity.label}));
      card.paper = () => {
        if (g.kind === "none") return null;
        const svg = svgOf(g, look);
        svg.setAttribute("class", "print-only");
        canvas.after(svg);
        return svg;
      };
      card.repaint = () => { if (g.kind !== "none" && canvas.clientWidth) paint(canvas, g, look, canvas.clientWidth); };
    };
    if (list.length) await show(chosen);
    else left.append(S.h("p", {class: "soft"}, S.t("changes_none", {file: against.file})), ...rest);
    if (old) old.replaceWith(card.root);
    else section.append(card.root);
    changes.card = card;
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

  changes.start = async function (section) {
    const {against} = S.manifest;
    if (!against) return;
    await draw(section, against);
    /* A canvas prints blank. */
    if (S.onPrint) S.onPrint(() => (changes.card.paper ? changes.card.paper() : null));
    S.on("u", () => {
      if (changes.card.repaint) changes.card.repaint();
      for (const row of changes.card.root.querySelectorAll("tr[data-unit]")) row.classList.toggle("chosen", S.isSelected(Number(row.dataset.unit)));
    });
    S.on(["lang", "d"], () => draw(section, against));
  };
})(window.S = window.S || {});
