/* Changes of units over time, by a table: recodings, mergers, splits. read.c has the table, spans.c
 * what a code means in each period of a panel.
 *
 * A row (from, to, period, share) says: from that period on the unit `from` is `to`, or that share
 * of it is. Rows of one `from` and period are one change, whose shares add up to 1; a part of it
 * may stay `from`. All is brought to the units there are after the last change: what a code had
 * before its change goes to those it became, through all later changes, in the order of their
 * periods. Changes of one period happen at once, so that two codes may be exchanged. Without
 * periods all rows are one change, of all periods. */
#ifndef SW_STORE_CROSSWALK_CROSSWALK_H
#define SW_STORE_CROSSWALK_CROSSWALK_H

#include "plan/ports/team.h"
#include "plan/study/study.h"

typedef struct sw_change {
  const char *from, *to;
  const char *period; /* NULL: of all periods */
  double share;
  int64_t line;
} sw_change;

typedef struct sw_crosswalk {
  const sw_crosswalk_spec *spec;
  int64_t n;
  sw_change *change; /* in the order of the file */
} sw_crosswalk;

/* The whole table on every rank, in the arena; it is small, as the table of units is. Collective.
 */
sw_status sw_crosswalk_read(sw_error *err, sw_team *team, sw_arena *arena,
                            const sw_crosswalk_spec *spec, sw_crosswalk *out);

/* ---- what a code means, by period ------------------------------------------------------- */

/* What of a unit's cells becomes which unit. */
typedef struct sw_share_of {
  int64_t to; /* index of the code */
  double share;
} sw_share_of;

typedef enum sw_span_kind {
  SW_SPAN_THERE, /* the unit is there: a cell without a value is a gap */
  SW_SPAN_MAYBE, /* the next change leads into it: it is there before if it has a value */
  SW_SPAN_ENDED  /* it has become others, and may have no value */
} sw_span_kind;

/* Periods lo .. hi - 1, in which a code means the same. */
typedef struct sw_span {
  int lo, hi;
  sw_span_kind kind;
  int n;                   /* 0: it is itself */
  const sw_share_of *part; /* by `to`, ascending */
  int64_t line;            /* ENDED: of the change that ended it */
  const char *ended;       /* ENDED: the period of it */
} sw_span;

typedef struct sw_code_life {
  int n; /* 0: no change is of it: itself, always */
  const sw_span *span;
} sw_code_life;

/* The spans of code[0..n), which are in byte order and hold all codes of the table. Local: every
 * rank comes to the same. */
sw_status sw_crosswalk_spans(sw_error *err, sw_arena *arena, const sw_crosswalk *crosswalk,
                             const sw_periods *periods, int64_t n, const char *const *code,
                             const sw_code_life **life);

/* The index of a text among n in byte order; -1. */
int64_t sw_crosswalk_find(const char *const *code, int64_t n, const char *text);

#endif
