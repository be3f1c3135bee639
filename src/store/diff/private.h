/* What the files of the comparison of results share. Not for other files.
 *
 * Everything comes in twos: [SW_OLD] of the first file, [SW_NEW] of the second. Memory is bounded
 * by units, periods and a few blocks of values, never by the number of values or of changes. */
#ifndef SW_STORE_DIFF_PRIVATE_H
#define SW_STORE_DIFF_PRIVATE_H

#include "store/diff/diff.h"
#include "store/results/private.h"

enum { SW_OLD, SW_NEW };
enum { SW_DIFF_RANK = 6 }; /* axes of a variable */

/* ---- axes (axes.c) --------------------------------------------------------- */

typedef struct sw_diff_axis {
  const char *name; /* "" when it has no scale */
  int64_t n[2];
  const char *const *label[2]; /* NULL: matched by position */
  bool same;                   /* all of both, in one order */
  int64_t n_common;
  const int64_t *at[2]; /* positions of what is common, in the order of the old file */
} sw_diff_axis;

/* ---- values ----------------------------------------------------------------------------- */

typedef enum sw_diff_type {
  SW_TYPE_REAL64,
  SW_TYPE_REAL32,
  SW_TYPE_INTEGER, /* 64 bits, whatever they are in the file */
  SW_TYPE_NATURAL,
  SW_TYPE_TEXT,  /* of any length: char * */
  SW_TYPE_BYTES, /* of a fixed length, ended by a zero */
  SW_TYPE_OTHER
} sw_diff_type;

enum { SW_DIFF_TEXT_ROOM = 48 };

typedef struct sw_diff_cell {
  union {
    double real;
    int64_t integer;
    uint64_t natural;
    char text[SW_DIFF_TEXT_ROOM]; /* cut */
  };
} sw_diff_cell;

typedef struct sw_tally sw_tally;

/* Where, and what; labels are looked up at the end, for the few that are told. */
typedef struct sw_diff_place {
  const sw_tally *tally;
  int64_t at[SW_DIFF_RANK]; /* in the old file */
  bool entered;             /* the last is in the new file */
  bool has[2];
  sw_diff_cell cell[2];
  double absolute, relative;
  double score; /* by which it is ranked */
} sw_diff_place;

/* A variable under comparison. */
struct sw_tally {
  const char *name;
  sw_diff_type type;
  int rank;
  sw_diff_axis *axis[SW_DIFF_RANK];
  int64_t compared, count[SW_DIFF_KINDS], appeared, entered;
  sw_diff_place absolute, relative;
  sw_tally *next;
};

/* The largest so many, as a heap with the least of them first. */
typedef struct sw_diff_heap {
  int64_t total;
  int n, most;
  sw_diff_place *place;
} sw_diff_heap;

/* `score`: summed over variables, the mean of the unit's relative changes; so that a matrix counts
 * no more than a score does, and a unit that moved in all no less than one that did in one. */
typedef struct sw_unit_tally {
  double score, part; /* part: the sum within the variable at hand */
  int64_t count[SW_DIFF_KINDS];
  double relative;
  const sw_tally *tally;
  int64_t period;
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
  sw_diff_axis *unit, *time; /* of the root */
  sw_axis_entry *axes;       /* those met so far */
  sw_note_line *note, **last_note;
  int n_notes;
  sw_tally *tally;
  sw_diff_heap heap[SW_DIFF_KINDS];
  sw_unit_tally *moved; /* by unit of the old file */
  int64_t results, values;
  bool different;
} sw_diff;

/* ---- notes.c --------------------------------------------------------------------- */

/* A difference besides values, told as a line. */
sw_status sw_diff_note(sw_diff *diff, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A line that is no difference. */
sw_status sw_diff_remark(sw_diff *diff, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Nothing more needs to be known. */
bool sw_diff_enough(const sw_diff *diff);
/* Names that hold hashes or checksums of what is compared anyway. */
bool sw_diff_is_hash(const char *name);

/* ---- axes.c ---------------------------------------------------------------- */

/* The axis `name` of the root; the differences of its labels are told. */
sw_status sw_diff_root_axis(sw_diff *diff, const char *name, sw_diff_axis **axis);
/* The axis of a dimension of two datasets of the group `where`. */
sw_status sw_diff_axis_of(sw_diff *diff, const char *where, const hid_t dataset[2], int dimension,
                          sw_diff_axis **axis);
/* The last part of the path of a dimension's scale, "" when it has none. */
void sw_diff_scale_name(hid_t dataset, int dimension, char name[256]);
int sw_diff_extent(hid_t dataset, hsize_t extent[H5S_MAX_RANK]);

/* ---- texts.c --------------------------------------------------------------- */

/* Attributes of the root, of a group, of a dataset; `where` is "" for the root. */
sw_status sw_diff_attributes(sw_diff *diff, const char *where, const hid_t object[2]);

/* ---- walk.c ---------------------------------------------------------------- */

/* Everything below two groups. */
sw_status sw_diff_group(sw_diff *diff, const char *where, const hid_t group[2]);

/* ---- blocks.c -------------------------------------------------------------- */

sw_status sw_diff_dataset(sw_diff *diff, const char *where, const char *name,
                          const hid_t dataset[2]);

/* ---- rows.c ---------------------------------------------------------------- */

/* Whether both groups keep partners, and so are compared by them. */
bool sw_diff_has_partners(const hid_t group[2]);
/* The values kept with the partners: these names are done. */
bool sw_diff_is_kept(const hid_t group[2], const char *name);
sw_status sw_diff_partners(sw_diff *diff, const char *where, const hid_t group[2], int n_names,
                           const char *const *names);

/* ---- most.c ---------------------------------------------------------------- */

sw_status sw_diff_tally(sw_diff *diff, const char *where, const char *name, sw_tally **tally);
/* Two values that differ in their bits, at a place of the old file. */
void sw_diff_value(sw_diff *diff, sw_tally *tally, const int64_t *at, const sw_diff_cell cell[2]);
/* A partner that entered (its index is of the new file) or left, at a place among the partners. */
void sw_diff_partner(sw_diff *diff, sw_tally *tally, const int64_t *at, bool entered, int64_t place,
                     const double *value);
/* The variable is done: what its units moved counts as a mean of its values. */
void sw_diff_fold_units(sw_diff *diff, const sw_tally *tally);
/* The largest first. */
void sw_diff_sort(sw_diff_heap *heap);

/* ---- report.c -------------------------------------------------------------- */

sw_status sw_diff_make_report(sw_diff *diff, sw_diff_report *report);

#endif
