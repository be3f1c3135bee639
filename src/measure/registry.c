/* The catalogue as a table, in the order of catalog.def, which is included twice: once for the
 * declarations and once for the entries. A measure is thus added by a line there, and no list can
 * disagree with another. The table is const data; a measure of a program's own is not in it
 * (sw_study_reader.extra). */
#include "spillway/measure.h"

#include <string.h>

#define SW_MEASURE(name, kind) extern const sw_measure sw_measure_##name;
#include "measure/catalog.def"
#undef SW_MEASURE

/* The NULL keeps the table valid C if the list were empty; it is not counted. */
static const sw_measure *const catalogue[] = {
#define SW_MEASURE(name, kind) &sw_measure_##name,
#include "measure/catalog.def"
#undef SW_MEASURE
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
