/* Weights made of coordinates, groups and other matrices: Columbus and elect80 against the oracles,
 * hand cases, and plain loops beside. */
#include "weights_fixture.h"

TestSuite(weights_made, .init = setup, .fini = teardown);

static sw_weights_spec kind_of(sw_weights_kind kind, sw_style style) {
  return (sw_weights_spec){.name = "w", .node = &place, .kind = kind, .style = style, .q = 1};
}

static sw_units elect80(void) {
  return units_from("us_elect80_3107.csv", "FIPS", "lon", "lat", NULL);
}

/* ---- bands and kernels ------------------------------------------------------------------- */

static double km_between(const sw_units *units, int64_t i, int64_t j) {
  double rad = acos(-1) / 180, a = units->lat[i] * rad, b = units->lat[j] * rad;
  double s = sin((b - a) / 2), t = sin((units->lon[j] - units->lon[i]) * rad / 2);
  return 2 * 6371.0088 * asin(sqrt(s * s + cos(a) * cos(b) * t * t));
}

/* oracles/space.md, correlogram: (0, 50] km 6,237 pairs and 412 islands. */
Test(weights_made, band) {
  sw_units units = elect80();
  sw_weights_spec spec = kind_of(SW_W_BAND, SW_STYLE_BINARY);
  spec.km = 50;
  sw_links *links = read_weights(&spec, &units);
  cr_assert_eq(links->row_start[links->n], 2 * 6237, "%d", (int)links->row_start[links->n]);
  cr_assert_eq(links->islands, 412);
  cr_assert(links->symmetric);
  sw_links_destroy(team, links);
  spec.km = 1e-6; /* nobody */
  links = read_weights(&spec, &units);
  cr_assert_eq(links->islands, 3107);
  sw_links_destroy(team, links);
}

/* Moran's I of the row-standardised matrix, by its definition. */
static double moran(const sw_links *links, const double *x) {
  double mean = 0, squares = 0, cross = 0;
  for (int64_t i = 0; i < links->n; i++)
    mean += x[i] / (double)links->n;
  for (int64_t i = 0; i < links->n; i++) {
    squares += (x[i] - mean) * (x[i] - mean);
    for (int64_t k = links->row_start[i]; k < links->row_start[i + 1]; k++)
      cross += links->value[k] * (x[i] - mean) * (x[links->to[k]] - mean);
  }
  return cross / squares;
}

/* The column of elect80, by unit. */
static double *turnout(const sw_units *units) {
  const char *text;
  size_t length;
  sw_csv *csv;
  double *x = malloc((size_t)units->n * sizeof *x);
  cr_assert_eq(sw_text_read(&err, team, arena, shared("us_elect80_3107.csv"), &text, &length),
               SW_OK);
  cr_assert_eq(sw_csv_create(&err, arena, "elect80", &csv), SW_OK);
  sw_csv_text(csv, text, length, 1);
  cr_assert_eq(sw_csv_header(&err, csv), SW_OK);
  int u = sw_csv_find(csv, "FIPS"), v = sw_csv_find(csv, "pc_turnout");
  for (bool more = true; sw_csv_next(&err, csv, &more) == SW_OK && more;)
    sw_csv_number(
        &err, csv, v, "pc_turnout",
        &x[unit_of(units, sw_arena_textn(arena, csv->field[u].text, csv->field[u].length))]);
  sw_csv_destroy(csv);
  return x;
}

/* oracles/space.md: adaptive, k = 8. */
Test(weights_made, adaptive_kernels) {
  static const struct {
    sw_kernel_form form;
    double moran;
  } known[] = {{SW_KERNEL_TRIANGULAR, .6259316242},
               {SW_KERNEL_EPANECHNIKOV, .6238255215},
               {SW_KERNEL_BISQUARE, .6308633177},
               {SW_KERNEL_GAUSSIAN, .6086118828}};
  sw_units units = elect80();
  double *x = turnout(&units);
  sw_weights_spec spec = kind_of(SW_W_KERNEL, SW_STYLE_ROW);
  spec.k = 8;
  for (int c = 0; c < 4; c++) {
    spec.function = known[c].form;
    sw_links *links = read_weights(&spec, &units);
    double found = moran(links, x);
    cr_assert(fabs(found - known[c].moran) < 1e-9, "%d: %.12g", c, found);
    sw_links_destroy(team, links);
  }
  static const double first[] = {.4931923540, .3703940437, .2994414271};
  spec.function = SW_KERNEL_TRIANGULAR;
  spec.style = SW_STYLE_AS_IS;
  sw_links *links = read_weights(&spec, &units);
  int found = 0;
  for (int64_t k = links->row_start[0]; k < links->row_start[1]; k++)
    for (int f = 0; f < 3; f++)
      found += fabs(links->value[k] - first[f]) < 1e-9;
  cr_assert_eq(found, 3);
  sw_links_destroy(team, links);
  free(x);
}

/* Against all pairs: a given width, and the greatest distance to the second neighbour. */
Test(weights_made, fixed_kernels) {
  static struct unit_row row[] = {{"A", 0, 0}, {"B", 1, 0}, {"C", 3, 0}, {"D", 3, 2}, {"E", 9, 1}};
  sw_units units = units_of(row, 5, true);
  for (int found = 0; found < 2; found++) {
    sw_weights_spec spec = kind_of(SW_W_KERNEL, SW_STYLE_AS_IS);
    spec.function = SW_KERNEL_BISQUARE;
    double width = spec.km = 300;
    if (found) {
      spec.k = 2, spec.fixed = true;
      width = km_between(&units, 4, 2) * 1.0000001; /* of E */
    }
    sw_links *links = read_weights(&spec, &units);
    for (int64_t i = 0; i < 5; i++)
      for (int64_t j = 0; j < 5; j++) {
        double u = km_between(&units, i, j) / width, want = (1 - u * u) * (1 - u * u);
        double is = link_value(links, &units, row[i].code, row[j].code);
        cr_assert(i == j || u >= 1 ? isnan(is) : fabs(is - want) < 1e-9, "%d %d %g %g", (int)i,
                  (int)j, is, want);
      }
    sw_links_destroy(team, links);
  }
}

/* The row of others is as without a diagonal; the unit stands among them at its place. */
Test(weights_made, diagonal) {
  static struct unit_row row[] = {{"A", 0, 0}, {"B", 1, 0}, {"C", 3, 0}, {"D", 3, 2}, {"E", 9, 1}};
  static const double own[] = {NAN, 1, .75};
  sw_units units = units_of(row, 5, true);
  sw_weights_spec spec = kind_of(SW_W_KERNEL, SW_STYLE_AS_IS);
  spec.function = SW_KERNEL_EPANECHNIKOV;
  spec.k = 2;
  sw_links *plain = read_weights(&spec, &units);
  for (int d = SW_DIAGONAL_ONE; d <= SW_DIAGONAL_KERNEL; d++) {
    spec.diagonal = (sw_kernel_diagonal)d;
    sw_links *links = read_weights(&spec, &units);
    cr_assert_eq(links->row_start[5], plain->row_start[5] + 5);
    for (int64_t i = 0; i < 5; i++)
      for (int64_t j = 0; j < 5; j++) {
        double want = link_value(plain, &units, row[i].code, row[j].code);
        double is = link_value(links, &units, row[i].code, row[j].code);
        if (i == j) want = own[d];
        cr_assert(isnan(want) ? isnan(is) : is == want, "%d %d %g %g", (int)i, (int)j, is, want);
      }
    for (int64_t i = 0; i < 5; i++)
      for (int64_t k = links->row_start[i] + 1; k < links->row_start[i + 1]; k++)
        cr_assert(links->to[k - 1] < links->to[k]);
    sw_links_destroy(team, links);
  }
  spec.style = SW_STYLE_ROW;
  sw_links *links = read_weights(&spec, &units);
  for (int64_t i = 0; i < 5; i++)
    cr_assert(fabs(links->row_sum[i] - 1) < 1e-15);
  sw_links_destroy(team, links);
  sw_links_destroy(team, plain);
}

/* ---- styles ------------------------------------------------------------------------------- */

/* Of the same links, by file and by coordinates, in all styles. */
Test(weights_made, styles_by_every_way) {
  sw_units units = elect80();
  sw_weights_spec spec = kind_of(SW_W_INVERSE_DISTANCE, SW_STYLE_U);
  spec.power = 1, spec.cutoff_km = 60;
  sw_links *links = read_weights(&spec, &units);
  double sum = 0;
  for (int64_t k = 0; k < links->row_start[links->n]; k++)
    sum += links->value[k];
  cr_assert(fabs(sum - 1) < 1e-12);
  cr_assert(links->symmetric);
  sw_links_destroy(team, links);
  for (int style = SW_STYLE_C; style <= SW_STYLE_MINMAX; style++) {
    sw_units few = units_named("A B C");
    sw_weights_spec file =
        file_spec(write_text("t.csv", "A,B,2\nB,A,2\nB,C,1\nC,B,1\n"), (sw_style)style);
    links = read_weights(&file, &few);
    double ab = link_value(links, &few, "A", "B");
    /* Sum 6; eigenvalue sqrt(5); row sums 2, 3, 1; row lengths 2, sqrt(5), 1. */
    double lengths = 1 + 3 / sqrt(5) + 1;
    const double known[] = {2 * 3 / 6.0, 2 / 6.0, 3 / lengths, 2 / sqrt(5), 2 / 3.0};
    cr_assert(fabs(ab - known[style - SW_STYLE_C]) < 1e-14, "%d: %.16g", style, ab);
    sw_links_destroy(team, links);
  }
}

/* ---- groups and other matrices ----------------------------------------------------------- */

Test(weights_made, blocks) {
  static const char *const label[] = {"", "p", "q"};
  static const int32_t of[] = {1, 0, 1, 2, 1, 0};
  static const sw_grouping groups = {"province", 3, label, of};
  sw_units units = units_named("A B C D E F");
  units.n_groupings = 1, units.grouping = &groups;
  sw_weights_spec spec = kind_of(SW_W_BLOCK, SW_STYLE_ROW);
  spec.group = "province";
  sw_links *links = read_weights(&spec, &units);
  cr_assert_eq(links->row_start[6], 6);
  cr_assert_eq(links->islands, 3); /* of no province, and alone in one */
  cr_assert_eq(link_value(links, &units, "C", "E"), .5);
  sw_links_destroy(team, links);
}

/* a: A > B (2), B > A, B > C. b: A > C, B > A. */
static sw_links *combined(sw_weights_kind kind, sw_style style, const sw_units *units) {
  static sw_weights_spec all[3];
  static const int both[] = {0, 1};
  all[0] = file_spec(write_text("t.csv", "A,B,2\nB,A,1\nB,C,1\n"), SW_STYLE_ROW);
  all[1] = file_spec(write_text("t.txt", "A,C,1\nB,A,1\n"), SW_STYLE_ROW);
  all[2] = kind_of(kind, style);
  all[2].of = both, all[2].q = 2;
  all[2].n_of = kind == SW_W_TRANSPOSE || kind == SW_W_HIGHER_ORDER ? 1 : 2;
  study.weights = all, study.n_weights = 3;
  return read_weights(&all[2], units);
}

Test(weights_made, combinations) {
  static const struct {
    sw_weights_kind kind;
    int64_t count;
    const char *from, *to;
    double value;
  } known[] = {{SW_W_UNION, 4, "A", "C", 1},      {SW_W_INTERSECTION, 1, "B", "A", 1},
               {SW_W_DIFFERENCE, 2, "B", "C", 1}, {SW_W_PRODUCT, 1, "B", "C", 1},
               {SW_W_TRANSPOSE, 3, "B", "A", 2},  {SW_W_HIGHER_ORDER, 1, "A", "C", 1}};
  sw_units units = units_named("A B C");
  for (size_t c = 0; c < sizeof known / sizeof *known; c++) {
    sw_links *links = combined(known[c].kind, SW_STYLE_AS_IS, &units);
    cr_assert_eq(links->row_start[3], known[c].count, "kind %d: %d", known[c].kind,
                 (int)links->row_start[3]);
    cr_assert_eq(link_value(links, &units, known[c].from, known[c].to), known[c].value, "kind %d",
                 known[c].kind);
    sw_links_destroy(team, links);
  }
  sw_links *links = combined(SW_W_UNION, SW_STYLE_ROW, &units);
  cr_assert_eq(link_value(links, &units, "A", "C"), .5);
  sw_links_destroy(team, links);
}

/* Nothing left is refused, in one line. */
Test(weights_made, no_link_is_left) {
  static sw_weights_spec all[2];
  static const int same[] = {0, 0};
  sw_units units = units_named("A B C");
  sw_links *links = NULL;
  all[0] = file_spec(write_text("t.csv", "A,B,2\nB,A,1\n"), SW_STYLE_ROW);
  all[1] = kind_of(SW_W_DIFFERENCE, SW_STYLE_ROW);
  all[1].of = same, all[1].n_of = 2;
  study.weights = all, study.n_weights = 2;
  sw_error_clear(&err);
  cr_assert_eq(sw_links_read_weights(&err, team, &study, &all[1], &units, &links), SW_EINPUT);
  cr_assert_str_eq(err.text, "study.yaml:7:9: weights 'w' have no link");
}
