/* Reads `blocks`, `rings` and `centres`, and gives the entry a descriptor that has their outputs
 * besides its measure's: a copy of it with a longer list, so that whoever asks an entry for its
 * outputs finds them. What a study can get wrong without looking at data is refused here: a group
 * that is none of the units', limits that do not ascend, a form of centres that is unknown. */
#include "plan/study/sums.h"

#include <math.h>
#include <string.h>

#include "measure/names.h"
#include "measure/outputs.h"
#include "plan/study/parse.h"

/* ---- outputs ---------------------------------------------------------------------------- */

/* The outputs that the engine adds, by kind of sum. `say` begins their long name. `of_series`: the
 * shape where the pairs are one matrix over all periods. */
static const struct {
  const char *name, *say;
  sw_shape shape, of_series;
  bool counts;
  const char *axis[SW_MAX_OWN];
} made[SW_SUMS] = {
    [SW_SUM_BLOCK] = {SW_NAME_BLOCK_SUM,
                      "sum from group to group of ",
                      SW_GLOBAL,
                      SW_TABLE,
                      false,
                      {SW_AXIS_BLOCK, SW_AXIS_BLOCK_TO}},
    [SW_SUM_BLOCK_COUNT] = {SW_NAME_BLOCK_COUNT,
                            "ordered pairs with a value from group to group of ",
                            SW_GLOBAL,
                            SW_TABLE,
                            true,
                            {SW_AXIS_BLOCK, SW_AXIS_BLOCK_TO}},
    [SW_SUM_SENT] =
        {SW_NAME_SENT_TO, "sum to each group of ", SW_UNIT, SW_UNIT, false, {SW_AXIS_BLOCK}},
    [SW_SUM_RECEIVED] = {SW_NAME_RECEIVED_FROM,
                         "sum from each group of ",
                         SW_UNIT,
                         SW_UNIT,
                         false,
                         {SW_AXIS_BLOCK}},
    [SW_SUM_RING] = {SW_NAME_RING_SUM,
                     "sum by ring of distance of ",
                     SW_GLOBAL,
                     SW_TABLE,
                     false,
                     {SW_AXIS_RING}},
    [SW_SUM_RING_COUNT] = {SW_NAME_RING_COUNT,
                           "ordered pairs with a value by ring of distance of ",
                           SW_GLOBAL,
                           SW_TABLE,
                           true,
                           {SW_AXIS_RING}},
    [SW_SUM_RING_OUT] = {SW_NAME_RING_OUT,
                         "sum into each ring of distance of ",
                         SW_UNIT,
                         SW_UNIT,
                         false,
                         {SW_AXIS_RING}},
    [SW_SUM_FROM_CENTRE] = {SW_NAME_FROM_CENTRE,
                            "from each centre to the unit: ",
                            SW_UNIT,
                            SW_UNIT,
                            false,
                            {SW_AXIS_CENTRE}},
    [SW_SUM_TO_CENTRE] = {SW_NAME_TO_CENTRE,
                          "from the unit to each centre: ",
                          SW_UNIT,
                          SW_UNIT,
                          false,
                          {SW_AXIS_CENTRE}},
};

const char *sw_sums_name(sw_sum sum) {
  return made[sum].name;
}

/* Whether the entry asks for a kind of sum, by the order of sw_sum: blocks, then rings, then
 * centres. */
static bool is_asked(const sw_sums_spec *spec, int k) {
  if (k <= SW_SUM_RECEIVED) return spec->blocks != NULL;
  return k <= SW_SUM_RING_OUT ? spec->n_rings > 0 : spec->centres.where != NULL;
}

/* Adds the outputs to a copy of the descriptor, behind those of the measure, whose indexes do not
 * change. The first pair output, of the result or of the group, gives unit and title. Whether the
 * matrix is one over all periods is known after `resolve` only; settle_outputs (plan/sums/plan.c)
 * turns shapes then. Entries that ask for no sums keep the descriptor as it is. */
static sw_status add_outputs(sw_error *err, sw_study_reader *in, sw_entry *entry) {
  const sw_output *first = sw_measure_first_pair(entry->measure, entry->group);
  const sw_output *old = entry->measure->output;
  sw_measure *measure = NULL;
  sw_output *output = NULL;
  int count = 0, asked = 0;
  while (old[count].name)
    count++;
  for (int k = 0; k < SW_SUMS; k++)
    asked += is_asked(&entry->sums, k);
  if (!asked) return SW_OK;
  SW_NEW(err, in->arena, measure, 1);
  SW_NEW(err, in->arena, output, count + asked + 1);
  memcpy(output, old, (size_t)count * sizeof *output);
  for (int k = 0; k < SW_SUMS; k++) {
    if (!is_asked(&entry->sums, k)) continue;
    sw_output *next = &output[count++];
    *next = (sw_output){.name = made[k].name,
                        .units = made[k].counts ? "1" : first->units,
                        .shape = made[k].shape,
                        .axis_first = k == SW_SUM_FROM_CENTRE, /* the centre is the row */
                        .show = made[k].shape == SW_GLOBAL && made[k].axis[1] ? SW_SHOW_MATRIX
                                                                              : SW_SHOW_DEFAULT,
                        .log = made[k].shape == SW_GLOBAL && made[k].axis[1] && first->log,
                        .of_pairs = true};
    memcpy(next->axis, made[k].axis, sizeof next->axis);
    next->long_name = sw_arena_printf(in->arena, "%s%s", made[k].say, first->long_name);
    if (!next->long_name) return sw_fail(err, SW_ENOMEM, "out of memory while reading the study");
  }
  *measure = *entry->measure;
  measure->output = output;
  entry->measure = measure;
  return SW_OK;
}

/* ---- keys ------------------------------------------------------------------------------- */

/* The place of a key, for messages when the entry is bound. NULL is no place: binding asks by it
 * whether the key was given at all. */
static sw_status where_of(sw_error *err, sw_study_reader *in, const sw_node *node,
                          const char **where) {
  *where = sw_form_where(in->arena, node);
  return *where ? SW_OK : sw_fail(err, SW_ENOMEM, "out of memory while reading the study");
}

/* Reads `blocks: GROUP`. The labels of a group are known only with the units file; that the group
 * exists is known here. Linear in the groups. */
static sw_status read_blocks(sw_error *err, sw_study_reader *in, sw_entry *entry,
                             const sw_node *node) {
  const sw_units_spec *units = &in->study->units;
  SW_TRY(where_of(err, in, node, &entry->sums.blocks_where));
  SW_TRY(sw_form_scalar(err, node, &entry->sums.blocks));
  for (int g = 0; g < units->n_groups; g++)
    if (strcmp(units->group[g], entry->sums.blocks) == 0) return SW_OK;
  return sw_node_fail(
      err, node, "%s: blocks: '%s' is not a group of the units%s", entry->name, entry->sums.blocks,
      units->n_groups ? sw_form_hint(in->arena, entry->sums.blocks, units->group, units->n_groups)
                      : "; list it under units: groups");
}

/* Reads `rings: [100, 200, 400]`; one number is a list of one. Limits are in the distance's own
 * unit, which is known at binding. The last ring lies beyond the last limit, so n limits make n + 1
 * rings. */
static sw_status read_rings(sw_error *err, sw_study_reader *in, sw_entry *entry,
                            const sw_node *node) {
  bool one = node->kind == SW_NODE_SCALAR;
  int n = one ? 1 : node->count;
  double *ring = NULL, last = 0;
  SW_TRY(where_of(err, in, node, &entry->sums.rings_where));
  if (node->kind == SW_NODE_MAP || n == 0)
    return sw_node_fail(err, node, "%s: rings: expected limits of distance, e.g. [100, 200, 400]",
                        entry->name);
  SW_NEW(err, in->arena, ring, n);
  for (int k = 0; k < n; k++) {
    const sw_node *item = one ? node : node->item[k];
    SW_TRY(sw_node_number(err, item, &ring[k]));
    if (k == 0 && !(ring[k] > 0))
      return sw_node_fail(err, item, "%s: rings: %s is no distance; expected limits above zero",
                          entry->name, item->text);
    if (!(ring[k] > last))
      return sw_node_fail(err, item,
                          "%s: rings: %s comes after %g; limits are above zero and ascend",
                          entry->name, item->text, last);
    last = ring[k];
  }
  entry->sums.n_rings = n;
  entry->sums.ring = ring;
  return SW_OK;
}

/* The value of a key of the engine. A parameter of the measure with that name goes before it. */
static const sw_node *key_of(const sw_entry *entry, const char *key) {
  for (int i = 0; entry->measure->param[i].name; i++)
    if (strcmp(entry->measure->param[i].name, key) == 0) return NULL;
  return sw_node_get(entry->node, key);
}

/* Reads the three keys of an entry, then adds the outputs that follow from them. Called also for
 * matrices below a result, each with sums of its own. */
sw_status sw_study_read_sums(sw_error *err, sw_study_reader *in, sw_entry *entry) {
  const sw_node *blocks = key_of(entry, "blocks"), *rings = key_of(entry, "rings");
  const sw_node *centres = key_of(entry, "centres");
  if (blocks) SW_TRY(read_blocks(err, in, entry, blocks));
  if (rings) SW_TRY(read_rings(err, in, entry, rings));
  if (centres)
    SW_TRY(sw_study_read_centres(err, in, entry->name, centres, false, &entry->sums.centres));
  return add_outputs(err, in, entry);
}
