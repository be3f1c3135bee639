// Starts the page: units, the address, the first quantity; then each view, the map before the others.
(function (S) {
  "use strict";
  const views = [["controls", "controls"], ["chips", "chips"], ["map", "map"], ["tooltip", "map"], ["keyboard", "map"],
    ["lines", "side"], ["histogram", "side"], ["scatter", "side"], ["table", "table"],
    ["pairs", "pairs"], ["cards", "measures"], ["changes", "summary"], ["print", "main"]];

  function rooms() {
    const section = document.getElementById("map");
    const room = (name) => S.h("div", { class: "room-" + name });
    const slots = { controls: room("controls"), chips: room("chips"), map: room("map"), side: room("side"), table: room("table") };
    section.append(slots.controls, slots.chips, S.h("div", { class: "linked" }, slots.map, slots.side), slots.table);
    for (const id of ["summary", "pairs", "measures"]) slots[id] = document.getElementById(id);
    slots.main = document.querySelector("main");
    return slots;
  }
  const frame = () => new Promise((go) => (document.hidden ? setTimeout(go, 0) : requestAnimationFrame(() => setTimeout(go, 0))));

  function bar() {
    const language = document.getElementById("language"), theme = document.getElementById("theme");
    const show = () => {
      const { lang, d } = S.state;
      document.documentElement.lang = lang;
      if (d === "auto") delete document.documentElement.dataset.theme; else document.documentElement.dataset.theme = d;
      S.forgetColours();
      if (language) { language.textContent = S.t("language"); language.setAttribute("aria-label", S.t("language.label")); }
      if (theme) { theme.textContent = S.t(S.dark() ? "light" : "dark"); theme.setAttribute("aria-label", S.t("theme.label")); }
    };
    if (language) language.addEventListener("click", () => S.set({ lang: S.state.lang === "zh" ? "en" : "zh" }));
    if (theme) theme.addEventListener("click", () => S.set({ d: S.dark() ? "light" : "dark" }));
    // Before the other listeners: they read words and colours of what is set now.
    S.on(["lang", "d"], (state, keys) => {
      show();
      if (keys.has("lang")) S.retranslate(document);
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      if (S.state.d === "auto") S.refresh("d");
    });
    show();
    if (S.state.lang !== S.manifest.language) S.retranslate(document);
  }
  // Links within the page scroll; the address keeps what is shown.
  function links() {
    document.addEventListener("click", (event) => {
      const a = event.target.closest && event.target.closest('a[href^="#"]');
      const target = a && document.getElementById(decodeURIComponent(a.getAttribute("href").slice(1)));
      if (!target) return;
      event.preventDefault();
      target.scrollIntoView();
      if (target.tabIndex < 0) target.tabIndex = -1;
      target.focus({ preventScroll: true });
    });
  }

  async function start() {
    await S.loadUnits();
    // What stands first in the file; else the first headline, of a result rather than of what goes into one.
    const heads = S.quantities.filter((q) => q.variable.headline);
    const first = S.quantity(S.manifest.first) || heads.find((q) => !q.variable.result.includes("/")) || heads[0] || S.quantities[0];
    if (first) S.state.q = first.key;
    S.restoreNow();
    bar();
    links();
    await S.prepare(S.state, new Set(["q", "t", ...(S.state.c ? ["c"] : [])]));
    const slots = rooms();
    for (const [name, where] of views) {
      if (!S[name] || !S[name].start) continue;
      try { await S[name].start(slots[where]); } catch (error) { S.failed(slots[where], error); }
      if (name === "map") { performance.mark("first-map"); await frame(); }
    }
    S.started = true;
    document.documentElement.dataset.ready = "1";
  }
  start().catch((error) => S.failed(document.getElementById("map"), error));
})(window.S = window.S || {});
