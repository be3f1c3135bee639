/* Weights matrices and distances from real files and from coordinates. */
#include "weights_fixture.h"

TestSuite(weights, .init = setup, .fini = teardown);

static int64_t count_of(const sw_links *links) {
  return links->row_start[links->n];
}

static bool same_links(const sw_links *a, const sw_links *b) {
  int64_t count = count_of(a);
  return a->n == b->n && count == count_of(b) && a->islands == b->islands &&
         a->symmetric == b->symmetric &&
         !memcmp(a->row_start, b->row_start, (size_t)(a->n + 1) * sizeof *a->row_start) &&
         !memcmp(a->to, b->to, (size_t)count * sizeof *a->to) &&
         !memcmp(a->value, b->value, (size_t)count * sizeof *a->value);
}

static void check_rows_sum_to_one(const sw_links *links) {
  for (int64_t i = 0; i < links->n; i++) {
    double sum = 0;
    for (int64_t k = links->row_start[i]; k < links->row_start[i + 1]; k++)
      sum += links->value[k];
    cr_assert(links->row_start[i] == links->row_start[i + 1] || fabs(sum - 1) < 1e-14);
  }
}

/* oracles/README.md: 232 and 236 directed links. */
Test(weights, columbus) {
  sw_units units = units_from("columbus49.csv", "POLYID", NULL, NULL, NULL);
  sw_weights_spec colnb = file_spec(shared("columbus49_colnb_edges.csv"), SW_STYLE_ROW);
  sw_weights_spec gal = file_spec(shared("columbus49_gal_edges.csv"), SW_STYLE_BINARY);
  sw_links *row = read_weights(&colnb, &units), *binary = read_weights(&gal, &units);
  cr_assert_eq(count_of(row), 232);
  cr_assert_eq(count_of(binary), 236);
  cr_assert_eq(row->islands, 0);
  check_rows_sum_to_one(row);
  cr_assert_not(row->symmetric);
  cr_assert(binary->symmetric);
  sw_links_destroy(team, row);
  sw_links_destroy(team, binary);
}

/* oracles/README.md: the islands of the 1989 list are 37055 and 37095. */
Test(weights, nc_sids_has_two_islands) {
  sw_units units = units_from("nc_sids100.csv", "FIPS", NULL, NULL, NULL);
  sw_weights_spec spec = file_spec(shared("nc_sids100_cc89_edges.csv"), SW_STYLE_ROW);
  sw_links *links = read_weights(&spec, &units);
  cr_assert_eq(count_of(links), 394);
  cr_assert_eq(links->islands, 2);
  const char *const islands[] = {"37055", "37095"};
  for (int k = 0; k < 2; k++) {
    int64_t i = unit_of(&units, islands[k]);
    cr_assert_eq(links->row_start[i], links->row_start[i + 1]);
  }
  sw_links_destroy(team, links);
}

/* Counted from the file by another program: of its 18,482 links 18,380 are between the 3,080. */
Test(weights, us_counties_leave_out_what_where_leaves_out) {
  static const char *const where[] = {"lower48", "in_gdp", NULL};
  sw_units units = units_from("us_bea_points.csv", "fips", "lon", "lat", where);
  cr_assert_eq(units.n, 3080);
  sw_weights_spec spec = file_spec(shared("us_bea_adjacency.csv"), SW_STYLE_BINARY);
  sw_links *links = NULL;
  cr_assert_eq(sw_links_read_weights(&err, team, &study, &spec, &units, &links), SW_EINPUT);
  cr_assert_null(links);
  cr_assert(strstr(err.text, "is not in the panel"), "%s", err.text);
  static const sw_condition condition = {.column = "lower48"};
  study.units.n_where = 1;
  study.units.where = &condition;
  links = read_weights(&spec, &units);
  cr_assert_eq(count_of(links), 18380);
  cr_assert_eq(links->islands, 0);
  cr_assert(links->symmetric);
  sw_links_destroy(team, links);
}

Test(weights, elect80_as_given) {
  sw_units units = units_from("us_elect80_3107.csv", "FIPS", NULL, NULL, NULL);
  sw_weights_spec lw = file_spec(shared("us_elect80_lw.csv"), SW_STYLE_AS_IS);
  sw_links *links = read_weights(&lw, &units);
  cr_assert_eq(links->n, 3107);
  cr_assert_eq(count_of(links), 14344);
  cr_assert_eq(links->islands, 0);
  cr_assert_eq(link_value(links, &units, "01001", "01021"), 0.25);
  sw_weights_spec queen = file_spec(shared("us_elect80_queen_edges.csv"), SW_STYLE_ROW);
  sw_links *contiguous = read_weights(&queen, &units);
  cr_assert_eq(count_of(contiguous), 18126);
  cr_assert_eq(contiguous->islands, 4);
  sw_links_destroy(team, links);
  sw_links_destroy(team, contiguous);
}

Test(weights, matrix_and_edges_of_usaww_are_one) {
  sw_units units = units_from("us48_usaww_W.csv", "state", NULL, NULL, NULL);
  cr_assert_eq(units.n, 48);
  for (int style = SW_STYLE_ROW; style <= SW_STYLE_AS_IS; style++) {
    sw_weights_spec edges = file_spec(shared("us48_usaww_edges.csv"), (sw_style)style);
    sw_weights_spec matrix = file_spec(shared("us48_usaww_W.csv"), (sw_style)style);
    matrix.kind = SW_W_MATRIX;
    sw_links *a = read_weights(&edges, &units), *b = read_weights(&matrix, &units);
    cr_assert_eq(count_of(a), 214);
    cr_assert(same_links(a, b));
    sw_links_destroy(team, a);
    sw_links_destroy(team, b);
  }
}

/* ---- coordinates ------------------------------------------------------------------------- */

static sw_units us_places(void) {
  static const char *const where[] = {"lower48", "in_gdp", NULL};
  return units_from("us_bea_points.csv", "fips", "lon", "lat", where);
}

/* Neighbours of Los Angeles and Chicago by the haversine formula in another program. */
Test(weights, nearest_counties) {
  sw_units units = us_places();
  sw_weights_spec spec = {.name = "knn", .node = &place, .kind = SW_W_KNN, .k = 5};
  sw_links *links = read_weights(&spec, &units);
  cr_assert_eq(count_of(links), 5 * 3080);
  static const char *const near[2][6] = {{"06037", "06059", "06111", "06029", "06083", "06073"},
                                         {"17031", "17043", "17097", "18089", "17197", "18127"}};
  for (int c = 0; c < 2; c++)
    for (int k = 1; k <= 5; k++)
      cr_assert_eq(link_value(links, &units, near[c][0], near[c][k]), 0.2, "%s", near[c][k]);
  for (int64_t i = 0; i < links->n; i++)
    for (int64_t k = links->row_start[i] + 1; k < links->row_start[i + 1]; k++)
      cr_assert_lt(links->to[k - 1], links->to[k]);
  sw_links_destroy(team, links);
}

/* 53,100 ordered pairs within 100 km; 06037 to 06059 is 73.15428014262 km (haversine). */
Test(weights, inverse_distance_of_counties) {
  sw_units units = us_places();
  sw_weights_spec spec = {.name = "inv",
                          .node = &place,
                          .kind = SW_W_INVERSE_DISTANCE,
                          .style = SW_STYLE_AS_IS,
                          .power = 1,
                          .cutoff_km = 100};
  sw_links *links = read_weights(&spec, &units);
  cr_assert_eq(count_of(links), 53100);
  cr_assert(links->symmetric);
  cr_assert_float_eq(1 / link_value(links, &units, "06037", "06059"), 73.1542801426206, 1e-9);
  spec.style = SW_STYLE_ROW;
  sw_links *row = read_weights(&spec, &units);
  check_rows_sum_to_one(row);
  cr_assert_eq(row->islands, links->islands);
  spec.cutoff_km = 0;
  spec.style = SW_STYLE_AS_IS;
  sw_links *all = read_weights(&spec, &units);
  cr_assert_eq(count_of(all), 3080 * 3079);
  cr_assert_eq(link_value(all, &units, "06037", "06059"),
               link_value(links, &units, "06037", "06059"));
  cr_assert(all->symmetric);
  sw_links_destroy(team, links);
  sw_links_destroy(team, row);
  sw_links_destroy(team, all);
}

static void refuse(const sw_weights_spec *spec, const sw_units *units, const char *text) {
  sw_links *links = NULL;
  sw_error_clear(&err);
  cr_assert_eq(sw_links_read_weights(&err, team, &study, spec, units, &links), SW_EINPUT);
  cr_assert_str_eq(err.text, text);
  cr_assert_null(links);
}

Test(weights, places_that_cannot_be) {
  struct unit_row row[] = {{"B", 10, 50}, {"A", 10, 50}, {"C", 11, 50}};
  sw_units units = units_of(row, 3, true), unplaced = units_named("A B C");
  sw_weights_spec spec = {.name = "w", .node = &place, .kind = SW_W_KNN, .k = 3};
  refuse(&spec, &units,
         "study.yaml:7:9: weights 'w': k is 3 and there are 3 units; k must be 1 .. 2");
  refuse(&spec, &unplaced,
         "study.yaml:7:9: weights 'w' need coordinates; name the columns lon and lat under units");
  spec.kind = SW_W_INVERSE_DISTANCE;
  spec.power = 1;
  refuse(&spec, &units,
         "study.yaml:7:9: weights 'w': units 'A' and 'B' have the same coordinates, so their "
         "distance is 0; give each unit its own");
  row[2].lon = NAN;
  units = units_of(row, 3, true);
  refuse(&spec, &units,
         "study.yaml:7:9: weights 'w' need the coordinates of every unit; unit 'C' has none");
  row[1].lat = 40;
  row[2].lon = 12;
  units = units_of(row, 3, true);
  spec.power = 2000;
  refuse(&spec, &units,
         "study.yaml:7:9: weights 'w': 1/distance^2000 of units 'A' and 'B' is not a finite number "
         "greater than 0; lower the power");
  sw_units many = {.n = 20001, .text = "", .lon = malloc(20001 * 8), .lat = malloc(20001 * 8)};
  memset((double *)many.lon, 0, 20001 * 8);
  memset((double *)many.lat, 0, 20001 * 8);
  refuse(&spec, &many,
         "study.yaml:7:9: weights 'w' would link all pairs of 20001 units; above 20000 units give "
         "cutoff_km");
}

/* ---- distances --------------------------------------------------------------------------- */

static sw_status read_distance(const char *text, const sw_units *units, sw_links **links) {
  sw_distance_spec spec = {.kind = SW_GIVEN, .file = "t.csv", .path = write_text("t.csv", text)};
  sw_error_clear(&err);
  return sw_links_read_distance(&err, team, &study, "gravity", &spec, units, links);
}

Test(weights, distances_as_table_and_as_list) {
  sw_units units = units_named("A B C"), pair = units_named("1 2");
  sw_links *table = NULL, *list = NULL;
  cr_assert_eq(read_distance(",C,A,B\nA,5,0,3\nC,9,5.5,\nB,7,3,\n", &units, &table), SW_OK, "%s",
               err.text);
  cr_assert_eq(read_distance("from,to,km\nA,B,3\nC,A,5.5\nB,A,3\nA,C,5\nB,C,7\n", &units, &list),
               SW_OK, "%s", err.text);
  cr_assert(same_links(table, list));
  cr_assert_eq(count_of(list), 5);
  cr_assert_eq(link_value(list, &units, "C", "A"), 5.5);
  cr_assert(isnan(link_value(list, &units, "C", "B")));
  cr_assert_not(list->symmetric);
  sw_links_destroy(team, table);
  sw_links_destroy(team, list);
  /* Three columns are a table when the first line holds two codes. */
  cr_assert_eq(read_distance("km,1,2\n1,0,4\n2,4,0\n", &pair, &table), SW_OK, "%s", err.text);
  cr_assert_eq(read_distance("1,2,4\n2,1,4\n", &pair, &list), SW_OK, "%s", err.text);
  cr_assert(same_links(table, list));
  cr_assert(table->symmetric);
  sw_links_destroy(team, table);
  sw_links_destroy(team, list);
}

static void refuse_distance(const char *text, const sw_units *units, const char *message) {
  sw_links *links = NULL;
  cr_assert_eq(read_distance(text, units, &links), SW_EINPUT);
  cr_assert_str_eq(err.text, message);
}

Test(weights, distances_that_cannot_be) {
  sw_units units = units_named("A B C");
  refuse_distance("from,to,km\nA,B,3\nA,C,0\n", &units,
                  "t.csv:3: the distance between 'A' and 'C' is 0; expected more than 0 between "
                  "different units");
  refuse_distance("from,to,km\nA,B,-3\n", &units,
                  "t.csv:2: distance -3 is negative; it must be 0 or more");
  refuse_distance("x,A,B,C\nA,0,3,4\nB,3,0,nan\nC,4,1,0\n", &units,
                  "t.csv:3: distance 'nan' is not a number; leave the pair out where there "
                  "is none");
  refuse_distance(
      "from,to\nA,B\n", &units,
      "t.csv:1: no column of distances; expected from, to, distance, or a square table of codes");
  refuse_distance("from,to,km\n", &units, "t.csv: no distance between units of the panel");
  refuse_distance("from,to,km\nA,B,3\nA,D,3\n", &units,
                  "t.csv:3: unit 'D' is not in the panel; correct the code, or write `unmatched: "
                  "drop` under units to leave such links out");
}
