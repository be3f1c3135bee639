// The selection in words: a chip for each unit with its colour; a press on its cross takes it out.
(function (S) {
  "use strict";
  const MOST = 24;
  S.chips = { start(slot) {
    const root = S.h("div", { class: "chips", "aria-live": "polite" });
    slot.append(root);
    function chip(u) {
      const dot = S.h("span", { class: "dot" });
      dot.style.background = S.colourOf(u);
      return S.h("span", { class: "chip", "data-unit": u, on: { pointerenter: () => S.hover(u), pointerleave: () => S.hover(null) } },
        dot, S.h("bdi", { class: "ellipsis", title: S.name(u) }, S.name(u)),
        S.h("button", { type: "button", "aria-label": S.t("remove", { name: S.name(u) }), on: { click: () => { S.hover(null); S.select(u, true); } } }, "×"));
    }
    function show() {
      const units = S.state.u;
      S.empty(root);
      if (!units.length) { root.append(S.h("span", { class: "soft" }, S.t("select.none", { noun: S.noun(1) }))); return; }
      root.append(...units.slice(0, MOST).map(chip));
      if (units.length > MOST) root.append(S.h("span", { class: "soft" }, S.t("find.more", { n: S.count(units.length - MOST) })));
      root.append(S.h("button", { type: "button", class: "clear", on: { click: () => S.clear() } }, S.t("clear")));
    }
    if (!S.manifest.n) return;
    show();
    S.on(["u", "lang", "d"], show);
  } };
})(window.S = window.S || {});
