/* The units file: codes, places, areas and groups of the units that `where` keeps. Read by rank 0,
 * parsed by every rank: the table of units is whole on every rank anyway. */
#ifndef SW_STORE_UNITS_UNITS_H
#define SW_STORE_UNITS_UNITS_H

#include "base/hash.h"
#include "panel/unit_table.h"
#include "plan/ports/team.h"
#include "plan/study/study.h"

enum { SW_UNIT_UNKNOWN = -1, SW_UNIT_EXCLUDED = -2 };

typedef struct sw_units_file {
  sw_unit_table table; /* the units kept, in code order */
  int by;            /* index among its groups of the column `aggregate` goes by, or -1; the last */
  bool is_ascending; /* rows of the units kept are in code order in the file, too */
  int64_t excluded;  /* units that `where` leaves out */
  sw_map *index;     /* of every code of the file: row of `table`, from table.n on: left out */
  const char **code; /* of each index, as the file has it */
  int64_t *line;     /* of each index */
} sw_units_file;

/* Collective. `by`: a column read besides the groups, or NULL, and where the study names it. */
sw_status sw_units_file_read(sw_error *err, sw_team *team, sw_arena *arena,
                             const sw_units_spec *spec, const char *by, const char *by_where,
                             sw_units_file *out);
void sw_units_file_destroy(sw_units_file *file);
/* Row of the unit in the table as it was read (universe.c may drop rows later), SW_UNIT_EXCLUDED or
 * SW_UNIT_UNKNOWN. */
int64_t sw_units_file_find(const sw_units_file *file, const char *code);

#endif
