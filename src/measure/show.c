/* How an output is looked at where its descriptor does not say: by its shape, axes and classes
 * (show.h). Asked of descriptors when a results file is laid out, by `measures`, and for files of
 * older versions (store/page/look.c). The words are attributes in results files: they do not
 * change.
 *
 * Pure functions of a descriptor; any thread. The browser side draws by these words alone
 * (cli/report/web). */
#include "measure/show.h"

#include <stdio.h>
#include <string.h>

/* Along two axes of which the second is the first once more, as of transitions. Axes that are
 * called `x` and `x_to`, and no third. */
static bool is_square(const sw_output *output) {
  const char *axis = output->axis[0], *to = output->axis[1];
  size_t length = axis ? strlen(axis) : 0;
  return axis && to && !output->axis[2] && strncmp(axis, to, length) == 0 &&
         strcmp(to + length, "_to") == 0;
}

/* A table that is named like its axis holds the positions of the axis: nothing to draw. A table
 * along one axis is bars; along two axes that are different, or without an axis, it can only be
 * shown as a table. */
static sw_show show_of_table(const sw_output *output) {
  bool is_coordinate = output->axis[0] && strcmp(output->axis[0], output->name) == 0;
  if (is_square(output)) return SW_SHOW_MATRIX;
  return output->axis[0] && !output->axis[1] && !is_coordinate ? SW_SHOW_BARS : SW_SHOW_TABLE;
}

/* What the descriptor says goes first. Values by unit are a map, pairs are flows, values by period
 * a line; with two own axes no line is possible. */
sw_show sw_output_show(const sw_output *output) {
  if (output->show != SW_SHOW_DEFAULT) return output->show;
  switch (output->shape) {
  case SW_UNIT:
    return output->classes ? SW_SHOW_CLASSES : SW_SHOW_MAP;
  case SW_PAIR:
    return SW_SHOW_FLOWS;
  case SW_GLOBAL:
    if (is_square(output)) return SW_SHOW_MATRIX;
    return output->axis[1] ? SW_SHOW_TABLE : SW_SHOW_LINE;
  case SW_TABLE:
    break;
  }
  return show_of_table(output);
}

/* Classes are told apart by hue; numbers by brightness. An order of brightness would suggest one
 * among classes. */
sw_palette sw_output_palette(const sw_output *output) {
  if (output->palette != SW_PALETTE_DEFAULT) return output->palette;
  return output->classes ? SW_CATEGORIES : SW_SEQUENTIAL;
}

/* No default in this switch and the next: the compiler names what is missing. The words are part of
 * the file's format. */
const char *sw_show_name(sw_show show) {
  switch (show) {
  case SW_SHOW_DEFAULT:
    break;
  case SW_SHOW_MAP:
    return "map";
  case SW_SHOW_LINE:
    return "line";
  case SW_SHOW_MATRIX:
    return "matrix";
  case SW_SHOW_FLOWS:
    return "flows";
  case SW_SHOW_BARS:
    return "bars";
  case SW_SHOW_SCATTER:
    return "scatter";
  case SW_SHOW_CLASSES:
    return "classes";
  case SW_SHOW_PARTS:
    return "parts";
  case SW_SHOW_BAND:
    return "band";
  case SW_SHOW_TABLE:
    return "table";
  }
  return "";
}

/* The name of a palette in the file; "" leaves the choice to what reads it. */
const char *sw_palette_name(sw_palette palette) {
  switch (palette) {
  case SW_PALETTE_DEFAULT:
    break;
  case SW_SEQUENTIAL:
    return "sequential";
  case SW_DIVERGING_0:
  case SW_DIVERGING_1:
    return "diverging";
  case SW_CATEGORIES:
    return "categories";
  }
  return "";
}

/* 1 of quotients, 0 of differences. Where the palette diverges; else the number means nothing. */
int sw_palette_centre(sw_palette palette) {
  return palette == SW_DIVERGING_1;
}

/* Views in which a colour stands for a number. */
bool sw_show_has_palette(sw_show show) {
  return show == SW_SHOW_MAP || show == SW_SHOW_CLASSES || show == SW_SHOW_MATRIX ||
         show == SW_SHOW_FLOWS || show == SW_SHOW_SCATTER;
}

/* In words: "map, diverging around 0, logarithmic; with expected, variance". Cut at `size`, which
 * callers choose ample. Returns `text`. */
const char *sw_output_look(const sw_output *output, char *text, size_t size) {
  sw_show show = sw_output_show(output);
  sw_palette palette = sw_output_palette(output);
  bool diverging = palette == SW_DIVERGING_0 || palette == SW_DIVERGING_1;
  char around[24] = "";
  if (diverging) snprintf(around, sizeof around, " around %d", sw_palette_centre(palette));
  bool coloured = sw_show_has_palette(show) || diverging;
  snprintf(text, size, "%s%s%s%s%s%s%s%s%s", sw_show_name(show), coloured ? ", " : "",
           coloured ? sw_palette_name(palette) : "", around, output->log ? ", logarithmic" : "",
           output->with[0] ? "; with " : "", output->with[0] ? output->with[0] : "",
           output->with[0] && output->with[1] ? ", " : "",
           output->with[0] && output->with[1] ? output->with[1] : "");
  return text;
}
