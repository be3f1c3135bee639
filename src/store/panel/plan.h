/* What of the panel a study needs, worked out before a file is opened: the indicators its entries
 * name, the derived ones among them with their expressions, the sums and ratios of `aggregate`, and
 * last the columns that must come out of the files. */
#ifndef SW_STORE_PANEL_PLAN_H
#define SW_STORE_PANEL_PLAN_H

#include "panel/expression.h"
#include "plan/study/study.h"

/* A name and the place in the study that asks for it first. */
typedef struct sw_wanted {
  const char *name, *where;
} sw_wanted;

typedef struct sw_derivation {
  const sw_derive *spec;
  sw_expression expression; /* parsed, needed or not */
  bool needed;              /* by an entry, or by a derived indicator that is needed */
} sw_derivation;

typedef struct sw_panel_plan {
  int n_used; /* what entries name, in byte order: the columns of the panel */
  sw_wanted *used;
  int n_derived; /* as the study has them, in its order */
  sw_derivation *derived;
  bool *sum_needed, *ratio_needed; /* of `aggregate`, in the order of the study */
  int n_raw;                       /* columns of the files, in byte order */
  sw_wanted *raw;
} sw_panel_plan;

sw_status sw_panel_plan_make(sw_error *err, sw_arena *arena, const sw_study *study,
                             sw_panel_plan *plan);
/* Index in `raw` of the file column `name`, or -1: not needed. */
int sw_panel_plan_raw(const sw_panel_plan *plan, const char *name);

#endif
