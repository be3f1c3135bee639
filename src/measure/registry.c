/* The catalogue as a table, in the order of catalog.def, which is included three times: for the
 * declarations of measures, for the aliases, which may stand before what they name, and for the
 * entries. A measure is thus added by a line there, and no list can disagree with another. The
 * table is const data; a measure of a program's own is not in it (sw_study_reader.extra). */
#include "spillway/measure.h"

#include <string.h>

#define SW_MEASURE(name, kind) extern const sw_measure sw_measure_##name;
#define SW_ALIAS(name, measure, param, value)
#include "measure/catalog.def"
#undef SW_MEASURE
#undef SW_ALIAS

#define SW_MEASURE(name, kind)
#define SW_ALIAS(alias, measure, param, value)                                                     \
  static const sw_measure sw_alias_##alias = {.name = #alias,                                      \
                                              .title = #measure " with " param ": " value,         \
                                              .alias_of = &sw_measure_##measure,                   \
                                              .alias_param = param,                                \
                                              .alias_value = value};
#include "measure/catalog.def"
#undef SW_MEASURE
#undef SW_ALIAS

/* The NULL keeps the table valid C if the list were empty; it is not counted. */
static const sw_measure *const catalogue[] = {
#define SW_MEASURE(name, kind) &sw_measure_##name,
#define SW_ALIAS(alias, measure, param, value) &sw_alias_##alias,
#include "measure/catalog.def"
#undef SW_MEASURE
#undef SW_ALIAS
    NULL};

int sw_measure_count(void) {
  return (int)(sizeof catalogue / sizeof catalogue[0]) - 1;
}

const sw_measure *sw_measure_at(int index) {
  return catalogue[index];
}

/* NULL: there is none of that name. */
const sw_measure *sw_measure_find(const char *name) {
  for (int i = 0; i < sw_measure_count(); i++)
    if (strcmp(catalogue[i]->name, name) == 0) return catalogue[i];
  return NULL;
}
