/* What the command line cannot reach of the results file: weights read back for a composite, and
 * refusals that depend on the folder. The file itself is proved by tests/results/test_writer.py. */
#include <criterion/criterion.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../ranks/programs/results_fixture.h"
#include "store/results/private.h"

static char folder[64];
static sw_team *team;
static sw_arena *arena;
static sw_error err;

static void set_up(void) {
  strcpy(folder, "/tmp/spillway-results-XXXXXX");
  cr_assert(mkdtemp(folder) && chdir(folder) == 0);
  cr_assert(sw_team_serial(&err, &team) == SW_OK);
  cr_assert(sw_arena_create(&err, &arena) == SW_OK);
}

static void tear_down(void) {
  sw_arena_destroy(arena);
  sw_team_serial_destroy(team);
  remove("out.h5");
  cr_assert(chdir("/") == 0);
  rmdir(folder);
}

TestSuite(results, .init = set_up, .fini = tear_down);

static sw_status write_fixture(bool per_period) {
  static fixture f;
  fixture_make(&f, team, "out.h5", false, false);
  f.job[ECONOMY].result[1].off = per_period;
  f.job[ECONOMY].result[2].off = !per_period;
  sw_status status = fixture_write(&err, &f, "out.h5");
  fixture_destroy(&f);
  return status;
}

Test(results, weights_of_a_composite_come_back) {
  sw_table *table = NULL;
  cr_assert(write_fixture(false) == SW_OK, "%s", err.text);
  cr_assert(sw_results_composite_weights(&err, arena, "out.h5", "economy", &table) == SW_OK, "%s",
            err.text);
  cr_assert(table->n_rows == 3 && table->n_columns == 1);
  cr_assert_str_eq(table->row[0], "农业");
  cr_assert_str_eq(table->column[0], "weight");
  cr_assert(table->value[0] == 0.25 && isnan(table->value[1]) && table->value[2] == 2.25);
}

Test(results, weights_of_each_period_come_back) {
  sw_table *table = NULL;
  cr_assert(write_fixture(true) == SW_OK, "%s", err.text);
  cr_assert(sw_results_composite_weights(&err, arena, "out.h5", "economy", &table) == SW_OK, "%s",
            err.text);
  cr_assert(table->n_rows == 3 && table->n_columns == 3);
  cr_assert_str_eq(table->row[2], "2020Q3");
  cr_assert_str_eq(table->column[2], "services");
  cr_assert(table->value[2 * 3 + 1] == 7.25);
}

Test(results, weights_that_are_not_there) {
  sw_table *table = NULL;
  cr_assert(write_fixture(false) == SW_OK, "%s", err.text);
  cr_assert(sw_results_composite_weights(&err, arena, "out.h5", "ecology", &table) == SW_EINPUT);
  cr_assert_str_eq(err.text, "out.h5: has no weights of a composite 'ecology'");
  sw_error_clear(&err);
  cr_assert(sw_results_composite_weights(&err, arena, "no.h5", "ecology", &table) == SW_EINPUT);
  cr_assert_str_eq(err.text, "no.h5: cannot be opened: No such file or directory");
}

Test(results, an_output_that_cannot_be) {
  sw_results *results = NULL;
  cr_assert(symlink("nowhere", "link") == 0);
  cr_assert(sw_results_start(&err, team, "link/out.h5", false, false, &results) == SW_EINPUT);
  cr_assert_str_eq(err.text, "link: the folder of the output is missing and cannot be created: No "
                             "such file or directory; choose another -o");
  sw_error_clear(&err);
  cr_assert(sw_results_start(&err, team, folder, true, false, &results) == SW_EINPUT);
  cr_assert(strstr(err.text, "is a folder") != NULL);
  sw_error_clear(&err);
  /* Nobody, not even root, makes files there. */
  cr_assert(sw_results_start(&err, team, "/proc/out.h5", false, false, &results) == SW_EINPUT);
  cr_assert(strstr(err.text, "/proc/out.h5.partial.lock: cannot be written: ") == err.text);
  sw_error_clear(&err);
  cr_assert(sw_results_start(&err, team, "out.h5", false, false, &results) == SW_OK);
  sw_results_destroy(results, SW_OK, NULL);
  cr_assert(access("out.h5.partial", F_OK) != 0, "the check leaves nothing behind");
}

Test(results, an_output_that_exists) {
  cr_assert(write_fixture(false) == SW_OK, "%s", err.text);
  cr_assert(write_fixture(false) == SW_EINPUT);
  cr_assert_str_eq(err.text, "out.h5 exists; give --force to overwrite it, or another -o");
  sw_error_clear(&err);
  sw_results *results = NULL;
  cr_assert(sw_results_start(&err, team, "out.h5", true, false, &results) == SW_OK);
  sw_results_destroy(results, SW_OK, NULL);
}

Test(results, a_run_that_stops_leaves_no_file) {
  static fixture f;
  sw_results *results = NULL;
  fixture_make(&f, team, "out.h5", false, false);
  cr_assert(sw_results_start(&err, team, "out.h5", false, false, &results) == SW_OK);
  cr_assert(sw_results_begin(&err, results, &f.run) == SW_OK, "%s", err.text);
  cr_assert(sw_results_create(&err, results) == SW_OK, "%s", err.text);
  cr_assert(access("out.h5.partial", F_OK) == 0);
  /* What the file has no place for is no result. */
  float one = 1;
  sw_sink *sink = sw_results_sink(results);
  sw_piece piece = {SW_PIECE_RECT, SUMMARY, 0, 0, 1, 0, 1, 0, 0, 0};
  cr_assert(sink->write(sink, &err, &piece, 0, &one) == SW_EINTERNAL);
  sw_results_destroy(results, SW_EINTERNAL, NULL);
  fixture_destroy(&f);
  cr_assert(access("out.h5.partial", F_OK) != 0 && access("out.h5", F_OK) != 0);
}

/* ---- what has changed --------------------------------------------------------------------- */

Test(results, an_input_that_is_odd) {
  const char *odd = "";
  cr_assert(sw_results_text_odd_input(&err, arena, "11  a.csv\n22  b.csv\n",
                                      "22  b.csv\n11  a.csv\n", &odd) == SW_OK);
  cr_assert_null(odd);
  cr_assert(sw_results_text_odd_input(&err, arena, "11  a.csv\n23  b.csv\n",
                                      "22  b.csv\n11  a.csv\n", &odd) == SW_OK);
  cr_assert_str_eq(odd, "b.csv");
}

/* Nothing odd was found, since nothing could be looked for: not the same as that there is none. */
Test(results, no_memory_is_not_the_same_as_no_change) {
  const char *odd = "";
  size_t length = (size_t)256 << 20;
  char *line = malloc(length + 1);
  cr_assert_not_null(line);
  memset(line, 'x', length);
  line[length] = '\0';
  struct rlimit limit = {length + (length >> 1), RLIM_INFINITY};
  cr_assert(setrlimit(RLIMIT_AS, &limit) == 0);
  sw_status status = sw_results_text_odd_input(&err, arena, line, "other", &odd);
  limit.rlim_cur = RLIM_INFINITY;
  cr_assert(setrlimit(RLIMIT_AS, &limit) == 0);
  cr_assert(status == SW_ENOMEM, "%d", (int)status);
  cr_assert(strncmp(err.text, "out of memory for the names of inputs", 33) == 0, "%s", err.text);
  free(line);
}
