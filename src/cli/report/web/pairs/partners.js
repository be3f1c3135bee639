// The table beside the arcs: partners of the unit shown, strongest first, with their share of all it
// sends or receives; or the centres by how many units they are the first partner of.
(function (S) {
  "use strict";

  const SHOWN = 2000; // rows of the table; the CSV has all

  let now = null;

  const capital = (word) => word.slice(0, 1).toUpperCase() + word.slice(1);
  const cell = (text, css) => S.h("td", {class: css}, text);

  // A number with its bar below, from the right edge as the numbers are.
  function barred(text, share, css) {
    const bar = S.h("i", {class: "meter " + css});
    bar.style.width = Math.max(1, 100 * Math.min(1, Math.abs(share))) + "%";
    return S.h("td", {class: "number barred"}, S.h("span", {}, text), S.h("span", {class: "track"}, bar));
  }

  // [[text, class]], the rank first.
  const headRow = (...cells) => S.h("thead", {}, S.h("tr", {}, [["#", "number rank"], ...cells].filter(Boolean)
    .map(([text, css]) => S.h("th", {class: css, scope: "col"}, text))));

  function row(unit, rank, cells) {
    const tr = S.h("tr", {"data-unit": unit, tabindex: 0, "aria-selected": String(S.isSelected(unit))},
      cell(S.count(rank), "number rank"), S.h("td", {class: "who"}, S.bdi(S.name(unit), {title: S.code(unit)})), ...cells);
    return tr;
  }

  // ---- partners -------------------------------------------------------------------------------

  function partnerTable(c) {
    const most = Math.max(...c.list.map((p) => Math.abs(p.value)), 0) || 1;
    const share = (p) => (c.all > 0 && S.kept.shares(c.entry) ? p.value / c.all : NaN);
    const withShare = c.list.some((p) => Number.isFinite(share(p)));
    const head = headRow([S.t("pairs.partner")], [S.t("pairs.value"), "number"], withShare && [S.t("pairs.ofAll"), "number"]);
    const rows = c.list.slice(0, SHOWN).map((p, i) => row(p.unit, i + 1, [
      barred(S.short(p.value), p.value / most, c.mode + (p.value < 0 ? " below" : "")),
      withShare && cell(Number.isFinite(share(p)) ? (100 * share(p)).toFixed(2) : "–", "number")]));
    return [head, S.h("tbody", {}, rows)];
  }

  function* partnerRows(c) {
    let i = 0;
    for (const p of c.list)
      yield [c.period.label, S.code(c.unit), S.name(c.unit), ++i, S.code(p.unit), S.name(p.unit), S.save.float32(p.value),
        c.all > 0 && S.kept.shares(c.entry) ? p.value / c.all : null];
  }
  const partnerHeader = (c) => ["period", "unit", "name", "rank", c.mode === "sends" ? "receiver" : "sender", "partner_name",
    "value (7 digits)", c.mode === "sends" ? "share_of_sent" : "share_of_received"];

  // ---- centres --------------------------------------------------------------------------------

  function centreTable(c) {
    const {list, count} = c.centres, most = list.length ? count[list[0]] : 1;
    const title = S.t("pairs.firstFor", {Nouns: capital(S.noun()), nouns: S.noun()});
    const head = headRow([S.t("pairs.centre")], [title, "number"]);
    const rows = list.slice(0, SHOWN)
      .map((u, i) => row(u, i + 1, [barred(S.count(count[u]), count[u] / most, "centre")]));
    return [head, S.h("tbody", {}, rows)];
  }

  function* centreRows(c) {
    let i = 0;
    for (const u of c.centres.list) yield [c.period.label, ++i, S.code(u), S.name(u), c.centres.count[u]];
  }

  // ---- strengths: where the file keeps no pairs --------------------------------------------------

  function strengthTable(c) {
    const most = Math.max(...c.strongest.map((p) => Math.abs(p.value)), 0) || 1;
    const title = S.t(c.entry.symmetric ? "pairs.strength" : "pairs." + c.mode + ".all");
    const head = headRow([capital(S.noun(1))], [title, "number"]);
    const rows = c.strongest.slice(0, SHOWN).map((p, i) => row(p.unit, i + 1, [
      barred(S.short(p.value), p.value / most, c.mode + (p.value < 0 ? " below" : ""))]));
    return [head, S.h("tbody", {}, rows)];
  }

  function* strengthRows(c) {
    let i = 0;
    for (const p of c.strongest) yield [c.period.label, ++i, S.code(p.unit), S.name(p.unit), p.value];
  }

  // ---- life -------------------------------------------------------------------------------------

  function csv() {
    const c = now;
    if (!c) return null;
    if (c.centres) return {header: ["period", "rank", "unit", "name", "first_partner_of"], rows: centreRows(c)};
    const sum = c.mode === "receives" ? "received" : "sent";
    if (c.strongest) return {header: ["period", "rank", "unit", "name", sum], rows: strengthRows(c)};
    return {header: partnerHeader(c), rows: partnerRows(c)};
  }

  const unitOf = (event) => {
    const tr = event.target.closest("tr[data-unit]");
    return tr ? Number(tr.dataset.unit) : null;
  };

  // Arrows walk over the rows; Enter does what a press does.
  function press(event) {
    const tr = event.target.closest("tr[data-unit]");
    if (!tr) return;
    const next = event.key === "ArrowDown" ? tr.nextElementSibling : event.key === "ArrowUp" ? tr.previousElementSibling : null;
    if (next) next.focus();
    else if (event.key === "Enter" || event.key === " ") S.select(unitOf(event), event.shiftKey || event.ctrlKey || event.metaKey);
    else return;
    event.preventDefault();
  }

  S.partners = {
    start(section) {
      const name = () => S.pairs.fileName("partners", S.pairs.shownName());
      const card = S.card(S.t("pairs.partners"), {class: "partners-card", tools: {name, csv}});
      card.root.dataset.view = "partners";
      const table = S.h("table", {class: "partners"}), scroll = S.h("div", {class: "partners-scroll"}, table);
      card.body.append(scroll);
      section.append(card.root);
      table.addEventListener("click", (event) => {
        const u = unitOf(event);
        if (u !== null) S.select(u, event.shiftKey || event.ctrlKey || event.metaKey);
      });
      table.addEventListener("keydown", press);
      table.addEventListener("pointerover", (event) => S.hover(unitOf(event)));
      table.addEventListener("pointerleave", () => S.hover(null));
      S.onHover((unit) => {
        table.querySelector("tr.hovered")?.classList.remove("hovered");
        if (unit !== null) table.querySelector("tr[data-unit=\"" + unit + "\"]")?.classList.add("hovered");
      });
      S.partners.card = card;
      S.partners.table = table;
      S.partners.scroll = scroll;
    },

    // c: what is shown, made by pairs.js.
    update(c) {
      const {card, table, scroll} = S.partners, fresh = !now || now.unit !== c.unit || now.mode !== c.mode;
      now = c;
      S.setTitle(card, S.t(c.centres ? "pairs.centres" : c.strongest ? "pairs.strengths" : "pairs.partners"));
      S.empty(table).append(...(c.centres ? centreTable(c) : c.strongest ? strengthTable(c) : partnerTable(c)));
      const n = c.centres ? c.centres.list.length : (c.strongest || c.list).length;
      card.caption.textContent = n > SHOWN ? S.t("pairs.more", {n: S.count(SHOWN), all: S.count(n)}) :
        n ? "" : S.t("pairs.none", {noun: S.noun(1)});
      if (fresh) scroll.scrollTop = 0;
    },
  };
})(window.S = window.S || {});
