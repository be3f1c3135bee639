/* The section "Measure by measure": a card for what each result has besides maps and pairs, in the
 * order of the study. A card is drawn when it comes near the window, and follows the slider while it
 * is in sight; what a result has beyond its first cards stands behind "more". */
(function (S) {
  "use strict";

  const cards = S.cards;
  const NEAR = "700px"; // how far below the window a card is drawn already

  let shown = []; // boxes of the section as it stands, in order
  let sight = null;

  /* ---- a box: what a view is given to draw itself in ------------------------------------------- */

  function Box(card, place) {
    this.card = card;
    this.place = place;
    this.body = place.body;
    this.followers = [];
    this.settlers = [];
    this.notes = [];
    this.drawn = null;
    this.visible = false;
    this.behind = false;
  }

  Box.prototype.follow = function (f) { this.followers.push(f); };
  /* For what is too slow to follow a slider; told of the selection, too. */
  Box.prototype.settled = function (f) { this.settlers.push(f); };

  Box.prototype.retitle = function (title) {
    this.title = title;
    this.place.words.textContent = title;
    if (this.card.variables.length === 1) this.place.words.title = S.pick(this.card.variables[0].title);
  };

  /* What the picture says of itself, before formula, parameters, source and coverage. */
  Box.prototype.say = function (notes) {
    const {result, variables} = this.card;
    const lines = notes.filter(Boolean).concat(reasonsOf(variables));
    const stop = S.language() === "zh" ? "。" : ". ";
    const text = lines.map((line) => cards.sentence(line).replace(/[.。]\s*$/, "")).join(stop) + (lines.length ? stop.trim() : "");
    /* Behind "more" the card around has formula, parameters and source already. */
    if (!this.method) this.method = this.inner ? "" : methodOf(result);
    S.empty(this.place.caption).append(text ? S.h("span", {class: "said"}, S.bdi(text)) : "", this.method);
  };

  /* Formula, parameters and source, of which two lines show until they are pressed: they are the same
   * under all cards of a result. */
  function methodOf(result) {
    const clamp = S.h("span", {class: "clamped", on: {click: (event) => {
      if (!event.target.closest("a")) clamp.classList.toggle("whole");
    }}}, S.captionOf(result.name, S.state.t));
    return clamp;
  }

  /* Why there are no values: three lines at most, the rest are counted. */
  function reasonsOf(variables) {
    const all = variables.flatMap((v) => v.reasons || []), periods = new Map();
    for (const line of all) {
      const m = /^in (.+?): (.+)$/.exec(line), [where, why] = m ? [m[1], m[2]] : ["", line];
      if (!periods.has(why)) periods.set(why, new Set());
      if (where) periods.get(why).add(where);
    }
    const lines = [...periods].map(([why, where]) => {
      const list = [...where];
      return list.length ? S.t("q_undefined", {why, periods: list.length > 2 ? `${list[0]} … ${list[list.length - 1]}` : list.join(", ")}) : why;
    });
    return lines.length > 3 ? [...lines.slice(0, 3), S.t("q_and_more", {n: lines.length - 3})] : lines;
  }

  /* One of several variables: buttons where their names are short, else a list. Calls f with the first
   * now; gives a function that tells which one is chosen. */
  Box.prototype.choose = function (variables, f) {
    let chosen = variables[0];
    const pick = (v) => {
      chosen = v;
      this.retitle(cards.title(v));
      f(v);
    };
    if (variables.length > 1) {
      const names = variables.map(cards.short), length = names.join("").length;
      if (length > 16 || variables.length > 4) this.place.middle.classList.add("below");
      if (length <= 60 && variables.length < 6)
        this.place.middle.append(S.segments(variables.map((v, k) => ({key: v.id, label: names[k]})), chosen.id, (id) => pick(S.variable(id)), S.t("q_choose")));
      else this.place.middle.append(listOf(S.t("q_choose"), variables.map(cards.title), (i) => pick(variables[i])));
    }
    pick(chosen);
    return () => chosen;
  };

  Box.prototype.list = function (name, labels, f) {
    this.place.middle.append(S.h("label", {class: "soft small"}, cards.sentence(name) + " ", listOf(name, labels, f)));
  };

  function listOf(name, labels, f) {
    const list = S.h("select", {"aria-label": name, on: {change: () => f(list.selectedIndex)}}, labels.map((label) => S.h("option", {}, label)));
    return list;
  }

  /* CSV of the data; the picture as SVG where it is one. */
  Box.prototype.tools = function (what) {
    const {result} = this.card, body = this.body;
    const pictures = () => body.querySelectorAll(":scope svg.chart");
    const name = () => (S.save && S.save.name ? [result.name.replace(/\//g, "-"), ...what.variables.slice(0, 1).map((v) => v.name)].join("_") : result.name);
    const tools = {name, title: () => this.title, csv: what.csv};
    if (what.svg || what.picture !== false) {
      tools.svg = what.svg || (() => joined([...pictures()]));
      tools.png = true;
    }
    if (S.tools) this.place.head.append(S.tools(tools));
  };

  /* Small pictures and keys of a card are saved as one picture, each where it stands, with headings. */
  function joined(pictures) {
    const body = pictures[0].closest(".card-body"), keys = [...body.querySelectorAll(".keys .swatch")];
    if (pictures.length === 1 && !keys.length) return pictures[0];
    const frame = body.getBoundingClientRect(), all = S.svg("svg", {class: "chart q"});
    let height = 0;
    for (const swatch of keys) {
      const box = swatch.getBoundingClientRect(), x = box.left - frame.left, y = box.top - frame.top;
      all.append(S.svg("rect", {x, y, width: box.width, height: box.height, fill: getComputedStyle(swatch).backgroundColor}),
        S.svg("text", {class: "tick", x: x + box.width + 5, y: y + 9.5}, swatch.closest("li").innerText.replace(/\s+/g, " ").trim()));
      height = Math.max(height, y + 18);
    }
    for (const picture of pictures) {
      const box = picture.getBoundingClientRect(), x = box.left - frame.left, y = box.top - frame.top;
      heading(all, picture.closest(".panel"), x, y - 6, box.width);
      const copy = picture.cloneNode(true);
      copy.setAttribute("x", x);
      copy.setAttribute("y", y);
      all.append(copy);
      height = Math.max(height, y + box.height);
    }
    for (const [key, value] of [["width", frame.width], ["height", height], ["viewBox", `0 0 ${frame.width} ${height}`]]) all.setAttribute(key, value);
    return all;
  }

  /* The title of a small picture, and its last value at the right. */
  function heading(all, panel, x, y, width) {
    const words = panel && panel.querySelector("h4");
    if (!words) return;
    const value = words.querySelector("b"), text = (words.querySelector("span") || words).textContent;
    const room = value ? S.chart.textWidth(value.textContent, 11, true) + 8 : 0;
    all.append(S.svg("text", {class: "tick", x: x + 2, y}, S.chart.cut(text, width - 4 - room, 11)));
    if (value) all.append(S.svg("text", {class: "tick last", x: x + width, y, "text-anchor": "end"}, value.textContent));
  }

  /* ---- drawing ------------------------------------------------------------------------------ */

  const finite = (v) => Number.isFinite(v) || v === Infinity || v === -Infinity;

  /* A result without any value has no picture, but the reasons why. */
  async function isEmpty(card) {
    for (const v of card.variables) {
      if (v.dims.includes("unit")) return false;
      const values = await S.numbersOf(v.block);
      for (let i = 0; i < values.length; i++) if (finite(values[i]) || v.integer && cards.codes(v)) return false;
    }
    return true;
  }

  async function draw(box) {
    const {card} = box;
    box.place.root.dataset.drawn = "";
    try {
      if (await isEmpty(card)) {
        box.body.append(S.h("p", {class: "soft"}, S.t("q_no_value")));
        box.say([]);
        if (card.variables.length === 1) box.retitle(cards.title(card.variables[0]));
        return;
      }
      const said = await cards.kinds[card.kind](box, card);
      if (!box.place.caption.textContent) box.say(said.notes || []);
      if (said.title) box.retitle(said.title);
    } catch (error) {
      S.failed(box.body, error);
    }
  }


  cards.drawBox = (box) => (box.drawn = box.drawn || draw(box));

  function titleOf(card) {
    const one = card.variables.length === 1 || card.kind === "coefficients" || card.kind === "bars";
    return one ? cards.title(card.estimate || card.variables[0]) : cards.sentence(S.pick(card.result.title) || card.result.name);
  }

  function build(card, inner) {
    const words = S.h("bdi", {}, titleOf(card));
    const place = S.card(S.h("span", {}, words, inner ? "" : S.h("code", {class: "of"}, S.bdi(card.result.name.replace(/^composites\//, "")))), {class: inner ? "inner" : "measure"});
    place.words = words;
    place.root.dataset.kind = card.kind;
    place.root.dataset.result = card.result.name;
    const box = new Box(card, place);
    box.inner = Boolean(inner);
    box.title = titleOf(card);
    place.root.box = box;
    shown.push(box);
    sight.observe(place.root);
    return box;
  }

  /* What a result has beyond its first cards. Built when it is opened. */
  function more(plan, box) {
    if (!plan.more.length) return;
    const names = [...new Set(plan.more.flatMap((card) => card.variables.map((v) => (S.language() === "zh" ? cards.short(v) : cards.word(v.name)))))];
    const inside = S.h("div", {class: "inside"});
    const details = S.h("details", {class: "more", on: {toggle: () => {
      box.place.root.classList.toggle("wide", details.open);
      if (details.open && !inside.childElementCount) inside.append(...plan.more.map((card) => build(card, true).place.root));
    }}}, S.h("summary", {}, S.t("q_more"), " ", S.h("span", {class: "soft"}, names.slice(0, 6).join(", ") + (names.length > 6 ? ", …" : ""))), inside);
    box.place.root.append(details);
  }

  /* ---- the section ---------------------------------------------------------------------------- */

  function onSight(entries) {
    for (const entry of entries) {
      const {box} = entry.target;
      box.visible = entry.isIntersecting;
      if (!box.visible) continue;
      cards.drawBox(box);
      if (box.behind) catchUp(box);
    }
  }

  function catchUp(box) {
    box.behind = false;
    box.followers.forEach((f) => f());
    box.settlers.forEach((f) => f());
    cards.followAll(box.place.root, S.state.t);
  }

  function onPeriod() {
    for (const box of shown) {
      if (!box.drawn) continue;
      if (!box.visible) { box.behind = true; continue; }
      box.followers.forEach((f) => f());
      cards.followAll(box.place.root, S.state.t);
    }
  }

  function onSettled() {
    for (const box of shown) if (box.drawn && box.visible) box.settlers.forEach((f) => f());
  }

  function fill(section) {
    if (sight) sight.disconnect();
    sight = new IntersectionObserver(onSight, {rootMargin: NEAR + " 0px"});
    shown = [];
    const old = section.querySelector(":scope > .measures"), grid = S.h("div", {class: "two measures"});
    const open = new Set(old ? [...old.querySelectorAll("details.more[open]")].map((d) => d.parentNode.dataset.result) : []);
    for (const plan of S.plan.of(S.manifest)) {
      const boxes = plan.main.map((card) => build(card));
      boxes.forEach((box) => grid.append(box.place.root));
      more(plan, boxes[boxes.length - 1]);
      if (open.has(plan.result.name)) grid.querySelector(":scope > :last-child > details.more").open = true;
    }
    if (old) old.replaceWith(grid);
    else section.append(grid);
    section.classList.toggle("hidden", !grid.childElementCount);
  }

  cards.start = function (section) {
    fill(section);
    S.on("t", onPeriod);
    S.on("u", () => onSettled());
    S.settled(onSettled);
    S.on(["lang", "d"], () => fill(section));
  };

  /* Decodes what the cards show, so that a print finds it at hand. */
  cards.fetch = function () {
    const wanted = shown.flatMap((box) => [...box.card.variables, ...(box.card.columns || [])].flatMap((v) => [v, ...(v.with || []).map(S.variable)].concat(
      ["n", "z", "p"].map((what) => S.plan.beside(box.card.all, v, what)))).filter(Boolean));
    return Promise.allSettled(wanted.map((v) => (v.dims.includes("unit") ? S.quantity(v.id) && S.column(v.id) : S.data(v.block))));
  };

  /* Everything that stands open, drawn, for print: of a card that still waits for its numbers no other
   * may be kept waiting. Each step of a wait is a turn here, and a browser prints only after all turns. */
  const TURNS = 400;
  cards.drawAll = async function () {
    const all = Promise.all(shown.map(cards.drawBox));
    if (!S.printing) return all.then(cards.settle);
    for (let turn = 0; turn < TURNS; turn++) await null;
    cards.drawNow();
    return all;
  };
})(window.S = window.S || {});
