/* Writes the study of the synthetic panel: what a regional economist would ask of a national one.
 * It has measures of every kind, so that a first run shows all that a results file can hold. Beyond
 * 5,000 units pairs are taken of the last period only and dense matrices are left out, so that a
 * first run of any size ends soon.
 *
 * The text is fixed but for sizes, years and what was asked for. */
#include "cli/synth/synth.h"

#include "measure/names.h"

enum { DENSE_UNITS = 5000 }; /* as many as `keep` allows for dense by default */

/* Writes the panel with its derived variables, the units and the weights. Empty cells were asked
 * for by --missing, so they are kept; otherwise one would be a mistake. Money is in millions, hence
 * the factors that make it per head. */
static void write_panel(sw_synth_out *out, const sw_synth_options *options) {
  sw_synth_printf(out,
                  "study: synthetic-%lld-units-%d-periods\n"
                  "title: {en: A synthetic nation, zh: 虚构的国家}\n"
                  "panel:\n"
                  "  file: panel.csv\n"
                  "  unit: code\n"
                  "  time: year\n"
                  "  missing: %s\n",
                  (long long)options->units, options->periods,
                  options->missing > 0 ? "keep" : "error");
  sw_synth_text(out, "  derive:\n"
                     "    gdp_pc: 1000000 * gdp / population\n"
                     "    investment_pc: 1000000 * investment / population\n"
                     "    trade_share: trade / gdp\n"
                     "    services_share: (producer_services + finance + other_services) / gdp\n"
                     "    finance_pc: 1000000 * finance / population\n"
                     "    patents_per_10k: 10000 * patents / population\n"
                     "units:\n"
                     "  file: units.csv\n"
                     "  unit: code\n"
                     "  noun: {en: county, zh: 县}\n"
                     "  lon: lon\n"
                     "  lat: lat\n"
                     "  area: {column: land_area, unit: km2}\n"
                     "  groups: [province, prefecture, agglomeration]\n"
                     "weights:\n"
                     "  contiguity: {kind: file, file: edges.csv, style: row}\n");
  if (options->flows)
    sw_synth_text(out, "pairs:\n"
                       "  commuting: {file: od.csv, unit_from: home, " SW_NAME_UNIT_TO
                       ": work, time: year, "
                       "value: people, blocks: province}\n");
}

/* Writes the composites. Generic indicators make one of their own, when there are some. */
static void write_composites(sw_synth_out *out, const sw_synth_options *options) {
  sw_synth_text(out, "composites:\n"
                     "  economy:\n"
                     "    positive: [gdp_pc, income, investment_pc, trade_share]\n"
                     "    normalise: min-max\n"
                     "    over: panel\n"
                     "    weights: entropy\n"
                     "  services:\n"
                     "    positive: [services_share, finance_pc, patents_per_10k]\n"
                     "    weights: entropy\n"
                     "  ecology:\n"
                     "    positive: [green_cover]\n"
                     "    negative: [pm25, energy_intensity]\n"
                     "    weights: entropy\n");
  if (options->indicators == SW_SYNTH_NAMED) return;
  sw_synth_text(out, "  further:\n    positive: [");
  for (int k = SW_SYNTH_NAMED; k < options->indicators; k++)
    sw_synth_printf(out, "%sx%d", k > SW_SYNTH_NAMED ? ", " : "", k + 1);
  /* CRITIC weighs by what an indicator does not share with the others: it needs some. */
  sw_synth_printf(out, "]\n    weights: %s\n",
                  options->indicators >= SW_SYNTH_NAMED + 3 ? "critic" : "equal");
}

/* Writes three measures that need no pairs: couplings of systems, location quotients,
 * coagglomeration. */
static void write_unit_measures(sw_synth_out *out, const sw_synth_options *options) {
  /* Own sums with empty cells are refused unless the study says that it wants the rest. */
  const char *base = options->missing > 0 ? "base: own, base_over: complete" : "base: own";
  sw_synth_text(out,
                "measures:\n"
                "  - coupling_coordination: {systems: [economy, services, ecology], as: ccd}\n");
  sw_synth_printf(out,
                  "  - location_quotient:\n"
                  "      {industries: [agriculture, manufacturing, producer_services, finance, "
                  "other_services],\n"
                  "       total: gdp, %s, as: lq}\n",
                  base);
  sw_synth_printf(out,
                  "  - coagglomeration:\n"
                  "      {a: manufacturing, b: producer_services, total: gdp, %s, "
                  "as: coagglomeration}\n",
                  base);
}

/* Writes measures of the whole, some of results of other measures, which makes the runner order
 * them. Transitions take two periods; clusters draw each unit's neighbours anew, so they are of the
 * first and the last. */
static void write_global_measures(sw_synth_out *out, const sw_synth_options *options) {
  sw_synth_text(
      out, "  - moran: {of: ccd.coordination, weights: contiguity, as: moran_coordination}\n"
           "  - moran: {of: \"lq.value[manufacturing]\", weights: contiguity, "
           "as: moran_manufacturing}\n"
           "  - inequality: {of: gdp_pc, weight: population, groups: [province, agglomeration], "
           "as: gaps}\n");
  if (options->units > DENSE_UNITS) return;
  int first = sw_synth_first_year(options->periods), last = first + options->periods - 1;
  sw_synth_printf(out, "  - local_moran: {of: ccd.coordination, weights: contiguity, periods: [%d",
                  first);
  if (last > first) sw_synth_printf(out, ", %d", last);
  sw_synth_text(out, "], as: clusters}\n");
  if (last > first) sw_synth_text(out, "  - markov: {of: gdp_pc, classes: 5, as: ladder}\n");
}

/* Writes what takes the flows: these are known of one period, and what takes them is of that
 * alone. */
static void write_flow_measures(sw_synth_out *out) {
  sw_synth_text(out, "  - gravity: {mass: population, calibrate: {flows: commuting}, keep: {top: "
                     "5}, as: commuting_by_gravity}\n"
                     "  - network: {result: commuting, as: commuting_network}\n");
}

/* Writes measures of pairs. Gravity keeps partners, coupling sums only: two ways to have pairs
 * without n x n values. */
static void write_pair_measures(sw_synth_out *out, const sw_synth_options *options) {
  /* The last period, for what is too large to be done for all. */
  bool small = options->units <= DENSE_UNITS;
  int last = sw_synth_first_year(options->periods) + options->periods - 1;
  /* Of the largest cities, not of the suburbs of one. */
  if (small)
    sw_synth_printf(out,
                    "  - field_strength: {mass: population, centres: {top: %d, apart_km: 200}, as: "
                    "fields}\n",
                    options->units < 60 ? 2 : 5);
  /* No more partners than there are. */
  int top = options->units > 20 ? 20 : (int)options->units - 1;
  sw_synth_printf(out, "  - gravity: {mass: [population, gdp], decay: 2, keep: {top: %d}", top);
  if (small)
    sw_synth_text(out, ", blocks: province");
  else
    sw_synth_printf(out, ", periods: [%d]", last);
  sw_synth_text(out, ", as: gravity}\n"
                     "  - pairwise_coupling: {systems: [economy, services, ecology], ");
  if (!small) {
    sw_synth_printf(out, "keep: summary, periods: [%d], as: coupling_between}\n", last);
    return;
  }
  sw_synth_text(out, "keep: summary, as: coupling_between}\n");
  sw_synth_printf(out,
                  "  - pairwise_coupling: {systems: [economy, services, ecology], keep: dense, "
                  "periods: [%d], as: coupling_last}\n",
                  last);
}

/* Writes gravity by travel time: by road and, once it is open, by rail. The limits of rings are in
 * minutes, like the distance. */
static void write_network_measures(sw_synth_out *out, const sw_synth_options *options) {
  int top = options->units > 20 ? 20 : (int)options->units - 1;
  sw_synth_printf(out,
                  "  - gravity:\n"
                  "      mass: population\n"
                  "      distance:\n"
                  "        network: {nodes: nodes.csv, edges: network.csv, time: minutes, modes: "
                  "{road: {}, rail: {}},\n"
                  "                  transfer: 15, access_kmh: 40, within: 240}\n"
                  "      keep: {top: %d}\n"
                  "      rings: [60, 120, 240]\n"
                  "      as: gravity_by_time\n",
                  top);
}

/* Writes the whole study, in the order in which a person would. float32 halves the file; the seed
 * is for measures that draw, and the same as the panel's. */
void sw_synth_write_study(sw_synth_out *out, const sw_synth_options *options) {
  sw_synth_text(out, "# Written by spillway synth; the panel is synthetic.\n");
  write_panel(out, options);
  write_composites(out, options);
  write_unit_measures(out, options);
  write_global_measures(out, options);
  write_pair_measures(out, options);
  if (options->flows) write_flow_measures(out);
  if (options->network) write_network_measures(out, options);
  sw_synth_printf(out,
                  "output:\n"
                  "  file: results.h5\n"
                  "  precision: float32\n"
                  "seed: %llu\n",
                  (unsigned long long)options->seed);
}
