/* The texts of the datasets that a results file has itself, and which names are of what kind. Data
 * only: create.c and schema.c write by it, all others read by it. Names come from measure/names.h;
 * no other file spells a text, so a changed one changes here alone (tests/arch/test_layout.py). */
#include "store/layout/layout.h"

#include "spillway/measure.h"

#include <stddef.h>
#include <string.h>

static const sw_layout_text texts[SW_SOURCES] = {
    [SW_FROM_OUT] = {SW_NAME_OUT_STRENGTH, "sum of the row: what the unit sends to its partners",
                     "; of: ", NULL},
    [SW_FROM_IN] = {SW_NAME_IN_STRENGTH,
                    "sum of the column: what the unit receives from its partners", "; of: ", NULL},
    [SW_FROM_PARTNER] = {SW_NAME_PARTNER, "partner: index into " SW_NAME_UNIT, NULL, "1"},
    [SW_FROM_ROW_START] = {SW_NAME_ROW_START,
                           "position of a unit's first entry; its last ends where the next begins",
                           NULL, "1"},
    [SW_FROM_TOTAL] = {SW_NAME_TOTAL, "sum over ordered pairs", " of: ", NULL},
    [SW_FROM_MEAN] = {SW_NAME_MEAN, "mean over ordered pairs", " of: ", NULL},
    [SW_FROM_MAX] = {SW_NAME_MAX, "largest of ordered pairs", " of: ", NULL},
    [SW_FROM_PAIRS] = {SW_NAME_N_PAIRS, "ordered pairs with a value", " of: ", "1"},
    [SW_FROM_OPERANDS] = {SW_NAME_OPERAND_HASH, "XXH3 of all that the period's results rest on",
                          NULL, "1"},
    [SW_FROM_TILES] = {SW_NAME_TILE_CHECKSUM, "XXH3 of the stored values of a tile", NULL, "1"},
    [SW_FROM_BLOCKS] = {SW_NAME_BLOCK_CHECKSUM, "XXH3 of all values by unit of a block of units",
                        NULL, "1"},
    [SW_FROM_VALUES] = {SW_NAME_VALUE_CHECKSUM, "XXH3 of all values that are not by unit or pair",
                        NULL, "1"},
};

/* `source` must be one of those above; outputs of measures have their texts in descriptors. */
const sw_layout_text *sw_layout_of(sw_source source) {
  return &texts[source];
}

/* One text for three orders; readers recognise the order by it (store/page/pairs.c). A number that
 * is missing in a shorter row is -1. */
#define PARTNER_BY(order)                                                                          \
  "partner, by " order " value: index into " SW_NAME_UNIT ", -1 where there are fewer"
const char *const sw_layout_ordered[] = {[SW_BY_LARGEST] = PARTNER_BY("decreasing"),
                                         [SW_BY_ABSOLUTE] = PARTNER_BY("decreasing absolute"),
                                         [SW_BY_SMALLEST] = PARTNER_BY("increasing")};

const sw_source sw_layout_figures[SW_FIGURES] = {SW_FROM_OUT,  SW_FROM_IN,  SW_FROM_TOTAL,
                                                 SW_FROM_MEAN, SW_FROM_MAX, SW_FROM_PAIRS};

/* Strengths are by unit, totals by period: looked at as outputs of those shapes are. By this the
 * page draws strengths as maps and totals as lines. */
const sw_output *sw_layout_figure_output(sw_source source) {
  static const sw_output by_unit = {.name = SW_NAME_OUT_STRENGTH, .shape = SW_UNIT},
                         by_period = {.name = SW_NAME_TOTAL, .shape = SW_GLOBAL};
  return source == SW_FROM_OUT || source == SW_FROM_IN ? &by_unit : &by_period;
}

/* What stands at the root of the file, beside the results. By the order of sw_root_part; units of
 * degrees are those of the CF conventions. */
const sw_layout_text *sw_layout_root(sw_root_part part) {
  static const sw_layout_text root[] = {
      [SW_ROOT_UNIT] = {SW_NAME_UNIT, "code of the unit", NULL, "1"},
      [SW_ROOT_UNIT_TO] = {SW_NAME_UNIT_TO, "code of the unit, as receiver", NULL, "1"},
      [SW_ROOT_TIME] = {SW_NAME_TIME, "period", NULL, "1"},
      [SW_ROOT_TIME_LABEL] = {SW_NAME_TIME_LABEL, "period, as the panel writes it", NULL, "1"},
      [SW_ROOT_LON] = {SW_NAME_LON, "longitude, WGS84", NULL, "degrees_east"},
      [SW_ROOT_LAT] = {SW_NAME_LAT, "latitude, WGS84", NULL, "degrees_north"},
      [SW_ROOT_SUMMED] = {SW_NAME_SUMMED, "sum or ratio that `aggregate` makes", NULL, "1"},
      [SW_ROOT_COVERAGE] = {SW_NAME_COVERAGE, "share of the unit's members that are in the sum",
                            NULL, "1"},
      [SW_ROOT_NAME] = {SW_NAME_NAME, "name of the unit", NULL, "1"},
      [SW_ROOT_NAME_EN] = {SW_NAME_NAME_EN, "name of the unit, in English", NULL, "1"},
      [SW_ROOT_NAME_ZH] = {SW_NAME_NAME_ZH, "name of the unit, in Chinese", NULL, "1"},
      [SW_ROOT_MISSING] = {SW_NAME_MISSING_CELLS, "units without a value", NULL, "1"},
      [SW_ROOT_INDICATOR] = {SW_NAME_INDICATOR, "indicator of the panel", NULL, "1"},
      [SW_ROOT_MEMBER] = {SW_NAME_MEMBER, "code of the unit as it was read", NULL, "1"},
      [SW_ROOT_MEMBER_OF] = {SW_NAME_MEMBER_OF,
                             "unit that it is summed to, an index into `unit`; -1: none", NULL,
                             "1"},
  };
  return &root[part];
}

/* Hashes are compared by `diff` and checked by `check`, and are no numbers to show. By name alone,
 * whatever its group: no output of a measure may have these names (measure/names.c). */
bool sw_layout_is_hash(const char *dataset) {
  for (sw_source s = SW_FROM_OPERANDS; s <= SW_FROM_VALUES; s++)
    if (strcmp(dataset, texts[s].name) == 0) return true;
  return false;
}

/* A path without a folder, or in a folder that the file has itself: no result. `panel` and
 * `weights` describe what results rest on. No result may be called like one of these
 * (sw_name_is_of_root). */
bool sw_layout_is_of_root(const char *path) {
  static const char *const groups[] = {SW_NAME_PANEL "/", SW_NAME_WEIGHTS "/"};
  for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
    if (strncmp(path, groups[i], strlen(groups[i])) == 0) return true;
  return strchr(path, '/') == NULL;
}

/* What HDF5's dimension scales and netCDF-4 write for themselves. Programs that copy a file may
 * change these, so they are not compared. Names that begin with _N are netCDF's own. */
bool sw_layout_is_housekeeping(const char *attribute) {
  static const char *const names[] = {
      "CLASS",         "NAME",        "DIMENSION_LIST",      "REFERENCE_LIST",
      "_Netcdf4Dimid", "_nc3_strict", "_Netcdf4Coordinates", "_NCProperties"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(attribute, names[i]) == 0) return true;
  return false;
}
