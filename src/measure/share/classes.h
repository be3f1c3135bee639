/* Values of units into classes, by quantiles or by given breaks: of a variable, of it over the mean
 * of its period, or of its spatial lag. Quantiles need whole columns: a pass over items, an item a
 * period, from which `finish` makes the breaks; classes are then told apart in any later pass, of a
 * unit from the same numbers to the bit.
 *
 * A value that is missing is of no class, 0, and so is every value of a sample that does not vary.
 */
#ifndef SW_MEASURE_SHARE_CLASSES_H
#define SW_MEASURE_SHARE_CLASSES_H

#include "spillway/measure.h"

/* What is classed, and how. Set in `resolve`. */
typedef struct sw_classes {
  int input;            /* of the job */
  int n;                /* classes */
  const double *breaks; /* given: n - 1, ascending, classes [lo, hi); NULL: quantiles */
  bool pooled;          /* quantiles of all periods together, else of each */
  bool relative;        /* over the mean of the period, which must be above 0 */
  const sw_links *lag;  /* the spatial lag of units that have a value themselves; NULL: the value */
  bool standardised;    /* its rows sum to 1 */
} sw_classes;

/* What `finish` has seen of the samples: one of each period, or one of all where pooled. */
typedef struct sw_classes_seen {
  int constant; /* samples without variation, left out: none of their values has a class */
  int few;      /* fewer different values than classes */
  int no_mean;  /* periods whose mean is not above 0, relative to which nothing is */
  int samples;
} sw_classes_seen;

/* The item of a period: its record and its workspace, in bytes. */
size_t sw_classes_record(const sw_classes *classes, int64_t n);
size_t sw_classes_workspace(int64_t n);
/* Period t of gathered inputs. */
void sw_classes_tile(const sw_classes *classes, const sw_job *job, int t, void *record,
                     void *workspace);

/* Doubles that say how values of all periods are classed. */
size_t sw_classes_count(const sw_classes *classes, int periods);
/* Out of the records of all periods, `stride` bytes apart. `how`: sw_classes_count. Called by
 * `finish`, with the job's arena. */
sw_status sw_classes_finish(sw_error *err, const sw_classes *classes, const sw_job *job,
                            const void *records, size_t stride, double *how, sw_classes_seen *seen);

/* Warns of what `seen` says; `few`: also of too few different values, where the classes that they
 * leave empty are not told of otherwise. */
void sw_classes_note(const sw_job *job, const sw_classes *classes, const sw_classes_seen *seen,
                     bool few);

/* The class of a unit in period t, from 1; 0: none. Of a lag the inputs must be gathered. */
int sw_classes_of(const sw_classes *classes, const sw_job *job, const double *how, int t,
                  int64_t unit);

/* Where the class of a unit comes from: numbers of which classes are made, or classes with names.
 */
typedef struct sw_class_source {
  const sw_input *named; /* an input that is of classes already; NULL: `numbers` */
  sw_classes numbers;
  int place; /* among the variables of the pass that makes the breaks */
} sw_class_source;

/* In `resolve`: the parameters `classes`, a number of them up to `most` or a list of breaks, and
 * `over`, of the measure. */
sw_status sw_classes_read(sw_error *err, const sw_job *job, int most, sw_classes *classes);
/* How many classes a source has, and their names: "class 1", "under 0.5". */
sw_status sw_classes_label(sw_error *err, const sw_job *job, const sw_class_source *from, int *n,
                           const char *const **label);

/* The class of a number of an input that is of classes already; 0: none. */
static inline int sw_classes_named(const sw_input *input, double value) {
  double at = value - input->class_first;
  return at >= 0 && at < input->n_classes ? (int)at + 1 : 0;
}

#endif
