/* Names that are not a measure's to give, as they are the results file's own: what
 * store/results/schema.c and create.c write into the group of every result, and beside pairs.
 * tests/ranks/test_traps.py holds the list against files. */
#include "plan/descriptor/descriptor.h"

#include <string.h>

static bool is_among(const char *name, const char *const *names) {
  for (; *names; names++)
    if (strcmp(name, *names) == 0) return true;
  return false;
}

/* For messages about the one of the three that a measure of pairs has. */
const char *sw_name_of_pairs(const sw_measure *measure) {
  if (measure->segment) return "segment";
  if (measure->block) return "block";
  return measure->whole_row ? "whole_row" : "row_periods";
}

/* Whether an output or axis may not have that name. `pairs`: the result has pair outputs, and with
 * them datasets such as `total`, which others may call their own. */
bool sw_name_is_taken(const char *name, bool pairs) {
  /* lon, lat and group_* stand at the root, where readers of the whole tree inherit them. */
  static const char *const always[] = {
      "unit",         "unit_to",        "time",           "lon",   "lat",
      "operand_hash", "block_checksum", "value_checksum", "block", NULL};
  static const char *const beside_pairs[] = {
      "out_strength", "in_strength", "total", "mean", "max",  "n_pairs",       "partner",
      "row_start",    "unit_edge",   "entry", "rank", "tile", "tile_checksum", NULL};
  if (is_among(name, always) || strncmp(name, "group_", 6) == 0) return true;
  return pairs && is_among(name, beside_pairs);
}
