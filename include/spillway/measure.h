/* Spillway: the measure descriptor. A measure says over what domain it is computed and how a
 * tile of it is computed, as pure arithmetic; the engine cuts the domain, hands tiles to ranks
 * and threads, and collects what they give. A measure sees no MPI, no HDF5, no thread, no file.
 *
 * One source file per measure: formula and source in a comment, the arithmetic, `resolve`,
 * `prepare`, `tile` or `segment`, `merge`, `finish`, the descriptor last. */
#ifndef SPILLWAY_MEASURE_H
#define SPILLWAY_MEASURE_H

#include "spillway/arena.h"
#include "spillway/panel.h"
#include "spillway/status.h"
#include "spillway/weights.h"

#pragma GCC visibility push(default)

struct sw_node;

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
  SW_P_WEIGHTS,   /* a named weights matrix of the study: gives arg->weights */
  SW_P_GROUPINGS, /* one or more group columns of the units file */
  SW_P_DISTANCE,  /* great-circle | geodesic | {file: d.csv}: gives arg->distance */
  SW_P_TABLE,     /* `own`, or {file: t.csv | from: r.h5}: gives arg->table */
  SW_P_PAIRS,     /* the pairs that another entry keeps, NAME or NAME.quantity: give job->links */
  SW_P_MATRICES,  /* {LABELS: [a, b], keep: ...}, with all keys of a pair entry: asks for the pair
                     outputs of the group that is called like the parameter, once for each label.
                     `choices` is the key of the labels (arg->texts); NULL: once, without a label */
  SW_P_NODE       /* any YAML: `resolve` reads arg->node itself */
} sw_ptype;

typedef struct sw_param {
  const char *name;
  sw_ptype type;
  const char *fallback; /* default, as a study file would write it; NULL: required; "": none */
  const char *choices;  /* SW_P_CHOICE: allowed texts, separated by '|'; MATRICES: see there */
  double lo, hi;        /* numbers: allowed range, both ends included; both 0: any finite number */
  const char *help;     /* one line */
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
  int count;         /* NUMBERS, TEXTS, COLUMNS, GROUPINGS, MATRICES */
  const double *numbers;
  const char *const *texts;
  const struct sw_node *node;
  const sw_links *weights;     /* WEIGHTS; NULL: left out */
  const sw_distance *distance; /* DISTANCE; NULL: left out */
  const sw_table *table;
} sw_arg;

/* ---- outputs ---------------------------------------------------------------------------- */

/* What an output is by. Besides, it may have up to three axes of its own, declared by resolve; in a
 * file they stand last, in the order of the descriptor. */
typedef enum sw_shape {
  SW_UNIT,   /* (time, unit, axes...); timeless: (unit, axes...) */
  SW_PAIR,   /* a pair matrix; stored as `keep` says; the first is kept under the name `value`.
                Of any kind of measure, beside its other outputs; at most 8; no axes */
  SW_GLOBAL, /* (time, axes...) */
  SW_TABLE   /* (axes...): no time; without axes one number. The axes differ: readers merge axes
                of one name, so those of a square are `term`, `term_to` */
} sw_shape;

typedef enum sw_number { SW_FLOAT64, SW_INT32 } sw_number;

enum { SW_MAX_OWN = 3 }; /* axes of an output's own */

typedef struct sw_output {
  const char *name;      /* the quantity */
  const char *long_name; /* for plots */
  const char *units;     /* "1", "km", ...; never a time span that readers would decode */
  sw_shape shape;
  sw_number number; /* SW_INT32: whole numbers, or NaN, which is stored as -1; not of pairs */
  bool timeless;    /* UNIT: one value for all periods (a trend). As input of another entry it has
                       that value in every period */
  const char *axis[SW_MAX_OWN]; /* names of extra axes declared by resolve; then NULL */
  const char *group; /* PAIR: not of the result itself, but of a result below it, NAME/GROUP/LABEL,
                        for each label of the parameter SW_P_MATRICES of that name; else NULL */
  bool by_row;   /* UNIT, beside pair outputs: whole_row fills it, of its row's unit */
  bool axis_first; /* UNIT: in the file its axis stands before `unit`, as rows of a matrix do */
  bool of_parameters; /* TABLE: unless the job is pooled, it rests on no data but on the parameters */
  bool of_pairs; /* the engine's own sums over pairs (blocks, rings, centres); not for descriptors */
} sw_output;

/* An extra axis, e.g. "industry", made in resolve. Its positions have labels, or are numbers with a
 * unit (rings of 100 km, 200 km, ...): either `label` or `number`, n of them. */
typedef struct sw_axis {
  const char *name; /* as the descriptor has it */
  int n;
  const char *const *label;
  const double *number; /* no NaN; the last ring may be INFINITY */
  const char *units;    /* of the numbers; NULL: "1" */
  const char *as;       /* the name in the results file, where the study decides it; NULL: `name` */
} sw_axis;

/* Where an output's numbers are while the run lasts. All are doubles; int32 on writing. */
typedef struct sw_result {
  const sw_output *output;
  int width;     /* positions of the extra axes, multiplied; 1 without any. Position k of them
                    counts the last axis fastest */
  double **row;  /* UNIT: width * n_periods rows of this rank's units: row[k * n_periods + t]; of
                    a timeless one row[k];
                    GLOBAL: row[0] has n_periods * width numbers, [t][k], on rank 0;
                    TABLE: row[0] has width numbers, on rank 0; PAIR: NULL */
  bool off;      /* resolve may switch an output off: it is not written */
} sw_result;

/* ---- passes ----------------------------------------------------------------------------- */

typedef enum sw_domain {
  SW_UNITS, /* a tile is a block of this rank's units, all periods; inputs are local views */
  SW_ITEMS, /* a tile is one item of 0 .. items-1; inputs are gathered views */
  SW_PAIRS  /* the engine asks for row segments (`segment`), a few rows of them at a time (`block`)
               or whole rows (`whole_row`, `row_periods`); inputs are gathered views; squares or strips as `keep`
               and symmetry ask */
} sw_domain;

/* A pass, declared in resolve by sw_job_pass; passes run in that order, one over pairs comes last.
 * UNITS: tile may fill UNIT outputs, operand rows and a partial.
 * ITEMS: tile fills the item's record and nothing else: it has no rows of units, so a measure with
 * unit outputs has a pass over units that fills them, from what items left. Partials merge in block order, records stand in item
 * order; then `finish` runs once (on rank 0) and its result bytes are broadcast. */
typedef struct sw_pass {
  sw_domain domain;
  int64_t items;    /* ITEMS */
  int64_t grain;    /* UNITS: units of a tile, a divisor of SW_BLOCK; 0: SW_BLOCK. Smaller where a
                       unit takes long: a tile is what is dealt to threads, marked and lost.
                       PAIRS with `block`: rows it is asked for at a time, at most SW_MAX_ROWS;
                       0: 8. So many as share what is read of the columns, no more: each thread
                       has room for them */
  size_t record;    /* ITEMS: bytes a tile writes for its item, zeroed before */
  size_t partial;   /* UNITS: bytes of a block's partial; `start` initialises it, `merge` joins */
  size_t result;    /* bytes finish leaves for later passes, on every rank */
  int operand;      /* UNITS: so many operand columns placed by tile, gathered after the pass */
  bool gathered;    /* UNITS: this pass's inputs are gathered views too */
  bool links;       /* ITEMS: its tile sees job->links. Items belong to periods, equally many to
                       each, in order: item i to period i / (items / n_periods) */
  bool one_thread;  /* its tile or segment calls a library that is not thread-safe: it is called by
                       one thread of a process at a time */
} sw_pass;

/* By what the partners of a unit are ordered, the first first; ties by unit code. */
typedef enum sw_by { SW_BY_LARGEST, SW_BY_ABSOLUTE, SW_BY_SMALLEST } sw_by;

enum { SW_MAX_PASSES = 8, SW_MAX_AXES = 8, SW_MAX_ROWS = 64, SW_MAX_BY_ROW = 8 };
enum { SW_ROW_PERIODS = 4 }; /* periods that row_periods is asked for at a time, at most */
enum { SW_SPARE = 8 }; /* room behind both, so that one too many is told instead of overrunning */

typedef struct sw_tile {
  int pass;
  int64_t lo, hi; /* UNITS: units; ITEMS: the item and item + 1 */
} sw_tile;

/* An input: one column that a parameter names. */
typedef struct sw_input {
  const char *name;  /* as the study wrote it */
  const char *where; /* place in the study file */
  sw_view view;      /* by the job's own period index; local or gathered as the pass says */
  bool per_period_normalised; /* a score or rank normalised per period (measures of change refuse) */
  bool unbounded;             /* a composite of z-scores: not in [0,1] (coupling refuses) */
} sw_input;

typedef struct sw_inputs {
  int first, count; /* job->input[first .. first + count) */
} sw_inputs;

/* ---- resources -------------------------------------------------------------------------- */

/* Something large that is made out of links, a distance and settings, and of no values of the
 * panel: a factorisation, a determinant on a grid. Asked for by sw_job_resource in resolve, or in
 * prepare for the pass that begins; made once a node, in memory that its ranks share, and not again
 * for an entry that asks for the same: the same recipe and settings, links of the same content.
 *
 * It is flat bytes without pointers, as each rank sees them at another address; 64-byte aligned,
 * zeroed before. `begin` and `fill` are pure functions of the resource and its base: they see no
 * job, and every node gets the same bytes. Both may fail, with SW_EINPUT where the study asks for
 * what cannot be ("the matrix is singular"); the place is put before. They run on one thread while
 * all others wait, and are not interrupted: what takes long is a pass over items. */
typedef struct sw_resource sw_resource;
struct sw_resource {
  const char *name; /* the recipe, e.g. "ln_determinant" */
  const sw_links *links[2];
  const sw_distance *distance;
  int base;            /* 1 + the index of an earlier resource of the job, of which it is made; 0 */
  const void *setting; /* what else it depends on: bytes without pointers and without gaps */
  size_t setting_bytes;
  size_t bytes; /* of it; with `begin`: at most, for the estimate of memory, 0 where not known */
  /* Where the size is found on the way: makes an object, and says how many bytes it will fill. */
  sw_status (*begin)(sw_error *err, const sw_resource *resource, const void *base, void **object,
                     size_t *bytes);
  sw_status (*fill)(sw_error *err, const sw_resource *resource, const void *base, void *object,
                    void *out);
  void (*end)(void *object); /* releases it, also after a failure, unless it is NULL */
};

enum { SW_MAX_RESOURCES = 8 };

/* ---- a job: one entry of a study -------------------------------------------------------- */

struct sw_measure;

typedef struct sw_job {
  const struct sw_measure *measure;
  const char *name;  /* `as`, else the measure's name; a composite's name */
  const char *where; /* place of the entry in the study file */
  const sw_arg *arg; /* one for each of measure->param */

  int64_t n;                /* units */
  const sw_units *units;
  const sw_periods *periods; /* the panel's */
  int n_periods;             /* of this job */
  const int *period;         /* indices into `periods` */
  bool has_gaps;             /* an input may lack a value, or a pair its distance */

  int n_inputs;
  sw_input *input;
  /* Of the SW_P_PAIRS parameter, by the job's own period index: what the other entry keeps of its
   * pairs, rounded as it is stored, without those that have no value. While a pass with `links`
   * runs; a tile sees those of its item's period and of the period before. The pairs of a whole
   * series are the links of every period. NULL at other times. */
  const sw_links *links;

  struct sw_arena *arena; /* for resolve, prepare and finish */
  struct sw_notes *notes; /* warnings, said once by the runner; every rank leaves the same ones,
                             or (in finish) rank 0 alone */
  uint64_t seed;

  /* Set by resolve. */
  int n_passes;
  sw_pass pass[SW_MAX_PASSES + SW_SPARE];
  bool directed;             /* pair: value(i, j) may differ from value(j, i) */
  bool links_only;           /* pair: values only on the links of the parameter `weights`;
                                then directed */
  bool whole_series;         /* one matrix over all periods, not one for each; without pairs: no
                                output by unit has time */
  bool pooled;               /* a period's values rest on the inputs of other periods too, or on
                                their number; so it is where an output by unit is timeless, without
                                a word. Where it is not, --reuse resolves the entry again with the
                                periods alone whose inputs have changed, and takes the others:
                                whichever periods a job has, the bits of each are the same. A table
                                must be of_parameters for that */
  bool defines_diagonal;     /* pair: value(i, i) is meant */
  sw_by by;                  /* pair: the order of partners where the study does not write `by` */
  int n_axes;
  sw_axis axis[SW_MAX_AXES + SW_SPARE];
  sw_result *result;         /* one for each of measure->output */
  int n_resources; /* of resolve and prepare */
  sw_resource resource[SW_MAX_RESOURCES];
  void *state;               /* the measure's own; tiles see it const */
  bool scores_per_period, scores_unbounded; /* composite: handed on to inputs made of it */

  /* Set by the runner. */
  int64_t first; /* the unit at which this rank's rows of results begin, as those of local views */
  /* While pairs are computed: of which group, and for which label (an index
   * into arg->texts of its parameter); NULL: the result's own. Each has a job of its own, a copy of
   * that of the entry, with the pair outputs of the group alone. In resolve results of groups that
   * the entry does not ask for are off. */
  const char *group;
  int label;
  sw_view operand[SW_MAX_PASSES];    /* gathered: row[c * n_periods + t], from unit 0 */
  sw_view operand_local[SW_MAX_PASSES]; /* while its pass runs: this rank's units */
  const void *folded[SW_MAX_PASSES]; /* result bytes of finish */
  const void *made[SW_MAX_RESOURCES]; /* from the pass on before which they were asked for */
  size_t made_bytes[SW_MAX_RESOURCES];
  int64_t undefined;                 /* UNIT and GLOBAL: values that are NaN, counted when written */
} sw_job;

/* In resolve: one more pass, of which the index is returned, or axis. */
int sw_job_pass(sw_job *job, sw_pass pass);
void sw_job_axis(sw_job *job, sw_axis axis);
/* In resolve: the axes `name` and, where it is not NULL, `to`, of the groups of a column. In the
 * file they are called as the column is, COLUMN and COLUMN_to; or group_COLUMN and group_COLUMN_to,
 * where that is the name of an output or one of the file's own. */
sw_status sw_job_group_axes(sw_error *err, sw_job *job, const char *name, const char *to,
                            const sw_grouping *grouping);
/* The axis that an output calls `name`, or NULL; the name that it has in the file. */
const sw_axis *sw_job_find_axis(const sw_job *job, const char *name);
const char *sw_axis_name(const sw_axis *axis);
/* Periods of the job's result: 1 where it has no time. */
int sw_result_periods(const sw_job *job, const sw_result *result);
/* In resolve and prepare: the index of a resource, which tiles find in job->made; the same index
 * for one that was asked for before. */
int sw_job_resource(sw_job *job, sw_resource resource);
/* The argument of the parameter called `name`, which the measure must have. */
const sw_arg *sw_job_arg(const sw_job *job, const char *name);
/* The links or the distance that it names; NULL when it was left out. A measure looks them up in
 * resolve and keeps them in its state, as names are searched for. */
const sw_links *sw_job_weights(const sw_job *job, const char *name);
const sw_distance *sw_job_distance(const sw_job *job, const char *name);
/* The inputs named by that parameter (none when it was left out). */
sw_inputs sw_job_inputs(const sw_job *job, const char *name);
/* SW_EINPUT with the place of that parameter: "study.yaml:31:5: gravity_gdp: decay: <message>". */
sw_status sw_job_fail(sw_error *err, const sw_job *job, const char *param, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* The result called `name` of the job, or NULL. */
sw_result *sw_job_result(const sw_job *job, const char *name);
/* The period label of the job's period t, e.g. "2005". */
const char *sw_job_period(const sw_job *job, int t);

/* ---- the descriptor --------------------------------------------------------------------- */

/* What a measure promises is checked: the descriptor when the program starts, what resolve declares
 * for every job, what tiles and finish leave while it runs. Each slip is one line that names the
 * measure and ends the program with status 1 (SW_EINTERNAL), as no study can mend it:
 *
 * - name, title, formula, source, version >= 1, resolve; a help of every parameter. Names are
 *   letters, digits and '_'. A headline is one of the outputs.
 * - An alias has a name, a title and the three fields of an alias, and nothing else. It sets a
 *   parameter of a measure that is neither an alias nor a composite, to a value of its type.
 * - Parameters: no two of a name; not `as`, `periods`, `keep`, and beside pair outputs not `by`,
 *   which the engine reads; beside pair outputs `weights` is a weights matrix, as `keep: links`
 *   means its links; a choice has choices; lo <= hi; a default reads as its type. At most one of
 *   pairs, which has no default: a job has links, and a pass that sees them.
 * - Outputs: no two of a name and form; of variants of a name resolve leaves one on. Names that the
 *   results file has itself: unit, unit_to, time, lon, lat, group_*, operand_hash, block,
 *   block_checksum, value_checksum; with pair outputs also out_strength, in_strength, total, mean,
 *   max, n_pairs, partner, row_start, unit_edge, entry, rank, tile, tile_checksum, the sums of
 *   blocks, rings and centres (block_sum, block_count, sent_to, received_from, ring_sum, ring_count,
 *   ring_out, from_centre, to_centre), and `value` but for a pair output. The same holds for axes, which share no name with an output.
 * - Outputs have up to three axes of their own, which differ; pairs none. An output that is on has
 *   its axes declared, each once, with a label or number at least, not both; 8 axes at most.
 * - timeless is of unit outputs; a global one without time is a table. of_parameters is of tables.
 * - Unit outputs need a tile and a pass over units, but for those by_row, which need whole_row and
 *   pair outputs, 8 at most; global ones and tables finish, and a pass over units or items; pair
 *   outputs one of segment, block, whole_row and row_periods, and one pass over pairs, the last.
 *   row_state, row_prepare and row_periods go together.
 * - A group of pair outputs has a parameter SW_P_MATRICES of its name, and each of these a group.
 *   No output and no axis is called like it. Beside outputs of groups alone, unit outputs may have
 *   time although the matrices have none (whole_series).
 * - A resource has a name, a fill, bytes or a begin; its base is an earlier one; 8 at most.
 * - A partial needs merge, a result finish. partial, operand and gathered are of passes over units,
 *   items, record and links of those over items; 1 to 8 passes. open needs close and a workspace.
 * - fold is beside block alone.
 * - A tile fills no output but unit ones, and those over units only; segment, block, whole_row
 *   and row_periods fill `out`.
 * - What a result is follows from its outputs: any kind may have pair outputs beside others. resolve
 *   may switch all of them off, but for the kind pair: then there are no pairs. Beside one matrix
 *   over all periods (whole_series) unit outputs are timeless. */


/* Sums of a square of pairs under way, in eight lanes each: number c of row r, from the square's first
 * column and row, is added to row[r * 8 + c % 8] and to column[(r % 8) * stride + c], in the order of
 * columns and of rows. `greatest` is raised to the largest value; NaN raises nothing. */
typedef struct sw_fold {
  double *row, *column;
  int64_t stride;
  double greatest;
} sw_fold;

typedef enum sw_kind { SW_KIND_UNIT, SW_KIND_PAIR, SW_KIND_GLOBAL, SW_KIND_MODEL, SW_KIND_COMPOSITE } sw_kind;

typedef struct sw_measure {
  const char *name, *title;
  const char *formula; /* one line or two, plain text */
  const char *source;  /* the citation */
  int version;         /* raised when numbers change */
  const char *headline; /* the output that a summary shows; NULL: the first */
  sw_kind kind;
  const sw_param *param; /* ends with a NULL name; `as`, `periods`, `keep`, `by` are the engine's */
  const sw_output *output; /* ends with a NULL name */
  double flops, bytes;   /* pair: per evaluated pair, for the plan */

  /* Read the arguments, refuse what cannot be, declare passes, axes, symmetry, state. Pure and
   * the same on every rank; sees counts and names, no values. */
  sw_status (*resolve)(sw_error *err, sw_job *job);
  /* Optional, before each pass, on every rank, inputs in place. Pure. */
  sw_status (*prepare)(sw_error *err, sw_job *job, int pass);
  /* UNITS and ITEMS. Cannot fail, print or allocate outside `workspace`. `out`: the partial or
   * the record; NULL when the pass has neither. */
  void (*tile)(const sw_job *job, const sw_tile *tile, void *out, void *workspace);
  /* UNITS: initial partial (zeros when absent); joins `part` into `all`, in block order. */
  void (*start)(const sw_job *job, int pass, void *all);
  void (*merge)(const sw_job *job, int pass, void *all, const void *part);
  /* `all`: the merged partial, or all records in item order. Fills GLOBAL and TABLE outputs and
   * `result` (zeroed before). May fail with SW_EINPUT (e.g. a negative mass). Rank 0 only. */
  sw_status (*finish)(sw_error *err, sw_job *job, int pass, const void *all, void *result);
  /* Optional: opaque state that every rank builds from finish's bytes (a factorisation), kept in
   * job->state by the measure; destroy releases it. */
  sw_status (*build)(sw_error *err, sw_job *job, int pass);
  void (*destroy)(sw_job *job);

  /* PAIRS: values of row i against columns [j0, j1) in the job's period t, out[q][j - j0] for
   * each pair output q. The diagonal, when met, may be anything unless defines_diagonal. An
   * undirected measure gives the same bits for (i, j) and (j, i). */
  void (*segment)(const sw_job *job, int t, int64_t i, int64_t j0, int64_t j1, double *const *out,
                  void *workspace);
  /* Instead of segment, for what gains by several rows at a time, as products do, where each number
   * of a column serves all rows: rows [i0, i1) against columns [j0, j1), out[q][(i - i0) * stride +
   * j - j0]; rows as many as the pass's grain, or fewer. The bits of a pair do not depend on the
   * block that it lies in. See kernel/pairs/block.h. */
  void (*block)(const sw_job *job, int t, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                double *const *out, int64_t stride, void *workspace);
  /* Optional, beside block: adds a square's values to its sums without leaving them in memory, where
   * only sums of an undirected matrix are wanted. The bits are those of adding what block fills; a
   * NaN shows in its row's sum, and the square is then done again by block. */
  void (*fold)(const sw_job *job, int t, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
               sw_fold *sums, void *workspace);
  /* Instead of either, for what must see a whole row: out[q][0 .. n). Behind the pair outputs stand
   * those that are by_row, in order: out[pairs + k][label] is a number of the row's unit, NaN before
   * the call; NULL where it is not wanted. A row without pairs to keep is no matter of pairs: see
   * market_potential.c, a pass over units with its operands gathered. */
  void (*whole_row)(const sw_job *job, int t, int64_t i, double *const *out, void *workspace);
  /* Instead of these, for whole rows of which a part rests on the row and not on the period, as
   * distances and their order do. row_prepare makes that part once for all periods that go
   * together, in `state`: row_state(job) bytes, 64-byte aligned, not zeroed. row_periods then fills
   * the row's values in periods [t0, t1), SW_ROW_PERIODS of them at most: of pair output q of k,
   * out[(t - t0) * k + q][0 .. n). Which periods come together changes no bit. Between the two
   * calls the same workspace may serve other rows. */
  size_t (*row_state)(const sw_job *job);
  void (*row_prepare)(const sw_job *job, int64_t i, void *state, void *workspace);
  void (*row_periods)(const sw_job *job, int t0, int t1, int64_t i, const void *state,
                      double *const *out, void *workspace);

  /* Bytes of a thread's workspace (0: none), 64-byte aligned, not zeroed. */
  size_t (*workspace)(const sw_job *job);
  /* Optional, with a workspace: what a thread makes there before its first tile or segment of a
   * pass and takes down after its last, such as the objects of a library. Where open fails, the run
   * ends with its status and close is not called. `err` is the thread's until close: a tile whose
   * library has failed records that with sw_fail there, and the run ends with it; what the tile
   * has left is dropped. */
  sw_status (*open)(sw_error *err, const sw_job *job, int pass, void *workspace);
  void (*close)(const sw_job *job, int pass, void *workspace);

  /* An alias, another name for a measure with one parameter set: an entry of that name is one of
   * `alias_of`, may not give the parameter, and is called like the alias without `as`. The results
   * name the measure. In the catalogue: SW_ALIAS of catalog.def. */
  const struct sw_measure *alias_of;
  const char *alias_param, *alias_value; /* the value as a study would write it */
} sw_measure;

/* ---- the catalogue ---------------------------------------------------------------------- */

/* Measures and aliases, in the order of catalog.def. */
int sw_measure_count(void);
const sw_measure *sw_measure_at(int index);
const sw_measure *sw_measure_find(const char *name);

#pragma GCC visibility pop

#endif
