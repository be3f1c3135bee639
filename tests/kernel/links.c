/* Compressed rows: order, duplicates, styles, symmetry, islands. */
#include <criterion/criterion.h>
#include <math.h>

#include "base/rng.h"
#include "kernel/space/links.h"

static sw_error err;

static sw_links view(const sw_link_rows *rows) {
  return (sw_links){
      .n = rows->n, .row_start = rows->row_start, .to = rows->to, .value = rows->value};
}

static sw_link_rows rows_of(int64_t n, const sw_link *link, int64_t count, int64_t twice[2]) {
  sw_link_rows rows;
  cr_assert_eq(sw_links_rows_create(&err, n, link, count, &rows, twice), SW_OK);
  return rows;
}

/* All pairs of 40 units but those with i + j divisible by 3, dealt out in a random order. */
Test(links, rows_do_not_depend_on_the_order_of_the_file) {
  enum { N = 40 };
  static sw_link link[N * N];
  int64_t count = 0, twice[2];
  for (int32_t i = 0; i < N; i++)
    for (int32_t j = 0; j < N; j++)
      if (i != j && (i + j) % 3) link[count++] = (sw_link){i, j, i * 100.0 + j, 0};
  sw_rng rng = sw_rng_make(1, 2, 3);
  for (int64_t k = count - 1; k > 0; k--) {
    int64_t other = (int64_t)sw_rng_below(&rng, (uint64_t)k + 1);
    sw_link held = link[k];
    link[k] = link[other];
    link[other] = held;
  }
  sw_link_rows rows = rows_of(N, link, count, twice);
  cr_assert_eq(twice[0], -1);
  cr_assert_eq(rows.row_start[N], count);
  int64_t at = 0;
  for (int32_t i = 0; i < N; i++) {
    cr_assert_eq(rows.row_start[i], at);
    for (int32_t j = 0; j < N; j++)
      if (i != j && (i + j) % 3) {
        cr_assert_eq(rows.to[at], j);
        cr_assert_eq(rows.value[at++], i * 100.0 + j);
      }
  }
  sw_links_rows_destroy(&rows);
}

Test(links, the_earliest_duplicate_is_told) {
  sw_link link[] = {{3, 1, 1, 2}, {0, 2, 1, 3}, {2, 0, 1, 4},
                    {0, 2, 5, 5}, {3, 1, 1, 6}, {3, 1, 1, 7}};
  int64_t twice[2];
  sw_link_rows rows = rows_of(4, link, 6, twice);
  cr_assert_eq(twice[0], 1);
  cr_assert_eq(twice[1], 3);
  sw_links_rows_destroy(&rows);
  rows = rows_of(4, link, 3, twice);
  cr_assert_eq(twice[1], -1);
  sw_links_rows_destroy(&rows);
}

Test(links, zeros_go_and_leave_islands) {
  sw_link link[] = {{0, 1, 0, 1}, {0, 2, 2, 1}, {1, 0, 0, 1}, {2, 0, 2, 1}, {2, 3, 0, 1}};
  int64_t twice[2];
  sw_link_rows rows = rows_of(4, link, 5, twice);
  sw_links_rows_drop_zeros(&rows);
  sw_links links = view(&rows);
  int64_t expected[] = {0, 1, 1, 2, 2};
  for (int i = 0; i <= 4; i++)
    cr_assert_eq(links.row_start[i], expected[i]);
  cr_assert_eq(links.to[0], 2);
  cr_assert_eq(links.to[1], 0);
  cr_assert_eq(sw_links_islands(&links), 2);
  sw_links_rows_destroy(&rows);
}

Test(links, styles) {
  double row[] = {1, 2, 5}, binary[] = {1, 2, 5}, as_is[] = {1, 2, 5};
  cr_assert(sw_links_style_row(row, 3, SW_STYLE_ROW));
  cr_assert(row[0] == 0.125 && row[1] == 0.25 && row[2] == 0.625);
  cr_assert(sw_links_style_row(binary, 3, SW_STYLE_BINARY));
  cr_assert(binary[0] == 1 && binary[1] == 1 && binary[2] == 1);
  cr_assert(sw_links_style_row(as_is, 3, SW_STYLE_AS_IS));
  cr_assert(as_is[0] == 1 && as_is[2] == 5);
  double huge[] = {1e308, 1e308};
  cr_assert_not(sw_links_style_row(huge, 2, SW_STYLE_ROW));
  cr_assert(sw_links_style_row(huge, 0, SW_STYLE_ROW));
}

static bool symmetric(int64_t n, const sw_link *link, int64_t count) {
  int64_t twice[2];
  bool answer = false;
  sw_link_rows rows = rows_of(n, link, count, twice);
  sw_links links = view(&rows);
  cr_assert_eq(sw_links_symmetric(&err, &links, &answer), SW_OK);
  sw_links_rows_destroy(&rows);
  return answer;
}

/* 0 to 1 both ways with other weights; 2 to 0 and 3 to 1 without a way back. */
Test(links, one_way) {
  sw_link link[] = {{0, 1, 1, 1}, {1, 0, 2, 2}, {2, 0, 1, 3},
                    {2, 3, 1, 4}, {3, 2, 1, 5}, {3, 1, 1, 6}};
  int64_t twice[2];
  sw_link_rows rows = rows_of(4, link, 6, twice);
  sw_links links = view(&rows);
  cr_assert_eq(sw_links_one_way(&links), 2);
  sw_links_rows_destroy(&rows);
}

Test(links, symmetry_is_to_the_bit) {
  sw_link even[] = {{0, 1, .5, 1}, {1, 0, .5, 1}, {1, 2, 3, 1},
                    {2, 1, 3, 1},  {0, 2, 1, 1},  {2, 0, 1, 1}};
  cr_assert(symmetric(4, even, 6));
  cr_assert_not(symmetric(4, even, 5)); /* (2, 0) is missing */
  cr_assert_not(symmetric(4, even + 1, 5));
  even[0].value = nextafter(.5, 1);
  cr_assert_not(symmetric(4, even, 6));
  sw_link cycle[] = {{0, 1, 1, 1}, {1, 2, 1, 1}, {2, 0, 1, 1}};
  cr_assert_not(symmetric(3, cycle, 3));
  cr_assert(symmetric(3, cycle, 0));
}

/* In the order of `to`: 1e16 + 1 - 1e16 is 0 from the left. A row without a link is 0. */
Test(links, row_sums) {
  static const sw_link link[] = {{0, 3, -1e16, 1}, {0, 1, 1e16, 2}, {0, 2, 1, 3}, {3, 0, .25, 4}};
  int64_t twice[2];
  sw_link_rows rows = rows_of(4, link, 4, twice);
  sw_links links = view(&rows);
  double sum[4] = {9, 9, 9, 9};
  sw_links_row_sums(&links, sum);
  cr_expect(sum[0] == 0 && sum[1] == 0 && sum[2] == 0 && sum[3] == .25);
  sw_links_rows_destroy(&rows);
}

/* Of neighbours with a value; standardised rows sum to 1 again, others are taken as they are. */
Test(links, lag) {
  static const int64_t start[5] = {0, 3, 5, 6, 6};
  static const int32_t to[6] = {1, 2, 3, 0, 2, 1};
  static const double weight[6] = {.5, .25, .25, .5, .5, 1};
  static const double x[4] = {1, 8, 4, NAN};
  const sw_links links = {.n = 4, .row_start = start, .to = to, .value = weight};
  cr_expect_float_eq(sw_links_lag(&links, true, x, 0), (.5 * 8 + .25 * 4) / .75, 1e-15);
  cr_expect_eq(sw_links_lag(&links, false, x, 0), 5);
  cr_expect_eq(sw_links_lag(&links, true, x, 1), 2.5);
  cr_expect_eq(sw_links_lag(&links, true, x, 2), 8);
  cr_expect(isnan(sw_links_lag(&links, true, x, 3)), "no neighbour");
  static const double none[4] = {NAN, NAN, 4, NAN};
  cr_expect(isnan(sw_links_lag(&links, true, none, 2)), "none with a value");
}
