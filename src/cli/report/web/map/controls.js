// What is shown: result, rule and number of classes, one scale for all periods or not; slider and play.
(function (S) {
  "use strict";
  let root, result, rule, number, fixed, slider, year, play, playing = 0;

  // Results in the order of the study, quantities below each; a result of one quantity stands alone.
  function fillResults() {
    S.empty(result);
    const byResult = d3.group(S.quantities, (q) => q.variable.result);
    for (const [name, list] of byResult) {
      const options = list.map((q) => S.h("option", { value: q.key, "data-key": q.key }, q.label));
      if (byResult.size > 1 && list.length > 1)
        result.append(S.h("optgroup", { label: S.resultLabel(name) }, options));
      else result.append(...options);
    }
    result.value = S.state.q;
  }
  function fillRules() {
    S.empty(rule);
    const rules = S.rulesOf(S.view.variable);
    if (S.view.classes.whole) {
      rule.append(S.h("option", { value: S.state.c }, S.t("rule.whole")));
      rule.disabled = true;
      return;
    }
    for (const r of rules)
      rule.append(S.h("option", { value: r, "data-key": r }, S.t("rule." + (r === "own" && S.view.classes.categories && !S.view.variable.classes ? "categories" : r))));
    rule.value = S.state.c;
    rule.disabled = rules.length < 2;
  }
  function show() {
    if (!S.view) return;
    const { column } = S.view, counted = ["quantile", "equal", "natural"].includes(S.state.c) && !S.view.classes.whole;
    result.value = S.state.q;
    result.title = S.view.quantity.label;
    fillRules();
    number.value = S.state.k;
    number.closest("label").classList.toggle("hidden", !counted);
    fixed.checked = S.state.fix;
    fixed.closest("label").classList.toggle("hidden", !counted || column.times.length < 2 || column.timeless);
    const still = column.times.length < 2 || column.timeless;
    root.classList.toggle("still", still);
    if (still) stop();
    slider.max = String(Math.max(0, column.times.length - 1));
    step();
  }
  // The slider counts the periods that the quantity has.
  function step() {
    if (!S.view) return;
    const { column, t } = S.view, at = Math.max(0, column.times.indexOf(t)), text = S.manifest.periods[t];
    if (slider.value !== String(at)) slider.value = String(at);
    slider.setAttribute("aria-valuetext", text);
    slider.style.setProperty("--at", (column.times.length > 1 ? (100 * at) / (column.times.length - 1) : 100) + "%");
    year.textContent = text;
  }
  S.step = function (by, around) {
    if (!S.view) return;
    const { times } = S.view.column, last = times.length - 1, at = times.indexOf(S.state.t) + by;
    S.set({ t: times[around ? (at + last + 1) % (last + 1) : Math.min(last, Math.max(0, at))] });
  };

  function stop() {
    clearInterval(playing);
    playing = 0;
    showPlay();
  }
  function showPlay() {
    play.textContent = playing ? "❚❚" : "▶";
    play.setAttribute("aria-label", S.t(playing ? "pause" : "play"));
    play.title = S.t(playing ? "pause" : "play");
  }
  S.play = function () {
    if (playing) { stop(); return; }
    if (!S.view || S.view.column.times.length < 2) return;
    // Half a second a period, and longer on the last so that it is seen before it begins again.
    let wait = 0;
    playing = setInterval(() => {
      const { times } = S.view.column;
      if (S.state.t === times[times.length - 1] && wait++ < 2) return;
      wait = 0;
      S.step(1, true);
    }, 500);
    S.step(1, true);
    showPlay();
  };

  const field = (key, control, more) =>
    S.h("label", { class: "field " + (more || "") }, S.text(key), control);

  function build(slot) {
    result = S.h("select", { id: "q", on: { change: () => S.set({ q: result.value }) } });
    rule = S.h("select", { id: "c", on: { change: () => S.set({ c: rule.value }) } });
    number = S.h("select", { id: "k", on: { change: () => S.set({ k: Number(number.value) }) } },
      [3, 4, 5, 6, 7].map((k) => S.h("option", { value: k, "data-key": k }, k)));
    fixed = S.h("input", { type: "checkbox", id: "fix", on: { change: () => S.set({ fix: fixed.checked }) } });
    slider = S.h("input", { type: "range", id: "slider", min: 0, step: 1, "data-word-label": "slider", "aria-label": S.t("slider"),
      on: { input: () => { S.set({ t: S.view.column.times[Number(slider.value)] }); } } });
    year = S.h("output", { class: "year", for: "slider" });
    play = S.h("button", { type: "button", class: "play", on: { click: () => S.play() } });
    const gear = S.h("button", { type: "button", class: "gear", "aria-expanded": "false", "data-word-label": "options", "aria-label": S.t("options"),
      title: S.t("options"), on: { click() {
        const open = root.classList.toggle("open");
        gear.setAttribute("aria-expanded", String(open));
      } } }, "⚙");
    root = S.h("div", { class: "controls" },
      field("result", result, "result"), field("classes", rule, "option"), field("number", number, "option"),
      S.h("label", { class: "check option" }, fixed, S.text("same")),
      S.search(), S.h("div", { class: "time" }, play, slider, year, gear));
    slot.append(root);
  }

  S.controls = { start(slot) {
    if (!S.view) return;
    build(slot);
    fillResults();
    showPlay();
    show();
    S.on("t", step);
    S.on(["q", "c", "k", "fix"], show);
    S.on("lang", () => {
      fillResults();
      show();
      showPlay();
    });
  } };
})(window.S = window.S || {});
