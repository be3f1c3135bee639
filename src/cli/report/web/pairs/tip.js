// Lines of a tooltip in the section of pairs: the first is what is pointed at, the others a term and
// its value.
(function (S) {
  "use strict";

  function line([term, value], i) {
    if (!i) return S.h("div", {class: "tooltip-name pair-line"}, S.bdi(term), value && S.h("span", {class: "soft code"}, value));
    return S.h("div", {class: "pair-line soft"}, S.bdi(term), value !== undefined && S.h("b", {}, S.bdi(value)));
  }

  S.pairTip = {
    show: (x, y, lines) => S.tooltip.show(x, y, lines.map(line)),
    hide: () => S.tooltip.hide(),
  };
})(window.S = window.S || {});
