/* What the files of the comparison share. Not for other files.
 *
 * Everything comes in twos: [SW_OLD] of the first file, [SW_NEW] of the second. Memory is bounded
 * by the units, the periods and a few blocks of values, never by the number of values or of
 * changes: two files larger than the memory can be compared. */
#ifndef SW_STORE_DIFF_PRIVATE_H
#define SW_STORE_DIFF_PRIVATE_H

#include "store/diff/diff.h"
#include "store/h5/shape.h"
#include "store/layout/contents.h"
#include "store/layout/layout.h"

enum { SW_OLD, SW_NEW };
enum { SW_DIFF_RANK = 6 }; /* most axes of a variable */

/* ---- axes (axes.c) --------------------------------------------------------- */

/* An axis of both files, and which of its positions belong together. Shared by all variables that
 * have it: an axis is identified by its address. */
typedef struct sw_diff_axis {
  const char *name; /* last part of its scale's path; "" when it has no scale */
  int64_t n[2];
  const char *const *label[2]; /* NULL: matched by position */
  bool same;                   /* both files have the same labels in the same order */
  int64_t n_common;
  const int64_t *at[2]; /* n_common positions in each file that match; ascending in the old one */
} sw_diff_axis;

/* ---- values ----------------------------------------------------------------------------- */

/* How values are held in memory. The order is relied on: real numbers up to REAL32, numbers up to
 * NATURAL, texts from TEXT on. */
typedef enum sw_diff_type {
  SW_TYPE_REAL64,
  SW_TYPE_REAL32,
  SW_TYPE_INTEGER, /* 64 bits in memory, whatever their width in the file */
  SW_TYPE_NATURAL, /* unsigned, 64 bits also in the file; narrower ones fit INTEGER */
  SW_TYPE_TEXT,    /* of any length: char * */
  SW_TYPE_BYTES,   /* of a fixed length, ended by a zero */
  SW_TYPE_OTHER    /* not compared */
} sw_diff_type;

enum { SW_DIFF_TEXT_ROOM = 48 };

/* One value. The variable's type says which member holds it; both reals are in `real`. */
typedef struct sw_diff_cell {
  union {
    double real;
    int64_t integer;
    uint64_t natural;
    char text[SW_DIFF_TEXT_ROOM]; /* cut to this length, which is enough to show */
  };
} sw_diff_cell;

typedef struct sw_tally sw_tally;

/* A change: where it is and both values. It holds positions, not labels: there may be millions of
 * changes, and the few that are told are given their labels at the end (report.c). */
typedef struct sw_diff_place {
  const sw_tally *tally;
  int64_t at[SW_DIFF_RANK]; /* positions in the old file, by axis of the variable */
  bool entered;             /* a partner that entered: the last position is one of the new file */
  bool has[2];              /* there is a value: false when missing, or for a partner not there */
  sw_diff_cell cell[2];
  double absolute, relative;
  double score; /* larger comes first in its list */
} sw_diff_place;

/* A variable under comparison: its axes and the counts of its changes. Lives until the report is
 * made, because places point to it. */
struct sw_tally {
  const char *name;
  sw_diff_type type;
  int rank;
  sw_diff_axis *axis[SW_DIFF_RANK];
  int64_t compared, count[SW_DIFF_KINDS], appeared, entered;
  sw_diff_place absolute, relative; /* the largest moves; .tally is NULL while there is none */
  sw_tally *next;
};

/* The `most` first changes of a list, as a heap whose root is the last of them: the one to be
 * displaced. */
typedef struct sw_diff_heap {
  int64_t total; /* changes offered so far */
  int n, most;   /* changes kept; room for them */
  sw_diff_place *place;
} sw_diff_heap;

/* What moved of a unit of the old file. `score` adds, over variables, the mean relative change of
 * the unit's values. A mean, so that a matrix with thousands of values of the unit counts no more
 * than an index with one; a sum, so that moving in every variable counts more than in one. */
typedef struct sw_unit_tally {
  double score, part; /* part: the sum of relative changes in the variable under comparison */
  int64_t count[SW_DIFF_KINDS];
  double relative;       /* the largest so far, */
  const sw_tally *tally; /* in this variable; NULL: no number moved yet */
  int64_t period;        /* and at this position of its time axis, -1 without one */
} sw_unit_tally;

typedef struct sw_note_line {
  const char *text;
  struct sw_note_line *next;
} sw_note_line;

typedef struct sw_axis_entry sw_axis_entry;

typedef struct sw_diff {
  sw_error *err;
  sw_arena *arena;
  sw_diff_options options;
  hid_t file[2];
  sw_diff_axis *unit, *time;       /* the axes of the root */
  sw_axis_entry *axes;             /* axes met so far, by path */
  sw_note_line *note, **last_note; /* in the order they were told */
  int n_notes;
  sw_tally *tally; /* the latest first */
  sw_diff_heap heap[SW_DIFF_KINDS];
  sw_unit_tally *moved;    /* by position of the unit in the old file */
  int64_t results, values; /* as in the report */
  bool different;
} sw_diff;

/* ---- notes.c --------------------------------------------------------------------- */

/* A difference besides values, told as a line: the files are different. */
sw_status sw_diff_note(sw_diff *diff, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Adds a line that is not a difference, such as what could not be compared. */
sw_status sw_diff_remark(sw_diff *diff, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Only the existence of a difference was asked for, and there is one: loops may end early. */
bool sw_diff_enough(const sw_diff *diff);

/* ---- axes.c ---------------------------------------------------------------- */

/* The axis `name` of the root, which every results file has. Differences of its labels are told. */
sw_status sw_diff_root_axis(sw_diff *diff, const char *name, sw_diff_axis **axis);
/* The axis of a dimension of two datasets of the group `where`. The first time an axis is met, the
 * differences of its labels are told. */
sw_status sw_diff_axis_of(sw_diff *diff, const char *where, const hid_t dataset[2], int dimension,
                          sw_diff_axis **axis);

/* ---- texts.c --------------------------------------------------------------- */

/* Compares the attributes of two objects and tells what differs; `where` is "" for the root. */
sw_status sw_diff_attributes(sw_diff *diff, const char *where, const hid_t object[2]);

/* ---- walk.c ---------------------------------------------------------------- */

/* Compares everything below two groups, in the order of names. Calls itself for groups in them. */
sw_status sw_diff_group(sw_diff *diff, const char *where, const hid_t group[2]);

/* ---- blocks.c -------------------------------------------------------------- */

/* Compares two datasets of a name, or tells why they cannot be compared. */
sw_status sw_diff_dataset(sw_diff *diff, const char *where, const char *name,
                          const hid_t dataset[2]);

/* ---- rows.c ---------------------------------------------------------------- */

/* Whether both groups keep only some partners of each unit (top, above, links). Then position k of
 * a row may be another partner in the other file: values are compared partner by partner. */
bool sw_diff_has_partners(const hid_t group[2]);
/* Whether `name` holds a number for each kept partner in both groups; sw_diff_partners compares
 * these. */
bool sw_diff_is_kept(const hid_t group[2], const char *name);
/* Compares the partners of two groups, and with them the n_names values kept of each. */
sw_status sw_diff_partners(sw_diff *diff, const char *where, const hid_t group[2], int n_names,
                           const char *const *names);

/* ---- most.c ---------------------------------------------------------------- */

/* A new variable under comparison, its type and axes left for the caller to fill in. */
sw_status sw_diff_tally(sw_diff *diff, const char *where, const char *name, sw_tally **tally);
/* Records two values that are not the same, at positions of the old file. Whether they differ by
 * more than the tolerance is decided here. */
void sw_diff_value(sw_diff *diff, sw_tally *tally, const int64_t *at, const sw_diff_cell cell[2]);
/* Records a partner that entered or left. at: period, unit, partner; the partner's index is one of
 * the new file when it entered, else of the old. `place` counts from 0 among the unit's partners;
 * `value` is what is kept of it, NULL when there is nothing. */
void sw_diff_partner(sw_diff *diff, sw_tally *tally, const int64_t *at, bool entered, int64_t place,
                     const double *value);
/* To be called when a variable is done: adds each unit's mean relative change to its score. */
void sw_diff_fold_units(sw_diff *diff, const sw_tally *tally);
/* Sorts a full or partly filled heap, the largest change first; it is no heap afterwards. */
void sw_diff_sort(sw_diff_heap *heap);

/* ---- report.c -------------------------------------------------------------- */

sw_status sw_diff_make_report(sw_diff *diff, sw_diff_report *report);

#endif
