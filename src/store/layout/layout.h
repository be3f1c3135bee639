/* What a results file looks like to a reader, in one place: attributes, and the datasets and axes
 * that the file has itself with what they say of themselves. Names that `plan` knows too are in
 * measure/names.h. Whoever writes, reads, compares or tells of a results file takes names from
 * these two: tests/arch/test_layout.py sees to it that no other file spells them. */
#ifndef SW_STORE_LAYOUT_LAYOUT_H
#define SW_STORE_LAYOUT_LAYOUT_H

#include <stdbool.h>

#include "measure/names.h"

/* ---- attributes ------------------------------------------------------------------------- */

/* Of the root. */
#define SW_ATTR_TITLE "title"
#define SW_ATTR_TITLE_EN "title_en"
#define SW_ATTR_TITLE_ZH "title_zh"
/* What a unit is, "county"; plain, or by language. */
#define SW_ATTR_NOUN "unit_noun"
#define SW_ATTR_NOUN_EN "unit_noun_en"
#define SW_ATTR_NOUN_ZH "unit_noun_zh"
#define SW_ATTR_STATE "state"
#define SW_ATTR_VERSION "version"
#define SW_ATTR_BUILD "build"
#define SW_ATTR_STUDY "study"
#define SW_ATTR_INPUTS "inputs"
#define SW_ATTR_SEED "seed"
#define SW_ATTR_TILE_SIDE "tile"
#define SW_ATTR_PRECISION "precision"
/* All of the study; of a result's group those that it names; of a matrix its own. */
#define SW_ATTR_WEIGHTS SW_NAME_WEIGHTS
#define SW_ATTR_UNMATCHED "unmatched"
#define SW_ATTR_MISSING "missing"
#define SW_ATTR_MISSING_CELLS SW_NAME_MISSING_CELLS /* by variable; by period in its group */
#define SW_ATTR_CELLS_FILLED "cells_filled"
#define SW_ATTR_AGGREGATE_MISSING "aggregate_missing"
#define SW_ATTR_LOGARITHMS_UNDEFINED "logarithms_undefined"
#define SW_ATTR_UNITS_WITHOUT_DATA "units_without_data"
#define SW_ATTR_UNITS_DROPPED "units_dropped"
#define SW_ATTR_ROWS_OF_UNKNOWN_UNITS "rows_of_unknown_units"

/* Of a weights matrix: how many links; units without one; 1 where both ways weigh the same. */
#define SW_ATTR_LINKS "links"
#define SW_ATTR_ISLANDS "islands"
#define SW_ATTR_SYMMETRIC "symmetric"

/* The values of `state`. */
#define SW_STATE_INCOMPLETE "incomplete"
#define SW_STATE_COMPLETE "complete"

/* Of the group of a result, which is known by the first. */
#define SW_ATTR_MEASURE "measure"
#define SW_ATTR_MEASURE_VERSION "measure_version"
#define SW_ATTR_FORMULA "formula"
#define SW_ATTR_SOURCE "source"
#define SW_ATTR_PARAMETERS "parameters"
#define SW_ATTR_ORIENTATION "orientation"
/* The dataset that a summary of the result shows, where it has one by unit, period or table. */
#define SW_ATTR_HEADLINE "headline"
/* Of a group in words, of a dataset a number. */
#define SW_ATTR_UNDEFINED "undefined"
/* Lines that the measure says of the result. */
#define SW_ATTR_SUMMARY "summary"
/* Of a result, and of the root: what the run warned of, a line each; of the root what is of the
 * panel, its units and weights. */
#define SW_ATTR_NOTES "notes"
/* Of a dataset, how it is looked at (measure/show.h): a word; colours, and the value they diverge
 * about; 1 where ratios matter; names of datasets it is drawn with, between blanks; the names of
 * classes, a line each, and the number of the first. */
#define SW_ATTR_SHOW "show"
#define SW_ATTR_PALETTE "palette"
#define SW_ATTR_CENTRE "centre"
#define SW_ATTR_LOGARITHMIC "logarithmic"
#define SW_ATTR_SHOWN_WITH "shown_with"
#define SW_ATTR_CLASS_NAMES "class_names"
#define SW_ATTR_CLASS_FIRST "class_first"
/* Lines "I in 2003: constant"; of an output without time "b: constant". */
#define SW_ATTR_UNDEFINED_IN "undefined_in"

/* Of `time` where it holds days, in the words of CF, which readers decode. */
#define SW_ATTR_CALENDAR "calendar"
#define SW_TEXT_CALENDAR "proleptic_gregorian"
#define SW_TEXT_DAYS "days since 1970-01-01"

/* Bytes that these take, as they are set at the end, in place. */
enum { SW_UNDEFINED_ROOM = 1024, SW_REASONS_ROOM = 4096, SW_STATE_ROOM = 16 };
/* The same of warnings, where some may come late; all of them, below the 64 KiB of an attribute. */
enum { SW_NOTES_ROOM = 8192, SW_NOTES_MOST = 32768 };

/* HDF5, netCDF-4 and HDF5's dimension scales keep it for themselves: it says nothing of the
 * results. */
bool sw_layout_is_housekeeping(const char *attribute);

/* ---- datasets --------------------------------------------------------------------------- */

/* Where a variable's numbers come from, and so who writes them and when. The order counts: up to
 * SW_FROM_IN they are by unit, up to SW_FROM_STORED written by all ranks, from SW_FROM_GLOBAL to
 * SW_FROM_PAIRS covered by the group's value_checksum. */
typedef enum sw_source {
  SW_FROM_UNIT, /* every rank its units, at the end */
  SW_FROM_OUT,  /* strengths: the same */
  SW_FROM_IN,
  SW_FROM_PARTNER,   /* of top, above, links: the sink, while pairs are computed */
  SW_FROM_STORED,    /* the quantities of pairs: the same */
  SW_FROM_ROW_START, /* rank 0, at creation */
  SW_FROM_GLOBAL,    /* rank 0, at the end */
  SW_FROM_TABLE,
  SW_FROM_TOTAL,
  SW_FROM_MEAN,
  SW_FROM_MAX,
  SW_FROM_PAIRS, /* ordered pairs with a value */
  /* Hashes and checksums, rank 0, at the end. */
  SW_FROM_OPERANDS,
  SW_FROM_TILES,
  SW_FROM_BLOCKS,
  SW_FROM_VALUES,
  SW_SOURCES
} sw_source;

/* What a dataset says of itself. */
typedef struct sw_layout_text {
  const char *name, *long_name;
  const char *of;    /* not NULL: between long_name and that of the quantity it is made of */
  const char *units; /* NULL: the quantity's */
} sw_layout_text;

/* Of a dataset that the file has itself; of the others, whose names and texts are the measure's,
 * all is NULL. */
const sw_layout_text *sw_layout_of(sw_source source);
/* The strengths and figures that every pair result has, in their order in the file. */
enum { SW_FIGURES = 6 };
extern const sw_source sw_layout_figures[SW_FIGURES];

/* How one of these is looked at: as an output of its shape. */
const struct sw_output *sw_layout_figure_output(sw_source source);

/* The long_name of SW_FROM_PARTNER where partners stand in an order, as of `top`; by sw_by. */
extern const char *const sw_layout_ordered[];

/* The axes and columns of the root. */
typedef enum sw_root_part {
  SW_ROOT_UNIT,
  SW_ROOT_UNIT_TO,
  SW_ROOT_TIME,
  SW_ROOT_TIME_LABEL,
  SW_ROOT_LON,
  SW_ROOT_LAT,
  SW_ROOT_SUMMED,
  SW_ROOT_COVERAGE,
  SW_ROOT_NAME, /* then in English, in Chinese */
  SW_ROOT_NAME_EN,
  SW_ROOT_NAME_ZH,
  SW_ROOT_MISSING,
  SW_ROOT_INDICATOR,
  SW_ROOT_MEMBER,
  SW_ROOT_MEMBER_OF
} sw_root_part;
const sw_layout_text *sw_layout_root(sw_root_part part);

/* Whether a dataset of that name is a hash or a checksum: it follows from what others hold. */
bool sw_layout_is_hash(const char *dataset);
/* Whether what is at `path` belongs to no result: columns of the units, and what stands in the
 * groups of the panel and of the weights. */
bool sw_layout_is_of_root(const char *path);

#endif
