// What every view uses: elements without markup from data, numbers and names as people read them, cards.
(function (S) {
  "use strict";

  // Text from the data only ever becomes a text node, so that no name can be markup.
  function fill(element, attributes, children) {
    for (const [key, value] of Object.entries(attributes || {})) {
      if (value === undefined || value === null || value === false) continue;
      if (key === "on") for (const [event, f] of Object.entries(value)) element.addEventListener(event, f);
      else if (key === "text") element.textContent = value;
      else element.setAttribute(key, value === true ? "" : value);
    }
    for (const child of children.flat(Infinity)) {
      if (child === undefined || child === null || child === false) continue;
      element.append(child.nodeType ? child : String(child));
    }
    return element;
  }
  S.h = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
  S.svg = (tag, attributes, ...children) =>
    fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
  // A name out of the data, isolated: right-to-left text does not turn its surroundings.
  S.bdi = (text, attributes) => S.h("bdi", attributes, text);
  S.empty = (element) => { element.replaceChildren(); return element; };

  // Words. An element with data-word keeps its key, so that the language can change under it.
  S.words = { en: {}, zh: {} };
  S.addWords = (words) => { for (const l of ["en", "zh"]) Object.assign(S.words[l], words[l]); };
  S.language = () => (S.state && S.state.lang) || (S.manifest && S.manifest.language) || "en";
  S.t = function (key, values) {
    const text = S.words[S.language()][key] ?? S.words.en[key] ?? key;
    return text.replace(/\{(\w+)\}/g, (all, name) =>
      (values && name in values ? String(values[name]) : name in common ? common[name]() : all));
  };
  // What any sentence may name without being told.
  const common = { noun: () => S.noun(1), nouns: () => S.noun(), period: () => S.periodWords().period,
    periods: () => S.periodWords().periods, file: () => S.manifest.file };
  S.text = (key, values, tag) =>
    S.h(tag || "span", { "data-word": key, "data-values": values && JSON.stringify(values) }, S.t(key, values));
  const values = (e) => (e.dataset.values ? JSON.parse(e.dataset.values) : undefined);
  S.retranslate = function (root) {
    for (const e of root.querySelectorAll("[data-word]")) e.textContent = S.t(e.dataset.word, values(e));
    for (const e of root.querySelectorAll("[data-word-label]")) {
      e.setAttribute("aria-label", S.t(e.dataset.wordLabel));
      if (e.hasAttribute("title")) e.title = S.t(e.dataset.wordLabel);
    }
    // HTML of the first page carries its own two texts.
    const own = S.language() === "zh" ? "zh" : "en";
    for (const e of root.querySelectorAll("[data-en][data-zh]")) e.textContent = e.dataset[own];
  };
  // {en, zh} or a plain text, in the language of the page.
  S.pick = (text) => (text && typeof text === "object" ? text[S.language()] || text.en || text.zh || "" : text || "");

  S.code = (unit) => S.unitCodes[unit];
  S.name = (unit) => S.nameOrNone(unit) || S.unitCodes[unit];
  S.nameOrNone = function (unit) {
    const own = S.unitNames && S.unitNames[unit];
    return (S.language() === "zh" && S.unitNamesZh && S.unitNamesZh[unit]) || own || "";
  };
  // The noun of units: S.noun(1) "county", S.noun(3) "counties"; without a number the plural.
  S.noun = function (n) {
    const m = S.manifest;
    if (n === 1) return S.pick(m.noun) || "unit";
    return S.pick(m.nouns) || S.pick(m.noun) || "units";
  };

  // The name of a column of groups where it stands alone; S.groupWord: in a sentence.
  S.groupTitle = (name) => first(S.groupWord(name));

  // Four digits that matter, an exponent beyond a million and below a thousandth, a true minus sign.
  const trim = (text) => (text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text);
  S.number = function (v, variable) {
    if (v === null || v === undefined || Number.isNaN(v)) return "–";
    if (!Number.isFinite(v)) return v > 0 ? "∞" : "−∞";
    const a = Math.abs(v);
    let text;
    if (variable && variable.integer) text = d3.format(",d")(a);
    else if (a === 0) text = "0";
    else if (a >= 999950 || a < 0.001) text = exponent(a);
    else if (a >= 999.95) text = d3.format(",.0f")(a);
    else text = trim(a.toPrecision(4));
    return v < 0 ? "−" + text : text;
  };
  function exponent(a) {
    const [digits, power] = a.toExponential(3).split("e");
    return trim(digits) + "e" + power.replace("+", "").replace("-", "−");
  }
  const grouped = (a) => (a >= 1000 ? d3.format(",d")(a) : String(a));
  S.count = (n) => d3.format(",d")(n);
  S.percent = (share, digits) => (100 * share).toFixed(digits === undefined ? 1 : digits) + "%";

  // Three digits and a word for the thousands: axis labels, flows.
  const steps = {
    en: [[1e12, " tn"], [1e9, " bn"], [1e6, " M"], [1e3, " k"]],
    zh: [[1e12, "万亿"], [1e8, "亿"], [1e4, "万"]],
  };
  S.short = function (v, digits) {
    const n = digits || 3, few = (a) => grouped(Number(a.toPrecision(a >= 999.5 ? Math.max(n, 4) : n)));
    if (v === null || v === undefined || Number.isNaN(v)) return "–";
    const a = Math.abs(v), sign = v < 0 ? "−" : "";
    if (a >= 1e15 || (a !== 0 && a < 0.001)) return S.number(v);
    for (const [step, word] of steps[S.language()] || steps.en)
      if (a >= step * 0.9995) return sign + few(a / step) + word;
    return sign + few(a);
  };
  // In legends and tables: as a number, but beyond a million with a word instead of an exponent.
  S.brief = (v, variable) => (Math.abs(v) >= 999950 && Math.abs(v) < 1e15 ? S.short(v, 4) : S.number(v, variable));

  // "Coupling coordination degree D", "Location quotient, manufacturing". Titles explain themselves behind a
  // semicolon; labels stop there. Where two quantities would read alike, the result's name stands before.
  const first = (text) => (text ? text[0].toUpperCase() + text.slice(1) : text);
  S.shortTitle = function (v) {
    const text = (S.pick(v.title) || v.name).split(/; |, from \d|, an index|: \d/)[0];
    return first(/^[\d.]+:/.test(text) ? v.name : text);
  };
  S.label = function (variable, part) {
    const v = typeof variable === "string" ? S.variable(variable) : variable;
    if (!v) return String(variable);
    const prefix = shared(S.manifest.variables, S.shortTitle).has(S.shortTitle(v)) ? S.resultLabel(v.result) + ": " : "";
    const at = part && (part.at || part);
    return prefix + S.shortTitle(v) + (at && at.length ? (S.language() === "zh" ? "，" : ", ") + at.join(", ") : "");
  };
  // A result's title, or its name where several results have that title.
  S.resultLabel = function (name) {
    const r = S.result(name);
    if (!r) return name;
    const title = (x) => first((S.pick(x.title) || x.name).split("; ")[0]);
    return shared(S.manifest.results, title).has(title(r)) ? name.split("/").pop() : title(r);
  };
  // Texts that more than one of a list has, by list and language.
  const alike = new Map();
  function shared(list, text) {
    const key = S.language() + (list === S.manifest.results ? "results" : "variables");
    if (!alike.has(key)) {
      const seen = new Set(), twice = new Set();
      for (const x of list) (seen.has(text(x)) ? twice : seen).add(text(x));
      alike.set(key, twice);
    }
    return alike.get(key);
  }

  // A colour of the theme, as CSS resolves it now.
  let colours = {};
  S.forgetColours = () => { colours = {}; };
  S.colour = (name) =>
    (colours[name] ??= getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim());

  // A card: head with title and buttons, body, caption. tools: {name, csv, svg, png}, see save.js.
  S.card = function (title, options) {
    const o = options || {};
    const heading = S.h("h3", {}, typeof title === "string" ? S.bdi(title) : title);
    const tools = o.tools && S.tools ? S.tools(o.tools) : null;
    const middle = S.h("div", { class: "card-middle" });
    const head = S.h("div", { class: "card-head" }, heading, middle, tools);
    const body = S.h("div", { class: "card-body" });
    const caption = S.h("p", { class: "caption" });
    const root = S.h("article", { class: "card" + (o.wide ? " wide" : "") + (o.class ? " " + o.class : ""), id: o.id },
      head, body, caption);
    return { root, head, heading, middle, tools, body, caption };
  };
  S.setTitle = function (card, text) {
    const bdi = card.heading.firstChild;
    if (bdi && bdi.localName === "bdi") bdi.textContent = text;
    else S.empty(card.heading).append(S.bdi(text));
  };

  // Buttons of which one is on: [{key, label}], the chosen key, what a press does.
  S.segments = function (items, chosen, press, label) {
    const root = S.h("div", { class: "segments", role: "group", "aria-label": label });
    for (const { key, label: text } of items)
      root.append(S.h("button", { type: "button", "data-key": key, "aria-pressed": String(key === chosen),
        on: { click: () => { root.choose(key); press(key); } } }, S.bdi(text)));
    root.choose = (key) => {
      for (const b of root.children) b.setAttribute("aria-pressed", String(b.dataset.key === String(key)));
    };
    return root;
  };

  // A card that could not be drawn says so; the console has the reason.
  S.failed = function (where, error) {
    console.error(error);
    if (where) where.append(S.h("p", { class: "failed", role: "alert" }, S.t("failed")));
  };
})(window.S = window.S || {});
