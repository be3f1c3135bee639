/* What the parts of the report page are made from, and who writes which part. The results file is
 * opened and told (store/page/page.h); a part takes the model and appends to a stream. A part that
 * cannot be made fails with one line; one that has nothing to say writes nothing. */
#ifndef SW_CLI_REPORT_MODEL_H
#define SW_CLI_REPORT_MODEL_H

#include "cli/markup/blocks.h"
#include "cli/markup/html.h"
#include "cli/markup/json.h"
#include "plan/study/study.h"
#include "store/page/page.h"

/* What is asked for. */
typedef struct sw_report_options {
  const char *path;           /* of the results */
  const char *output;         /* NULL: beside them, with .html */
  const char *against;        /* earlier results; NULL: none */
  const char *results;        /* "a,b": these alone; NULL: all */
  const char *polygons, *key; /* NULL: those of the study */
  const char *language;       /* NULL: that of the study, else English */
  bool small, force;
} sw_report_options;

enum {
  SW_MOST_PARTS = 12,   /* parts of a variable on the map; of more, none is */
  SW_MOST_PARTNERS = 20 /* kept of a unit on the page */
};

/* Something of the results that the page does not have, or not all of. */
typedef struct sw_report_left_out {
  int variable; /* of the page */
  enum {
    SW_LEFT_PERIODS, /* only the first and the last period, and means */
    SW_LEFT_VALUES,  /* no values by unit */
    SW_LEFT_PARTS,   /* some of its parts */
    SW_LEFT_PAIRS,   /* pairs beyond the `k` strongest, or of all but one period */
    SW_LEFT_ALL_PAIRS
  } what;
} sw_report_left_out;

typedef struct sw_report {
  sw_arena *arena;
  const sw_report_options *options;
  sw_page *page;       /* only results that are asked for are `taken` */
  sw_page *against;    /* NULL: none */
  const char *reading; /* the path of the one that is read */
  const bool *taken;   /* by result: is on the page */
  bool chinese;        /* the page's language */
  const char *file;    /* base name of the results, for readers */
  const char *title;   /* in the page's language */
  /* One unit, "county", and several, in each language; the first from the study, else "unit". */
  const char *noun_en, *nouns_en, *noun_zh;
  int n_left_out;
  sw_report_left_out *left_out;
  struct sw_report_geometry
      *geometry; /* geometry.h; never NULL, kind none where there are no places */
  struct sw_report_changes *changes; /* changes.c; NULL without --against */
} sw_report;

/* ---- parts in HTML (each in its own file of cli/front) ------------------------------------- */

/* first_page.c: the headline table, within <section id=summary>. */
sw_status sw_report_first_page(sw_error *err, const sw_report *report, sw_html *html);
/* rests_on.c: the card beside it: units, periods, missing cells, islands, every warning. */
sw_status sw_report_rests_on(sw_error *err, const sw_report *report, sw_html *html);
/* changes.c, with --against: compares the two files, with blocks for what is on the map; from the
 * arena. Then the largest changes by result as a table, below the first two; and as JSON the
 * members of `against` in the manifest besides `file` (which is there already). */
sw_status sw_report_changes_make(sw_error *err, const sw_report *report, sw_blocks *blocks,
                                 struct sw_report_changes **changes);
sw_status sw_report_changes(sw_error *err, const sw_report *report, sw_html *html);
sw_status sw_report_changes_json(sw_error *err, const sw_report *report, sw_json *json);
/* method.c: within <section id=method>: formulas, sources, inputs, version, seed, cite as, the
 * command that verifies, what is left out of the page, licences of d3. */
sw_status sw_report_method(sw_error *err, const sw_report *report, sw_html *html);

/* words.c: the languages of what comes from the file. */
/* "county", "counties"; in the page's language. */
const char *sw_report_noun(const sw_report *report, int64_t count);
/* terms.c: the Chinese of titles and long names of the catalogue, from the arena; NULL: not known.
 */
const char *sw_report_chinese(sw_arena *arena, const char *text);

#endif
