/* Spillway: the measure descriptor. A measure declares the domain it is computed over and computes
 * one tile of it, as pure arithmetic. The engine cuts the domain into tiles, hands them to ranks
 * and threads, and collects the results. A measure sees no MPI, no HDF5, no thread, no file.
 *
 * One source file per measure: formula and source in a comment, the arithmetic, `resolve`,
 * `prepare`, `tile` or `segment`, `merge`, `finish`, the descriptor last. */
#ifndef SPILLWAY_MEASURE_H
#define SPILLWAY_MEASURE_H

#include "spillway/arena.h"
#include "spillway/fold.h"
#include "spillway/panel.h"
#include "spillway/resource.h"
#include "spillway/status.h"
#include "spillway/weights.h"

#pragma GCC visibility push(default)

struct sw_node;
struct sw_resample; /* resample.h */
struct sw_said;

/* ---- parameters ------------------------------------------------------------------------- */

typedef enum sw_ptype {
  SW_P_NUMBER,
  SW_P_INTEGER,
  SW_P_BOOL,
  SW_P_CHOICE,    /* one of `choices` ("product|wang2021|dispersion") */
  SW_P_NUMBERS,   /* a list of numbers; one number is a list of one */
  SW_P_TEXTS,     /* a list of texts */
  SW_P_COLUMN,    /* an indicator, a composite or NAME.quantity[label]: an input */
  SW_P_COLUMNS,   /* a list of these */
  SW_P_COLUMN_MAP, /* {NAME: [columns], ...}, or with `choices`, keys separated by '|',
                      {NAME: {KEY: [columns], ...}, ...}: inputs name by name, key by key. A name has
                      one column at least. Gives arg->names, arg->column_counts */
  SW_P_WEIGHTS,   /* a named weights matrix of the study: gives arg->weights */
  SW_P_WEIGHTS_LIST, /* a list of these: gives arg->texts, their names, and arg->weights_list */
  SW_P_GROUPINGS, /* one or more group columns of the units file */
  SW_P_DISTANCE,  /* great-circle | geodesic | {file: d.csv} | {network: {...}}: arg->distance */
  SW_P_TABLE,     /* `own`, or {file: t.csv | from: r.h5}: gives arg->table */
  SW_P_PAIRS,     /* the kept pairs of another entry, NAME or NAME.quantity: gives job->links, the
                     second such parameter that is given job->second_links */
  SW_P_FLOW,      /* an observed flow, one of `pairs` of the study: gives arg->flow */
  SW_P_MATRICES,  /* {LABELS: [a, b], keep: ...}, with every key of a pair entry. Requests the pair
                     outputs whose `group` has the parameter's name, once for each label.
                     `choices` is the key of the labels (arg->texts); NULL: once, without a label */
  SW_P_CENTRES,   /* [codes], or {top: k, by: column, apart_km: x}: gives arg->centres. Without `by`
                     the largest go by the SW_P_COLUMN that `choices` names. One at most */
  SW_P_NODE       /* any YAML; `resolve` reads arg->node */
} sw_ptype;

typedef struct sw_param {
  const char *name;     /* "grid.y": the value of `y` in the map `grid`. Those of one map stand
                           together, and there is no parameter `grid` */
  sw_ptype type;
  const char *fallback; /* default, as a study file writes it; NULL: required; "": optional */
  const char *choices;  /* SW_P_CHOICE: allowed texts, apart by '|'; MATRICES, COLUMN_MAP: above */
  double lo, hi;        /* numbers: allowed range, both ends included; both 0: any finite number */
  const char *help;     /* one line */
  bool distinct;     /* COLUMNS, TEXTS; COLUMN_MAP, below one name: a name given twice is refused, as
                        it would count twice */
  bool or_group;     /* COLUMN, COLUMNS: a group column of the units may stand there too. As an input
                        it has the number of the unit's group, from 0, in every period */
  bool or_number;    /* COLUMN: a number may stand there too: then arg->number, and no input */
} sw_param;

/* A table given beside the panel: rows by period (or by label), columns by name. */
typedef struct sw_table {
  const char *file;
  int n_rows, n_columns;
  const char *const *row;    /* labels of the rows: the first column of the file */
  const char *const *column; /* names of the others */
  const double *value;       /* n_rows x n_columns, row-major, missing NaN */
} sw_table;

/* The value of a parameter in one entry of a study. */
typedef struct sw_arg {
  bool given;        /* false: the default is in force */
  const char *where; /* "study.yaml:31:5", of the value, else of the entry */
  double number;     /* NUMBER, INTEGER, BOOL (0 or 1), CHOICE (index among the choices) */
  const char *text;  /* as written, or the default; CHOICE: the text chosen */
  int count; /* NUMBERS, TEXTS, COLUMNS, COLUMN_MAP, WEIGHTS_LIST, GROUPINGS, MATRICES, CENTRES */
  const double *numbers;
  const char *const *texts;
  int n_names; /* COLUMN_MAP: its names, and of each name and key how many columns there are */
  const char *const *names;
  const int *column_counts; /* [name * keys + key]; without keys [name] */
  const struct sw_node *node;
  const sw_links *weights;     /* WEIGHTS; NULL: left out */
  const sw_links *const *weights_list; /* WEIGHTS_LIST: `count` of them */
  const sw_distance *distance; /* DISTANCE; NULL: left out */
  const int64_t *centres;      /* CENTRES: `count` units, as listed, or the largest first */
  const sw_table *table;
  const sw_flow *flow; /* FLOW; NULL: left out. Its periods are the panel's: job->period[t] */
} sw_arg;

/* ---- outputs ---------------------------------------------------------------------------- */

/* The dimensions of an output. It may have up to three further axes of its own, declared by resolve;
 * in the file they come last, in descriptor order. */
typedef enum sw_shape {
  SW_UNIT,   /* (time, unit, axes...); timeless: (unit, axes...) */
  SW_PAIR,   /* a pair matrix, stored as `keep` says; the first one is stored as `value`. Allowed
                for every kind of measure; at most 8; no further axes */
  SW_GLOBAL, /* (time, axes...) */
  SW_TABLE   /* (axes...), no time; one number if there are no axes. Each axis needs a name of its
                own, because readers merge axes of equal name: a square has `term`, `term_to` */
} sw_shape;

/* A pair output of this name is 1 of pairs that are found and 0 of others: `keep: significant`. */
#define SW_SIGNIFICANT "significant"

typedef enum sw_number { SW_FLOAT64, SW_INT32 } sw_number;

/* How an output is looked at. What follows from its shape, axes and classes need not be said
 * (measure/show.h): by unit a map, pairs as flows, by period a line, a table along one axis as bars,
 * along an axis and its mate `..._to` a matrix. */
typedef enum sw_show {
  SW_SHOW_DEFAULT,
  SW_SHOW_MAP,
  SW_SHOW_LINE,
  SW_SHOW_MATRIX,
  SW_SHOW_FLOWS,
  SW_SHOW_BARS,
  SW_SHOW_SCATTER, /* over `with` */
  SW_SHOW_CLASSES, /* a map of categories, and their shares by period */
  SW_SHOW_PARTS,   /* parts of the whole `with` */
  SW_SHOW_BAND,    /* a line with the expectation and the variance of `with` about it */
  SW_SHOW_TABLE
} sw_show;

/* Its colours. Diverging: whether a value is above or below the centre matters most. */
typedef enum sw_palette {
  SW_PALETTE_DEFAULT, /* categories of `classes`, else sequential */
  SW_SEQUENTIAL, /* of `classes`: they have an order */
  SW_DIVERGING_0,
  SW_DIVERGING_1,
  SW_CATEGORIES
} sw_palette;

enum { SW_MAX_OWN = 3 }; /* axes of an output's own */

typedef struct sw_output {
  const char *name;      /* the quantity */
  const char *long_name; /* for plots */
  const char *units;     /* "1", "km", ...; never a time span that readers would decode */
  sw_shape shape;
  sw_number number; /* SW_INT32: whole numbers, with NaN stored as -1; not for pairs */
  bool timeless;    /* UNIT: one value for all periods (a trend). As the input of another entry it
                       has that value in every period */
  const char *axis[SW_MAX_OWN]; /* names of axes declared by resolve; the rest NULL */
  const char *group; /* PAIR: stored in a result below this one, NAME/GROUP/LABEL, one for each
                        label of the SW_P_MATRICES parameter of that name; NULL: in this result */
  bool by_row;   /* UNIT, beside pair outputs: whole_row fills it for the unit of its row */
  const char *classes; /* UNIT, whole numbers: they are classes, whose names are the labels of this
                          axis of the job; the first is number class_first, others are undefined */
  int class_first;
  bool axis_first; /* UNIT: in the file its own axis comes before `unit`, like rows of a matrix */
  bool of_parameters; /* TABLE: depends on the parameters alone and on no data, unless the job is
                         pooled */
  sw_show show; /* only where the default is wrong, as are the next two */
  sw_palette palette;
  bool log;            /* ratios matter, not differences */
  const char *with[2]; /* outputs it is drawn with: BAND: expectation, variance; PARTS: the whole;
                          SCATTER: the horizontal; BARS: a standard error, or lower and upper end */
  const char *given; /* a parameter without which `resolve` switches it off; it is not offered then */
  bool of_pairs; /* a sum over pairs by the engine (blocks, rings, centres); no descriptor sets it */
  bool interval; /* has bounds where a study asks for `intervals`; not for pairs and whole numbers */
} sw_output;

/* A further axis, e.g. "industry", declared in resolve. Its n positions are either labels or numbers
 * with a unit (rings of 100 km, 200 km, ...): set `label` or `number`, not both. Where positions follow
 * from values set neither, and give them by an output: a table along the axis, of the axis's name. */
typedef struct sw_axis {
  const char *name; /* as the descriptor has it */
  int n;
  const char *const *label;
  const double *number; /* no NaN; the last ring may be INFINITY */
  const char *units;    /* of the numbers; NULL: "1" */
  const char *as;       /* the name in the file, if the study decides it; NULL: `name` */
} sw_axis;

/* The numbers of an output during the run: doubles; int32 outputs are converted on writing. */
typedef struct sw_result {
  const sw_output *output;
  int width;     /* product of the lengths of its own axes; 1 without any. Position k runs over
                    them with the last axis fastest */
  double **row;  /* UNIT: width * n_periods rows of this rank's units: row[k * n_periods + t]; of
                    a timeless one row[k];
                    GLOBAL: row[0] has n_periods * width numbers, [t][k], on rank 0;
                    TABLE: row[0] has width numbers, on rank 0; PAIR: NULL */
  bool off;      /* set by resolve: this output is neither computed nor written */
} sw_result;

/* ---- passes ----------------------------------------------------------------------------- */

typedef enum sw_domain {
  SW_UNITS, /* a tile is a block of this rank's units, all periods; inputs are local views */
  SW_ITEMS, /* a tile is one item of 0 .. items-1; inputs are gathered views */
  SW_PAIRS  /* the engine asks for row segments (`segment`), blocks of a few rows (`block`) or whole
               rows (`whole_row`, `row_periods`). They read operands that an earlier pass over units
               has filled, which are gathered; inputs are not in place. Whether it walks by squares
               or by strips follows from `keep` and from symmetry */
} sw_domain;

/* A pass, declared in resolve by sw_job_pass. Passes run in the order of declaration; the one over
 * pairs comes last.
 * UNITS: `tile` may fill UNIT outputs, operand rows and a partial.
 * ITEMS: `tile` fills the item's record and nothing else, because an item has no rows of units. A
 * measure with unit outputs fills them in a later pass over units, from the result of the items.
 * Partials are merged in block order; records are kept in item order. `finish` then runs once, on
 * rank 0, and its result bytes are broadcast. */
typedef struct sw_pass {
  sw_domain domain;
  int64_t items;    /* ITEMS */
  int64_t grain;    /* UNITS: units per tile, a divisor of SW_BLOCK; 0: SW_BLOCK. Choose fewer where
                       a unit takes long: a tile is the unit of scheduling, of the journal, and of
                       what a kill loses.
                       PAIRS with `block`: rows per call, at most SW_MAX_ROWS; 0: 8. Choose enough
                       to reuse the columns that are read, no more: each thread has room for all */
  size_t record;    /* ITEMS: bytes that a tile writes for its item; zeroed before the call */
  size_t partial;   /* UNITS: bytes of a block's partial; `start` initialises, `merge` joins */
  size_t result;    /* bytes that `finish` passes to later passes, on every rank */
  int operand;      /* UNITS: number of operand columns that `tile` fills; gathered after the pass */
  bool gathered;    /* UNITS: the inputs of this pass are gathered views too */
  bool links;       /* ITEMS: its tile sees job->links. Each period has equally many items, in order:
                       item i belongs to period i / (items / n_periods) */
  bool no_fold;     /* PAIRS with `fold` or `fold_both`: not of this job; may be set in prepare too */
  double from;      /* PAIRS with `fold_both`: where job->counts, values of at least this are counted,
                       for `finish` (fold.h); above 0. NaN, by prepare: not of this job */
  bool fold_groups; /* PAIRS with `fold`: it adds by group as well where it is handed groups */
  bool woven;       /* PAIRS with `row_periods`: it leaves the row of several periods side by side */
  bool again;       /* UNITS: repeated for as long as `again` says, with what the round before left in
                       job->folded (NULL in the first). After a stop it is begun anew */
  bool over_pairs;  /* UNITS: its tiles go over all pairs, and leave a result alone. It runs once, as
                       late as the pairs do, and not in `check`; lines are said in its finish only */
  bool one_thread;  /* its tile or segment calls a library that is not thread-safe: one thread per
                       process calls it at a time */
} sw_pass;

/* Which partners of a unit come first; ties are broken by unit code. */
typedef enum sw_by { SW_BY_LARGEST, SW_BY_ABSOLUTE, SW_BY_SMALLEST } sw_by;

enum { SW_MAX_PASSES = 8, SW_MAX_AXES = 8, SW_MAX_ROWS = 64, SW_MAX_BY_ROW = 8 };
enum { SW_ROW_PERIODS = 8 }; /* periods that row_periods is asked for at a time, at most */
enum { SW_ROWS_AHEAD = 8 };  /* rows that whole_row is told of in advance, at most */
enum { SW_SPARE = 8 }; /* room behind both arrays, so that one too many is reported, not overrun */

typedef struct sw_tile {
  int pass;
  int64_t lo, hi; /* UNITS: units; ITEMS: the item and item + 1 */
} sw_tile;

/* An input: one column that a parameter names. */
typedef struct sw_input {
  const char *name;  /* as the study wrote it */
  const char *where; /* place in the study file */
  sw_view view;      /* indexed by the job's own periods; local or gathered, as the pass declares */
  bool per_period_normalised; /* normalised within each period; measures of change refuse it */
  bool timeless;              /* one value for all periods; measures of change refuse it */
  bool unbounded;             /* a composite of z-scores, not in [0,1]; coupling refuses it */
  /* Of a group column, and of an output that has `classes`: how many, and their names; the first is
   * the value class_first, and a value that is none of them is missing. n_classes 0: numbers. */
  int n_classes, class_first;
  const char *const *class_label;
  /* Composites with obstacles: an input behind those of the parameters belongs to the input
   * part_of - 1, a composite: its obstacle of that label, or (NULL) what it lacks in all. */
  int part_of;
  const char *label;
} sw_input;

typedef struct sw_inputs {
  int first, count; /* job->input[first .. first + count) */
} sw_inputs;

/* ---- a job: one entry of a study -------------------------------------------------------- */

struct sw_measure;

typedef struct sw_job {
  const struct sw_measure *measure;
  const char *name;  /* `as`, else the measure's name; a composite's name */
  const char *where; /* place of the entry in the study file */
  const sw_arg *arg; /* parallel to measure->param */

  int64_t n;                /* units */
  const sw_units *units;
  const sw_periods *periods; /* the panel's */
  int n_periods;             /* of this job */
  const int *period;         /* indices into `periods` */
  int n_seen;                /* of inputs, where results have fewer (sw_job_results_at); else 0 */
  const int *seen;           /* indices into `periods`; else NULL */
  bool has_gaps;             /* an input may have a missing value, or a pair no distance */

  int n_inputs;
  sw_input *input;
  /* The kept pairs of the entry that the SW_P_PAIRS parameter names, by the job's own period index,
   * rounded as stored, undefined pairs left out. Set only during a pass with `links`, else NULL; a
   * tile sees the links of its item's period and of the period before. The pairs of a whole series
   * are the links of every period. */
  const sw_links *links, *second_links;
  /* All inputs of the job are pairs of whole series. It then has one period, whose label means
   * nothing, and resolve leaves outputs without time on (whole_series). */
  bool is_timeless;

  struct sw_arena *arena; /* for resolve, prepare and finish */
  struct sw_notes *notes; /* warnings, printed once by the runner. Every rank must add the same ones;
                             in `finish` rank 0 alone adds them */
  uint64_t seed;

  /* Set by resolve. */
  int n_passes;
  sw_pass pass[SW_MAX_PASSES + SW_SPARE];
  bool directed;             /* pair: value(i, j) may differ from value(j, i) */
  bool links_only;           /* pair: defined only on the links of the parameter `weights`; implies
                                directed */
  bool whole_series;         /* one matrix for all periods instead of one per period; in a measure
                                without pairs: no unit output has time */
  bool pooled;               /* values of a period depend on inputs of other periods too, or on how
                                many there are; implied by a timeless unit output. Of a job that is
                                not pooled, and whose tables are of_parameters, --reuse computes the
                                changed periods alone: it calls resolve again for a job of these.
                                The bits of a period must not depend on which others the job has */
  bool defines_diagonal;     /* pair: value(i, i) has a meaning */
  sw_by by;                  /* pair: the order of partners if the study does not give `by` */
  int n_axes;
  sw_axis axis[SW_MAX_AXES + SW_SPARE];
  sw_result *result;         /* parallel to measure->output */
  int n_resources; /* requested in resolve and prepare */
  sw_resource resource[SW_MAX_RESOURCES];
  void *state;               /* the measure's own; tiles see it const */
  bool scores_per_period, scores_unbounded; /* composite: copied to inputs that use its score */

  /* Set by the runner. */
  bool (*stops)(void); /* see sw_job_stops; NULL: never */
  int64_t first; /* first unit of this rank's result rows and local views */
  bool counts;   /* all pairs are summed, and nothing else: a pass over them with `from` counts */
  /* During a pair pass: the group of pair outputs, NULL for those of the result itself, and the
   * label, an index into arg->texts of the group's parameter. Each label has a job of its own, a
   * copy of the entry's job with the pair outputs of the group alone. In resolve, the results of
   * groups that the entry does not request are off. */
  const char *group;
  int label;
  sw_view operand[SW_MAX_PASSES];    /* gathered: row[c * n_periods + t], from unit 0 */
  sw_view operand_local[SW_MAX_PASSES]; /* while its pass runs: this rank's units */
  const void *folded[SW_MAX_PASSES]; /* result bytes of finish */
  const void *made[SW_MAX_RESOURCES]; /* set from the pass they were requested for */
  size_t made_bytes[SW_MAX_RESOURCES];
  int64_t undefined;                 /* UNIT and GLOBAL: values that are NaN, counted when written */
  const char **why;                  /* [output * n_periods + t], by sw_job_undefined; NULL: not kept */
  struct sw_said *said;              /* lines of sw_job_say; NULL: not kept */
  const char *foreseen;              /* line of sw_job_foresee; NULL: none */
} sw_job;

/* ---- the descriptor --------------------------------------------------------------------- */

/* The engine checks what a measure promises: the descriptor when the program starts, what resolve
 * declares for every job, what tiles and finish write during the run. Each violation is one line
 * that names the measure, and the program ends with status 1 (SW_EINTERNAL), because no study can
 * mend it. The rules:
 *
 * - Required: name, title, formula, source, version >= 1, resolve, and a help line for every
 *   parameter. Names consist of letters, digits and '_'. `headline` names an output.
 * - An alias has a name, a title and the three alias fields, nothing else. It sets one parameter of
 *   a measure that is neither an alias nor a composite, to a value of the parameter's type.
 * - A variant names a parameter of the measure and, of one with choices, a choice of it, and has a
 *   formula.
 * - Parameters have distinct names, other than `as`, `periods`, `balanced`, `keep` and, with pair outputs, `by`,
 *   which the engine reads. With pair outputs, `weights` is a weights matrix, because `keep: links`
 *   means its links. A choice has choices; lo <= hi; a default is valid for its type. At most two
 *   parameters are SW_P_PAIRS; they have no default, or "", and where one is given some pass has
 *   `links`.
 * - Two outputs differ in name or shape; of several with one name, resolve leaves one on. Names
 *   taken by the results file: unit, unit_to, time, lon, lat, group_* (an output may be called so
 *   where the study has no group column of that name), operand_hash, block,
 *   block_checksum, value_checksum; with pair outputs also out_strength, in_strength, total, mean,
 *   max, n_pairs, partner, row_start, unit_edge, entry, rank, tile, tile_checksum, the sums of
 *   blocks, rings and centres (block_sum, block_count, sent_to, received_from, ring_sum, ring_count,
 *   ring_out, from_centre, to_centre), and `value` for anything but a pair output. Axes may not use
 *   these names either, nor the name of an output.
 * - An output has up to three distinct axes of its own; a pair output has none. The axes of every
 *   output that is on are declared, once each, with at least one position, as labels or numbers but
 *   not both; at most 8 axes per job.
 * - A table that has the name of its one axis gives the positions of that axis, which then has neither
 *   labels nor numbers, is no axis of a unit output, and has the same name in the file.
 * - `classes` is for unit outputs of whole numbers.
 * - `show`: a map and a scatter are of unit outputs, classes of those with `classes`, flows of pairs, a
 *   matrix of pairs or of two axes, a line and a band of global outputs or along the axis of a table;
 *   bars and parts of global outputs and tables. `with` names outputs of the measure: two of a band,
 *   one at least of a scatter and of parts. Categories are of whole numbers; what has `classes`
 *   is of categories, or sequential where the classes have an order; `log` goes neither with categories nor with a palette about 0.
 * - `timeless` is for unit outputs; a global output without time is a table. `of_parameters` is for
 *   tables, `interval` for what is neither of pairs nor a whole number, beside `resample`.
 * - Unit outputs need `tile` and a pass over units. Those by_row need whole_row and pair outputs; at
 *   most 8. Global outputs and tables need `finish` and a pass over units or items. Pair outputs
 *   need exactly one of segment, block, whole_row and row_periods, and exactly one pass over pairs,
 *   the last. row_state, row_prepare and row_periods come together, rows_ahead beside whole_row.
 * - The `group` of a pair output is the name of a SW_P_MATRICES parameter, and each such parameter
 *   has a group. No output or axis has the same name. If all pair outputs belong to groups, unit
 *   outputs may have time even when the matrices have none (whole_series).
 * - A resource has a name, a `fill`, and `bytes` or `begin`; its base is an earlier resource; at
 *   most 32.
 * - A pass over_pairs has a result, no operand and no inputs gathered. A partial needs `merge`; a
 *   result needs `finish`. partial, operand and gathered belong to passes over units; items, record
 *   and links to passes over items; `again` to those over units that leave a result and no operand.
 *   A job has 1 to 8 passes. `open` needs a workspace, `close` needs `open`.
 * - `fold` and `fold_both` are allowed beside `segment` or `block` only, one of them.
 * - A tile writes unit outputs only, and only in a pass over units; segment, block, whole_row and
 *   row_periods write to `out`.
 * - Any kind of measure may have pair outputs beside others. resolve may switch all of them off,
 *   except in a measure of kind pair; no pairs are then computed. Beside one matrix over all periods
 *   (whole_series) unit outputs are timeless. */

typedef enum sw_kind { SW_KIND_UNIT, SW_KIND_PAIR, SW_KIND_GLOBAL, SW_KIND_MODEL, SW_KIND_COMPOSITE } sw_kind;

/* What the formula is besides, where a parameter has that value: a text as a study would write it;
 * "*": it is given, and is no text that stands here; "": it is left out. */
typedef struct sw_variant {
  const char *param, *choice;
  const char *formula;
} sw_variant;

typedef struct sw_measure {
  const char *name, *title;
  const char *formula; /* one line or two, plain text: what holds for all variants */
  const sw_variant *variant; /* ends with a NULL param; NULL: none. Results have those in force */
  const char *source;  /* the citation */
  int version;         /* increased when its numbers change */
  const char *headline; /* the output shown in the summary; NULL: the first */
  sw_kind kind;
  const sw_param *param; /* ends with a NULL name; `as`, `periods`, `balanced`, `keep`, `by` are the engine's */
  const sw_output *output; /* ends with a NULL name */
  double flops, bytes;   /* pair: per evaluated pair, for the time estimate */
  bool balances; /* of all inputs it keeps the units with values in all periods, and says how many:
                    the engine does not warn that the number of units changes */
  bool leaves_off; /* its tiles ask sw_job_stops and return when it is so */
  const struct sw_resample *resample; /* a study may ask for `intervals`; NULL: it may not */
  const struct sw_measure *plain; /* the engine's: of a copy with outputs of `intervals` the measure */

  /* Reads the arguments, refuses impossible ones, and declares passes, axes, symmetry and state.
   * Pure, and the same on every rank; it sees counts and names, but no values. */
  sw_status (*resolve)(sw_error *err, sw_job *job);
  /* Optional, before each pass, on every rank, inputs in place. Pure. */
  sw_status (*prepare)(sw_error *err, sw_job *job, int pass);
  /* UNITS and ITEMS. Must not fail, print or allocate; `workspace` is its scratch memory. `out` is
   * the partial or the record; NULL when the pass has neither. */
  void (*tile)(const sw_job *job, const sw_tile *tile, void *out, void *workspace);
  /* UNITS: `start` initialises a partial (zeros if absent); `merge` joins `part` into `all`, called
   * in block order. */
  void (*start)(const sw_job *job, int pass, void *all);
  void (*merge)(const sw_job *job, int pass, void *all, const void *part);
  /* `all` is the merged partial, or all records in item order. Fills GLOBAL and TABLE outputs and
   * `result` (zeroed beforehand). May fail with SW_EINPUT (e.g. a negative mass). Rank 0 only. */
  sw_status (*finish)(sw_error *err, sw_job *job, int pass, const void *all, void *result);
  /* Whether a further round follows, by job->folded[pass] alone: every rank says the same. `finish`
   * sees the round before in it. */
  bool (*again)(const sw_job *job, int pass);
  /* Optional: every rank builds opaque state (a factorisation) from the bytes of `finish` and keeps
   * it in job->state; `destroy` releases it. */
  sw_status (*build)(sw_error *err, sw_job *job, int pass);
  void (*destroy)(sw_job *job);

  /* PAIRS: values of row i against columns [j0, j1) in the job's period t, out[q][j - j0] for
   * each pair output q; the out[q] of one that is not wanted is NULL, but for the first. The
   * diagonal, when met, may be anything unless defines_diagonal. An
   * undirected measure gives the same bits for (i, j) and (j, i). */
  void (*segment)(const sw_job *job, int t, int64_t i, int64_t j0, int64_t j1, double *const *out,
                  void *workspace);
  /* Instead of segment, where several rows at a time are faster, as in products, where each number
   * read from a column serves all rows: rows [i0, i1) against columns [j0, j1), into
   * out[q][(i - i0) * stride + j - j0]; at most the pass's grain of rows. The bits of a pair must not
   * depend on the block it is computed in. See kernel/pairs/block.h. */
  void (*block)(const sw_job *job, int t, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                double *const *out, int64_t stride, void *workspace);
  /* Optional, beside segment or block, for when only the sums of the first quantity of an undirected
   * matrix are wanted: adds the values of a square to its sums without storing them. The bits must
   * equal those of adding the values of `segment` or `block`. A NaN makes its row's sum NaN, and the
   * engine then repeats the square by these. A job that it does not serve says so by no_fold.
   * `fold_rings`: it adds by ring, too, by the great circles that it serves (fold.h). */
  void (*fold)(const sw_job *job, int t, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
               sw_fold *sums, void *workspace);
  bool fold_rings;
  /* The same of a directed measure, for pairs of different units in both orders, which share work;
   * both squares are repeated where a sum of a row is NaN (fold.h). */
  void (*fold_both)(const sw_job *job, int t, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                    sw_fold_both *sums, void *workspace);
  /* Instead of either, where a value depends on the whole row: fills out[q][0 .. n). The by_row
   * outputs follow the pair outputs, in order: out[pairs + k][label] is a number of the row's unit,
   * NaN before the call; out[pairs + k] is NULL when it is not wanted. A measure that only sums over
   * a row and keeps no pairs should be a pass over units with gathered operands instead: see
   * market_potential.c. */
  void (*whole_row)(const sw_job *job, int t, int64_t i, double *const *out, void *workspace);
  /* Optional, beside whole_row, where several rows at a time are faster: the units whose rows the
   * thread will be asked for next, in this order, 1 .. SW_ROWS_AHEAD of them. It may compute what
   * they share, or all of them, and leave it in the workspace for whole_row. It must change no bit:
   * how rows are grouped depends on `keep`, on groups and on restarts, and not all are announced. */
  void (*rows_ahead)(const sw_job *job, int t, int count, const int32_t *unit, void *workspace);
  /* Instead of these, where part of the work on a whole row does not depend on the period, such as
   * sorting by distance. row_prepare does that part once for several periods and leaves it in
   * `state`: row_state(job) bytes, 64-byte aligned, not zeroed. row_periods then fills the row in
   * periods [t0, t1), at most SW_ROW_PERIODS of them: pair output q of k goes to
   * out[(t - t0) * k + q][0 .. n). A pass that is `woven` is asked otherwise for more than one period:
   * number j of period t of output q then goes to out[q][j * SW_ROW_PERIODS + t - t0], where strengths
   * are summed without rows being made. How periods are grouped must change no bit. The same workspace
   * may serve other rows between the two calls. */
  size_t (*row_state)(const sw_job *job);
  void (*row_prepare)(const sw_job *job, int64_t i, void *state, void *workspace);
  void (*row_periods)(const sw_job *job, int t0, int t1, int64_t i, const void *state,
                      double *const *out, void *workspace);

  /* Bytes of workspace per thread (0: none); 64-byte aligned, not zeroed. */
  size_t (*workspace)(const sw_job *job);
  /* Optional, with a workspace: objects of a thread, such as those of a library. Each thread calls
   * `open` before its first tile or segment of a pass and `close`, if any, after its last; `open`
   * alone lays out the workspace. If `open` fails, the run ends with its status and `close` is not
   * called. `err` belongs to the thread until the pass ends: a tile whose library fails records it
   * there by sw_fail, the run ends with that error, and the tile's output is dropped. */
  sw_status (*open)(sw_error *err, const sw_job *job, int pass, void *workspace);
  void (*close)(const sw_job *job, int pass, void *workspace);

  /* An alias is another name for a measure with one parameter set. An entry of that name is an entry
   * of `alias_of`, may not give the parameter, and takes the alias's name as the default of `as`. The
   * results name the measure. In the catalogue: SW_ALIAS of catalog.def. */
  const struct sw_measure *alias_of;
  const char *alias_param, *alias_value; /* the value as a study writes it */
} sw_measure;

/* ---- the catalogue ---------------------------------------------------------------------- */

/* Measures and aliases, in the order of catalog.def. */
int sw_measure_count(void);
const sw_measure *sw_measure_at(int index);
const sw_measure *sw_measure_find(const char *name);

#pragma GCC visibility pop

#include "spillway/job.h" /* what a measure calls on its job */

#endif
