/* Chosen units, as a study writes them: `centres` of a pair entry, and of measures with a parameter
 * of the type SW_P_CENTRES. Which units they are is found at binding (plan/task/centres.h). */
#ifndef SW_PLAN_STUDY_CENTRES_H
#define SW_PLAN_STUDY_CENTRES_H

#include <stdint.h>

typedef struct sw_centres_spec {
  const char *where; /* NULL: none are asked for */
  int n_codes;       /* by code */
  const char *const *code;
  int64_t top;     /* or the largest; 0: not so */
  const char *by;  /* by this column of the panel; NULL: by an input of the measure */
  double apart_km; /* of them, each at least so far from those before it */
} sw_centres_spec;

#endif
