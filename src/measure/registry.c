/* The catalogue as a table, in the order of catalog.def. */
#include "spillway/measure.h"

#include <string.h>

#define SW_MEASURE(name, kind) extern const sw_measure sw_measure_##name;
#include "measure/catalog.def"
#undef SW_MEASURE

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

const sw_measure *sw_measure_find(const char *name) {
  for (int i = 0; i < sw_measure_count(); i++)
    if (strcmp(catalogue[i]->name, name) == 0) return catalogue[i];
  return NULL;
}
