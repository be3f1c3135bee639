/* What the parts of geographically weighted regression share: the model, a thread's bench with the
 * observations of one fit, and the search for a bandwidth (gwr_search.c).
 *
 * A set is what is fitted together: a period, or with `time_scale` all of them. An observation is a
 * unit in a period of the set that has a place, y and all x. */
#ifndef SW_MEASURE_MODEL_GWR_H
#define SW_MEASURE_MODEL_GWR_H

#include "kernel/linear/gwr.h"
#include "measure/share/distance.h"

enum { SW_GWR_LIST = 500, SW_GWR_FIRST = 32 }; /* bandwidths tried in one pass, and in the first */
typedef enum { SW_GWR_AICC, SW_GWR_CV, SW_GWR_GIVEN } sw_gwr_by;

typedef struct sw_gwr_model {
  int k;              /* terms, the constant first */
  int sets, together; /* periods of a set: 1, or all */
  sw_gwr_kernel kernel;
  bool adaptive, v1; /* v1: RSS/(n - tr S) */
  sw_gwr_by by;
  double bandwidth;    /* when given */
  const double *along; /* of each period: its place on the axis of time, in km */
  const sw_distance *distance;
  double scale; /* of inverse squared distances */
  sw_arc_points points;
  int64_t most;                  /* observations of a set */
  int range, search, fit, local; /* passes, by number; range and search -1: none */
  int list;                      /* bandwidths of a refining pass */
} sw_gwr_model;

/* Why a set has no results; above SW_GWR_CONSTANT: the number of the constant column. */
enum { SW_GWR_FEW = 1, SW_GWR_WIDE, SW_GWR_NONE, SW_GWR_CONSTANT };

/* Of one thread; lengths n and `most`. */
typedef struct sw_gwr_bench {
  sw_gwr_rows rows;
  int why;                /* 0: the set can be fitted */
  int32_t *unit, *period; /* of each observation */
  double *far;            /* squared distances from a unit to all others */
  double *d2, *w, *e, *y; /* by observation: from the one at hand; of LOCAL residuals and y */
  int32_t *order, *buckets;
  double *sums, *work, *list;
  sw_gwr_fit solved;
} sw_gwr_bench;

size_t sw_gwr_bench_bytes(const sw_job *job);
sw_gwr_bench sw_gwr_bench_at(const sw_job *job, void *workspace);
/* Observations of a set, standardised. */
void sw_gwr_pack(const sw_job *job, int set, sw_gwr_bench *b);
/* From a unit to all others; then from its observation in period t to all observations. */
void sw_gwr_look(const sw_job *job, int64_t unit, sw_gwr_bench *b);
void sw_gwr_look_at(const sw_job *job, int t, sw_gwr_bench *b);
/* The observation of a unit in a period; -1: there is none. */
int64_t sw_gwr_find(const sw_gwr_bench *b, int64_t unit, int t);
/* The squared bandwidth of the observation looked at; NaN: so many are not there. */
double sw_gwr_reach(const sw_gwr_model *m, sw_gwr_bench *b, double bandwidth);

/* ---- the search (gwr_search.c) ----------------------------------------------------------- */

/* What a pass leaves of a set for the next: the best bandwidth so far, how many fits are undefined
 * there, the criterion, those tried on both sides of it, and what is to be tried next. */
typedef struct sw_gwr_choice {
  double bandwidth, undefined, criterion, lo, hi;
  int64_t count;
  double list[SW_GWR_LIST];
} sw_gwr_choice;

/* Declares the passes of a search, if there is one. */
void sw_gwr_search_declare(sw_job *job, sw_gwr_model *m, int64_t grain);
void sw_gwr_search_tile(const sw_job *job, const sw_tile *tile, double *out, sw_gwr_bench *b);
void sw_gwr_search_merge(const sw_job *job, int pass, double *all, const double *part);
void sw_gwr_search_finish(sw_job *job, int pass, const double *all, sw_gwr_choice *found);
/* The steps of a search, for one that is not by passes: what is tried first among n observations;
 * trial fits at observation i of b->list[0 .. count), three sums for each; then what these tell,
 * and in the choice what is to be tried next. */
int64_t sw_gwr_search_first(const sw_gwr_model *m, int64_t n, double *list);
void sw_gwr_search_try(const sw_gwr_model *m, sw_gwr_bench *b, int64_t i, int64_t count,
                       double *to);
sw_gwr_choice sw_gwr_search_none(void);
void sw_gwr_search_take(const sw_gwr_model *m, int64_t n, const double *sums, const double *list,
                        int64_t count, sw_gwr_choice *c);
/* The bandwidth of a set in force after the search; NaN: none. */
double sw_gwr_bandwidth(const sw_job *job, int set);

/* ---- what their descriptors have alike --------------------------------------------------- */

/* The axis `term`: the constant, then x. */
sw_status sw_gwr_declare_terms(sw_error *err, sw_job *job, int k);

#define SW_GWR_PARAMS                                                                              \
  {.name = "y", .type = SW_P_COLUMN, .help = "the variable that is explained"},                    \
      {.name = "x", .type = SW_P_COLUMNS, .distinct = true, .help = "what explains it"}, {         \
    .name = "kernel", .type = SW_P_CHOICE, .fallback = "bisquare",                                 \
    .choices = "bisquare|gaussian|exponential",                                                    \
    .help = "(1 - u^2)^2 within the bandwidth, exp(-u^2/2), exp(-u)"                               \
  }

#define SW_GWR_KERNELS                                                                             \
  {"kernel", "bisquare", "w = (1 - u^2)^2 below u = d/h = 1"},                                     \
      {"kernel", "gaussian", "w = exp(-u^2/2), u = d/h"}, {                                        \
    "kernel", "exponential", "w = exp(-u), u = d/h"                                                \
  }

#endif
