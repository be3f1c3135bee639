// The one state of the page: what is shown and what is selected. Views listen and are told once a frame;
// the address keeps it. Before they are told, S.view holds the column and classes of that state.
(function (S) {
  "use strict";
  const periods = S.manifest.periods.length;
  const defaults = { q: "", t: Math.max(0, periods - 1), c: "", k: 6, fix: true, u: [],
    lang: S.manifest.language === "zh" ? "zh" : "en", d: "auto" };
  S.state = { ...defaults };
  S.moving = false;

  const listeners = [], settlers = [], hoverers = [];
  let changed = new Set(), frame = 0, rest = 0, telling = null;

  // keys: "*", "t" or ["q", "t"]; f(state, changed keys).
  S.on = (keys, f) => { listeners.push({ keys: keys === "*" ? null : [].concat(keys), f }); };
  // f runs 140 ms after the last change of t: for what is too slow to follow a slider.
  S.settled = (f) => { settlers.push(f); };

  const same = (a, b) => a === b || (Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((x, i) => x === b[i]));
  S.set = function (part) {
    for (const [key, value] of Object.entries(part)) {
      if (same(S.state[key], value)) continue;
      S.state[key] = value;
      changed.add(key);
      if (key === "u") giveSlots();
    }
    if (!changed.size) return;
    if (changed.has("t")) {
      S.moving = true;
      clearTimeout(rest);
      rest = setTimeout(settle, 140);
    }
    schedule();
  };
  function settle() {
    if (frame || telling) { rest = setTimeout(settle, 20); return; }
    S.moving = false;
    for (const f of settlers) guarded(f, S.state);
  }
  function schedule() {
    if (frame || telling) return;
    // A hidden tab has no frames, but its address and its tables still follow.
    frame = document.hidden ? setTimeout(tell, 30) : requestAnimationFrame(tell);
  }
  function tell() {
    frame = 0;
    const keys = changed;
    changed = new Set();
    const pending = S.prepare ? S.prepare(S.state, keys) : null;
    if (pending && pending.then) {
      telling = pending.catch((e) => console.error(e)).then(() => { telling = null; notify(keys); if (changed.size) schedule(); });
    } else notify(keys);
  }
  function notify(keys) {
    for (const l of listeners)
      if (!l.keys || l.keys.some((key) => keys.has(key))) guarded(l.f, S.state, keys);
    saveSoon();
  }
  // One view that fails must not stop the others.
  function guarded(f, ...values) {
    try {
      const p = f(...values);
      if (p && p.catch) p.catch((e) => console.error(e));
    } catch (e) { console.error(e); }
  }

  // Hover is not state: it is not kept, and is told at once.
  S.hovered = null;
  S.hover = function (unit, from) {
    if (unit === S.hovered && !from) return;
    S.hovered = unit;
    for (const f of hoverers) guarded(f, unit, from);
  };
  S.onHover = (f) => { hoverers.push(f); };

  // Selection. A unit keeps its colour while others come and go; the ninth and more are ink.
  const slots = { light: ["#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7a3e9d", "#8a5a2b"],
    dark: ["#f0904d", "#56b4e9", "#2fc79a", "#e59ac6", "#e8c84a", "#8fb8ff", "#c49be8", "#d0ab86"] };
  const slotOf = new Map();
  function giveSlots() {
    for (const u of [...slotOf.keys()]) if (!S.state.u.includes(u)) slotOf.delete(u);
    for (const u of S.state.u) {
      if (slotOf.has(u)) continue;
      const used = new Set(slotOf.values());
      const free = slots.light.findIndex((c, i) => !used.has(i));
      if (free >= 0) slotOf.set(u, free);
    }
  }
  S.colourOf = (unit) => {
    const slot = slotOf.get(unit);
    return slot === undefined ? S.colour("ink") : slots[S.dark() ? "dark" : "light"][slot];
  };
  S.selectAll = (units, add) => {
    const list = add ? [...S.state.u, ...units.filter((u) => !S.state.u.includes(u))] : [...units];
    S.set({ u: list });
  };
  // A press selects; with add it joins or leaves; a second press on the only one leaves.
  S.select = function (unit, add) {
    const u = S.state.u;
    if (add) S.selectAll(u.includes(unit) ? u.filter((x) => x !== unit) : [...u, unit]);
    else S.selectAll(u.length === 1 && u[0] === unit ? [] : [unit]);
  };
  S.isSelected = (unit) => S.state.u.includes(unit);
  S.clear = () => S.selectAll([]);

  S.dark = () => S.state.d === "dark" || (S.state.d === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);

  // The address. Labels, not numbers, so that a link still means the same when periods are added.
  const readable = (text) => encodeURIComponent(text).replace(/%2F/g, "/").replace(/%2C/g, ",").replace(/%5B/g, "[").replace(/%5D/g, "]");
  const extra = ["pair", "mode", "cell", "group", "x"];
  function addressOf(state) {
    const parts = [["q", state.q], ["t", S.manifest.periods[state.t]], ["c", state.c], ["k", state.k],
      ["fix", state.fix ? 1 : 0], ["u", state.u.map((u) => encodeURIComponent(S.code(u))).join(",")],
      ["lang", state.lang], ["d", state.d]];
    for (const key of extra) if (state[key] !== undefined && state[key] !== null) parts.push([key, state[key]]);
    return "#" + parts.map(([key, value]) => key + "=" + (key === "u" ? value : readable(value ?? ""))).join("&");
  }
  let saving = 0, saved = "";
  function saveSoon() {
    clearTimeout(saving);
    saving = setTimeout(S.saveAddress, 200);
  }
  S.saveAddress = function () {
    saved = addressOf(S.state);
    // Browsers refuse too many of these in a row; the next change writes again.
    try { history.replaceState(null, "", saved); } catch (e) { saved = ""; }
  };
  const plain = (text) => { try { return decodeURIComponent(text); } catch (e) { return text; } };
  function fromAddress(hash) {
    const out = {};
    if (!hash.includes("=")) return out;
    for (const piece of hash.slice(1).split("&")) {
      const cut = piece.indexOf("="), key = piece.slice(0, cut), value = piece.slice(cut + 1);
      if (key === "q" && S.quantity(plain(value))) out.q = plain(value);
      else if (key === "t" && S.manifest.periods.includes(plain(value))) out.t = S.manifest.periods.indexOf(plain(value));
      else if (key === "c" && /^(quantile|equal|natural|own|ratio)$/.test(value)) out.c = value;
      else if (key === "k" && value >= 3 && value <= 7) out.k = Math.round(Number(value));
      else if (key === "fix") out.fix = value !== "0";
      else if (key === "u") out.u = [...new Set(value.split(",").map((c) => S.unitOf.get(plain(c))))].filter((u) => u !== undefined);
      else if (key === "lang" && (value === "en" || value === "zh")) out.lang = value;
      else if (key === "d" && /^(light|dark|auto)$/.test(value)) out.d = value;
      else if (extra.includes(key)) out[key] = plain(value);
    }
    return out;
  }
  S.restore = () => S.set(fromAddress(location.hash));
  // Before any view stands, nobody has to be told.
  S.restoreNow = () => { Object.assign(S.state, fromAddress(location.hash)); giveSlots(); };
  // Tells the listeners of a key whose value is the same but whose meaning is not (colours of the system).
  // At once, for a print that waits for nothing: all views draw as if the key had changed.
  S.tellNow = (key) => notify(new Set([key]));
  S.refresh = (key) => { changed.add(key); schedule(); };
  window.addEventListener("hashchange", () => { if (location.hash !== saved) S.restore(); });
})(window.S = window.S || {});
