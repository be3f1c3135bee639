/* Sets, products, the other way round, further away: hand cases, and the orders of Columbus. */
#include "kernel/weights/combine.h"
#include "kernel/weights/rows.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static sw_error err;

/* 0 - 1 - 2 - 3 in a chain, both ways; and 0 > 2, 3 > 0. */
static const int64_t chain_start[] = {0, 1, 3, 5, 6, 6}, extra_start[] = {0, 2, 2, 2, 3, 3};
static const int32_t chain_to[] = {1, 0, 2, 1, 3, 2}, extra_to[] = {1, 2, 0};
static const double ones[] = {1, 1, 1, 1, 1, 1}, given[] = {5, 6, 7};
static const sw_links chain = {.n = 5, .row_start = chain_start, .to = chain_to, .value = ones};
static const sw_links extra = {.n = 5, .row_start = extra_start, .to = extra_to, .value = given};

/* "0>1 0>2=2 ": the links, and a weight that is not 1; the rows are given back. */
static const char *text_of(sw_link_rows *rows) {
  static char text[512];
  size_t used = 0;
  text[0] = 0;
  for (int64_t i = 0; i < rows->n; i++)
    for (int64_t k = rows->row_start[i]; k < rows->row_start[i + 1]; k++) {
      used += (size_t)sprintf(text + used, "%d>%d", (int)i, (int)rows->to[k]);
      if (rows->value[k] != 1) used += (size_t)sprintf(text + used, "=%g", rows->value[k]);
      used += (size_t)sprintf(text + used, " ");
    }
  sw_links_rows_destroy(rows);
  return text;
}

static void expect(sw_combination how, const char *links) {
  sw_link_rows rows;
  cr_assert_eq(sw_combine_rows(&err, how, &chain, &extra, &rows), SW_OK);
  const char *text = text_of(&rows);
  cr_assert_str_eq(text, links, "%d: %s", how, text);
}

Test(combine, sets_and_products) {
  expect(SW_UNION, "0>1 0>2 1>0 1>2 2>1 2>3 3>0 3>2 ");
  expect(SW_INTERSECTION, "0>1 ");
  expect(SW_DIFFERENCE, "1>0 1>2 2>1 2>3 3>2 ");
  expect(SW_SUM, "0>1=6 0>2=6 1>0 1>2 2>1 2>3 3>0=7 3>2 ");
  expect(SW_PRODUCT, "1>2 2>0 "); /* 1 > 0 > 1 is the diagonal; 2 > 3 > 0 */
  sw_link_rows rows;
  cr_assert_eq(sw_combine_rows(&err, SW_PRODUCT, &chain, &chain, &rows), SW_OK);
  cr_assert_str_eq(text_of(&rows), "0>2 1>3 2>0 3>1 ");
}

/* Two ways from 0 to 3. */
Test(combine, ways_are_counted) {
  static const int64_t start[] = {0, 2, 3, 4, 4};
  static const int32_t to[] = {1, 2, 3, 3};
  sw_links a = {.n = 4, .row_start = start, .to = to, .value = ones};
  sw_link_rows rows;
  cr_assert_eq(sw_combine_rows(&err, SW_PRODUCT, &a, &a, &rows), SW_OK);
  cr_assert_str_eq(text_of(&rows), "0>3=2 ");
}

Test(combine, transpose) {
  sw_link_rows rows;
  cr_assert_eq(sw_transpose_rows(&err, &extra, &rows), SW_OK);
  cr_assert_str_eq(text_of(&rows), "0>3=7 1>0=5 2>0=6 ");
  cr_assert_eq(sw_transpose_rows(&err, &chain, &rows), SW_OK);
  cr_assert_str_eq(text_of(&rows), "0>1 1>0 1>2 2>1 2>3 3>2 ");
}

/* By a plain loop: an entry is kept when fewer than k come before it. */
Test(combine, strongest) {
  static const double of[] = {3, 1, 2, 3, 2, 5, 2, .5, 3};
  enum { COUNT = sizeof of / sizeof *of };
  for (int k = 1; k <= COUNT + 1; k++) {
    double value[COUNT], scratch[COUNT];
    int32_t to[COUNT];
    int64_t at = 0;
    for (int e = 0; e < COUNT; e++)
      value[e] = of[e], to[e] = 2 * e;
    int64_t kept = sw_rows_strongest(COUNT, to, value, k, scratch);
    cr_assert_eq(kept, k < COUNT ? k : COUNT);
    for (int e = 0; e < COUNT; e++) {
      int before = 0;
      for (int d = 0; d < COUNT; d++)
        before += of[d] > of[e] || (of[d] == of[e] && d < e);
      if (before >= k) continue;
      cr_assert(to[at] == 2 * e && value[at] == of[e], "%d of %d", e, k);
      at++;
    }
    cr_assert_eq(at, kept);
  }
}

Test(combine, orders_of_a_chain) {
  static const char *const exact[] = {"0>1 1>0 1>2 2>1 2>3 3>2 ", "0>2 1>3 2>0 3>1 ", "0>3 3>0 ",
                                      ""};
  sw_link_rows rows;
  for (int q = 1; q <= 4; q++) {
    cr_assert_eq(sw_higher_order_rows(&err, &chain, q, false, &rows), SW_OK);
    cr_assert_str_eq(text_of(&rows), exact[q - 1]);
  }
  cr_assert_eq(sw_higher_order_rows(&err, &chain, INT64_MAX, true, &rows), SW_OK);
  cr_assert_str_eq(text_of(&rows), "0>1 0>2 0>3 1>0 1>2 1>3 2>0 2>1 2>3 3>0 3>1 3>2 ");
}

/* oracles/space.md: links of orders 1 .. 4 232 410 474 468; up to 2: 642. */
Test(combine, orders_of_columbus) {
  static sw_link link[300];
  static const int64_t known[] = {232, 410, 474, 468};
  int from, to, count = 0;
  char line[64];
  FILE *file = fopen(SPILLWAY_SHARED "/data/columbus49_colnb_edges.csv", "r");
  if (!file) cr_skip_test("columbus49_colnb_edges.csv is missing: not tested on real data");
  while (fgets(line, sizeof line, file))
    if (sscanf(line, "%d,%d", &from, &to) == 2) link[count++] = (sw_link){from - 1, to - 1, 1.0, 0};
  fclose(file);
  sw_link_rows rows, far;
  int64_t twice[2];
  cr_assert_eq(sw_links_rows_create(&err, 49, link, count, &rows, twice), SW_OK);
  sw_links near = {.n = 49, .row_start = rows.row_start, .to = rows.to, .value = rows.value};
  for (int q = 1; q <= 4; q++) {
    cr_assert_eq(sw_higher_order_rows(&err, &near, q, false, &far), SW_OK);
    cr_assert_eq(far.row_start[49], known[q - 1]);
    sw_links_rows_destroy(&far);
  }
  cr_assert_eq(sw_higher_order_rows(&err, &near, 2, true, &far), SW_OK);
  cr_assert_eq(far.row_start[49], 642);
  sw_links_rows_destroy(&far);
  sw_links_rows_destroy(&rows);
}
