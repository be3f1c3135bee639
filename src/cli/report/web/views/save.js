// Saving what is seen: numbers as CSV, pictures as SVG and PNG, each by a button of its card.
//
// Numbers are written as the shortest text that gives the same double again. A text that a
// spreadsheet would run as a formula gets an apostrophe in front. A saved SVG stands alone: all that
// style sheets say of it is written into its attributes, since it leaves the sheets behind.
(function (S) {
  "use strict";

  const save = {};
  S.save = save;

  // ---- names -------------------------------------------------------------------------------

  // What is neither letter nor digit in any script becomes a hyphen: safe on all file systems.
  function slug(text) {
    return String(text)
      .normalize("NFC")
      .replace(/[^\p{L}\p{N}._]+/gu, "-")
      .replace(/^[-.]+|[-.]+$/g, "");
  }

  // Study and parts, readable in a folder of many; file systems take 255 bytes of a name.
  save.join = function (...parts) {
    const all = [S.pick(S.manifest.title) || S.manifest.file, ...parts];
    return all.map((part) => slug(part === null || part === undefined ? "" : part).slice(0, 60)).filter(Boolean).join("_").slice(0, 120);
  };
  // study_quantity_year_more, of what the map shows.
  save.name = (...more) =>
    save.join(S.state.q, S.manifest.cross_section ? "" : S.manifest.periods[S.state.t], ...more);

  // ---- CSV ---------------------------------------------------------------------------------

  function numberText(v) {
    if (Number.isNaN(v)) return "";
    if (v === Infinity) return "Inf";
    if (v === -Infinity) return "-Inf";
    return Object.is(v, -0) ? "-0" : String(v);
  }

  // Of a float32 the shortest text of at most nine digits that gives the same float32 again: the
  // double that it was widened to would show digits that nobody measured.
  save.float32 = function (v) {
    if (!Number.isFinite(v) || v === 0) return v;
    for (let digits = 6; digits < 9; digits++) {
      const shorter = Number(v.toPrecision(digits));
      if (Math.fround(shorter) === v) return shorter;
    }
    return Number(v.toPrecision(9));
  };

  // A value of a column as its file says it, and the column's heading: its key, and how many digits a
  // number of a small page has.
  save.cell = (column, v) => (column.values instanceof Float32Array ? save.float32(v) : v);
  save.heading = (column) => column.key + (column.values instanceof Float32Array ? " (" + S.t("save.digits") + ")" : "");

  function field(v) {
    if (v === null || v === undefined) return "";
    if (typeof v === "number") return numberText(v);
    if (typeof v === "bigint" || typeof v === "boolean") return String(v);
    let text = String(v);
    if (/^[=+\-@\t\r]/.test(text)) text = "'" + text;
    return /[",\n\r]|^\s|\s$/.test(text) ? "\"" + text.replace(/"/g, "\"\"") + "\"" : text;
  }

  // Pieces of a file, a piece for some thousand rows: one string of 10^6 rows would take the page's
  // memory twice.
  save.csvPieces = function (header, rows) {
    const pieces = [];
    let lines = [header.map(field).join(",")];
    for (const row of rows) {
      lines.push(Array.from(row, field).join(","));
      if (lines.length === 4096) {
        pieces.push(lines.join("\n") + "\n");
        lines = [];
      }
    }
    if (lines.length) pieces.push(lines.join("\n") + "\n");
    // Excel takes a file without a mark for the code page of its country. Files in plain ASCII do
    // without, as some readers take the mark for a part of the first name.
    if (pieces.some((piece) => /[^\x00-\x7f]/.test(piece))) pieces.unshift("\ufeff");
    return pieces;
  };

  save.csv = function (name, header, rows) {
    offer(name + ".csv", new Blob(save.csvPieces(header, rows), {type: "text/csv;charset=utf-8"}));
  };

  function offer(name, blob) {
    const url = URL.createObjectURL(blob);
    const link = document.createElement("a");
    link.href = url;
    link.download = name;
    document.body.appendChild(link);
    link.click();
    link.remove();
    // The browser reads the blob after the click has returned.
    setTimeout(() => URL.revokeObjectURL(url), 60000);
  }

  // ---- SVG ---------------------------------------------------------------------------------

  // Property, and the value that need not be written.
  const PAINT = [
    ["fill", "#000000"], ["fill-opacity", "1"], ["fill-rule", "nonzero"], ["stroke", "none"],
    ["stroke-width", "1px"], ["stroke-opacity", "1"], ["stroke-dasharray", "none"],
    ["stroke-linecap", "butt"], ["stroke-linejoin", "miter"], ["opacity", "1"],
    ["paint-order", "normal"], ["visibility", "visible"], ["vector-effect", "none"]];
  const TEXT = [
    ["font-family", ""], ["font-size", ""], ["font-weight", "400"], ["font-style", "normal"],
    ["text-anchor", "start"], ["dominant-baseline", "auto"], ["letter-spacing", "normal"]];
  const SHAPES = new Set(["path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "use"]);
  const SVG = "http://www.w3.org/2000/svg";
  const MARGIN = 12; // px around a saved picture
  const WORDS = new Set(["text", "tspan"]);

  // rgb(a) as browsers compute it, to the form that every program of drawings reads.
  function colour(text) {
    const m = /^rgba?\(([\d.]+), ([\d.]+), ([\d.]+)(?:, ([\d.]+))?\)$/.exec(text);
    if (!m) return {text, alpha: 1};
    const hex = [1, 2, 3].map((i) => Math.round(+m[i]).toString(16).padStart(2, "0")).join("");
    return {text: "#" + hex, alpha: m[4] === undefined ? 1 : +m[4]};
  }

  function write(to, property, value, usual) {
    if (property === "fill" || property === "stroke") {
      const paint = colour(value);
      if (paint.alpha === 0) paint.text = "none";
      else if (paint.alpha < 1 && !to.hasAttribute(property + "-opacity"))
        to.setAttribute(property + "-opacity", paint.alpha);
      value = paint.text;
    }
    // A value that a parent gives must be overruled even where it is the usual one.
    if (value !== usual || to.closest("[" + property + "]")) to.setAttribute(property, value);
  }

  // A quoted family would need other quotes inside an attribute: single ones are safe in both. An address
  // within the picture needs none.
  function plain(value) {
    return value.replace(/url\("(#[^"]*)"\)/g, "url($1)").replace(/"/g, "'");
  }

  function dress(from, to) {
    const tag = from.localName, style = getComputedStyle(from);
    if (style.display === "none") return false;
    if (SHAPES.has(tag) || WORDS.has(tag))
      for (const [property, usual] of WORDS.has(tag) ? PAINT.concat(TEXT) : PAINT)
        write(to, property, plain(style.getPropertyValue(property)), usual);
    else if (tag === "g" && style.opacity !== "1") to.setAttribute("opacity", style.opacity);
    return true;
  }

  // Both trees are walked together; what is hidden, and what only serves the mouse, is left out.
  function dressAll(from, to) {
    const pairs = [];
    for (let i = 0; i < from.children.length; i++) pairs.push([from.children[i], to.children[i]]);
    for (const [a, b] of pairs)
      if (!dress(a, b) || a.classList.contains("hit")) b.remove();
      else dressAll(a, b);
    for (const name of ["class", "style", "tabindex", "role"]) to.removeAttribute(name);
    for (const name of Array.from(to.attributes, (a) => a.name))
      if (name.startsWith("aria-")) to.removeAttribute(name);
  }

  function described(svg, words) {
    for (const tag of ["desc", "title"]) {
      const there = Array.from(svg.children).find((child) => child.localName === tag);
      if (there || !words[tag]) continue;
      const element = document.createElementNS(SVG, tag);
      element.textContent = words[tag];
      svg.insertBefore(element, svg.firstChild);
    }
  }

  // Paper behind all, with a margin: what is drawn up to the edge is not cut by a frame around it.
  function ground(svg, size, fill) {
    const rect = document.createElementNS(SVG, "rect");
    const [x, y, w, h] = size.box || [0, 0, size.width, size.height], margin = (MARGIN * w) / size.width;
    const at = [x - margin, y - margin, w + 2 * margin, h + 2 * margin];
    svg.setAttribute("viewBox", at.join(" "));
    svg.setAttribute("width", Math.round(size.width + 2 * MARGIN));
    svg.setAttribute("height", Math.round(size.height + 2 * MARGIN));
    ["x", "y", "width", "height"].forEach((name, i) => rect.setAttribute(name, at[i]));
    rect.setAttribute("fill", fill);
    const first = Array.from(svg.children).find((c) => c.localName !== "title" && c.localName !== "desc");
    svg.insertBefore(rect, first || null);
  }

  function sizeOf(svg) {
    const box = (svg.getAttribute("viewBox") || "").split(/[\s,]+/).map(Number);
    const has = box.length === 4 && box.every(Number.isFinite);
    const rect = svg.getBoundingClientRect();
    return {width: rect.width || (has ? box[2] : +svg.getAttribute("width")) || 300,
      height: rect.height || (has ? box[3] : +svg.getAttribute("height")) || 150, box: has ? box : null};
  }

  // Style sheets reach only what stands in the page: an element made for saving is put there for as
  // long as it takes, out of sight.
  save.svgText = function (svg, words) {
    if (svg.hasAttribute("data-alone")) return serialised(alone(svg, words));
    const lent = !svg.isConnected;
    const place = document.createElement("div");
    if (lent) {
      place.className = "off-page";
      place.appendChild(svg);
      document.body.appendChild(place);
    }
    const copy = svg.cloneNode(true), size = sizeOf(svg);
    dressAll(svg, copy);
    copy.setAttribute("xmlns", SVG);
    const paper = getComputedStyle(document.documentElement).getPropertyValue("--card").trim();
    ground(copy, size, /^#[0-9a-f]{6}$/i.test(paper) ? paper : "#ffffff");
    described(copy, {title: svg.getAttribute("aria-label"), ...words});
    if (lent) place.remove();
    return serialised(copy);
  };

  // A picture that was made to stand alone has its colours in it already.
  function alone(svg, words) {
    const copy = svg.cloneNode(true);
    copy.removeAttribute("data-alone");
    copy.removeAttribute("class");
    copy.setAttribute("xmlns", SVG);
    described(copy, {title: svg.getAttribute("aria-label"), ...words});
    return copy;
  }
  const serialised = (svg) =>
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + new XMLSerializer().serializeToString(svg) + "\n";

  save.svg = function (name, svg, words) {
    offer(name + ".svg", new Blob([save.svgText(svg, words)], {type: "image/svg+xml;charset=utf-8"}));
  };

  // ---- PNG ---------------------------------------------------------------------------------

  // At twice the size, so that it stands on paper too. A data: address, since a drawing from it never
  // taints the canvas, wherever the page was opened from.
  function rasterise(text) {
    return new Promise((resolve, reject) => {
      const image = new Image();
      image.onload = () => {
        const canvas = document.createElement("canvas");
        canvas.width = 2 * image.naturalWidth;
        canvas.height = 2 * image.naturalHeight;
        canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
        resolve(canvas);
      };
      image.onerror = () => reject(new Error("the picture cannot be drawn"));
      image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(text);
    });
  }

  save.png = async function (name, picture, words) {
    const canvas = picture instanceof HTMLCanvasElement ? picture : await rasterise(save.svgText(picture, words));
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
    if (!blob) throw new Error("the picture cannot be drawn");
    offer(name + ".png", blob);
  };

  // ---- buttons of a card ---------------------------------------------------------------------

  async function press(kind, what) {
    const name = typeof what.name === "function" ? what.name() : what.name;
    const words = {title: typeof what.title === "function" ? what.title() : what.title,
      desc: typeof what.desc === "function" ? what.desc() : what.desc};
    const make = kind === "png" && what.png === true ? what.svg : what[kind];
    const made = await make();
    if (!made) return;
    if (kind === "csv") save.csv(name, made.header, made.rows);
    else await save[kind](name, made, words);
  }

  // {name, csv, svg, png, title, desc}: a name without its ending, or a function of it; csv gives {header,
  // rows}, svg an element, png an element or a canvas, or is true: the svg's. All may be promises. What
  // they give is saved; where they give nothing there is nothing to save. title and desc go into the SVG.
  S.tools = function (what) {
    const tools = S.h("span", {class: "tools"});
    for (const kind of ["csv", "svg", "png"]) {
      if (!what[kind]) continue;
      const words = S.t("save." + kind);
      const button = S.h("button", {type: "button", "data-save": kind, "data-word-label": "save." + kind, title: words,
        "aria-label": words}, kind.toUpperCase());
      button.addEventListener("click", () => {
        button.disabled = true;
        press(kind, what).catch((error) => console.error(error)).then(() => {
          button.disabled = false;
        });
      });
      tools.appendChild(button);
    }
    return tools;
  };
})(window.S = window.S || {});
