/* Which unit a polygon is of: by its key, which must be the unit's code to the letter. A code that
 * lost its leading zeros in one of two programs is refused and not guessed. Polygons of no unit are
 * -1 and left out; a file of which none fits has the wrong key. Called by contiguity and by the
 * report's map; O(n + polygons), two hash tables for the time of the call. */
#include "store/polygons/polygons.h"

#include <string.h>

#include "base/hash.h"
#include "panel/same_code.h"

/* Matches keys with codes, and counts. Only a key that is no code is looked up among the other
 * forms of codes. twin: a code of another form, such as 0101 and 101. */
static sw_status match(sw_error *err, const sw_polygons_spec *spec, const sw_polygons *p,
                       const char *const *code, const sw_map *unit_of, const sw_code_forms *forms,
                       int32_t *unit) {
  char words[SW_CODE_WORDS];
  int64_t matched = 0;
  for (int64_t f = 0; f < p->n; f++) {
    size_t length = strlen(p->key[f]);
    int64_t i = sw_map_find(unit_of, p->key[f], length);
    int64_t twin = i < 0 ? sw_code_forms_find(forms, p->key[f], length) : -1;
    if (twin >= 0)
      return sw_node_fail(err, spec->node,
                          "polygons: %s: '%s' and '%s' of the units %s; " SW_CODE_CURE, spec->file,
                          p->key[f], code[twin], sw_code_differs(p->key[f], code[twin], words));
    unit[f] = (int32_t)i;
    matched += i >= 0;
  }
  if (matched > 0) return SW_OK;
  return sw_node_fail(err, spec->node,
                      "polygons: no %s of %s is a unit (the first is '%s'; a unit is '%s'); name "
                      "the field with the codes by `key`",
                      spec->key, spec->file, p->n ? p->key[0] : "", code[0]);
}

/* Which unit each polygon belongs to; a unit may have several. */
sw_status sw_polygons_match(sw_error *err, const sw_polygons_spec *spec,
                            const sw_polygons *polygons, int64_t n, const char *const *code,
                            int32_t *unit) {
  sw_map *unit_of = NULL;
  sw_code_forms *forms = NULL;
  int64_t existing, twin[2];
  sw_status status = sw_map_create(err, (size_t)n, &unit_of);
  for (int64_t i = 0; status == SW_OK && i < n; i++)
    status = sw_map_put(err, unit_of, code[i], strlen(code[i]), i, &existing);
  if (status == SW_OK) status = sw_code_forms_create(err, code, n, twin, &forms);
  if (status == SW_OK) status = match(err, spec, polygons, code, unit_of, forms, unit);
  sw_code_forms_destroy(forms);
  sw_map_destroy(unit_of);
  return status;
}
