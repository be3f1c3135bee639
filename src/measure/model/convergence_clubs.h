/* What convergence_clubs finds, for the file that computes it and the one that puts it into words.
 */
#ifndef SW_MEASURE_MODEL_CONVERGENCE_CLUBS_H
#define SW_MEASURE_MODEL_CONVERGENCE_CLUBS_H

#include "kernel/linear/clubs.h"
#include "spillway/measure.h"

/* The outputs. */
enum {
  CLUB,
  MERGED,
  B,
  T,
  SIZE,
  MERGED_B,
  MERGED_T,
  MERGED_SIZE,
  LOG_T,
  LOG_B,
  LOG_T_THOUSAND,
  LOG_T_FILTER,
  LOG_T_TRIM,
  N_USED
};

enum { HP, HP_LOW, NONE, FILTERS }; /* the axis `filter` */
enum { TRIMS = 5 };                 /* of the axis `trim` */
enum { MOST_CLUBS = 100 };          /* rows of the tables of clubs */

typedef struct clubs_state {
  bool logs;
  int filter; /* in force: HP or NONE */
  double lambda, c;
  int cut;
  int rows; /* of the tables of clubs */
} clubs_state;

/* t of all units together, at the choices of the entry and at others. */
typedef struct verdicts {
  sw_log_t own;
  double thousand, filter[FILTERS], trim[TRIMS];
} verdicts;

/* What the search leaves; club and merged of each unit follow, as int32, -1 where it is not used.
 */
typedef struct clubs_found {
  int64_t n_used;
  int64_t no_period; /* the first in which the mean of all units is not above 0; -1 */
  double no_mean;
  sw_clubs_wrong wrong; /* of a smaller set */
  int64_t n_clubs, n_merged, n_apart;
  verdicts t;
  sw_club club[MOST_CLUBS], merged[MOST_CLUBS];
} clubs_found;

/* Refuses what has no clubs: fewer than two units, a mean that is not above 0. */
sw_status sw_clubs_refuse(sw_error *err, const sw_job *job, const clubs_found *found);
/* Warnings, lines of the summary, reasons of what is undefined. */
void sw_clubs_tell(sw_job *job, const clubs_found *found);

#endif
