/* Names that are not a measure's or a study's to give, as they are the results file's own.
 * tests/ranks/test_traps.py holds the lists against files.
 *
 * Linear searches of a dozen names, at parse time and once per output: never in a loop over
 * units. */
#include "measure/names.h"

#include <string.h>

static bool is_among(const char *name, const char *const *names) {
  for (; *names; names++)
    if (strcmp(name, *names) == 0) return true;
  return false;
}

/* Groupings stand at the root. A result of such a name would take the place of one; an axis is
 * refused too, as readers of the whole tree inherit what the root has, and an output where the
 * study has that group column. */
bool sw_name_is_of_group(const char *name) {
  return strncmp(name, SW_NAME_GROUP_PREFIX, strlen(SW_NAME_GROUP_PREFIX)) == 0;
}

/* Beside pairs there are datasets such as `total`, which others may call their own. `pairs`:
 * whether the result has pair outputs, beside which the engine writes its sums and totals. */
bool sw_name_is_taken(const char *name, bool pairs) {
  static const char *const always[] = {SW_NAME_UNIT,
                                       SW_NAME_UNIT_TO,
                                       SW_NAME_TIME,
                                       SW_NAME_TIME_LABEL,
                                       SW_NAME_LON,
                                       SW_NAME_LAT,
                                       SW_NAME_SUMMED,
                                       SW_NAME_OPERAND_HASH,
                                       SW_NAME_BLOCK,
                                       SW_NAME_BLOCK_CHECKSUM,
                                       SW_NAME_VALUE_CHECKSUM,
                                       NULL};
  static const char *const beside_pairs[] = {SW_NAME_OUT_STRENGTH,
                                             SW_NAME_IN_STRENGTH,
                                             SW_NAME_TOTAL,
                                             SW_NAME_MEAN,
                                             SW_NAME_MAX,
                                             SW_NAME_N_PAIRS,
                                             SW_NAME_PARTNER,
                                             SW_NAME_ROW_START,
                                             SW_NAME_UNIT_EDGE,
                                             SW_NAME_ENTRY,
                                             SW_NAME_RANK,
                                             SW_NAME_TILE,
                                             SW_NAME_TILE_CHECKSUM,
                                             SW_NAME_BLOCK_SUM,
                                             SW_NAME_BLOCK_COUNT,
                                             SW_NAME_SENT_TO,
                                             SW_NAME_RECEIVED_FROM,
                                             SW_NAME_RING_SUM,
                                             SW_NAME_RING_COUNT,
                                             SW_NAME_RING_OUT,
                                             SW_NAME_FROM_CENTRE,
                                             SW_NAME_TO_CENTRE,
                                             NULL};
  /* Group columns begin with a prefix of their own, which needs no list. */
  if (is_among(name, always) || sw_name_is_of_group(name)) return true;
  return pairs && is_among(name, beside_pairs);
}

/* Results stand in groups below the root, so names of the root are taken for results themselves. */
bool sw_name_is_of_root(const char *name) {
  static const char *const root[] = {
      SW_NAME_UNIT,    SW_NAME_UNIT_TO,    SW_NAME_TIME,     SW_NAME_TIME_LABEL, SW_NAME_LON,
      SW_NAME_LAT,     SW_NAME_COMPOSITES, SW_NAME_COVERAGE, SW_NAME_SUMMED,     SW_NAME_NAME,
      SW_NAME_NAME_EN, SW_NAME_NAME_ZH,    SW_NAME_PANEL,    SW_NAME_WEIGHTS,    NULL};
  return is_among(name, root) || sw_name_is_of_group(name);
}
