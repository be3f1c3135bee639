// All units: name, code, groups, value, rank, change since the first period, course. Sorted by any column;
// what is selected stands first; the Find box filters.
(function (S) {
  "use strict";

  const table = {};
  S.table = table;

  const ROW = 33;
  let card, grid, head, scroller, list, status, shown = [], d = null, stale = false, mine = false;
  let sort = null; // {column, down}; null: by rank, classes by name

  // ---- data of the period ------------------------------------------------------------------------

  function read() {
    const view = S.view, column = view.column;
    const first = column.T > 1 ? column.times[0] : -1;
    const change = new Float64Array(column.n).fill(NaN), percent = new Float64Array(column.n).fill(NaN);
    if (first >= 0 && first !== view.t && !view.classes.categories)
      for (let u = 0; u < column.n; u++) {
        const was = column.at(first, u), now = view.values[u];
        change[u] = now - was;
        // A percentage of a number that is not above zero says nothing.
        if (was > 0) percent[u] = (100 * (now - was)) / was;
      }
    d = {view, column, first, change, percent, ranks: S.order.ranks(view.values), names: view.classes.categories};
  }

  // Columns of this quantity: {id, least (px), share of what is left, number, plain, drop (the greater the
  // sooner it gives way where all do not fit)}.
  function wanted() {
    const named = S.unitNames || S.unitNamesZh, all = [{id: "name", least: 84, share: 2}];
    if (named) all.push({id: "code", least: 72, share: 0.7, drop: 3});
    S.manifest.groups.slice(0, 3).forEach((group, i) =>
      all.push({id: "group:" + group.name, group, least: 84, share: 1, drop: 4 + i}));
    if (d.first >= 0 && d.names) all.push({id: "before", least: 120, share: 1.2, drop: 1});
    all.push(d.names ? {id: "value", least: 120, share: 1.2} : {id: "value", least: 88, share: 1, number: true});
    if (!d.names) all.push({id: "rank", least: 52, share: 0.6, number: true});
    if (d.first >= 0 && !d.names)
      all.push({id: "change", least: 98, share: 0.8, number: true, drop: 2}, {id: "percent", least: 64, share: 0.6, number: true, drop: 1});
    if (d.column.T > 1) all.push({id: "course", least: 112, share: 0, plain: true, drop: 7});
    return all;
  }

  function columns() {
    const all = wanted(), width = card.body.clientWidth - 16, gap = width > 620 ? 16 : 10;
    const needs = () => all.reduce((sum, c) => sum + c.least + gap, -gap);
    while (needs() > width && all.some((c) => c.drop))
      all.splice(all.findIndex((c) => c.drop === Math.max(...all.map((x) => x.drop || 0))), 1);
    return all;
  }
  const widths = (all) => all.map((c) => (c.share ? `minmax(${c.least}px, ${c.share}fr)` : c.least + "px")).join(" ");

  function title(column) {
    const since = d.first >= 0 ? S.manifest.periods[d.first] : "";
    if (column.group) return S.lines.groupTitle(column.group);
    if (column.id === "value") return S.manifest.cross_section ? S.t("table.value") : S.manifest.periods[d.view.t];
    // Without names the first column has the codes.
    if (column.id === "name" && !S.unitNames && !S.unitNamesZh) return S.t("table.code");
    return S.t("table." + column.id, {since});
  }

  // Numbers to sort by; NaN stands last.
  function keys(id) {
    const n = S.manifest.n, units = Array.from({length: n}, (x, u) => u);
    if (id === "name") return S.order.texts("name", () => units.map((u) => S.nameOrNone(u) || S.code(u)));
    if (id === "code") return S.order.texts("code", () => units.map((u) => S.code(u)));
    if (id.startsWith("group:")) {
      const g = S.group(id.slice(6)), at = S.order.texts(id, () => g.labels);
      return Float64Array.from(units, (u) => (g.of[u] < at.length ? at[g.of[u]] : NaN));
    }
    if (id === "before") return Float64Array.from(units, (u) => d.column.at(d.first, u));
    return {value: d.view.values, rank: d.ranks, change: d.change, percent: d.percent}[id];
  }

  function arrange() {
    const cols = columns();
    d.columns = cols;
    d.sort = sort && cols.some((c) => c.id === sort.column) ? sort : {column: d.names ? "name" : "rank", down: false};
    const units = S.order.matching(S.state.find);
    const there = new Set(S.state.u);
    shown = S.order.rows(keys(d.sort.column), d.sort.down, units, there);
    header();
    // On the grid, so that it holds of the head and the rows alike.
    grid.style.setProperty("--columns", widths(cols));
    list.refresh(shown.length);
    status.textContent = S.state.find ? S.t("table.found", {n: S.count(shown.length), all: S.count(S.manifest.n)}) : "";
    scroller.classList.toggle("nothing", !shown.length);
    scroller.dataset.nothing = S.t("find.none");
    grid.setAttribute("aria-label", S.t("table.label", {nouns: S.noun()}));
    S.setTitle(card, S.t("table.title", {n: S.count(S.manifest.n), nouns: S.noun(S.manifest.n)}));
    card.caption.textContent = S.t(d.names ? "table.caption.names" : "table.caption", {title: d.view.quantity.label});
  }

  // ---- head --------------------------------------------------------------------------------------

  function header() {
    grid.setAttribute("aria-colcount", d.columns.length);
    S.empty(head);
    d.columns.forEach((column, i) => {
      const cell = S.h("div", {role: "columnheader", class: column.number ? "number" : "", "aria-colindex": i + 1});
      const on = column.id === d.sort.column;
      if (column.plain) cell.append(title(column));
      else {
        cell.setAttribute("aria-sort", on ? (d.sort.down ? "descending" : "ascending") : "none");
        cell.append(S.h("button", {type: "button", "data-sort": column.id, on: {click: () => sortBy(column)}},
          S.bdi(title(column)), S.h("span", {class: "arrow", "aria-hidden": "true"}, on ? (d.sort.down ? "▾" : "▴") : "")));
      }
      head.append(cell);
    });
  }

  // A press on the column that is sorted by turns it round; another starts the way people look for:
  // numbers from the greatest, names and ranks from the first.
  function sortBy(column) {
    const down = column.number && column.id !== "rank";
    sort = {column: column.id, down: column.id === d.sort.column ? !d.sort.down : down};
    scroller.scrollTop = 0;
    arrange();
    const again = head.querySelector(`[data-sort="${CSS.escape(column.id)}"]`);
    if (again) again.focus();
  }

  // ---- rows --------------------------------------------------------------------------------------

  function sign(v, variable) {
    if (v !== v) return "–";
    return (v > 0 ? "+" : "") + S.brief(v, variable);
  }
  const percent = (v) => (v !== v ? "" : (v > 0 ? "+" : v < 0 ? "−" : "") + d3.format(Math.abs(v) >= 1000 ? ",.0f" : ",.1f")(Math.abs(v)) + "%");

  function className(value) {
    const c = d.view.classes.of(value);
    return c < 0 ? "–" : d.view.classes.label(c);
  }
  function swatch(value) {
    const c = d.view.classes.of(value), colour = c < 0 ? null : d.view.classes.colours[c];
    const box = S.h("i", {class: "tint" + (colour ? "" : " missing")});
    if (colour) box.style.backgroundColor = colour;
    return box;
  }

  const cells = {
    name(u) {
      const dot = S.h("i", {class: "chosen"});
      if (S.isSelected(u)) dot.style.backgroundColor = S.colourOf(u);
      return [S.isSelected(u) ? dot : null, S.bdi(S.name(u), {class: "ellipsis", title: S.name(u)})];
    },
    code: (u) => S.bdi(S.code(u), {class: "code ellipsis", title: S.code(u)}),
    value: (u) => (d.names ? [swatch(d.view.values[u]), S.bdi(className(d.view.values[u]), {class: "ellipsis"})]
      : [S.h("strong", {}, S.brief(d.view.values[u], d.view.variable)), swatch(d.view.values[u])]),
    rank: (u) => (d.ranks[u] === d.ranks[u] ? S.count(d.ranks[u]) : "–"),
    before: (u) => [swatch(d.column.at(d.first, u)), S.bdi(className(d.column.at(d.first, u)), {class: "ellipsis"})],
    change: (u) => sign(d.change[u], d.view.variable),
    percent: (u) => percent(d.percent[u]),
    course: (u) => S.course(d.column, u, d.view),
  };

  function row(index) {
    const u = shown[index];
    const element = S.h("div", {class: "row", "data-unit": u, "aria-selected": String(S.isSelected(u))});
    d.columns.forEach((column, i) => {
      const content = column.group ? S.bdi(S.groupOf(column.group, u), {class: "ellipsis"}) : cells[column.id](u);
      element.append(S.h("div", {role: "gridcell", class: (column.number ? "number " : "") + "c-" + (column.group ? "group" : column.id),
        "aria-colindex": i + 1}, content));
    });
    element.classList.toggle("hovered", S.hovered === u);
    return element;
  }

  // ---- saving ------------------------------------------------------------------------------------

  function* rows() {
    const m = S.manifest;
    for (const u of shown) {
      const line = [S.code(u), S.nameOrNone(u), ...m.groups.map((g) => S.groupOf(g, u)), S.save.cell(d.column, d.view.values[u])];
      if (d.names) line.push(className(d.view.values[u]));
      else line.push(d.ranks[u]);
      if (d.first >= 0 && !d.names) line.push(d.change[u], d.percent[u]);
      yield line;
    }
  }
  function csv() {
    const since = d.first >= 0 ? S.manifest.periods[d.first] : "";
    return {header: ["code", "name", ...S.manifest.groups.map((g) => g.name), S.save.heading(d.column), d.names ? "class" : "rank",
      ...(d.first >= 0 && !d.names ? ["change_since_" + since, "percent"] : [])], rows: rows()};
  }

  // Paper does not scroll: the first rows, and where the others are.
  function printed() {
    if (!d) return null;
    read(); // the classes of the light theme
    d.columns = wanted(); // small type has room for all
    const most = Math.min(shown.length, 40), paper = S.h("div", {class: "print-only"});
    const body = Array.from({length: most}, (x, i) => S.h("tr", {}, d.columns.map((column) =>
      S.h("td", {class: column.number ? "number" : ""}, column.group ? S.bdi(S.groupOf(column.group, shown[i])) : cells[column.id](shown[i])))));
    paper.append(S.h("table", {}, S.h("thead", {}, S.h("tr", {}, d.columns.map((c) => S.h("th", {class: c.number ? "number" : ""}, title(c))))),
      S.h("tbody", {}, body)));
    if (most < shown.length)
      paper.append(S.h("p", {class: "caption"}, S.t("table.printed", {n: most, all: S.count(shown.length)})));
    card.body.append(paper);
    return paper;
  }

  // All rows in their order, as units.
  table.order = () => Array.from(shown);

  // ---- the card ----------------------------------------------------------------------------------

  function update() {
    if (!S.view) return;
    read();
    arrange();
    stale = false;
  }
  // A step of the slider sorts when it rests; all else at once.
  function changed(state, keys) {
    if (keys.has("t") && S.moving && !["q", "lang", "d"].some((key) => keys.has(key))) stale = true;
    else update();
  }
  function reordered() {
    if (!d) return;
    if (!mine) scroller.scrollTop = 0;
    mine = false;
    arrange();
  }

  function build() {
    status = S.h("span", {class: "soft", role: "status"});
    card.middle.append(status);
    head = S.h("div", {class: "rows-head", role: "row", "aria-rowindex": 1});
    scroller = S.h("div", {class: "rows-scroll", tabindex: -1, role: "rowgroup"}, head);
    grid = S.h("div", {class: "rows", id: "units", role: "grid", tabindex: 0, "aria-multiselectable": "true"}, scroller);
    card.body.append(grid);
    list = S.rows(grid, scroller, {height: ROW, make: row, enter: (i) => S.hover(shown[i]), leave: () => S.hover(null),
      press: (i, add) => { mine = true; S.select(shown[i], add); }});
  }

  table.start = function (element) {
    if (!S.quantities.length) return;
    card = S.card("", {class: "table", wide: true, tools: {name: () => S.save.name("units"), csv}});
    card.root.dataset.view = "table";
    element.append(card.root);
    build();
    S.chart.fit(card.body, () => { if (d && columns().length !== d.columns.length) arrange(); });
    S.on(["q", "t", "c", "k", "fix", "d", "lang"], changed);
    S.on(["u", "find"], reordered);
    S.settled(() => { if (stale) update(); });
    S.onHover((unit) => list.each((r) => r.classList.toggle("hovered", Number(r.dataset.unit) === unit)));
    S.onPrint(printed);
    update();
  };
})(window.S = window.S || {});
