// Under the map: for each class its colour, its range and its count; the missing last. A press fades the class.
(function (S) {
  "use strict";
  S.legend = function (list, faded, redraw) {
    function entry(c) {
      const swatch = S.h("span", { class: "swatch" + (c < 0 ? " hatched" : "") });
      const label = S.h("bdi", { class: "range" }), count = S.h("span", { class: "count" });
      const button = S.h("button", { type: "button", "aria-pressed": "false", on: { click() {
        if (!faded.delete(c)) faded.add(c);
        button.setAttribute("aria-pressed", String(faded.has(c)));
        redraw();
      } } }, swatch, label, count);
      return S.h("li", { "data-class": c < 0 ? "missing" : String(c) }, button);
    }
    function build() {
      const { classes } = S.view;
      S.empty(list);
      const longest = Math.max(...Array.from({ length: classes.k }, (x, c) => classes.label(c).length));
      list.classList.toggle("many", classes.k > 9 || (classes.k > 7 && longest > 8));
      for (let c = 0; c < classes.k; c++) list.append(entry(c));
      list.append(entry(-1));
      colours();
      numbers();
    }
    function colours() {
      const { classes } = S.view;
      for (let c = 0; c < classes.k; c++) {
        const li = list.children[c];
        li.querySelector(".swatch").style.background = classes.colours[c];
        const label = li.querySelector(".range");
        label.textContent = label.title = classes.label(c);
        li.firstChild.setAttribute("aria-pressed", String(faded.has(c)));
      }
      list.lastChild.querySelector(".range").textContent = S.t("missing");
    }
    function numbers() {
      const { classes, counts, missing } = S.view;
      // Classes of each period alone have other ranges, and sometimes fewer.
      if (list.children.length !== classes.k + 1) { build(); return; }
      if (!classes.fixed) colours();
      for (let c = 0; c < classes.k; c++) list.children[c].querySelector(".count").textContent = S.count(counts[c]);
      list.lastChild.querySelector(".count").textContent = S.count(missing);
    }
    build();
    S.on(["t"], numbers);
    S.on(["q", "c", "k", "fix", "d", "lang"], build);
  };
})(window.S = window.S || {});
