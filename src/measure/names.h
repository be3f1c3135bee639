/* Names in a results file that do not come from a study or a descriptor: what the file has itself
 * in the group of a result, beside its pairs, and at the root. They stand here, below `plan`, as it
 * refuses measures and entries that would take them, and the results file is written and read by
 * them. Attributes and texts are in store/layout/layout.h.
 *
 * To rename a dataset, change its line: tests/arch/test_layout.py sees to it that no other file
 * spells it. */
#ifndef SW_MEASURE_NAMES_H
#define SW_MEASURE_NAMES_H

#include <stdbool.h>

/* Axes, in every group. */
#define SW_NAME_UNIT "unit"
#define SW_NAME_UNIT_TO "unit_to"
#define SW_NAME_TIME "time"
/* Over time, in every group: how the panel writes its periods, where `time` holds days. */
#define SW_NAME_TIME_LABEL "time_label"

/* At the root, over units. A grouping's column follows the prefix. */
#define SW_NAME_LON "lon"
#define SW_NAME_LAT "lat"
#define SW_NAME_GROUP_PREFIX "group_"

/* At the root, where the study aggregates: the share of members in each sum, and the axis of the
 * sums. */
#define SW_NAME_COVERAGE "coverage"
#define SW_NAME_SUMMED "summed"

/* At the root, over units: what people read beside the code; a language may follow the prefix. */
#define SW_NAME_NAME "name"
#define SW_NAME_NAME_EN "name_en"
#define SW_NAME_NAME_ZH "name_zh"

/* Groups of what results rest on: of the panel its missing cells by `indicator`; the spatial
 * weights matrices, a group each, in the form of kept pairs. */
#define SW_NAME_PANEL "panel"
#define SW_NAME_MISSING_CELLS "missing_cells"
#define SW_NAME_MEMBER "member_code" /* of `aggregate` */
#define SW_NAME_MEMBER_OF "member_of"
#define SW_NAME_WEIGHTS "weights"

/* The group that composites are in. */
#define SW_NAME_COMPOSITES "composites"

/* Pairs: the first quantity, and where kept ones are. */
#define SW_NAME_VALUE "value"
#define SW_NAME_PARTNER "partner"
#define SW_NAME_ROW_START "row_start"
/* Their axes. */
#define SW_NAME_UNIT_EDGE "unit_edge"
#define SW_NAME_ENTRY "entry"
#define SW_NAME_RANK "rank"

/* What is kept of pairs in any case. */
#define SW_NAME_OUT_STRENGTH "out_strength"
#define SW_NAME_IN_STRENGTH "in_strength"
#define SW_NAME_TOTAL "total"
#define SW_NAME_MEAN "mean"
#define SW_NAME_MAX "max"
#define SW_NAME_N_PAIRS "n_pairs"

/* Sums over pairs by group, by ring of distance, from and to centres, where the study asks. */
#define SW_NAME_BLOCK_SUM "block_sum"
#define SW_NAME_BLOCK_COUNT "block_count"
#define SW_NAME_SENT_TO "sent_to"
#define SW_NAME_RECEIVED_FROM "received_from"
#define SW_NAME_RING_SUM "ring_sum"
#define SW_NAME_RING_COUNT "ring_count"
#define SW_NAME_RING_OUT "ring_out"
#define SW_NAME_FROM_CENTRE "from_centre"
#define SW_NAME_TO_CENTRE "to_centre"

/* Hashes and checksums, and their axes. */
#define SW_NAME_OPERAND_HASH "operand_hash"
#define SW_NAME_TILE_CHECKSUM "tile_checksum"
#define SW_NAME_BLOCK_CHECKSUM "block_checksum"
#define SW_NAME_VALUE_CHECKSUM "value_checksum"
#define SW_NAME_TILE "tile"
#define SW_NAME_BLOCK "block"

/* Of a composite, by which it is an input and its weights are read again. */
#define SW_NAME_SCORE "score"
/* The measure of the entries of `pairs:`. */
#define SW_NAME_FLOW "observed_flow"
#define SW_NAME_WEIGHT "weight"
#define SW_NAME_INDICATOR "indicator"
/* Of a composite, what those that it is an indicator of take from it. */
#define SW_NAME_OBSTACLE "obstacle"
#define SW_NAME_SHORTFALL "shortfall"

/* The file has it in the group of a result, so that no output and no axis may have it. `pairs`: the
 * measure has pair outputs. */
bool sw_name_is_taken(const char *name, bool pairs);
/* group_COLUMN, as the file calls group columns: no result and no axis may have such a name, an
 * output may if the study has no such column. */
bool sw_name_is_of_group(const char *name);
/* The file has it at its root, so that no result may have it. */
bool sw_name_is_of_root(const char *name);

#endif
