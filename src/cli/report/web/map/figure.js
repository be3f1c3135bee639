// The map as a picture that stands alone: one path a unit with its colour, legend, title, caption. And the
// captions themselves, which name formula, parameters, source and coverage.
(function (S) {
  "use strict";
  // Sentences of a caption: coverage of a result in a period, then what was computed and from where.
  S.captionText = function (resultName, coverage) {
    const r = S.result(resultName);
    if (!r) return [coverage].filter(Boolean).map((text) => ({ text }));
    const how = [r.measure, r.parameters].filter(Boolean).join(" ");
    return [coverage && { text: coverage }, how && { text: how + (/[.]$/.test(how) ? "" : ".") },
      r.formula && { text: sentence(r.formula) }, r.source && { text: sentence(r.source) }].filter(Boolean);
  };
  // Words of the page end as its language does, texts of the file as they are written: in Latin.
  const sentence = (text, own) => (/[.。;；]$/.test(text) ? text : text + (own && S.language() === "zh" ? "。" : "."));
  // The same as nodes with a link to the section where formula and source stand in full.
  S.captionOf = function (resultName, t, coverage) {
    const nodes = [];
    for (const { text } of S.captionText(resultName, coverage)) nodes.push(S.bdi(text), " ");
    const target = document.getElementById("method-" + resultName) || document.getElementById("method");
    if (target) nodes.push(S.h("a", { href: "#" + encodeURIComponent(target.id) }, S.text("formula.link")), S.language() === "zh" ? "。" : ". ");
    return nodes;
  };

  S.coverage = function () {
    const { column, missing, t } = S.view, values = { n: S.count(column.n - missing), all: S.count(column.n), nouns: S.noun() };
    const text = column.timeless || S.manifest.cross_section ? S.t("coverage", values)
      : S.t("coverage.in", { ...values, p: S.periodName(t) });
    return sentence(text, true);
  };
  function notes() {
    const { classes } = S.view, geometry = S.manifest.geometry || {}, words = S.periodWords(), out = [];
    const rule = classes.categories ? "categories" : classes.whole ? "whole" : classes.rule;
    const one = classes.whole || S.manifest.periods.length < 2 || S.view.column.timeless || classes.categories;
    out.push(one ? S.t("caption.classes1", { rule: S.t("rule." + rule) })
      : S.t("caption.classes", { rule: S.t("rule." + rule), fixed: S.t(classes.fixed ? "same.short" : "own.short", words) }));
    const g = S.geometryNow;
    const { times } = S.view.column;
    if (S.manifest.means && S.manifest.means[S.view.key] && times.length < S.manifest.periods.length)
      out.push(S.t("only.periods", { ...words, list: times.map((t) => S.manifest.periods[t]).join(", ") }));
    const lacks = S.leftOut.filter((q) => q.variable.result === S.view.variable.result).length;
    if (lacks) out.push(S.t("left.out", { n: lacks }));
    if (!g || g.kind === "none") return out;
    if (geometry.projection) out.push(sentence(S.pick(geometry.projection), true));
    if (g.kind === "points") out.push(S.t("caption.points", { noun: S.noun(1) }));
    let lost = 0, dots = 0;
    for (let u = 0; u < g.n; u++) if (!g.placed(u)) lost++; else if (!g.hasRings(u)) dots++;
    if (g.kind === "polygons" && dots) out.push(S.t("caption.without", { n: S.count(dots), noun: S.noun(1), nouns: S.noun(dots) }));
    if (lost) out.push(S.t("caption.unplaced", { n: S.count(lost), noun: S.noun(1), nouns: S.noun(lost) }));
    if (geometry.without_unit) out.push(S.t("caption.foreign", { n: S.count(geometry.without_unit), noun: S.noun(1) }));
    return out;
  }
  S.mapCaption = () => [...S.captionOf(S.view.variable.result, S.view.t, S.coverage()), S.bdi(notes().join(S.language() === "zh" ? "" : " "))];
  S.mapCaptionText = () => [...S.captionText(S.view.variable.result, S.coverage()).map((x) => x.text), ...notes()].join(" ");

  const FONT = "DejaVu Sans, Noto Sans, Noto Sans CJK SC, PingFang SC, Microsoft YaHei, Helvetica, Arial, sans-serif";
  const ruler = document.createElement("canvas").getContext("2d");
  const wide = (text, px) => { ruler.font = px + "px " + FONT; return ruler.measureText(text).width; };
  S.wrap = function (text, width, px) {
    const lines = [""];
    for (const word of text.split(/(?<=\s)|(?<=[\u3000-\u9fff，。；])/)) {
      if (lines[lines.length - 1] && wide(lines[lines.length - 1] + word, px) > width) lines.push("");
      lines[lines.length - 1] += word;
    }
    return lines.map((line) => line.trim());
  };
  const label = (text, x, y, px, fill, more) =>
    S.svg("text", { x, y, "font-size": px, "font-family": FONT, fill, ...more }, text);

  function hatching(isDark) {
    const none = S.palette.missing(isDark);
    return S.svg("defs", {}, S.svg("pattern", { id: "missing", width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
      S.svg("rect", { width: 5, height: 5, fill: none.paper }), S.svg("rect", { width: 1.3, height: 5, fill: none.line })));
  }
  // Frame of a picture: title on top, drawing, legend, caption; returns the svg and its height.
  S.figure = function (width, height, drawing) {
    const ink = S.colour("ink"), soft = S.colour("soft"), top = 44;
    const legend = legendOf(width, top + height + 16, ink, soft);
    const lines = S.wrap(S.mapCaptionText(), width - 32, 12);
    const captionAt = top + height + 16 + legend.height + 14, total = captionAt + 17 * lines.length + 8;
    return S.svg("svg", { xmlns: "http://www.w3.org/2000/svg", "data-alone": 1, viewBox: `0 0 ${width} ${total}`, width, height: total, "font-family": FONT },
      S.svg("title", {}, S.map.title()), hatching(S.dark()),
      S.svg("rect", { width, height: total, fill: S.colour("card") }),
      label(S.map.title(), 16, 28, 16, ink, { "font-weight": "bold" }),
      S.svg("g", { transform: `translate(0 ${top})` }, drawing), legend.node,
      S.svg("g", {}, lines.map((line, i) => label(line, 16, captionAt + 17 * i, 12, soft))));
  };
  function legendOf(width, y, ink, soft) {
    const { classes, counts, missing } = S.view, k = classes.k + 1;
    const columns = Math.min(k, Math.max(1, Math.floor((width - 32) / 116))), step = (width - 32) / columns;
    const node = S.svg("g", { class: "key" });
    for (let i = 0; i < k; i++) {
      const x = 16 + step * (i % columns), at = y + 54 * Math.floor(i / columns), none = i === k - 1;
      let text = none ? S.t("missing") : classes.label(i);
      while (text.length > 3 && wide(text, 12) > step - 4) text = text.slice(0, -2) + "…";
      node.append(S.svg("rect", { x, y: at, width: step - 2, height: 11, fill: none ? "url(#missing)" : classes.colours[i] }),
        label(text, x, at + 26, 12, ink), label(S.count(none ? missing : counts[i]), x, at + 41, 12, soft));
    }
    return { node, height: 54 * Math.ceil(k / columns) };
  }

  // paper: the missing are one path. Browsers write a pattern into a PDF once for each path that has it:
  // a minute and megabytes for a thousand units.
  S.mapFigure = function (g, group, paper) {
    const { of, classes } = S.view, units = S.svg("g", { class: "units", "fill-rule": "evenodd" }), v = { zoom: 1, fit: 1 };
    let missing = "";
    for (let u = 0; u < g.n; u++) {
      if (!g.placed(u)) continue;
      if (paper && of[u] < 0 && g.hasRings(u)) { missing += g.d(u); continue; }
      const fill = of[u] < 0 ? "url(#missing)" : classes.colours[of[u]], at = { fill, "data-unit": S.code(u) };
      const title = S.svg("title", {}, S.name(u) + ": " + S.brief(S.view.values[u], S.view.variable));
      units.append(g.hasRings(u) ? S.svg("path", { d: g.d(u), ...at }, title)
        : S.svg("circle", { cx: g.x[u].toFixed(2), cy: g.y[u].toFixed(2), r: S.dotRadius(g, v).toFixed(2), ...at }, title));
    }
    if (missing) units.append(S.svg("path", { d: missing, fill: "url(#missing)" }));
    const stroke = (arcs, width, opacity, colour) => S.svg("path", { d: arcs.map(g.arcD).join(""), fill: "none",
      stroke: S.colour(colour || "border"), "stroke-width": width,
      "stroke-opacity": opacity, "stroke-linejoin": "round" });
    const chosen = S.state.u.filter((u) => g.placed(u)).map((u) => (g.hasRings(u)
      ? S.svg("path", { d: g.d(u), fill: "none", stroke: S.colourOf(u), "stroke-width": 2, "stroke-linejoin": "round" })
      : S.svg("circle", { cx: g.x[u], cy: g.y[u], r: g.radius + 2, fill: "none", stroke: S.colourOf(u), "stroke-width": 2 })));
    return S.figure(g.width, g.height, [units, g.coast().length ? stroke(g.coast(), 0.5, 1, "line") : null, g.borders().length ? stroke(g.borders(), 0.4, 0.4) : null,
      group && g.borders(group.name).length ? stroke(g.borders(group.name), 1, 0.95) : null, S.svg("g", {}, chosen)]);
  };
})(window.S = window.S || {});
