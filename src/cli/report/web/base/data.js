// The data of the page: blocks (byte planes, deflated, base64) decoded when first asked for, and the
// quantities and arrays that are made of them. Missing is NaN in every column.
(function (S) {
  "use strict";
  S.manifest = JSON.parse(document.getElementById("manifest").textContent);

  const kinds = { f64: [Float64Array, 8], f32: [Float32Array, 4], i32: [Int32Array, 4], u32: [Uint32Array, 4],
    i16: [Int16Array, 2], u16: [Uint16Array, 2], u8: [Uint8Array, 1] };
  // The pattern of an integer that stands for a missing value.
  const none = { i32: -1, u32: 0xffffffff, u16: 0xffff, u8: 0xff };

  function bytesOf(base64) {
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
    const text = atob(base64), bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    return bytes;
  }
  async function inflated(bytes) {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }
  // Plane b holds byte b of every number, the lowest first.
  function joined(planes, width, n) {
    const out = new Uint8Array(n * width);
    for (let b = 0; b < width; b++)
      for (let i = 0, from = b * n, to = b; i < n; i++, to += width) out[to] = planes[from + i];
    return out.buffer;
  }
  function unxored(a, row) {
    for (let i = row; i < a.length; i++) a[i] ^= a[i - row];
    return a;
  }

  // Blocks behind the script come with the rest of the file: wait until the element is whole.
  const arrived = (element) => element && (element.nextElementSibling || document.readyState !== "loading");
  async function elementOf(id) {
    for (;;) {
      const element = document.getElementById(id);
      if (arrived(element)) return element;
      if (document.readyState !== "loading") throw new Error("block " + id + " is not in the page");
      await new Promise((go) => setTimeout(go, 20));
    }
  }
  async function decoded(id) {
    const element = await elementOf(id);
    const { t, n, x } = element.dataset;
    const planes = await inflated(bytesOf(element.textContent.trim()));
    element.remove();
    if (t === "text") return new TextDecoder().decode(planes);
    const [Kind, width] = kinds[t];
    if (planes.length !== n * width) throw new Error("block " + id + " has " + planes.length + " bytes");
    const values = new Kind(width === 1 ? planes.buffer : joined(planes, width, Number(n)));
    values.none = none[t];
    return x ? unxored(values, Number(x.slice(1))) : values;
  }
  const blocks = new Map();
  S.data = function (id) {
    if (!blocks.has(id)) blocks.set(id, decoded(id));
    return blocks.get(id);
  };
  S.textBlock = async (id) => (id ? (await S.data(id)).split("\n") : null);

  // Integers with their own missing value become doubles with NaN: one arithmetic for all views.
  S.numbersOf = async function (id) {
    const a = await S.data(id);
    if (a instanceof Float64Array || a instanceof Float32Array) return a;
    const out = Float64Array.from(a);
    if (a.none !== undefined) for (let i = 0; i < a.length; i++) if (a[i] === a.none) out[i] = NaN;
    return out;
  };

  const byId = new Map(S.manifest.variables.map((v) => [v.id, v]));
  const results = new Map(S.manifest.results.map((r) => [r.name, r]));
  S.variable = (id) => byId.get(id);
  S.result = (name) => results.get(name);
  S.group = (name) => S.manifest.groups.find((g) => g.name === name);

  const isTime = (dim) => dim === "time" || dim.endsWith("/time");
  // Index into periods of each row of a variable; null where it has no time.
  S.timesOf = function (variable) {
    const dim = variable.dims.find(isTime);
    if (!dim) return null;
    const axis = S.manifest.axes[dim];
    if (axis && axis.at) return axis.at;
    return S.manifest.periods.map((p, t) => t);
  };

  // A key is a variable's id, with the labels of its part: "lq/value[manufacturing]".
  S.keyOf = (variable, part) => variable.id + (part.at.length ? "[" + part.at.join(",") + "]" : "");
  S.quantities = [];
  S.leftOut = [];
  for (const v of S.manifest.variables) {
    if (!v.dims.includes("unit") || v.palette === "none") continue;
    for (const part of v.parts || [{ at: [], block: v.block }]) {
      const quantity = { key: S.keyOf(v, part), variable: v, part };
      Object.defineProperty(quantity, "label", { get: () => S.label(v, part) });
      (part.left_out || !part.block ? S.leftOut : S.quantities).push(quantity);
    }
  }
  const byKey = new Map(S.quantities.map((q) => [q.key, q]));
  S.quantity = (key) => byKey.get(key);

  async function columnOf(key) {
    const q = byKey.get(key);
    if (!q) throw new Error("no quantity " + key + " in the page");
    const n = S.manifest.n, v = q.variable, times = S.timesOf(v);
    let values = await S.numbersOf(q.part.block);
    // Codes below the first class stand for "undefined".
    if (v.classes && v.integer) values = values.map((x) => (x < v.classes.first ? NaN : x));
    const T = Math.round(values.length / n);
    if (T * n !== values.length) throw new Error(key + " has " + values.length + " values for " + n + " units");
    const rowAt = new Int32Array(Math.max(1, S.manifest.periods.length)).fill(times ? -1 : 0);
    if (times) times.forEach((t, row) => { rowAt[t] = row; });
    return {
      key, quantity: q, variable: v, values, T, n, times: times || S.manifest.periods.map((p, t) => t),
      timeless: !times,
      row: (t) => rowAt[t] ?? -1,
      at: (t, u) => (rowAt[t] >= 0 ? values[rowAt[t] * n + u] : NaN),
      // The period with values that is nearest to t.
      nearest: (t) => (!times || rowAt[t] >= 0 ? t
        : times.reduce((best, x) => (Math.abs(x - t) < Math.abs(best - t) ? x : best), times[0])),
    };
  }
  const columns = new Map(), ready = new Map();
  S.column = function (key) {
    if (!columns.has(key))
      columns.set(key, columnOf(key).then((c) => { ready.set(key, c); return c; }));
    return columns.get(key);
  };
  S.columnNow = (key) => ready.get(key);

  // A whole array with its axes: at(i, j, ...) in the order of dims.
  async function arrayOf(id) {
    const v = S.variable(id);
    if (!v) throw new Error("no variable " + id);
    if (!v.block) throw new Error(id + " is in parts");
    const values = await S.numbersOf(v.block);
    const dims = v.dims.map((dim) => axisOf(dim, v, values.length));
    const strides = dims.map(() => 1);
    for (let k = dims.length - 2; k >= 0; k--) strides[k] = strides[k + 1] * dims[k + 1].length;
    return { variable: v, values, dims, at: (...i) => values[i.reduce((sum, x, k) => sum + x * strides[k], 0)] };
  }
  function axisOf(dim, v, length) {
    if (dim === "unit" || dim === "unit_to") return { id: dim, labels: S.unitCodes, length: S.manifest.n };
    const axis = S.manifest.axes[dim];
    if (axis) return { id: dim, labels: axis.labels, values: axis.values, at: axis.at, length: axis.labels.length };
    if (dim === "time") return { id: dim, labels: S.manifest.periods, at: S.timesOf(v), length: S.manifest.periods.length };
    const group = S.group(dim.split("/").pop().replace(/_to$/, ""));
    if (group) return { id: dim, labels: group.labels, length: group.labels.length };
    return { id: dim, labels: Array.from({ length }, (x, i) => String(i + 1)), length };
  }
  const arrays = new Map();
  S.array = function (id) {
    if (!arrays.has(id)) arrays.set(id, arrayOf(id));
    return arrays.get(id);
  };

  // What stands in front of everything: codes and names of units, their groups.
  S.loadUnits = async function () {
    const m = S.manifest;
    const [codes, names, zh, ...groups] = await Promise.all([S.textBlock(m.units.code), S.textBlock(m.units.name),
      S.textBlock(m.units.name_zh), ...m.groups.map((g) => S.data(g.block))]);
    S.unitCodes = m.n ? codes : [];
    S.unitNames = names;
    S.unitNamesZh = zh;
    S.unitOf = new Map(S.unitCodes.map((code, u) => [code, u]));
    m.groups.forEach((g, i) => { g.of = groups[i]; });
  };
  // The label of a unit's group, "" where it has none.
  S.groupOf = (group, u) => group.labels[group.of[u]] ?? "";
})(window.S = window.S || {});
