/* What a descriptor says of how its outputs are looked at, slip by slip; and what follows without a
 * word. */
#include "measure/show.h"
#include "plan/descriptor/descriptor.h"

#include <criterion/criterion.h>
#include <string.h>

/* The message, behind "measure m: output a: "; "" where the output is sound. */
static const char *said(sw_output output) {
  static sw_error err;
  const sw_output outputs[] = {output, {.name = "b", .shape = SW_GLOBAL}, {0}};
  const sw_measure m = {.name = "m", .output = outputs};
  sw_error_clear(&err);
  if (sw_measure_check_show(&err, &m) == SW_OK) return "";
  cr_assert_eq(err.status, SW_EINTERNAL);
  cr_assert_eq(strncmp(err.text, "measure m: output a: ", 21), 0, "%s", err.text);
  return err.text + 21;
}

#define SAYS(line, ...) cr_expect_str_eq(said((sw_output){.name = "a", __VA_ARGS__}), line)

Test(show, what_does_not_fit) {
  SAYS("flows are of pairs", .show = SW_SHOW_FLOWS);
  SAYS("a map and a scatter are of values by unit", .shape = SW_GLOBAL, .show = SW_SHOW_MAP);
  SAYS("a matrix is of pairs, or of two axes", .show = SW_SHOW_MATRIX);
  SAYS("a line and a band are of values by period, or along an axis", .show = SW_SHOW_LINE);
  SAYS("bars and parts are of values by period, or of a table", .show = SW_SHOW_BARS);
  SAYS("shown as classes, without `classes` that name them", .show = SW_SHOW_CLASSES);
  SAYS("unknown show; expected one of sw_show", .show = (sw_show)99);
  SAYS("unknown palette; expected one of sw_palette", .palette = (sw_palette)99);
  SAYS("categories are of whole numbers; give SW_INT32", .palette = SW_CATEGORIES);
  SAYS("classes are categories, or sequential where they have an order", .number = SW_INT32,
       .classes = "x", .palette = SW_DIVERGING_0);
  SAYS("logarithmic, with zero in the middle or of categories; leave `log` out",
       .palette = SW_DIVERGING_0, .log = true);
  SAYS("a band is with its expectation and its variance; name both outputs in `with`",
       .shape = SW_GLOBAL, .show = SW_SHOW_BAND, .with = {"b"});
  SAYS("a scatter and parts are with another output; name it in `with`", .show = SW_SHOW_SCATTER);
  SAYS("`with` names no output of the measure", .shape = SW_GLOBAL, .show = SW_SHOW_PARTS,
       .with = {"c"});
}

Test(show, what_fits) {
  SAYS("", .show = SW_SHOW_TABLE);
  SAYS("", .show = SW_SHOW_SCATTER, .with = {"b"});
  SAYS("", .palette = SW_DIVERGING_1, .log = true);
  SAYS("", .number = SW_INT32, .classes = "x", .palette = SW_SEQUENTIAL);
  SAYS("", .shape = SW_GLOBAL, .show = SW_SHOW_BAND, .with = {"b", "b"});
  SAYS("", .shape = SW_PAIR, .show = SW_SHOW_MATRIX);
}

#define LOOKS(line, ...)                                                                           \
  cr_expect_str_eq(                                                                                \
      sw_output_look(&(const sw_output){.name = "a", __VA_ARGS__}, text, sizeof text), line)

Test(show, defaults) {
  char text[200];
  LOOKS("map, sequential", .shape = SW_UNIT);
  LOOKS("map, sequential", .shape = SW_UNIT, .axis = {"industry"});
  LOOKS("classes, categories", .shape = SW_UNIT, .number = SW_INT32, .classes = "x");
  LOOKS("flows, sequential", .shape = SW_PAIR);
  LOOKS("line", .shape = SW_GLOBAL);
  LOOKS("line", .shape = SW_GLOBAL, .axis = {"x"});
  LOOKS("matrix, sequential", .shape = SW_GLOBAL, .axis = {"x", "x_to"});
  LOOKS("table", .shape = SW_GLOBAL, .axis = {"x", "y"});
  LOOKS("table", .shape = SW_TABLE);
  LOOKS("bars", .shape = SW_TABLE, .axis = {"x"});
  LOOKS("table", .shape = SW_TABLE, .axis = {"a"}); /* a coordinate */
  LOOKS("matrix, sequential", .shape = SW_TABLE, .axis = {"x", "x_to"});
  LOOKS("table", .shape = SW_TABLE, .axis = {"x", "x_to", "y"});
  LOOKS("map, diverging around 1, logarithmic", .palette = SW_DIVERGING_1, .log = true);
  LOOKS("band; with b, c", .shape = SW_GLOBAL, .show = SW_SHOW_BAND, .with = {"b", "c"});
}
