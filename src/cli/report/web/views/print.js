// Printing. Paper is light; what is on a canvas prints blank, so its owner gives an SVG for paper. A
// browser prints as soon as the listeners of "beforeprint" have returned: nothing here may wait.
(function (S) {
  "use strict";

  const makers = [];
  let nodes = [], theme = null;
  S.printing = false;

  // f() draws in the light theme; the nodes that it returns are taken away again after the print.
  S.onPrint = (f) => { makers.push(f); };

  function light() {
    const root = document.documentElement;
    theme = {d: S.state.d, data: root.dataset.theme};
    root.dataset.theme = "light";
    S.state.d = "light";
    S.forgetColours();
    // The column is there already, so this returns at once.
    if (S.view) S.prepare(S.state, new Set(["d"]));
  }

  function before() {
    if (S.printing) return;
    S.printing = true;
    light();
    // Charts are drawn at the width that they will have on paper.
    document.documentElement.classList.add("on-paper");
    S.tellNow("d");
    S.chart.refit();
    // Its blocks are decoded already: what it awaits is done before the browser goes on.
    if (S.cards && S.cards.drawAll) S.cards.drawAll();
    for (const make of makers) {
      try {
        nodes.push(...[make()].flat().filter((node) => node && node.nodeType));
      } catch (error) { console.error(error); }
    }
  }

  function after() {
    if (!S.printing) return;
    S.printing = false;
    document.documentElement.classList.remove("on-paper");
    for (const node of nodes) node.remove();
    nodes = [];
    const root = document.documentElement;
    if (theme.data === undefined) delete root.dataset.theme;
    else root.dataset.theme = theme.data;
    S.state.d = theme.d;
    S.forgetColours();
    if (S.view) S.prepare(S.state, new Set(["d"]));
    S.refresh("d");
  }

  S.print = {start() {
    window.addEventListener("beforeprint", before);
    window.addEventListener("afterprint", after);
    // Cards draw when they come into sight; a page that is printed has not been scrolled through.
    const idle = window.requestIdleCallback || ((f) => setTimeout(f, 500));
    if (S.cards && S.cards.drawAll) idle(() => S.cards.drawAll());
  }};
})(window.S = window.S || {});
