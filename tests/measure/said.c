/* Lines that a measure says of its result: joined, cut to their room in whole characters, counted
 * beyond it, taken over from a file, forgotten. */
#include "measure/harness.h"

static sw_job job(struct sw_said *said) {
  sw_job made = {.said = said};
  sw_error err = {0};
  cr_assert_eq(sw_arena_create(&err, &made.arena), SW_OK);
  return made;
}

#define SAYS(job, text) cr_expect_str_eq(sw_said_text((job)->arena, job), text)

Test(said, lines) {
  struct sw_said said = {0};
  sw_job j = job(&said);
  SAYS(&j, "");
  sw_job_say(&j, "%d of %d units", 3, 7);
  SAYS(&j, "3 of 7 units");
  sw_job_say(&j, "one\ntwo\r\nthree");
  SAYS(&j, "3 of 7 units\none two  three");
  sw_said_clear(&j);
  SAYS(&j, "");
  sw_job_say(&j, "again");
  SAYS(&j, "again");
  sw_arena_destroy(j.arena);
}

Test(said, nowhere) {
  sw_job j = job(NULL);
  sw_job_say(&j, "nothing keeps it");
  sw_said_clear(&j);
  SAYS(&j, "");
  cr_expect(sw_said_take(&j, "text"));
  sw_arena_destroy(j.arena);
}

/* Every length of what comes before: the cut falls on each byte of a character once. */
Test(said, too_long) {
  static char text[2 * SW_SAID_ROOM];
  for (int before = 0; before < 6; before++) {
    struct sw_said said = {0};
    sw_job j = job(&said);
    int at = before;
    memset(text, 'x', (size_t)before);
    for (; at < SW_SAID_ROOM + 100; at += 3)
      memcpy(text + at, "\xe4\xb8\x9c", 4);
    sw_job_say(&j, "%s", text);
    const char *said_text = sw_said_text(j.arena, &j);
    size_t length = strlen(said_text);
    cr_expect(length < SW_SAID_ROOM && length > SW_SAID_ROOM - 64, "%zu", length);
    cr_expect_str_eq(said_text + length - 3, "...");
    cr_expect_eq((length - 3 - (size_t)before) % 3, 0, "a character is cut");
    sw_job_say(&j, "a second");
    cr_expect(strstr(sw_said_text(j.arena, &j), "...\n... and 1 more line"));
    sw_job_say(&j, "a third");
    const char *all = sw_said_text(j.arena, &j);
    cr_expect_str_eq(strstr(all, "\n"), "\n... and 2 more lines");
    cr_expect_lt(strlen(all), SW_SAID_ROOM);
    sw_arena_destroy(j.arena);
  }
}

Test(said, taken) {
  struct sw_said said = {0};
  sw_job j = job(&said);
  sw_job_say(&j, "of before");
  cr_expect(sw_said_take(&j, "a\nb\n... and 7 more lines"));
  SAYS(&j, "a\nb\n... and 7 more lines");
  cr_expect(sw_said_take(&j, ""));
  SAYS(&j, "a\nb\n... and 7 more lines");
  sw_arena_destroy(j.arena);
}
