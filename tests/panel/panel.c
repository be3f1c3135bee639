/* The partition, look-ups and tables of units. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "panel/treat.h"
#include "panel/unit_table.h"

Test(partition, every_unit_has_one_owner) {
  static const int64_t sizes[] = {1, 2, 255, 256, 257, 1000, 3080, 10000};
  for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++)
    for (int ranks = 1; ranks <= 50; ranks += 7) {
      int64_t next = 0;
      for (int r = 0; r < ranks; r++) {
        int64_t lo, hi;
        sw_partition(sizes[s], r, ranks, &lo, &hi);
        cr_assert_eq(lo, next);
        cr_assert(lo % SW_BLOCK == 0 || lo == sizes[s]); /* whole blocks */
        for (int64_t u = lo; u < hi; u++)
          cr_assert_eq(sw_owner(sizes[s], u, ranks), r);
        next = hi;
      }
      cr_assert_eq(next, sizes[s]);
    }
}

Test(partition, is_even) {
  for (int r = 0; r < 4; r++) {
    int64_t lo, hi;
    sw_partition(16 * SW_BLOCK, r, 4, &lo, &hi);
    cr_assert_eq(hi - lo, 4 * SW_BLOCK);
  }
}

Test(units, build) {
  sw_error err = {0};
  sw_arena *arena = NULL;
  sw_units units;
  const char *code[] = {"a", "bb", "c"}, *state[] = {"S", "", "R"};
  const char **group[] = {state};
  const char *name[] = {"state"};
  cr_assert_eq(sw_arena_create(&err, &arena), SW_OK);
  sw_unit_table table = {.n = 3, .code = code, .n_groups = 1, .group_name = name, .group = group};
  cr_assert_eq(sw_units_build(&err, arena, &table, &units), SW_OK);
  cr_assert_str_eq(sw_unit_code(&units, 1), "bb");
  cr_assert_neq(units.key[0], units.key[1]);
  const sw_grouping *found = sw_units_grouping(&units, "state");
  cr_assert_eq(found->n_groups, 3);
  cr_assert_str_eq(found->label[0], ""); /* byte order */
  cr_assert_eq(found->of[0], 2);
  cr_assert_null(sw_units_grouping(&units, "region"));
  sw_arena_destroy(arena);
}

Test(fill, interpolate_stops_at_breaks) {
  double value[] = {1, NAN, 3, NAN, NAN, 9}, at[] = {0, 1, 2, 3, 4, 5};
  double *row[] = {value, value + 1, value + 2, value + 3, value + 4, value + 5};
  int breaks[] = {4};
  cr_assert_eq(sw_treat_fill_interpolate(1, 6, at, 1, breaks, row), 1);
  cr_assert_eq(value[1], 2);
  cr_assert(isnan(value[3]) && isnan(value[4]));
  cr_assert_eq(sw_treat_fill_interpolate(1, 6, at, 0, NULL, row), 2);
  cr_assert_eq(value[3], 5);
  cr_assert_eq(value[4], 7);
}
