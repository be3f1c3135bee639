/* The logger's lines, who speaks, and notes said once. */
#include "base/log.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"

Test(log, plain_lines, .init = cr_redirect_stderr) {
  sw_log_setup(SW_LOG_INFO, 0);
  sw_log(SW_LOG_WARN, "%d islands", 3);
  sw_log(SW_LOG_INFO, "two\nlines");
  sw_log(SW_LOG_DEBUG, "unheard");
  sw_log_setup(SW_LOG_ERROR, 0);
  sw_log(SW_LOG_WARN, "unheard");
  sw_log(SW_LOG_ERROR, "no disk");
  fflush(stderr);
  cr_assert_stderr_eq_str("spillway: warning: 3 islands\nspillway: info: two lines\n"
                          "spillway: error: no disk\n");
}

Test(log, other_ranks_are_silent, .init = cr_redirect_stderr) {
  sw_log_setup(SW_LOG_INFO, 1);
  sw_log(SW_LOG_INFO, "unheard");
  sw_log(SW_LOG_WARN, "unheard");
  sw_log(SW_LOG_ERROR, "rank 1 is lost");
  fflush(stderr);
  cr_assert_stderr_eq_str("spillway: error: rank 1 is lost\n");
}

Test(log, levels) {
  sw_log_level level = SW_LOG_INFO;
  cr_assert(sw_log_level_parse("warn", &level) && level == SW_LOG_WARN);
  cr_assert(sw_log_level_parse("debug", &level) && level == SW_LOG_DEBUG);
  cr_assert_not(sw_log_level_parse("loud", &level));
  cr_assert_not(sw_log_level_parse("", &level));
}

Test(log, a_long_line_ends_in_dots, .init = cr_redirect_stderr) {
  static char text[10000];
  memset(text, 'x', sizeof text - 1);
  sw_log_setup(SW_LOG_INFO, 0);
  sw_log(SW_LOG_INFO, "%s", text);
  fflush(stderr);
  FILE *lines = cr_get_redirected_stderr();
  static char got[20000];
  cr_assert_not_null(fgets(got, sizeof got, lines));
  size_t length = strlen(got);
  cr_assert(length < 2100);
  cr_assert_str_eq(got + length - 4, "...\n");
}

Test(notes, said_once_in_order) {
  sw_error err = {0};
  sw_notes notes = {0};
  cr_assert_eq(sw_arena_create(&err, &notes.arena), SW_OK);
  for (int round = 0; round < 3; round++)
    for (int i = 0; i < 50; i++)
      sw_note(&notes, "indicator %d is constant", i);
  cr_assert_eq(notes.count, 50);
  cr_assert_str_eq(notes.text[0], "indicator 0 is constant");
  cr_assert_str_eq(notes.text[49], "indicator 49 is constant");
  sw_arena_destroy(notes.arena);
}

/* What is read twice is warned of once. */
Test(notes, kept_warnings_are_printed_once, .init = cr_redirect_stderr) {
  sw_error err = {0};
  sw_notes notes = {0};
  cr_assert_eq(sw_arena_create(&err, &notes.arena), SW_OK);
  sw_log_setup(SW_LOG_INFO, 0);
  sw_log_keep(&notes);
  for (int round = 0; round < 2; round++) {
    sw_log(SW_LOG_WARN, "%d islands", 3);
    sw_log(SW_LOG_INFO, "read");
  }
  sw_log_keep(NULL);
  sw_log(SW_LOG_WARN, "3 islands");
  fflush(stderr);
  cr_assert_eq(notes.count, 1);
  cr_assert_stderr_eq_str("spillway: warning: 3 islands\nspillway: info: read\n"
                          "spillway: info: read\nspillway: warning: 3 islands\n");
  sw_arena_destroy(notes.arena);
}

Test(clock, moves_forward) {
  double before = sw_clock(), after = sw_clock();
  cr_assert(after >= before);
}

/* Touching 64 MiB raises the peak by about as much. */
Test(clock, peak_memory) {
  double before = sw_peak_memory();
  cr_assert(before > 1e5 && before < 1e11);
  enum { BYTES = 64 << 20 };
  unsigned char *memory = NULL;
  sw_error err = {0};
  cr_assert_eq(sw_alloc(&err, BYTES, 1, (void **)&memory), SW_OK);
  memset(memory, 1, BYTES);
  cr_assert(sw_peak_memory() > before + 0.9 * BYTES);
  cr_assert_eq(memory[BYTES - 1], 1);
  sw_free(memory);
}
