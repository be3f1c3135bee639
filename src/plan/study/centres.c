/* Reads `centres`: codes of units, or the largest by a column, with a least distance between them.
 * What a study can get wrong without looking at data is refused here.
 *
 * Called for the engine's key `centres` (sums.c) and for parameters of type SW_P_CENTRES (args.c).
 * Codes are looked up, and the largest are found, when the entry is bound (plan/run), as the units
 * are not read yet. */
#include "plan/study/parse.h"

/* A measure has one parameter of centres at most, which goes before the engine's key. NULL: the
 * entry has no centres. The result belongs to the entry. */
const sw_centres_spec *sw_entry_centres(const sw_entry *entry) {
  for (int p = 0; entry->measure->param[p].name; p++)
    if (entry->measure->param[p].type == SW_P_CENTRES && entry->naming[p].centres.where)
      return &entry->naming[p].centres;
  return entry->sums.centres.where ? &entry->sums.centres : NULL;
}

/* {top: 9, by: gdp, apart_km: 100} `by_input`: the measure ranks by its own input, and `by` may be
 * left out. 0 km, the default, lets centres be neighbours. */
static sw_status read_largest(sw_error *err, const char *entry, const sw_node *node, bool by_input,
                              sw_centres_spec *spec) {
  static const char *const keys[] = {"top", "by", "apart_km", NULL};
  const sw_node *top = sw_node_get(node, "top"), *apart = sw_node_get(node, "apart_km");
  SW_TRY(sw_node_check_keys(err, node, keys));
  if (!top)
    return sw_node_fail(err, node, "%s: centres: no `top`: write %s, or a list of codes", entry,
                        by_input ? "{top: 9, apart_km: 100}" : "{top: 9, by: gdp, apart_km: 100}");
  if (!by_input && !sw_node_get(node, "by"))
    return sw_node_fail(
        err, node,
        "%s: centres: no `by`, the column that ranks units: write {top: 9, by: gdp, "
        "apart_km: 100}",
        entry);
  SW_TRY(sw_form_integer(err, top, 1, INT32_MAX, &spec->top));
  if (apart) SW_TRY(sw_node_number(err, apart, &spec->apart_km));
  if (!(spec->apart_km >= 0))
    return sw_node_fail(err, apart, "%s: centres: apart_km is %s; expected 0 or more", entry,
                        apart->text);
  return sw_form_text(err, node, "by", NULL, &spec->by);
}

/* On success either n_codes or top is above zero, and where is never NULL: by this an entry with
 * centres is known. */
sw_status sw_study_read_centres(sw_error *err, sw_study_reader *in, const char *entry,
                                const sw_node *node, bool by_input, sw_centres_spec *spec) {
  *spec = (sw_centres_spec){.where = sw_form_where(in->arena, node)};
  if (!spec->where) return sw_fail(err, SW_ENOMEM, "out of memory while reading the study");
  if (node->kind == SW_NODE_MAP) return read_largest(err, entry, node, by_input, spec);
  SW_TRY(sw_form_texts(err, in->arena, node, &spec->n_codes, &spec->code));
  if (spec->n_codes) return SW_OK;
  return sw_node_fail(err, node, "%s: centres: the list is empty; give codes of units, or %s",
                      entry, by_input ? "{top: 9, apart_km: 100}" : "{top: 5, by: gdp}");
}
