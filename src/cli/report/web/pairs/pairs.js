// The section of pairs: which result, which unit or the centres, and the four views that show it.
// The year is the map's; the unit is the last one selected, else the strongest, which is then said.
(function (S) {
  "use strict";

  let section = null, head = null, entry = null, now = null, turn = 0;

  // ---- which result -----------------------------------------------------------------------------

  // The first quantity of a result carries its strengths and sums; the address names it by the result.
  const firstOf = (e) => S.manifest.pairs.find((other) => other.result === e.result);
  const keyOf = (e) => (firstOf(e) === e ? e.result : e.quantity);
  const chosen = () => S.manifest.pairs.find((e) => keyOf(e) === S.state.pair || e.quantity === S.state.pair) ||
    S.manifest.pairs.find((e) => e.partner) || S.manifest.pairs[0];

  function title(e) {
    const result = S.result(e.result), several = S.manifest.pairs.filter((other) => other.result === e.result).length > 1;
    const name = (result && result.name) || e.result;
    return several ? name + ": " + S.pick(e.title) : name;
  }

  const modes = (e) => (e.partner ? ["sends", "receives", "first"] : e.symmetric ? ["sends"] : ["sends", "receives"]);
  const mode = (e) => (modes(e).includes(S.state.mode) ? S.state.mode : "sends");

  // ---- what is shown ------------------------------------------------------------------------------

  // All units with a strength, strongest first: for results that keep no pairs.
  async function byStrength(e, what) {
    const sum = await S.kept.strengths(e, S.state.t, what), list = [];
    for (let u = 0; sum && u < S.manifest.n; u++) {
      const value = sum(u);
      if (value === value) list.push({unit: u, value});
    }
    const size = S.kept.strength(e);
    return list.sort((a, b) => size(b.value) - size(a.value) || a.unit - b.unit);
  }

  // The one unit of the page: several may be selected, the last is shown.
  async function partnersOf(e, what) {
    const picked = S.state.u.length > 0;
    const unit = picked ? S.state.u[S.state.u.length - 1] : await S.kept.strongest(e, S.state.t, what);
    const view = await S.kept.of(e, S.state.t), sum = await S.kept.strengths(e, S.state.t, what);
    const list = unit === null ? [] : what === "receives" ? view.receives(unit) : view.sends(unit);
    const kept = what === "sends" && unit !== null ? view.kept(unit) : null;
    return {unit, picked, list, kept, all: sum && unit !== null ? sum(unit) : NaN};
  }

  async function contextOf(e) {
    const what = mode(e), c = {entry: e, mode: what, period: S.kept.period(e, S.state.t), unit: null, picked: false, list: []};
    if (!e.partner) return {...c, strongest: await byStrength(e, what)};
    if (what !== "first") return {...c, ...(await partnersOf(e, what))};
    const view = await S.kept.of(e, S.state.t);
    return {...c, view, centres: view.centres()};
  }

  // ---- words ----------------------------------------------------------------------------------------

  // A name inside a sentence: not longer than one reads, and isolated, as it may run right to left.
  function inText(name) {
    const letters = Array.from(name.slice(0, 200));
    return "\u2068" + (letters.length > 60 ? letters.slice(0, 60).join("") + "…" : name) + "\u2069";
  }

  // What of the pairs is kept, and that sums are over all of them.
  function lede(e) {
    const values = {noun: S.noun(1), nouns: S.noun(), k: e.k, x: S.short(e.threshold), result: e.result,
      share: e.threshold === undefined ? "" : S.percent(e.threshold)};
    if (!e.partner && e.keep !== "summary") return S.t("pairs.keep.none", values) + " " + S.t("pairs.sums");
    const word = "pairs.keep." + (e.asked > e.k ? "more" : e.keep);
    if (e.keep === "top" && e.k === 1) return [S.t("pairs.keep.one", values), S.t("pairs.sums")].join(joint());
    const some = S.words.en[word] ? S.t(word, {...values, asked: e.asked}) : "";
    const sums = e.out_strength || e.blocks ? S.t(e.blocks && S.variable(e.blocks.sum).block ? "pairs.sums.blocks" : "pairs.sums") : "";
    const order = e.partner && e.by === "smallest" ? S.t("pairs.smallest") : e.partner && e.by === "absolute" ? S.t("pairs.absolute") : "";
    const second = e.partner && firstOf(e) !== e ? S.t("pairs.second", {first: S.pick(firstOf(e).title)}) : "";
    return [some, second, order, sums].filter(Boolean).join(S.language() === "zh" ? "" : " ");
  }

  // The nearest period stands in where the result lacks the one of the slider.
  function gap(c) {
    return c.period.exact ? "" : S.t("pairs.nearest", {asked: S.manifest.periods[S.state.t], shown: c.period.label});
  }

  // What was computed, from what and by which formula: nodes for a caption.
  const caption = (e) => S.captionOf(e.result, S.state.t);

  // What the arcs show, in a sentence or two.
  function sentence(c) {
    const {entry: e} = c, values = {noun: S.noun(1), nouns: S.noun(), n: S.count(c.list.length)};
    if (c.centres) return S.t("pairs.say.first", values);
    if (c.strongest) return S.t("pairs.say.summary", values);
    if (c.unit === null) return "";
    const out = [];
    if (!c.picked) out.push(S.t(e.by === "smallest" ? "pairs.say.nobodySmallest" : "pairs.say.nobody", values));
    else if (S.state.u.length > 1) out.push(S.t("pairs.say.last", {...values, all: S.count(S.state.u.length)}));
    if (!c.list.length) return out.concat(S.t("pairs.none", values)).join(joint());
    const sum = c.list.reduce((s, p) => s + p.value, 0), share = c.all > 0 && S.kept.shares(e) ? S.percent(sum / c.all) : "";
    const what = c.mode === "receives" ? "received" : c.list.length === 1 ? "one" : "sent";
    if (c.mode === "receives") out.push(S.t("pairs.say.received", {...values, k: e.k, name: inText(S.name(c.unit))}));
    out.push(share ? S.t("pairs.say.share." + what, {...values, share}) : S.t("pairs.say.count." + what, values));
    if (c.kept > c.list.length) out.push(S.t("pairs.say.kept", {n: S.count(c.kept)}));
    if (c.list.length > S.mostArcs) out.push(S.t("pairs.say.some", {n: S.mostArcs, nouns: S.noun()}));
    out.push(S.t(e.by === "smallest" ? "pairs.say.width.smallest" : "pairs.say.width"));
    return out.filter(Boolean).join(joint());
  }
  const joint = () => (S.language() === "zh" ? "" : " ");

  function heading(c) {
    const at = c.period.label && !S.manifest.cross_section ? (S.language() === "zh" ? "，" : ", ") + c.period.label : "";
    if (c.centres) return S.t("pairs.head.first", {noun: S.noun(1)}) + at;
    if (c.strongest) return S.t("pairs.head.summary", {noun: S.noun(1)}) + at;
    return (c.unit === null ? S.t("pairs.noUnit", {noun: S.noun(1)}) : inText(S.name(c.unit))) + at;
  }

  // ---- the section ------------------------------------------------------------------------------------

  function drawHead() {
    const h2 = section.querySelector("h2"), all = S.manifest.pairs;
    S.empty(h2).append(S.t("pairs.title") + (S.language() === "zh" ? "：" : ": "));
    if (all.length === 1) h2.append(S.bdi(title(entry)));
    else {
      const options = all.map((e) => S.h("option", {value: keyOf(e), "data-key": keyOf(e), selected: e === entry}, title(e)));
      h2.append(S.bdi(title(entry), {class: "print-only"}), S.h("select", {name: "pair", class: "pair-choice", "aria-label": S.t("pairs.which"),
        on: {change: (event) => S.set({pair: event.target.value})}}, options));
    }
    const result = S.result(entry.result), name = result && S.pick(result.title);
    head.textContent = (name && all.length > 1 ? name + (S.language() === "zh" ? "。" : ". ") : "") + lede(entry);
  }

  // One at a time: a later change makes an earlier one, still waiting for its data, give way.
  async function update() {
    const mine = ++turn;
    entry = chosen();
    drawHead();
    const c = await contextOf(entry);
    if (mine !== turn) return;
    now = c;
    const said = [gap(c), sentence(c)].filter(Boolean).join(joint());
    const parts = [() => S.arcs.update(c, {heading: heading(c), modes: modes(entry), said}), () => S.partners.update(c), () => S.matrix.update(entry)];
    for (const [i, part] of parts.entries()) await guarded(part, i);
  }

  // A view that fails does not take the others with it.
  async function guarded(part, i) {
    const card = [S.arcs, S.partners, S.matrix][i].card;
    try {
      card.body.querySelector(".failed")?.remove();
      await part();
    } catch (error) {
      S.failed(card.body, error);
    }
  }

  S.pairs = {
    async start(element) {
      section = element;
      if (!S.manifest.pairs.length) {
        section.hidden = true;
        for (const link of document.querySelectorAll("nav a[href=\"#pairs\"]")) link.hidden = true;
        return;
      }
      entry = chosen();
      head = S.h("p", {class: "section-lede"});
      const grid = S.h("div", {class: "pairs-grid"});
      section.querySelector("h2").after(head);
      section.append(grid);
      S.arcs.start(grid);
      S.partners.start(grid);
      S.matrix.start(section);
      S.on(["pair", "mode", "cell", "u", "lang", "d", "fix"], update);
      S.settled(update);
      await update();
    },
    entry: () => entry,
    shown: () => now,
    firstOf,
    caption,
    // Of the file that a button saves: the study, the result, what it is of, the period.
    fileName: (...parts) => S.save.join(entry.result, ...parts, now && !S.manifest.cross_section ? now.period.label : ""),
    shownName: () => (!now || now.unit === null ? (now && now.centres ? "first" : "") : S.code(now.unit) + "-" + now.mode),
  };
})(window.S = window.S || {});
