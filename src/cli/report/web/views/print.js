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

  // Cards draw when they come into sight, and a page that is printed has not been scrolled through. In most
  // studies they are few, and are drawn when the page is idle, so that a print has all they need at
  // hand; where they are many, the keys that print wait for them.
  const FEW = 60;
  let drawn = false;
  async function drawCards() {
    if (S.cards && S.cards.drawAll) await S.cards.drawAll();
    drawn = true;
  }
  async function key(event) {
    if (event.key !== "p" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || drawn) return;
    event.preventDefault();
    await drawCards().catch((error) => console.error(error));
    drawn = true;
    window.print();
  }

  S.print = {start() {
    window.addEventListener("beforeprint", before);
    window.addEventListener("afterprint", after);
    window.addEventListener("keydown", key);
    const idle = window.requestIdleCallback || ((f) => setTimeout(f, 500));
    if (document.querySelectorAll("#measures .card").length > FEW || !S.cards) return;
    S.cards.fetch();
    idle(() => drawCards());
  }};
})(window.S = window.S || {});
