/* A study as its file says it: names and numbers, checked for form, before any data is read.
 * Everything lives in the study's arena and is the same on every rank. Const once parsed, with two
 * exceptions: bind fills what arguments name (arg->weights, distance, table) and settles
 * entry->is_pair.
 *
 * Texts point into the study's tree; `node` fields are kept for messages with a place. Pairs
 * `file`, `path`: as the user wrote it, and joined to the folder of the study file. NULL and 0: the
 * key was left out. */
#ifndef SW_PLAN_STUDY_STUDY_H
#define SW_PLAN_STUDY_STUDY_H

#include "base/arena.h"
#include "base/node.h"
#include "base/text.h"
#include "kernel/weights/contiguity.h"
#include "kernel/weights/nearby.h"
#include "plan/study/sums.h"
#include "spillway/measure.h"

#include <string.h>

/* A text in up to two languages: by SW_PLAIN, SW_ENGLISH, SW_CHINESE; NULL: not given. */
typedef struct sw_words {
  const char *in[SW_TONGUES];
} sw_words;

/* ---- panel ------------------------------------------------------------------------------ */

typedef enum sw_layout {
  SW_LAYOUT_LONG,           /* one row per unit and period, one column per indicator */
  SW_LAYOUT_LONG_BY,        /* one row per unit, period and label; indicators are VALUE.LABEL */
  SW_LAYOUT_WIDE_PREFIX,    /* one row per unit, columns PREFIX<period> of one indicator */
  SW_LAYOUT_WIDE_INDICATOR, /* one row per unit and indicator, one column per period */
} sw_layout;

/* What becomes of a sum of members that lack a cell, in the order of the words in panel.c. */
typedef enum sw_member_missing {
  SW_MEMBERS_REFUSE,
  SW_MEMBERS_SKIP,
  SW_MEMBERS_AT_LEAST
} sw_member_missing;

/* What becomes of missing cells of an indicator, in the order of the words in panel.c. */
typedef enum sw_missing {
  SW_MISSING_ERROR,
  SW_MISSING_KEEP,
  SW_MISSING_DROP_UNITS,
  SW_MISSING_INTERPOLATE,
  SW_MISSING_ZERO
} sw_missing;

/* An indicator that an expression makes of others (panel/expression.h), in the order of the
 * file. */
typedef struct sw_derive {
  const char *name;
  const char *expression;
  const sw_node *node; /* for messages */
} sw_derive;

/* After `aggregate`: the sum of `numerator` over a group divided by that of `denominator`. */
typedef struct sw_ratio {
  const char *name, *numerator, *denominator;
} sw_ratio;

/* A rate under a crosswalk: a mean of the parts of a unit, weighed by another column. */
typedef struct sw_mean {
  const char *name, *weight;
} sw_mean;

/* `crosswalk`: which units became which others, by a table of changes. file NULL: there is none. */
typedef struct sw_crosswalk_spec {
  const sw_node *node;
  const char *file, *path;
  const char *from, *to; /* columns of codes */
  const char *period; /* of the first period of the new codes; NULL: changes are of all periods */
  const char *share;  /* NULL: 1 each */
  int n_means;
  const sw_mean *mean; /* other columns are added up */
} sw_crosswalk_spec;

/* The mean that a column is, or NULL: it is added up. */
static inline const sw_mean *sw_crosswalk_mean(const sw_crosswalk_spec *spec, const char *name) {
  for (int m = 0; m < spec->n_means; m++)
    if (!strcmp(spec->mean[m].name, name)) return &spec->mean[m];
  return NULL;
}

typedef struct sw_panel_spec {
  const sw_node *node;
  int n_files;
  const char *const *file; /* as the user wrote them, for messages */
  const char *const *path; /* where they are */
  bool inner;              /* `join: inner`: units and periods that all of several files have */
  const char *unit;        /* column of the unit's code */
  const char *time;        /* NULL: a cross-section, one period "0" */
  const char *time_format; /* how its periods are written (panel/time.h), or NULL */
  sw_layout layout;
  const char *by; /* LONG_BY: the column of labels; a file without it is long */
  int n_values;
  const char *const *value;            /* its columns of values */
  const char *total;                   /* the label that is the total of the others, or NULL */
  const char *wide_name, *wide_prefix; /* WIDE_PREFIX */
  const char *wide_indicator;          /* WIDE_INDICATOR: the column */
  int n_wide_names;
  const char *const *wide_code;  /* its values ... */
  const char *const *wide_label; /* ... and the indicators they become */
  int n_periods;                 /* `periods:` given in the layout: the columns; 0: integers */
  const char *const *period;
  int n_taken; /* `periods:` of the panel: those that are read; 0: all */
  const char *const *taken;
  int64_t header, footer; /* lines above the names, and at the end of a file, that are no data */
  char separator;         /* of columns in text files; 0: their first line tells */
  /* `missing_values`: what means a missing cell besides the empty one. What reads as a number, in
   * quotes or not, is compared by value, all else by its characters. */
  int n_missing_values;
  const char *const *missing_value;
  /* `decimal`, `thousands`, `percent`: how text files write numbers; NULL: as everywhere. */
  const sw_number_form *number_form;
  int n_missing_numbers;
  const double *missing_number;
  sw_missing missing;
  int n_derive;
  const sw_derive *derive;
  int n_breaks; /* the first period after each break of a series */
  const char *const *break_label;
  sw_crosswalk_spec crosswalk;
  /* aggregate: by == NULL when not asked for */
  const char *aggregate_by; /* a column of the units file */
  int n_sum;
  const char *const *sum;
  int n_ratio;
  const sw_ratio *ratio;
  sw_member_missing member_missing;
  double at_least; /* MEMBERS_AT_LEAST: the share of members that a sum needs */
} sw_panel_spec;

/* Whether a number stands for a missing cell: -9999 and -9999.0 are one. For every kind of file, of
 * what is stored, before it is unpacked or scaled. */
static inline bool sw_panel_spec_is_missing(const sw_panel_spec *spec, double value) {
  for (int k = 0; k < spec->n_missing_numbers; k++)
    if (value == spec->missing_number[k]) return true;
  return false;
}

/* ---- units ------------------------------------------------------------------------------ */

typedef enum sw_area_unit { SW_KM2, SW_SQMI, SW_HA } sw_area_unit;
typedef enum sw_compare { SW_EQ, SW_NE, SW_LT, SW_LE, SW_GT, SW_GE } sw_compare;
/* `sign`: of the left side less the right. */
bool sw_compare_holds(sw_compare compare, int sign);

/* `where`: a disjunction of conjunctions of comparisons; `and` binds tighter than `or`. */
typedef struct sw_condition {
  const char *column;
  sw_compare compare;
  const char *text; /* what is compared with */
  bool is_number;   /* then both sides are compared as numbers, unless the column is of codes */
  double number;
  bool starts_or; /* this comparison begins a new alternative */
} sw_condition;

/* Polygons of the units, in any file that GDAL reads. */
typedef struct sw_polygons_spec {
  const sw_node *node; /* NULL: the study gives none */
  const char *file, *path;
  const char *key;   /* the field with the unit's code */
  const char *layer; /* NULL: the only one */
} sw_polygons_spec;

/* A group by characters of the code, as Python takes them: unit[from:to], counted from 0, from the
 * end where negative. `open`: to the end. */
typedef struct sw_unit_slice {
  const char *name;
  const char *text; /* as the study writes it */
  int64_t from, to;
  bool open;
  const sw_node *node; /* for messages */
} sw_unit_slice;

typedef struct sw_units_spec {
  const sw_node *node;
  bool given; /* without a units file the units are those of the panel */
  const char *file, *path;
  const char *unit, *lon, *lat; /* column names; lon, lat, area may be NULL */
  sw_words name;                /* columns of names */
  sw_words noun;                /* what a unit is: county */
  const char *area;
  sw_area_unit area_unit;
  int n_where;
  const sw_condition *where;
  bool drop_unmatched; /* units of one file only: dropped; false: an error */
  int n_groups;        /* columns that partition the units */
  const char *const *group;
  int n_slices; /* those of them that are no columns but slices of the codes */
  const sw_unit_slice *slice;
  sw_polygons_spec polygons;
} sw_units_spec;

typedef struct sw_study sw_study;

/* ---- weights ---------------------------------------------------------------------------- */

typedef enum sw_weights_kind {
  SW_W_FILE,   /* .csv (from,to[,weight]) .gal .gwt .mtx */
  SW_W_MATRIX, /* a square table */
  /* Of the units' coordinates. */
  SW_W_KNN,
  SW_W_INVERSE_DISTANCE,
  SW_W_BAND, /* all within a distance */
  SW_W_KERNEL,
  SW_W_CONTIGUITY, /* of their polygons */
  SW_W_BLOCK,      /* of their groups */
  SW_W_RESULT,     /* kept pairs of a result, in an earlier results file or of this study */
  /* Of other weights matrices. */
  SW_W_UNION,
  SW_W_INTERSECTION,
  SW_W_DIFFERENCE,
  SW_W_PRODUCT,
  SW_W_TRANSPOSE,
  SW_W_HIGHER_ORDER
} sw_weights_kind;

static inline bool sw_weights_kind_combines(sw_weights_kind kind) {
  return kind >= SW_W_UNION;
}

/* What weights are of pairs from a sender to a receiver: w_ij of i as receiver, as sender, both. */
typedef enum sw_pair_use { SW_USE_IN, SW_USE_OUT, SW_USE_BOTH } sw_pair_use;

/* Columns of a list of links or distances, as the study names them; NULL: it does not. */
typedef struct sw_link_columns {
  const char *from, *to; /* both or neither */
  const char *value;     /* of the weight or distance */
} sw_link_columns;

typedef struct sw_weights_spec {
  const char *name;
  const sw_node *node;
  sw_weights_kind kind;
  sw_style style;
  const char *file, *path;
  sw_link_columns columns;        /* FILE, of a list */
  const char *order, *order_path; /* FILE, of a .mtx: the codes of its rows */
  int64_t k;                      /* knn; kernel: to the k-th neighbour, 0: a width in km */
  double power, cutoff_km;        /* inverse-distance; cutoff <= 0: none */
  sw_rule rule;                   /* contiguity */
  double snap;                    /* of it; < 0: SW_SNAP_DEGREES or SW_SNAP_METRES, by the map */
  bool meet;                      /* of it: vertices on edges, `method: intersect` */
  int64_t q;                      /* of it, higher-order: neighbours so many links away ... */
  bool lower;                     /* ... or fewer */
  double km;                      /* distance-band; kernel of a given width */
  bool fixed;                     /* kernel: one width, the greatest distance to a k-th neighbour */
  sw_kernel_form function;        /* kernel */
  sw_kernel_diagonal diagonal;    /* kernel */
  const char *group;              /* block: a column of the units */
  const char *result;             /* result: its name in `file`; file NULL: in this study ... */
  const char *quantity, *period;  /* ... NULL: the first, the last */
  sw_pair_use use;                /* of it */
  int64_t top;                    /* of it: the strongest so many of each unit; 0: all */
  int flow;                       /* of it: 1 + index into study->flow; 0: it is none of these */
  const struct sw_need *need;     /* result of this study; else NULL */
  const sw_links *pairs;          /* of it, in the specs that a run gives to the reader: as kept */
  bool later;                     /* rests on a result of this study: made in the run */
  int n_of;                       /* of those that combine: indices into study->weights */
  const int *of;
} sw_weights_spec;

/* What is one vertex, unless the study says: of maps in degrees, and of others in metres. */
#define SW_SNAP_DEGREES 1e-7
#define SW_SNAP_METRES .01

/* What is in force, defaults too, in the words of a study, without the name: "{kind: knn, k: 6,
 * style: row}". From the arena; NULL: no memory. */
const char *sw_weights_words(sw_arena *arena, const sw_study *study, const sw_weights_spec *spec);

/* ---- observed flows ---------------------------------------------------------------------- */

/* One of `pairs:`. Each is an entry too, of the measure observed_flow. */
typedef struct sw_flow_spec {
  const char *name;
  const sw_node *node;
  const char *file, *path;
  const char *from, *to; /* columns of the units' codes */
  const char *time;      /* NULL: of all periods */
  const char *value;
} sw_flow_spec;

/* ---- entries ---------------------------------------------------------------------------- */

typedef enum sw_keep_kind {
  SW_KEEP_DEFAULT, /* dense up to 5,000 units, summary above, or centres where there are some */
  SW_KEEP_DENSE,
  SW_KEEP_TOP,
  SW_KEEP_ABOVE,
  SW_KEEP_LINKS,
  SW_KEEP_SUMMARY,
  SW_KEEP_SHARE,
  SW_KEEP_SIGNIFICANT, /* whose quantity SW_SIGNIFICANT is 1 */
  SW_KEEP_CENTRES      /* rows and columns of the centres, and no other pair is computed */
} sw_keep_kind;

/* All pairs are walked, for their sums at least. */
static inline bool sw_keep_walks(sw_keep_kind kind) {
  return kind != SW_KEEP_CENTRES;
}
/* Pairs are stored. */
static inline bool sw_keep_stores(sw_keep_kind kind) {
  return kind != SW_KEEP_SUMMARY && kind != SW_KEEP_CENTRES;
}

/* Stored as entries, rows compressed; of these some are counted before the file is laid out. */
static inline bool sw_keep_is_counted(sw_keep_kind kind) {
  return kind == SW_KEEP_ABOVE || kind == SW_KEEP_SHARE || kind == SW_KEEP_SIGNIFICANT;
}
static inline bool sw_keep_has_entries(sw_keep_kind kind) {
  return sw_keep_is_counted(kind) || kind == SW_KEEP_LINKS;
}

/* `top`, `above`, `share`: of the kinds of that name. `by` orders partners, and is settled by bind.
 */
typedef struct sw_keep {
  sw_keep_kind kind;
  sw_by by;
  int64_t top;
  double above;
  double share; /* in (0, 1] */
} sw_keep;

/* A file of a network: CSV, or a layer of anything that OGR reads; and its columns, NULL where the
 * study names none. */
enum { SW_NETWORK_COLUMNS = 5 };
typedef struct sw_network_file {
  const char *file, *path, *layer;
  const char *column[SW_NETWORK_COLUMNS]; /* of nodes: node, lon, lat; of edges: from, to, mode,
                                             from_period, km */
  const sw_node *node;                    /* for messages */
} sw_network_file;

typedef struct sw_network_mode {
  const char *name;      /* "" of a network of one mode that has no name */
  double kmh;            /* of its edges whose time is not given; 0: none */
  double access_kmh;     /* to its nearest node; 0: no access by it */
  sw_network_file edges; /* of this mode alone; file NULL: it has none of its own */
} sw_network_mode;

typedef struct sw_network_spec {
  const sw_node *node;
  sw_network_file nodes;
  sw_network_file edges; /* file NULL: each mode has its own */
  const char *time;      /* the column of minutes; NULL: by lengths and speeds */
  int n_modes;
  sw_network_mode *mode; /* one without a name where the study has none */
  double transfer;       /* minutes between the modes of a node; < 0: none */
  double access_kmh;     /* 0: units are nodes, by code */
  double within;         /* minutes; 0: no limit */
  bool directed;
} sw_network_spec;

/* A distance as an entry asks for it. */
typedef struct sw_distance_spec {
  sw_distance_kind kind;
  const sw_network_spec *network; /* SW_GIVEN by a network; else NULL */
  const char *file, *path;        /* SW_GIVEN */
  sw_link_columns columns;        /* SW_GIVEN, of a list */
  int flow;                       /* SW_GIVEN: 1 + index into study->flow; 0: a file */
  const sw_node *node;            /* for messages */
} sw_distance_spec;

/* What an argument names that is read or made when its entry is bound. */
typedef struct sw_naming {
  int weights;                  /* WEIGHTS: index into study->weights, -1: left out */
  const int *weights_list;      /* WEIGHTS_LIST: the same of each */
  sw_distance_spec distance;    /* DISTANCE */
  int flow;                     /* FLOW: 1 + index into study->flow, 0: left out */
  const sw_node *const *column; /* COLUMN_MAP: where each of its columns stands */
  sw_centres_spec centres;      /* CENTRES */
} sw_naming;

/* A column that an entry takes as input, or the pairs of another entry, by the reading of its
 * name. */
typedef struct sw_need {
  int param;        /* -1: of weights; index into measure->param */
  const char *name; /* as written */
  const char *where;
  int entry;            /* the entry whose result it is, or -1: an indicator or derived */
  int group;            /* or which group column of the units it is; -1: none */
  const char *quantity; /* of that entry ("score" of a composite); of pairs NULL: the first */
  const char *label[SW_MAX_OWN]; /* of each of its extra axes; NULL behind the last */
  int part_of; /* 1 + the need that it is a part of (nested.c); 0: the study names it */
} sw_need;

/* An entry of the study, or (group not NULL) the matrices of a group of one, for one label: what
 * the file has below the result of the entry `parent`, computed with it. */
/* Of stored pairs, where an entry says it. */
typedef enum sw_precision { SW_AS_STUDY, SW_SINGLE, SW_DOUBLE } sw_precision;

typedef struct sw_entry {
  const sw_measure *measure; /* with the outputs of blocks, rings and centres, where asked for */
  const sw_measure *plain;   /* without them */
  const sw_measure *alias;   /* of the measure, by which the study asks for it; NULL: by its name */
  const char *name;
  const char *where;      /* "study.yaml:30:5" */
  const char *name_where; /* of the name: of `as:` where there is one */
  const sw_node *node;
  sw_arg *arg;       /* one for each measure->param; what names data is filled when it is read */
  sw_naming *naming; /* the same */
  int n_periods;     /* `periods:`, 0: all */
  const char *const *period;
  bool balanced;          /* only units with values of all inputs in all of these periods */
  bool is_pair;           /* its measure has pair outputs; from bind on: some of them are on */
  sw_keep keep;           /* as written; bind puts defaults into sw_pair_plan */
  const char *keep_where; /* place of `keep`, else of the entry */
  int by;                 /* sw_by, as written; -1: as the measure has it */
  sw_precision precision; /* of its stored pairs, as written; ask sw_study_is_wide */
  const char *group;      /* of the parent's measure; NULL: an entry of its own, and no parent */
  int parent, param, label;
  int n_needs; /* columns; the pairs it takes stand behind them */
  int n_pair_needs;
  const sw_need *need;
  int n_weight_needs; /* results of this study that its weights are made of */
  const sw_need *const *weight_need;
  int flow;          /* one of `pairs:`: 1 + index into study->flow; 0: it is none */
  int links;         /* of keep: links: index into study->weights, -1 */
  sw_sums_spec sums; /* blocks, rings, centres; `measure` then has their outputs, too */
} sw_entry;

/* The centres that it asks for, of its pairs or of its measure; NULL: none. */
const sw_centres_spec *sw_entry_centres(const sw_entry *entry);

/* Its weights are made in the run; it is then resolved again (run/weights.c). */
static inline bool sw_entry_is_late(const sw_entry *entry) {
  return entry->n_weight_needs > 0;
}

struct sw_study {
  sw_arena *arena;
  const char *file; /* as given on the command line */
  const char *text; /* the whole file */
  const char *name;
  sw_words title; /* for readers */
  sw_panel_spec panel;
  sw_units_spec units;
  int n_weights;
  sw_weights_spec *weights;
  int n_flows;
  sw_flow_spec *flow;
  int n_entries; /* composites first, flows, then measures, as written, then matrices of groups */
  sw_entry *entry;
  int *order; /* n_entries: entries in an order in which each follows what it needs */
  const char *output_file, *output_path;
  const char *report_file, *report_path; /* a page of the results; NULL: none is asked for */
  bool float64;                          /* of stored pairs whose entries say nothing */
  bool deflate;
  uint64_t seed; /* of every random number; 0 unless given */
  int64_t tile;  /* units along the side of a square of pairs, about (sw_cut_make) */
};

/* Whether entry e stores its pairs as doubles: as it says, else as the study does. */
static inline bool sw_study_is_wide(const sw_study *study, int e) {
  sw_precision precision = study->entry[e].precision;
  return precision == SW_AS_STUDY ? study->float64 : precision == SW_DOUBLE;
}

/* Parse and check the text of a study file. Refuses unknown keys, measures, composites, weights and
 * results (nearest named), wrong types and ranges, two results of one name, and cycles. Indicators
 * are checked later, against the files. `extra`: measures besides the catalogue's, for tests and
 * programs with measures of their own. */
sw_status sw_study_parse(sw_error *err, sw_arena *arena, const char *file, const char *text,
                         size_t length, const sw_measure *const *extra, int n_extra,
                         sw_study **study);
/* The same where VALUE.* stands for an indicator of each label of a panel that is long by a column:
 * these labels, of its files and without the total, in byte order; NULL: such a name is left as it
 * is written. Which they are is read (sw_panel_labels) by a first look at the panel alone. */
sw_status sw_study_parse_by(sw_error *err, sw_arena *arena, const char *file, const char *text,
                            size_t length, const sw_measure *const *extra, int n_extra,
                            const char *const *label, int n_labels, sw_study **study);
sw_status sw_study_look(sw_error *err, sw_arena *arena, const char *file, const char *text,
                        size_t length, sw_study **study);

/* The indicators (columns of files or derived) that entries read, with what the derived indicators
 * and the ratios of `aggregate` among them are made of; each once, in byte order. */
sw_status sw_study_indicators(sw_error *err, const sw_study *study, int *count,
                              const char *const **names);

#endif
