/* What measures of centres share: which units they are, their axes, how near the units are to
 * them. Distances between k centres and n units are made once for all periods, k n of them, and
 * nothing of size n^2 is. */
#ifndef SW_MEASURE_SPACE_CENTRES_H
#define SW_MEASURE_SPACE_CENTRES_H

#include "measure/share/distance.h"
#include "spillway/measure.h"

#define SW_CENTRES_AXIS "centre"
#define SW_CENTRES_AXIS_TO "centre_to"

/* The parameter; the largest centres go by the column parameter `mass`. */
#define SW_PARAM_CENTRES(mass)                                                                     \
  {                                                                                                \
    .name = "centres", .type = SW_P_CENTRES, .choices = mass,                                      \
    .help = "codes of units, or the largest by " mass                                              \
            ", {top: 9, apart_km: 100}, in the last period; by: column, another size"              \
  }

typedef struct sw_centres {
  int n;
  const int64_t *unit; /* by position on the axis */
  const int *by_code;  /* the positions in the order of codes, by which ties go */
  const sw_distance *distance;
  bool exponential; /* e^(-decay d), else d^-decay */
  double decay;
  double scale, before; /* of weights, and of inverse squares before the power: share/distance.h */
  sw_arc_points points; /* ready after prepare */
  bool checked;         /* the measure's: a number may leave the range of doubles */
} sw_centres;

/* In resolve: the centres of the parameter `centres` and the distance, and the axis of the centres;
 * `to`: a second one. decay, exponential and what follows of them come by sw_centres_decay. */
sw_status sw_centres_resolve(sw_error *err, sw_job *job, bool to, sw_centres *set);
void sw_centres_decay(sw_centres *set, double decay, bool exponential);
/* In prepare of the pass that asks for weights. */
sw_status sw_centres_prepare(sw_error *err, sw_job *job, sw_centres *set);

/* After prepare: whether a weight times `most` may be larger than a double can be. */
bool sw_centres_may_overflow(const sw_centres *set, double most);
/* Whether distances in period t are not those of the period before, or it is the first. */
bool sw_centres_changes(const sw_job *job, const sw_centres *set, int t);
/* w[unit - lo] of the units [lo, hi): weights of centre c in period t, to be multiplied by scale;
 * from the centre to the unit, or (`inward`) back. NaN at the centre itself and where there is no
 * distance. w has room for a whole vector more (16). */
void sw_centres_weights(const sw_job *job, const sw_centres *set, int c, int t, bool inward,
                        int64_t lo, int64_t hi, double *w);
/* The distance from centre a to centre b in period t; NaN: there is none. */
double sw_centres_apart(const sw_job *job, const sw_centres *set, int a, int b, int t);
/* In finish: a period in which so many units reach no centre, and then a warning, if there are any.
 */
typedef struct sw_unreached {
  int64_t most;
  int t, periods;
} sw_unreached;
void sw_unreached_see(sw_unreached *seen, int t, int64_t units);
void sw_unreached_note(sw_job *job, const sw_unreached *seen);
/* In finish: warns of centres without a value of the first input, which is the first operand, and
 * says what follows. */
void sw_centres_note_missing(sw_job *job, const sw_centres *set, const char *follows);

#endif
