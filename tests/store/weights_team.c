/* Links and tables as several ranks read them: every rank of every node ends with the same bytes as
 * one process alone, and with the same message when something is wrong. Ranks are threads. */
#include "team_threads.h"
#include "weights_fixture.h"

#include "store/results/private.h"

TestSuite(weights_team, .init = setup, .fini = teardown);

enum { RANKS = 3, SHARED_BY = 2, PLACES = 300 }; /* nodes {0, 1} and {2} */

/* ---- node-shared memory among threads ---------------------------------------------------- */

static sw_status threads_barrier(sw_team *one, sw_error *error) {
  (void)error;
  publish(one, NULL, 0, NULL);
  finish(one);
  return SW_OK;
}

static sw_status threads_node_alloc(sw_team *one, sw_error *error, size_t bytes, void **out) {
  void *mine = NULL;
  if (one->node_rank == 0) cr_assert_eq(sw_calloc(error, bytes, 1, &mine), SW_OK);
  publish(one, mine, bytes, NULL);
  int first = one->rank - one->node_rank;
  cr_assert_eq(hub_of(one)->bytes[first], bytes, "node_alloc: the ranks disagree on the bytes");
  *out = (void *)hub_of(one)->send[first];
  finish(one);
  return SW_OK;
}

static void threads_node_free(sw_team *one, void *memory) {
  threads_barrier(one, NULL);
  if (one->node_rank == 0) sw_free(memory);
}

static size_t threads_node_room(sw_team *one) {
  (void)one;
  return SIZE_MAX;
}

/* ---- ranks ------------------------------------------------------------------------------- */

static sw_units units;
static const sw_weights_spec *asked;
static const sw_links *alone;

typedef struct rank {
  thread_member member;
  sw_error err;
  sw_status status;
  bool same;
  sw_arena *arena;
  sw_table *table;
} rank;

static bool same_links(const sw_links *a, const sw_links *b) {
  size_t count = (size_t)a->row_start[a->n];
  return !memcmp(a->row_start, b->row_start, (size_t)(a->n + 1) * sizeof *a->row_start) &&
         !memcmp(a->to, b->to, count * sizeof *a->to) &&
         !memcmp(a->value, b->value, count * sizeof *a->value) && a->islands == b->islands &&
         a->symmetric == b->symmetric;
}

static void *read_links(void *self) {
  rank *one = self;
  sw_links *links = NULL;
  one->status = sw_links_read_weights(&one->err, &one->member.team, &study, asked, &units, &links);
  one->same = one->status == SW_OK && same_links(links, alone);
  if (links) threads_barrier(&one->member.team, NULL); /* all have compared */
  sw_links_destroy(&one->member.team, links);
  return NULL;
}

static void *read_table(void *self) {
  static sw_node value = {.file = "study.yaml", .text = "t.csv"}, map = {.kind = SW_NODE_MAP};
  static sw_node *item[] = {&value};
  static const char *key[] = {"from"};
  rank *one = self;
  sw_node own = map;
  own.count = 1;
  own.item = item;
  own.key = key;
  const char *study_file = sw_arena_printf(one->arena, "%s/study.yaml", folder);
  one->status = sw_table_read(&one->err, &one->member.team, one->arena, &own, study_file, "economy",
                              &one->table);
  return NULL;
}

static void run_ranks(rank one[RANKS], void *(*work)(void *)) {
  thread_hub hub = {.ranks = RANKS};
  pthread_t thread[RANKS];
  pthread_barrier_init(&hub.barrier, NULL, RANKS);
  for (int r = 0; r < RANKS; r++) {
    one[r] = (rank){0};
    cr_assert_eq(sw_arena_create(&err, &one[r].arena), SW_OK);
    thread_join_team(&one[r].member, &hub, r);
    sw_team *member = &one[r].member.team;
    member->nodes = (RANKS + SHARED_BY - 1) / SHARED_BY;
    member->node = r / SHARED_BY;
    member->node_rank = r % SHARED_BY;
    member->node_size = r - r % SHARED_BY + SHARED_BY <= RANKS ? SHARED_BY : RANKS % SHARED_BY;
    member->node_alloc = threads_node_alloc;
    member->node_free = threads_node_free;
    member->node_barrier = member->barrier = threads_barrier;
    member->node_room = threads_node_room;
  }
  for (int r = 0; r < RANKS; r++)
    pthread_create(&thread[r], NULL, work, &one[r]);
  for (int r = 0; r < RANKS; r++)
    pthread_join(thread[r], NULL);
}

static void check_links(const sw_weights_spec *spec) {
  rank one[RANKS];
  asked = spec;
  sw_links *serial = read_weights(spec, &units);
  alone = serial;
  run_ranks(one, read_links);
  for (int r = 0; r < RANKS; r++)
    cr_assert(one[r].same, "%s, rank %d: %s", spec->name, r, one[r].err.text);
  sw_links_destroy(team, serial);
}

static void check_failure(const sw_weights_spec *spec, const char *text) {
  rank one[RANKS];
  asked = spec;
  run_ranks(one, read_links);
  for (int r = 0; r < RANKS; r++) {
    cr_assert_eq(one[r].status, SW_EINPUT);
    cr_assert_str_eq(one[r].err.text, text);
  }
}

static void make_places(void) {
  static struct unit_row row[PLACES];
  for (int i = 0; i < PLACES; i++) /* a lattice: many ties, no two at one place */
    row[i] = (struct unit_row){sw_arena_printf(arena, "u%03d", i), 100 + i % 20, 20 + i / 20};
  units = units_of(row, PLACES, true);
}

Test(weights_team, every_rank_has_the_bytes_of_one_process) {
  make_places();
  sw_weights_spec knn = {.name = "knn", .node = &place, .kind = SW_W_KNN, .k = 5};
  sw_weights_spec inverse = {
      .name = "inverse", .node = &place, .kind = SW_W_INVERSE_DISTANCE, .power = 1.5};
  check_links(&knn);
  check_links(&inverse);
  inverse.cutoff_km = 250;
  inverse.style = SW_STYLE_AS_IS;
  check_links(&inverse);
  sw_weights_spec edges = file_spec(
      write_text("t.csv", "from,to,w\nu299,u000,2\nu000,u299,1\nu150,u000,4\nu150,u001,4\n"),
      SW_STYLE_ROW);
  check_links(&edges);
}

Test(weights_team, what_is_made_is_the_same) {
  make_places();
  sw_weights_spec kernel = {.name = "kernel", .node = &place, .kind = SW_W_KERNEL, .k = 5};
  check_links(&kernel);
  kernel.fixed = true;
  kernel.style = SW_STYLE_S;
  check_links(&kernel);
  sw_weights_spec band = {.name = "band", .node = &place, .kind = SW_W_BAND, .km = 120};
  check_links(&band);
  band.style = SW_STYLE_SPECTRAL;
  check_links(&band);
  band.km = 1; /* says what would leave none alone, which is collective */
  check_links(&band);
  static const int both[] = {0, 1};
  static sw_weights_spec all[3];
  all[0] = (sw_weights_spec){.name = "knn", .node = &place, .kind = SW_W_KNN, .k = 5};
  all[1] = band, all[1].km = 120;
  all[2] = (sw_weights_spec){.name = "union", .node = &place, .kind = SW_W_UNION, .of = both};
  all[2].n_of = 2;
  study.weights = all, study.n_weights = 3;
  check_links(&all[2]);
  all[2].kind = SW_W_PRODUCT;
  check_links(&all[2]);
  all[2].kind = SW_W_HIGHER_ORDER, all[2].n_of = 1, all[2].q = 2;
  check_links(&all[2]);
  all[2].kind = SW_W_DIFFERENCE, all[2].n_of = 2, all[2].of = (const int[]){0, 0};
  check_failure(&all[2], "study.yaml:7:9: weights 'union' have no link");
}

Test(weights_team, every_rank_has_the_message) {
  make_places();
  sw_weights_spec edges =
      file_spec(write_text("t.csv", "from,to\nu000,u001\nu001,u001\n"), SW_STYLE_ROW);
  check_failure(&edges, "t.csv:3: unit 'u001' is linked to itself; remove this link");
  /* Two refusals, in the rows of different ranks: the earlier unit is told. */
  ((double *)units.lon)[291] = units.lon[290];
  ((double *)units.lon)[12] = units.lon[11];
  sw_weights_spec inverse = {
      .name = "w", .node = &place, .kind = SW_W_INVERSE_DISTANCE, .power = 1, .cutoff_km = 250};
  check_failure(&inverse, "study.yaml:7:9: weights 'w': units 'u011' and 'u012' have the same "
                          "coordinates, so their distance is 0; give each unit its own");
}

/* ---- weights of a composite out of a results file ---------------------------------------- */

static void write_results(const char *path) {
  static const char *const names[] = {"gdp_pc", "trade share", "\xE6\x94\xB6\xE5\x85\xA5"};
  static const char *const code[] = {"A"};
  static const double weight[] = {0.25, 0.125, 0.625};
  static const int64_t time[] = {2001};
  hid_t file = sw_h5_create(path);
  cr_assert_geq(file, 0);
  sw_h5_put_text(file, "state", "complete", SW_STATE_ROOM);
  H5Dclose(sw_h5_labels(file, "unit", "unit", 1, code));
  H5Gclose(sw_h5_group(file, "/composites"));
  hid_t group = sw_h5_group(file, "/composites/economy");
  cr_assert_geq(group, 0);
  H5Dclose(sw_h5_labels(group, "indicator", "indicator", 3, names));
  H5Dclose(sw_h5_numbers(group, "time", "time", "1", SW_CELL_I64, 1, time));
  H5Dclose(sw_h5_numbers(group, "weight", "weight", "1", SW_CELL_F64, 3, weight));
  H5Gclose(group);
  cr_assert_geq(H5Fclose(file), 0);
}

Test(weights_team, weights_of_last_year) {
  rank one[RANKS];
  write_results(sw_arena_printf(arena, "%s/t.csv", folder));
  run_ranks(one, read_table);
  for (int r = 0; r < RANKS; r++) {
    cr_assert_eq(one[r].status, SW_OK, "%s", one[r].err.text);
    const sw_table *table = one[r].table;
    cr_assert_eq(table->n_rows, 3);
    cr_assert_eq(table->n_columns, 1);
    cr_assert_str_eq(table->row[1], "trade share");
    cr_assert_str_eq(table->row[2], "\xE6\x94\xB6\xE5\x85\xA5");
    cr_assert_str_eq(table->column[0], "weight");
    cr_assert(table->value[0] == 0.25 && table->value[1] == 0.125 && table->value[2] == 0.625);
  }
}
