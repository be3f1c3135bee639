// The headline table as CSV: the full numbers of its cells, not the four digits that are shown.
(function (S) {
  "use strict";
  const columns = ["weight", "first", "n_first", "last", "n_last", "change", "percent"];

  function value(row, column) {
    const cell = row.querySelector(`[data-column="${column}"]`);
    if (!cell) return "";
    if (column === "weight") return cell.textContent === "–" ? "" : cell.textContent;
    return cell.dataset.value ? Number(cell.dataset.value) : "";
  }
  function csv(table) {
    const periods = S.manifest.periods, first = periods[0], last = periods[periods.length - 1];
    const several = table.querySelector('td[data-column="first"]') !== null;
    const names = { weight: "weight", first, n_first: "n " + first, last: several ? last : "value", n_last: several ? "n " + last : "n",
      change: "change", percent: "share of change" };
    const shown = columns.filter((c) => several || ["weight", "last", "n_last"].includes(c));
    const rows = [...table.querySelectorAll("tbody tr[data-variable]")].map((row) =>
      [row.dataset.variable, row.dataset.part || "", ...shown.map((c) => value(row, c))]);
    return { header: ["quantity", "of", ...shown.map((c) => names[c])], rows };
  }
  // After the whole script, when the buttons are known.
  setTimeout(() => {
    const card = document.querySelector(".card.headlines"), table = card && card.querySelector("table.headline");
    if (table && S.tools && S.manifest) card.querySelector(".card-head").append(S.tools({ name: "headline_results", csv: () => csv(table) }));
  }, 0);
})(window.S = window.S || {});
