// Colours of classes. Sequential: ColorBrewer YlGnBu from a darker yellow, reversed on dark paper, so that
// more always stands out more. Diverging: PuOr about the declared centre. Categories: Okabe and Ito.
(function (S) {
  "use strict";
  const lab = (colours) => d3.piecewise(d3.interpolateLab, colours);
  // Debian's d3-color 1.x has no formatHex.
  const hex = (colour) => {
    const c = d3.rgb(colour), two = (x) => Math.round(Math.min(255, Math.max(0, x))).toString(16).padStart(2, "0");
    return "#" + two(c.r) + two(c.g) + two(c.b);
  };
  const sequential = lab(["#f4fbc1", "#d2edb3", "#98d6b8", "#59bbc0", "#2c99c1", "#226caf", "#244199", "#14256e"]);
  const light = lab(["#4d2178", "#7f70ab", "#b6afd4", "#f1f0ef", "#fdc27c", "#de7f17", "#8f4406"]);
  const dark = lab(["#c9b8f2", "#9b86d6", "#7a70a6", "#59636e", "#b0803f", "#e59a3c", "#ffd08a"]);
  const okabe = { light: ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#e0d334", "#5b4a8a"],
    dark: ["#3f9fdb", "#f0b437", "#2bbf93", "#dd97bd", "#ee8246", "#8fd0f5", "#ece06a", "#a394d6"] };

  // i of k along a ramp, from end to end; one class alone stands in the middle.
  const place = (i, k) => (k === 1 ? 0.5 : i / (k - 1));

  S.palette = { sequential(k, isDark) {
    return Array.from({ length: k }, (x, i) => hex(sequential(isDark ? 1 - place(i, k) : place(i, k))));
  } };
  // Classes below the centre are purple, above orange; the one across it is neutral. The longer side
  // reaches the end of its ramp, the shorter one stops as many steps from the middle as it has.
  S.palette.diverging = function (breaks, centre, isDark) {
    const below = breaks.filter((b) => b <= centre).length, onBreak = breaks.includes(centre);
    const k = breaks.length + 1, ramp = isDark ? dark : light;
    const steps = onBreak ? Math.max(below, k - below) : Math.max(below, k - 1 - below);
    return Array.from({ length: k }, (x, i) => {
      const from = i - below;
      const step = onBreak ? (from < 0 ? from : from + 1) : from;
      return hex(ramp(steps ? 0.5 + (0.5 * step) / steps : 0.5));
    });
  };
  // Eight that are told apart; further ones repeat them paler, so that a legend still reads.
  S.palette.categories = function (k, isDark) {
    const base = okabe[isDark ? "dark" : "light"], paper = isDark ? "#1a2027" : "#ffffff";
    return Array.from({ length: k }, (x, i) =>
      i < base.length ? base[i] : hex(d3.interpolateLab(base[i % base.length], paper)(Math.min(0.75, 0.45 * Math.floor(i / base.length)))));
  };
  // Names of which some say "nothing here" leave those grey. Names in families ("HH 0.05", "HH 0.01") have a
  // hue for each family, deeper with each member; high and low beside each other have the hues readers know.
  const known = { HH: 4, LL: 0, LH: 5, HL: 1 };
  const nothing = /^(not |no$|none|undefined|outside|insignificant)/i;
  S.palette.named = function (names, isDark) {
    const base = okabe[isDark ? "dark" : "light"], paper = isDark ? "#1a2027" : "#ffffff";
    const family = names.map((name) => String(name).split(" ")[0]), full = names.filter((name) => !nothing.test(name));
    const families = [...new Set(full.map((name) => String(name).split(" ")[0]))];
    const inFamilies = families.length > 1 && families.length <= 8 && families.length < full.length && full.length === families.length * Math.round(full.length / families.length);
    const familiar = families.every((f) => f in known);
    if (!inFamilies && !familiar) {
      let i = 0;
      const own = S.palette.categories(full.length, isDark);
      return names.map((name) => (nothing.test(name) ? S.palette.others(isDark) : own[i++]));
    }
    const size = full.length / families.length, seen = new Map();
    return names.map(function (name, i) {
      if (nothing.test(name)) return S.palette.others(isDark);
      const member = seen.get(family[i]) || 0;
      seen.set(family[i], member + 1);
      const hue = base[familiar ? known[family[i]] : families.indexOf(family[i])];
      return size > 1 ? hex(d3.interpolateLab(paper, hue)(0.45 + (0.55 * member) / (size - 1))) : hue;
    });
  };
  // Groups of lines and dots have the same colours everywhere.
  S.groupColour = (i) => okabe[S.dark() ? "dark" : "light"][i % 8];
  S.palette.missing = (isDark) => (isDark ? { paper: "#2b333c", line: "#4b5661" } : { paper: "#e2e4e6", line: "#b9bec3" });
  S.palette.others = (isDark) => (isDark ? "#59636e" : "#b4bac0");
  S.mix = (a, b, share) => hex(d3.interpolateRgb(a, b)(share));
})(window.S = window.S || {});
