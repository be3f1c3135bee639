// Finds units by name or code as one types; arrows and Enter choose. A choice selects, and the map shows it.
(function (S) {
  "use strict";
  const MOST = 12;
  let folded = null, language = "";
  // Without accents and case, so that "dona ana" finds Doña Ana.
  const fold = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  function texts() {
    if (!folded || language !== S.language()) {
      language = S.language();
      folded = S.unitCodes.map((code, u) => ({ name: fold(S.name(u)), code: fold(code), other: S.unitNamesZh ? fold(S.unitNamesZh[u] || "") : "" }));
    }
    return folded;
  }
  // Codes and names that begin with the text come first.
  S.find = function (text) {
    const wanted = fold(text.trim()), first = [], inside = [];
    if (!wanted) return { units: [], more: 0 };
    texts().forEach((x, u) => {
      if (x.code === wanted || x.name === wanted) first.unshift(u);
      else if (x.code.startsWith(wanted) || x.name.startsWith(wanted) || x.other.startsWith(wanted)) first.push(u);
      else if (x.name.includes(wanted) || x.other.includes(wanted)) inside.push(u);
    });
    const all = first.concat(inside);
    return { units: all.slice(0, MOST), more: Math.max(0, all.length - MOST) };
  };

  S.search = function () {
    let chosen = -1, units = [];
    const list = S.h("ul", { class: "found hidden", role: "listbox", id: "found" });
    const input = S.h("input", { type: "search", id: "find", name: "find", autocomplete: "off", spellcheck: "false", role: "combobox",
      "aria-expanded": "false", "aria-controls": "found", "aria-autocomplete": "list" });
    const close = () => {
      list.classList.add("hidden");
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
      chosen = -1;
      S.hover(null);
    };
    function mark(i) {
      chosen = units.length ? (i + units.length) % units.length : -1;
      [...list.querySelectorAll("[data-unit]")].forEach((li, k) => {
        li.setAttribute("aria-selected", String(k === chosen));
        if (k === chosen) li.scrollIntoView({ block: "nearest" });
      });
      if (chosen >= 0) { input.setAttribute("aria-activedescendant", "found-" + chosen); S.hover(units[chosen]); }
    }
    function take(u, add) {
      if (!(add && S.isSelected(u))) S.selectAll(add ? [...S.state.u, u] : [u]);
      if (S.map && S.map.show) S.map.show(u);
      input.value = "";
      typed();
      close();
    }
    function show() {
      const found = S.find(input.value);
      units = found.units;
      S.empty(list);
      units.forEach((u, i) => list.append(S.h("li", { role: "option", id: "found-" + i, "data-unit": u, "aria-selected": "false",
        on: { pointerdown: (event) => { event.preventDefault(); take(u, event.shiftKey); }, pointerenter: () => S.hover(u) } },
        S.h("bdi", { class: "ellipsis" }, S.name(u)), S.h("bdi", { class: "code soft" }, S.code(u)))));
      if (!units.length) list.append(S.h("li", { class: "soft" }, S.t("find.none")));
      if (found.more) list.append(S.h("li", { class: "soft" }, S.t("find.more", { n: S.count(found.more) })));
      const open = input.value.trim() !== "";
      list.classList.toggle("hidden", !open);
      input.setAttribute("aria-expanded", String(open));
      if (open) mark(0);
    }
    // The table below filters by the same text.
    const typed = () => S.set({ find: input.value.trim() });
    input.addEventListener("input", () => { typed(); show(); });
    input.addEventListener("focus", () => { if (input.value) show(); });
    input.addEventListener("blur", close);
    input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown") mark(chosen + 1);
      else if (event.key === "ArrowUp") mark(chosen - 1);
      else if (event.key === "Enter" && chosen >= 0) take(units[chosen], event.shiftKey);
      else if (event.key === "Escape" && input.value) { input.value = ""; typed(); close(); event.stopPropagation(); }
      else return;
      event.preventDefault();
    });
    return S.h("div", { class: "field find" }, S.h("label", { for: "find" }, S.text("find")), input, list);
  };
})(window.S = window.S || {});
