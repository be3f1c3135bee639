/* A panel on its way from rows of files to const columns. The steps, in their order:
 *   read.c       files to rows; the whole walk
 *   universe.c   which units there are
 *   periods.c    which periods there are
 *   recode_units.c, recode.c   with a crosswalk: the units that codes become, and their cells
 *   order.c      whether the files have the units in the order of codes
 *   own.c        which rank owns which unit
 *   send.c       rows to their owners; put.c: into their cells
 *   treat.c      fill, missing, drop-units; aggregate.c: aggregate; derive.c: derive
 * Every function that can talk is collective and leaves the same status on all ranks. */
#ifndef SW_STORE_PANEL_BUILD_H
#define SW_STORE_PANEL_BUILD_H

#include "plan/ports/reader.h"
#include "store/crosswalk/crosswalk.h"
#include "store/panel/rows.h"
#include "store/units/units.h"

/* One indicator over this rank's units. row[0] owns the memory of all rows. */
typedef struct sw_panel_cells {
  const char *name;
  double **row;
  bool *absent; /* derived: by period, cells are missing where there is no period before; or NULL */
} sw_panel_cells;

/* Of `crosswalk`: the codes that rows have, and the units that these become (recode.c). Until the
 * cells are recoded build->table has the codes of the panel. */
typedef struct sw_panel_recoding {
  sw_crosswalk crosswalk;
  int64_t n_codes;
  const char **code; /* of the panel and the crosswalk, in byte order */
  const sw_code_life *life;
  int64_t *number;     /* of each row of build->table: index in `code` */
  sw_unit_table table; /* the units of the panel */
  int64_t *unit;       /* of each code: row of that table, or -1 */
  int64_t n_unknown;   /* codes of the panel that are no unit and become none */
  const char **unknown;
  int64_t rows[2];        /* of unknown codes, of those that `where` leaves out */
  int64_t changed, fresh; /* codes that change; units that are taken as new with their change */
  int64_t lacking;        /* cells that are missing as a part of the unit has none; the first: */
  int64_t lacks_unit, lacks_part; /* a row of `table`; an index in `code` */
  int lacks_column, lacks_period;
} sw_panel_recoding;

typedef struct sw_panel_build {
  sw_team *team;
  const sw_study *study;
  const sw_panel_spec *spec;
  sw_arena *arena;
  sw_panel_plan plan;
  sw_panel_rows *rows; /* of each file */

  /* `join: inner`: codes that all files have, and those that only some have; in byte order, the
   * same on every rank. */
  int64_t n_common, n_apart;
  const char **common, **apart;

  sw_panel_recoding *recoding; /* NULL: the study has no crosswalk */
  sw_units_file units_file;
  sw_unit_table table; /* the units of the rows, in code order */
  int64_t **unit_of;   /* of each file: row of `table` of each local code, or < 0 */
  sw_map *period_of;   /* label to index of the period */

  /* Where the rows of a unit go: its rank, and its place among the units there. With `aggregate`
   * members go to the rank that owns the coarse unit, so that it can add them up alone. */
  int32_t *owner, *place;
  int64_t n_here;   /* rows of `table` that come to this rank, in code order */
  int64_t *parent;  /* aggregate: of each of them, the coarse unit, from this rank's first */
  int64_t n_coarse; /* aggregate: coarse units of this rank */

  int n_cells;
  sw_panel_cells *cells; /* raw, then derived; a later one of the same name hides an earlier */
  bool **absent;         /* of each column of the panel, as its cells have it */
  int n_unfilled;        /* of each of the cells as read, what interpolate has left, on this rank */
  sw_counted *unfilled;
  sw_panel *panel;
} sw_panel_build;

/* n units of n_periods each, all missing. The memory is freed by sw_panel_cells_free, or by whoever
 * takes row[0] over. */
sw_status sw_panel_cells_make(sw_error *err, sw_arena *arena, const char *name, int64_t n,
                              int n_periods, sw_panel_cells *cells);
void sw_panel_cells_free(sw_panel_cells *cells);

sw_status sw_panel_universe(sw_error *err, sw_panel_build *build);
/* The codes of all files that are not `apart`, in byte order. Collective. */
sw_status sw_panel_codes_of_files(sw_error *err, sw_panel_build *build, int64_t *n,
                                  const char *const **code);
/* These are the units, where the study has no units file. */
sw_status sw_panel_units_of_codes(sw_error *err, sw_panel_build *build, int64_t n,
                                  const char *const *code);
/* The units that are seen, out of build->table; what does not match is refused or dropped. rows: of
 * unknown units, of units left out. Collective, with the same arguments on every rank. */
sw_status sw_panel_match_units(sw_error *err, sw_panel_build *build, int64_t *seen,
                               const int64_t rows[2], int64_t n_unknown,
                               const char *const *unknown);
/* recode.c, of a study with a crosswalk. In place of the universe: the codes that stay, as the
 * table that rows are sent by. When periods are known: the units that they become. When rows are in
 * their cells: the cells of these. Collective. */
sw_status sw_panel_recode_codes(sw_error *err, sw_panel_build *build);
sw_status sw_panel_recode_units(sw_error *err, sw_panel_build *build);
sw_status sw_panel_recode(sw_error *err, sw_panel_build *build);
enum { SW_RECODE_ROOM = 300, SW_SEEN = 2 }; /* SEEN: of a unit that codes of the panel become */
/* "of 3 cells a part has no value (first: ...)". */
const char *sw_panel_say_lacking(const sw_panel_build *build, char text[SW_RECODE_ROOM]);
/* twins.c: codes of the panel and the units file that are one code in two ways. `unknown`: those
 * the units file lacks, of all ranks. Collective. */
sw_status sw_panel_refuse_twins(sw_error *err, sw_panel_build *build, int64_t n_unknown,
                                const char *const *unknown);
sw_status sw_panel_periods(sw_error *err, sw_panel_build *build);
/* False also where the study need not know. */
sw_status sw_panel_file_order(sw_error *err, sw_panel_build *build, bool *is_ascending);
/* Whether the study reads that period of a file. */
bool sw_panel_takes_period(const sw_panel_spec *spec, const char *label);
/* Local, called by sw_panel_send: every rank works out the same. */
sw_status sw_panel_own(sw_error *err, sw_panel_build *build);
/* The same of codes that are yet to become units. */
sw_status sw_panel_own_codes(sw_error *err, sw_panel_build *build);
sw_status sw_panel_send(sw_error *err, sw_panel_build *build);
sw_status sw_panel_treat(sw_error *err, sw_panel_build *build);
/* aggregate.c: the cells become those of coarse units. Collective. */
sw_status sw_panel_aggregate(sw_error *err, sw_panel_build *build);
/* Shares of members of the units that stay, where drop-units has dropped some: now[u] is the new
 * number of each of `before` units, < 0: dropped. */
void sw_panel_cover_select(sw_panel *panel, int64_t before, const int64_t *now);
/* derive.c: the derived indicators that the study needs, as further cells. Collective. */
sw_status sw_panel_derive(sw_error *err, sw_panel_build *build);
/* The cells of that name that were made last; NULL only for a name that the plan did not ask for.
 */
sw_panel_cells *sw_panel_find_cells(sw_panel_build *build, const char *name);

/* "a, b, c, ...": a few of n texts, cut to `size` bytes with the zero, for a message. */
void sw_panel_list_some(char *out, size_t size, const char *const *text, int64_t n);
/* "study.yaml:8:12" of a key of `panel` (or of the section), for messages. */
const char *sw_panel_place(const sw_panel_build *build, const char *key);

#endif
