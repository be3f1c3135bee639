// The matrix by group: total, mean and share of the row, following the slider; a row selects its
// units. Without sums in the file the card says what to add to the study: sums of kept pairs alone
// would show half a matrix as if it were whole.
(function (S) {
  "use strict";

  const view = {m: null, g: null, at: null, width: 0};

  const cellModes = (m) => ["total", m.counts ? "mean" : null, "share"].filter(Boolean);
  // Sums say something where more is stronger; else means come first.
  const usual = (m) => (m.counts && m.entry.by !== "largest" && m.entry.by ? "mean" : "total");
  const mode = () => (cellModes(view.m).includes(S.state.cell) ? S.state.cell : usual(view.m));
  const row = () => S.kept.rowOf(view.m.entry.blocks.sum, S.state.t);

  // Texts of a cell: totals in words for thousands, shares in per cent.
  const cellText = (kind, v) => (v !== v ? "–" : kind === "share" ? S.short(100 * v) + "%" : S.short(v));

  // ---- classes and colours --------------------------------------------------------------------

  // From pale to dark; with both signs, the two sides of zero.
  const colours = (info) => (info.signed ? S.palette.diverging(info.cut, 0, S.dark()) :
    S.palette.sequential(info.cut.length + 1, S.dark()));

  // The classes in words: of each the value it begins at.
  function keyOf(info, colour) {
    const kind = mode(), all = S.state.fix && view.m.T > 1 ? "pairs.eighths.all" : "pairs.eighths";
    const text = (i) => (i ? cellText(kind, info.cut[i - 1]) : colour.length > 1 ? "< " + cellText(kind, info.cut[0]) : "");
    return {title: S.t("pairs.key." + kind) + ", " + S.t(all, S.periodWords()),
      items: colour.map((c, i) => ({colour: c, text: text(i)}))};
  }

  // Beside the matrix there is room for every other one.
  function key(info, colour) {
    const {title, items} = keyOf(info, colour), list = S.h("div", {class: "matrix-key"});
    items.forEach(({colour: c, text}, i) => {
      const swatch = S.h("i", {});
      swatch.style.background = c;
      list.append(S.h("span", {"data-class": i}, swatch, S.h("small", {}, i % 2 === 0 ? text : "")));
    });
    return info.any ? [S.h("h4", {}, title), list] : [];
  }

  // ---- drawing ----------------------------------------------------------------------------------

  function marked() {
    const m = view.m, out = new Set();
    if (!m.group || !S.state.u.length) return out;
    const block = new Map(m.place.map((p, a) => [p, a]));
    for (const u of S.state.u) {
      const a = block.get(Math.min(m.group.of[u], m.group.labels.length));
      if (a !== undefined) out.add(a);
    }
    return out;
  }

  function draw(parts) {
    const {m} = view, t = row(), info = S.blocks.breaks(m, mode(), t, S.state.fix), colour = colours(info);
    const g = (view.g = S.matrixDraw.layout(m, view.width));
    view.info = info;
    view.colour = colour;
    parts.canvas.setAttribute("aria-hidden", "true");
    S.matrixDraw.paint(parts.canvas, m, g, mode(), t, info.cut, colour, S.colour("missing"));
    const svg = S.matrixDraw.frame(m, g, t, marked(), label(t), numbers());
    parts.box.querySelector("svg")?.remove();
    parts.box.append(svg);
    parts.box.style.width = g.width + "px";
    parts.box.style.height = g.height + "px";
    S.empty(parts.key).append(...key(info, colour));
    place(parts, view.at);
  }

  // Numbers stand in the cells where these are wide enough: dark on pale, pale on dark.
  const numbers = () => ({text: (a, b) => cellText(mode(), S.blocks.cell(view.m, mode(), row(), a, b)),
    dark: (a, b) => {
      const k = S.blocks.classOf(view.info.cut, S.blocks.cell(view.m, mode(), row(), a, b));
      return k < 0 ? !S.dark() : d3.lab(view.colour[k]).l > 55;
    }});

  // What one who cannot see the matrix is told of it.
  function label(t) {
    const m = view.m, a = m.order[0];
    return S.t("pairs.matrix.label", {group: S.groupWord(m.entry.blocks.group), n: m.L, first: S.blockLabel(m.labels[a]),
      value: S.short(S.blocks.rowSum(m, t, a))});
  }

  // ---- pointing ---------------------------------------------------------------------------------

  // The cell under the pointer; over the labels or the bars: the whole row, column -1.
  function under(event, parts) {
    const g = view.g, [x, y] = S.chart.mouse(event, parts.box);
    const i = S.matrixDraw.placeAt(g, y - g.top), j = S.matrixDraw.placeAt(g, x - g.left);
    return i < 0 ? null : {i, j};
  }

  function lines(at) {
    const {m} = view, t = row(), a = m.order[at.i], from = S.blockLabel(m.labels[a]);
    const sent = S.blocks.rowSum(m, t, a);
    if (at.j < 0) return [[from], [S.t("pairs.sentAll"), S.short(sent)]];
    const b = m.order[at.j], value = (kind) => cellText(kind, S.blocks.cell(m, kind, t, a, b));
    const out = [[from + " → " + S.blockLabel(m.labels[b])], [S.t("pairs.total"), value("total")]];
    if (m.counts) {
      out.push([S.t("pairs.mean"), value("mean")]);
      out.push([S.t("pairs.count"), S.count(m.counts[(t * m.L + a) * m.L + b] || 0)]);
    }
    out.push([S.t("pairs.share"), value("share")]);
    return out;
  }

  function place(parts, at) {
    view.at = at;
    parts.cursor.hidden = !at;
    parts.box.querySelectorAll("text.on").forEach((e) => e.classList.remove("on"));
    if (!at) return S.pairTip.hide();
    const g = view.g, w = S.matrixDraw.inner(g.c), style = parts.cursor.style;
    style.left = g.left + (at.j < 0 ? 0 : g.at[at.j]) - 1 + "px";
    style.top = g.top + g.at[at.i] - 1 + "px";
    style.width = (at.j < 0 ? g.size : w) + 2 + "px";
    style.height = w + 2 + "px";
    const labels = parts.box.querySelectorAll("text[data-group]"), columns = parts.box.querySelectorAll("text[data-column]");
    labels[at.i]?.classList.add("on");
    if (at.j >= 0) columns[at.j]?.classList.add("on");
  }

  function tip(parts, at, event) {
    const box = parts.box.getBoundingClientRect(), g = view.g;
    const x = event ? event.clientX : box.left + g.left + (at.j < 0 ? 0 : g.at[at.j]) + g.c;
    const y = event ? event.clientY : box.top + g.top + g.at[at.i] + g.c;
    S.pairTip.show(x, y, lines(at));
  }

  async function selectRow(place, add) {
    const units = await S.blocks.unitsOf(view.m, view.m.order[place]);
    if (units.length) S.selectAll(units, add);
  }

  // Arrows walk over the cells, Home and End to the ends of a row; Enter selects its units.
  const steps = {ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0]};
  function press(event, parts) {
    if (!view.m) return;
    const L = view.m.L, at = view.at || {i: 0, j: -1}, step = steps[event.key];
    let next = null;
    if (step) next = {i: Math.min(L - 1, Math.max(0, at.i + step[0])), j: Math.min(L - 1, Math.max(-1, at.j + step[1]))};
    else if (event.key === "Home") next = {i: at.i, j: 0};
    else if (event.key === "End") next = {i: at.i, j: L - 1};
    else if ((event.key === "Enter" || event.key === " ") && view.at) selectRow(at.i, event.shiftKey);
    else return;
    event.preventDefault();
    event.stopPropagation();
    if (!next) return;
    place(parts, next);
    tip(parts, next, null);
    parts.live.textContent = lines(next).map((l) => l.join(" ")).join(", ");
  }

  function listen(parts) {
    const move = (event) => {
      const at = view.m && under(event, parts);
      place(parts, at);
      if (at) tip(parts, at, event);
    };
    parts.box.addEventListener("pointermove", move);
    parts.box.addEventListener("pointerleave", () => view.m && place(parts, null));
    parts.box.addEventListener("blur", () => view.m && place(parts, null));
    parts.box.addEventListener("keydown", (event) => press(event, parts));
    parts.box.addEventListener("click", (event) => {
      const at = view.m && under(event, parts);
      if (at) selectRow(at.i, event.shiftKey || event.ctrlKey || event.metaKey);
    });
  }

  // ---- saving -----------------------------------------------------------------------------------

  function* csvRows(m, t) {
    const when = m.periods[t];
    for (const a of m.order)
      for (const b of m.order) {
        const value = (kind) => S.blocks.cell(m, kind, t, a, b);
        yield [when, m.labels[a], m.labels[b], value("total"), m.counts ? m.counts[(t * m.L + a) * m.L + b] : null,
          m.counts ? value("mean") : null, value("share")];
      }
  }
  const csv = () => view.m && {header: ["period", "from", "to", "sum", "pairs", "mean", "share_of_row"], rows: csvRows(view.m, row())};

  function svg(title) {
    if (!view.m) return null;
    const copy = S.matrixDraw.frame(view.m, view.g, row(), marked(), label(row()), numbers());
    copy.prepend(S.matrixDraw.cells(view.m, view.g, mode(), row(), view.info.cut, view.colour, S.colour("missing")));
    return title ? S.matrixDraw.framed(copy, view.g, title, keyOf(view.info, view.colour)) : copy;
  }

  // ---- life -------------------------------------------------------------------------------------

  // What a study writes to have the sums: by the groups it has, or how to get groups.
  function advice(entry) {
    const groups = S.manifest.groups.filter((g) => g.labels.length > 1).sort((a, b) => a.labels.length - b.labels.length);
    const fit = groups.filter((g) => g.labels.length <= 120).pop() || groups[0];
    const result = S.result(entry.result), name = fit ? fit.name : "province";
    if (entry.blocks) return S.h("p", {class: "advice"}, S.t("pairs.blocksOut", {group: S.groupWord(entry.blocks.group)}));
    if (S.pairs.firstOf(entry) !== entry) return S.h("p", {class: "advice"}, S.t("pairs.otherBlocks"));
    const lines = (groups.length ? "" : "units:\n  groups: [province]\n") +
      "measures:\n  - " + (result ? result.measure : entry.result) + ": {..., blocks: " + name + "}";
    return S.h("div", {class: "advice"}, S.h("p", {}, S.t(groups.length ? "pairs.noBlocks" : "pairs.noGroups",
      {result: entry.result, nouns: S.noun()})), S.h("pre", {}, S.h("code", {}, lines)));
  }

  function heading(entry) {
    const name = entry.blocks ? entry.blocks.group : "";
    return name ? S.t("pairs.byGroup", {group: S.groupWord(name), Group: S.groupTitle(name)}) : S.t("pairs.blocks");
  }

  S.matrix = {
    start(section) {
      const picture = () => svg([card.heading.textContent, view.m.periods[row()]].filter(Boolean).join(", "));
      const tools = {name: () => S.pairs.fileName("matrix", view.m ? mode() : ""), csv, svg: picture, png: picture,
        title: () => card.heading.textContent, desc: () => card.caption.textContent};
      const card = S.card("", {wide: true, class: "matrix-card", tools});
      card.root.dataset.view = "matrix";
      const parts = {canvas: S.h("canvas", {}), cursor: S.h("div", {class: "matrix-cursor", hidden: true}),
        live: S.h("p", {class: "unseen", "aria-live": "polite"}), key: S.h("div", {}), side: S.h("div", {class: "matrix-side"})};
      parts.box = S.h("div", {class: "matrix-box", tabindex: 0, role: "group"}, parts.canvas, parts.cursor);
      parts.scroll = S.h("div", {class: "matrix-scroll"}, parts.box);
      card.body.append(parts.scroll, parts.side, parts.live);
      section.append(card.root);
      S.within.start(parts.side, parts.key);
      listen(parts);
      S.onPrint(() => {
        if (!view.m || !view.g) return null;
        draw(parts);
        const paper = svg();
        paper.setAttribute("class", "matrix-frame print-only");
        parts.scroll.append(paper);
        return paper;
      });
      S.chart.fit(parts.scroll, (width) => {
        view.width = width;
        if (view.m) draw(parts);
      });
      S.matrix.card = card;
      S.matrix.parts = parts;
    },

    async update(entry) {
      const {card, parts} = S.matrix, m = await S.blocks.readOnce(entry);
      if (entry !== S.pairs.entry()) return;
      view.m = m;
      S.setTitle(card, heading(entry));
      card.root.classList.toggle("without", !m);
      S.empty(card.middle);
      parts.scroll.querySelector(".advice")?.remove();
      parts.box.hidden = !m;
      card.tools.classList.toggle("hidden", !m);
      if (!m) {
        parts.scroll.append(advice(entry));
        card.caption.textContent = "";
        S.empty(parts.key);
      } else {
        card.middle.append(S.segments(cellModes(m).map((k) => ({key: k, label: S.t("pairs." + k)})), mode(),
          (k) => S.set({cell: k}), S.t("pairs.cells")));
        for (const b of card.middle.querySelectorAll("button")) b.dataset.mode = b.dataset.key;
        parts.box.setAttribute("aria-label", S.t("pairs.matrix.keys"));
        S.empty(card.caption).append(S.t("pairs.matrix.caption", {noun: S.noun(1)}) + " ", ...S.pairs.caption(entry));
        if (view.width) draw(parts);
      }
      await S.within.update(entry, m, m ? row() : 0);
    },
  };
})(window.S = window.S || {});
