/* How the outputs of a measure are looked at, held against what can be drawn of their shape. The
 * rules are those of spillway/measure.h. Called when a measure is registered (check.c): a fault is
 * one of the measure's author, and told before any study is read. */
#include <string.h>

#include "measure/show.h"
#include "plan/descriptor/descriptor.h"

/* Always fails, with SW_EINTERNAL. */
static sw_status fault(sw_error *err, const sw_measure *measure, const sw_output *output,
                       const char *what) {
  return sw_fail(err, SW_EINTERNAL, "measure %s: output %s: %s", measure->name, output->name, what);
}

/* Shapes that a view can be given; a table can be given any. NULL: it fits. No default in the
 * switch: the compiler names a view that is missing. Categories are held against `classes`, as a
 * legend needs names. */
static const char *misfit(const sw_output *output) {
  bool unit = output->shape == SW_UNIT, pair = output->shape == SW_PAIR;
  switch (output->show) {
  case SW_SHOW_MAP:
  case SW_SHOW_SCATTER:
    return unit ? NULL : "a map and a scatter are of values by unit";
  case SW_SHOW_CLASSES:
    return unit && output->classes ? NULL : "shown as classes, without `classes` that name them";
  case SW_SHOW_FLOWS:
    return pair ? NULL : "flows are of pairs";
  case SW_SHOW_MATRIX:
    return pair || output->axis[1] ? NULL : "a matrix is of pairs, or of two axes";
  case SW_SHOW_LINE:
  case SW_SHOW_BAND:
    return output->shape == SW_GLOBAL || (output->shape == SW_TABLE && output->axis[0])
               ? NULL
               : "a line and a band are of values by period, or along an axis";
  case SW_SHOW_BARS:
  case SW_SHOW_PARTS:
    return unit || pair ? "bars and parts are of values by period, or of a table" : NULL;
  case SW_SHOW_DEFAULT:
  case SW_SHOW_TABLE:
    return NULL;
  }
  return "unknown show; expected one of sw_show";
}

/* By name, on or off. */
static bool is_output(const sw_measure *measure, const char *name) {
  for (const sw_output *output = measure->output; output->name; output++)
    if (strcmp(output->name, name) == 0) return true;
  return false;
}

/* The palette is the declared one, or the default of the output (measure/show.h). */
static const char *misfit_colours(const sw_output *output) {
  sw_palette palette = sw_output_palette(output);
  if ((int)palette < SW_SEQUENTIAL || palette > SW_CATEGORIES)
    return "unknown palette; expected one of sw_palette";
  if (palette == SW_CATEGORIES && output->number != SW_INT32)
    return "categories are of whole numbers; give SW_INT32";
  if (output->classes && palette != SW_CATEGORIES && palette != SW_SEQUENTIAL)
    return "classes are categories, or sequential where they have an order";
  if (output->log && (palette == SW_DIVERGING_0 || palette == SW_CATEGORIES))
    return "logarithmic, with zero in the middle or of categories; leave `log` out";
  return NULL;
}

/* The first fault of each output; views that are drawn with others need these by name. A band is
 * drawn from three outputs, a scatter and parts from two; `with` has at most two names. */
sw_status sw_measure_check_show(sw_error *err, const sw_measure *measure) {
  for (const sw_output *output = measure->output; output->name; output++) {
    const char *what = misfit(output);
    if (!what) what = misfit_colours(output);
    bool with = output->with[0] != NULL;
    if (!what && output->show == SW_SHOW_BAND && !(with && output->with[1]))
      what = "a band is with its expectation and its variance; name both outputs in `with`";
    if (!what && (output->show == SW_SHOW_SCATTER || output->show == SW_SHOW_PARTS) && !with)
      what = "a scatter and parts are with another output; name it in `with`";
    for (int k = 0; !what && k < 2; k++)
      if (output->with[k] && !is_output(measure, output->with[k]))
        what = "`with` names no output of the measure";
    if (what) return fault(err, measure, output, what);
  }
  return SW_OK;
}
