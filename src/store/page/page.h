/* A results file as the report page needs it: all that it says, in an arena, and its numbers on
 * demand. No measure is known by name: what a variable is follows from its axes, its attributes and
 * the names that the file has itself (measure/names.h). The file may be of an older version: what
 * it does not say is NULL, "" or 0, and how a variable is looked at then follows from its shape.
 *
 *   sw_page *page = NULL;
 *   sw_status status = sw_page_open(err, arena, path, &page);
 *   ... page->result[r], page->variable[v], sw_page_read(err, page, v, part, values) ...
 *   sw_page_close(page);
 *
 * One thread reads. Texts are UTF-8 (what is not is left out) and never NULL unless it is said. */
#ifndef SW_STORE_PAGE_PAGE_H
#define SW_STORE_PAGE_PAGE_H

#include "base/arena.h"
#include "store/layout/layout.h"

enum { SW_PAGE_DIMS = 8 };

/* ---- axes ------------------------------------------------------------------------------- */

typedef enum sw_page_axis_kind {
  SW_PAGE_TIME,
  SW_PAGE_UNIT,
  SW_PAGE_UNIT_TO,
  SW_PAGE_RANK,  /* places of kept partners */
  SW_PAGE_ENTRY, /* kept pairs in a row */
  SW_PAGE_LABELS /* all others: of a measure's own, or of groups */
} sw_page_axis_kind;

typedef struct sw_page_axis {
  const char *id;   /* "time", "unit"; of a result's own "ccd/system", "gaps/time" */
  const char *name; /* "system" */
  sw_page_axis_kind kind;
  int64_t n;
  const char *const *label; /* NULL of units, ranks and entries */
  const double *value;      /* of an axis of numbers; else NULL */
  const char *units;        /* of the numbers; "" */
  const int *at;            /* of SW_PAGE_TIME: places among page->period */
} sw_page_axis;

/* ---- variables -------------------------------------------------------------------------- */

/* What the page does with it. */
typedef enum sw_page_use {
  SW_PAGE_COLUMN, /* by unit: on the map, by period or not, in parts by further axes */
  SW_PAGE_SMALL,  /* not by unit: written whole */
  SW_PAGE_PAIR,   /* by pair: dense, top or entries */
  SW_PAGE_SILENT  /* partners, row starts, hashes: used, not shown */
} sw_page_use;

typedef struct sw_page_variable {
  const char *id;             /* "ccd/coordination" */
  const char *name;           /* "coordination": within its result */
  const char *title;          /* long_name; else the name */
  const char *units;          /* "" where it is 1 */
  const char *show, *palette; /* words of measure/show.h; palette "": none */
  bool has_centre, log, integer, headline;
  int centre;
  int result; /* index into page->result */
  sw_page_use use;
  int n_with, with[2]; /* variables that it is drawn with */
  int n_classes, class_first;
  const char *const *class_name;
  int n_dims, dim[SW_PAGE_DIMS]; /* indices into page->axis, in the order of the file */
  int time, unit;                /* places among dim of these two axes, or -1 */
  int n_periods;                 /* 1 without time */
  int64_t n_parts;               /* of the further axes together; 1 without */
  int64_t undefined;             /* missing values, as it counts them; -1: it does not */
  bool small;                    /* stored as float32 */
  const char *reasons;           /* lines "in 2003: constant"; "" */
} sw_page_variable;

/* ---- results ---------------------------------------------------------------------------- */

/* Attributes as they stand there, texts or numbers in digits, for those that are not named below.
 */
typedef struct sw_page_attributes {
  int n;
  const char **name, **text;
} sw_page_attributes;

typedef struct sw_page_result {
  const char *name; /* "ccd", "composites/economy" */
  const char *measure, *title, *formula, *source, *parameters, *orientation, *undefined;
  const char *weights; /* the matrices it names, as the study has them: "queen: {...}"; "" */
  const char *summary; /* lines of the measure's own; "" */
  const char *reasons; /* the attribute undefined_in; "" */
  int headline;        /* variable, -1 */
  int n_headlines;     /* lines that `info` prints: "gini: 0.3691 in 2000 (432 of 464), ..." */
  const char **headline_line;
  sw_page_attributes attributes;
} sw_page_result;

/* ---- what results rest on ---------------------------------------------------------------- */

typedef struct sw_page_group {
  const char *name; /* "province" */
  int n;
  const char *const *label; /* by bytes, ascending */
  const int32_t *of;        /* by unit, -1: none */
} sw_page_group;

typedef struct sw_page_weights {
  const char *name, *text; /* "queen", "queen: {kind: file, ...}" */
  int64_t links, islands;
  bool symmetric, stored;
} sw_page_weights;

typedef struct sw_page {
  struct sw_page_file *in; /* what is open */
  const char *path;
  /* By language where the file has them; else NULL. title is there always. */
  const char *title, *title_en, *title_zh, *noun, *noun_en, *noun_zh;
  const char *version, *build, *study, *inputs; /* texts as they stand, lines */
  int64_t seed;
  sw_page_attributes attributes; /* of the root */
  int64_t n;                     /* units */
  const char *const *code;
  const char *const *unit_name, *const *unit_name_en, *const *unit_name_zh; /* NULL: none */
  const double *lon, *lat;                                                  /* NULL: none */
  int n_periods;
  const char *const *period;
  bool cross_section; /* one period that nobody named */
  int n_groups;
  sw_page_group *group;
  int n_axes;
  sw_page_axis *axis;
  int n_results;
  sw_page_result *result; /* in the order of the study */
  int n_variables;
  sw_page_variable *variable; /* in the order of the file */
  int n_weights;
  sw_page_weights *weights;
  int n_indicators; /* of the panel */
  const char *const *indicator;
  const int64_t *missing; /* [t * n_indicators + c] units without a value; NULL: not told */
  int64_t n_members;      /* of `aggregate`: units as read, and which unit each is of; -1: none */
  const char *const *member;
  const int32_t *member_of;
} sw_page;

/* SW_EINPUT with one line when there is no such file, it is not ours, or incomplete. What a damaged
 * file does to HDF5 (store/layout/info.h) holds here, too: call it in a child. */
sw_status sw_page_open(sw_error *err, sw_arena *arena, const char *path, sw_page **page);
void sw_page_close(sw_page *page);
/* Fails when since sw_page_open memory has ended or the system has refused a read: what could not
 * be read is left empty as what is not there, and this tells the two apart. For those who are done.
 */
sw_status sw_page_whole(sw_error *err, const sw_arena *arena, const sw_page *page);
/* The text of that attribute, or NULL. */
const char *sw_page_attribute(const sw_page_attributes *attributes, const char *name);
/* "lq/value[manufacturing]", the key of a part; from the arena. NULL: no memory. */
const char *sw_page_key(sw_arena *arena, const sw_page *page, const sw_page_variable *variable,
                        int64_t part);
/* The label of the part on its k-th further axis; NULL beyond the last. */
const char *sw_page_part_label(const sw_page *page, const sw_page_variable *variable, int64_t part,
                               int k);

/* ---- numbers (values.c) ------------------------------------------------------------------ */

/* Missing is NaN, also of whole numbers that have a value for it. */

/* Of SW_PAGE_COLUMN: one part in periods [first, first + count) of the variable's own, n_periods at
 * most: count x n numbers, by period. */
sw_status sw_page_read_periods(sw_error *err, const sw_page *page, const sw_page_variable *variable,
                               int64_t part, int first, int count, double *to);
/* The same of all periods: n_periods x n numbers. */
sw_status sw_page_read(sw_error *err, const sw_page *page, const sw_page_variable *variable,
                       int64_t part, double *to);
/* All parts of one period at once: to[part * stride + unit]. */
sw_status sw_page_read_parts(sw_error *err, const sw_page *page, const sw_page_variable *variable,
                             int period, int64_t stride, double *to);
/* Of SW_PAGE_SMALL: all of it, in the order of the file; sw_page_count numbers. */
int64_t sw_page_count(const sw_page *page, const sw_page_variable *variable);
sw_status sw_page_read_small(sw_error *err, const sw_page *page, const sw_page_variable *variable,
                             double *to);
/* The mean over units with a value and how many they are, by period: of a column's part; of a small
 * variable over periods alone its number, n 0. */
sw_status sw_page_course(sw_error *err, const sw_page *page, const sw_page_variable *variable,
                         int64_t part, double *mean, int64_t *n);

/* ---- pairs (pairs.c) --------------------------------------------------------------------- */

/* How the pairs of a result are stored. */
typedef enum sw_page_keep {
  SW_PAGE_SUMMARY, /* not at all: strengths and sums alone */
  SW_PAGE_DENSE,   /* n x n: partners are picked strip by strip */
  SW_PAGE_TOP,
  SW_PAGE_ENTRIES /* above, share, links: of a row any number */
} sw_page_keep;

enum { SW_PAGE_QUANTITIES = 8 };

/* The pairs of a result. Partners are in the order of the first quantity. */
typedef struct sw_page_pairs {
  int result;
  sw_page_keep keep;
  int by;                                         /* sw_by: which partners come first */
  int n_quantities, quantity[SW_PAGE_QUANTITIES]; /* variables; none of a summary */
  int k;         /* partners a unit has on the page at most; 0 of a summary */
  int stored;    /* of TOP: that the file has of each unit; else 0 */
  int n_periods; /* 1 of a whole series */
  int time;      /* its axis, -1: none */
  int out_strength, in_strength, total, mean, max, n_pairs; /* variables, -1: none */
  double reads; /* bytes of the file that one period takes */
} sw_page_pairs;

/* False: the result has neither pairs nor strengths. `most`: partners of a unit. */
bool sw_page_pairs_of(const sw_page *page, int result, int most, sw_page_pairs *pairs);
/* k partners of every unit in one period, -1 and NaN where there are fewer; of each quantity its
 * values. `kept`: n numbers, the pairs that the file has of each row; may be NULL. */
sw_status sw_page_read_partners(sw_error *err, const sw_page *page, const sw_page_pairs *pairs,
                                int period, int32_t *partner, float *const *value, uint32_t *kept);

/* ---- pairs as they are kept (kept.c) ----------------------------------------------------- */

/* Of TOP and ENTRIES: the pairs of unit i are start[i] .. start[i + 1] - 1. */
typedef struct sw_page_entries {
  int64_t *start;   /* n + 1 */
  int32_t *partner; /* -1: there are fewer */
  double *value;
} sw_page_entries;

/* The k-th of pairs->quantity in a period of the result. To be destroyed also on failure. */
sw_status sw_page_read_entries(sw_error *err, const sw_page *page, const sw_page_pairs *pairs,
                               int k, int period, sw_page_entries *entries);
void sw_page_entries_destroy(sw_page_entries *entries);
/* Of DENSE: `count` rows from `first` on, or `columns`: n numbers each, one after the other. */
sw_status sw_page_read_dense(sw_error *err, const sw_page *page, const sw_page_pairs *pairs, int k,
                             int period, bool columns, int64_t first, int64_t count, double *to);

#endif
