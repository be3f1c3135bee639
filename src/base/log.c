/* The logger, and the notes that pure code leaves for it.
 *
 * A line goes out in one fwrite, so that lines of several ranks, which share a terminal or a
 * file, do not mix. Times are shown only at level debug: at any other level two runs of one
 * study log the same, which tests compare. The state is one for the process and not locked: a
 * rank logs from the thread that calls its collectives. */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"

/* Bytes of a line, its end included. Longer than SW_ERROR_TEXT, so that no failure is cut here. */
enum { LINE = 2048 };

static struct {
  sw_log_level level;
  int rank;       /* only rank 0 speaks below SW_LOG_ERROR */
  double start;   /* sw_clock() at setup: the zero of the times at level debug */
  bool holds;     /* between sw_log_hold and sw_log_release */
  char *held;     /* lines kept back, not terminated */
  size_t length;  /* bytes of `held` */
  sw_notes *keep; /* takes warnings as notes; NULL: none */
} state = {.level = SW_LOG_INFO};

/* As printed; the words of an option are in sw_log_level_parse. */
static const char *const name[] = {"error", "warning", "info", "debug"};

void sw_log_setup(sw_log_level level, int rank) {
  state.level = level;
  state.rank = rank;
  state.start = sw_clock();
}

/* The level of a word of --log-level; false: there is none. */
bool sw_log_level_parse(const char *text, sw_log_level *level) {
  static const char *const words[] = {"error", "warn", "info", "debug"};
  for (int i = 0; i < 4; i++) {
    if (strcmp(text, words[i]) != 0) continue;
    *level = (sw_log_level)i;
    return true;
  }
  return false;
}

/* One line of at most size - 1 bytes; a longer one ends in dots. Control characters become
 * blanks: a text out of a user's file must not begin a line of its own or move the cursor. */
static size_t format_line(char *out, size_t size, const char *format, va_list list) {
  int wanted = vsnprintf(out, size, format, list);
  if (wanted < 0) return 0;
  size_t length = (size_t)wanted;
  if (length >= size) {
    length = size - 1;
    memcpy(out + length - 3, "...", 3);
  }
  for (size_t i = 0; i < length; i++)
    if ((unsigned char)out[i] < 0x20) out[i] = ' ';
  return length;
}

/* False: not held, print it now. That is also the answer when memory has run out: an early line is
 * better than a lost one. */
static bool hold_line(const char *line, size_t length) {
  if (!state.holds) return false;
  char *longer = realloc(state.held, state.length + length);
  if (!longer) return false;
  memcpy(longer + state.length, line, length);
  state.held = longer;
  state.length += length;
  return true;
}

/* Notes hold no control characters, and are said once: a matrix that others are made of is read for
 * each of them, and warned of by the first. False: the warning is there already. */
static bool keep_warning(const char *format, va_list list) {
  char line[LINE];
  int count = state.keep->count;
  format_line(line, sizeof line, format, list);
  for (int i = 0; i < count; i++)
    if (strcmp(state.keep->text[i], line) == 0) return false;
  sw_note(state.keep, "%s", line);
  return true;
}

void sw_log_keep(sw_notes *into) {
  state.keep = into;
}

/* Writes a line, kept as a note first where notes are wanted. Lines are written whole, by one call,
 * as several ranks share standard error. */
void sw_log(sw_log_level level, const char *format, ...) {
  if (level == SW_LOG_WARN && state.keep && state.rank == 0) {
    va_list list;
    va_start(list, format);
    bool is_new = keep_warning(format, list);
    va_end(list);
    if (!is_new) return;
  }
  if (level > state.level) return;
  /* Other ranks speak of errors alone, or of everything when debugging. */
  bool debug = state.level == SW_LOG_DEBUG;
  if (state.rank != 0 && level != SW_LOG_ERROR && !debug) return;
  char line[LINE + 1];
  int head = snprintf(line, LINE, "spillway: %s: ", name[level]);
  if (debug)
    head += snprintf(line + head, LINE - (size_t)head, "[%.3f s, rank %d] ",
                     sw_clock() - state.start, state.rank);
  va_list list;
  va_start(list, format);
  size_t length = (size_t)head + format_line(line + head, LINE - (size_t)head, format, list);
  va_end(list);
  line[length++] = '\n';
  if (level == SW_LOG_ERROR || !hold_line(line, length)) fwrite(line, 1, length, stderr);
}

void sw_log_hold(void) {
  state.holds = true;
}

/* print == false is for a study that turned out wrong: the error alone is printed. Holding ends
 * in both cases, and a second release does nothing. */
void sw_log_release(bool print) {
  if (print && state.length) fwrite(state.held, 1, state.length, stderr);
  free(state.held);
  state.held = NULL;
  state.length = 0;
  state.holds = false;
}

/* The old array stays in the arena; doubling keeps that waste below the size of the new one. */
static bool grow(sw_notes *notes) {
  int capacity = notes->capacity ? 2 * notes->capacity : 16;
  void *text = NULL, *owner = NULL;
  size_t room = (size_t)capacity, count = (size_t)notes->count;
  if (sw_arena_alloc(NULL, notes->arena, room, sizeof *notes->text, &text) != SW_OK ||
      sw_arena_alloc(NULL, notes->arena, room, sizeof *notes->owner, &owner) != SW_OK)
    return false;
  if (count) {
    memcpy(text, notes->text, count * sizeof *notes->text);
    memcpy(owner, notes->owner, count * sizeof *notes->owner);
  }
  notes->text = text;
  notes->owner = owner;
  notes->capacity = capacity;
  return true;
}

/* Every tile or period may find the same thing, so a note that is there already is dropped. The
 * search is linear: notes are few. */
void sw_note(sw_notes *notes, const char *format, ...) {
  char line[LINE];
  va_list list;
  va_start(list, format);
  format_line(line, sizeof line, format, list);
  va_end(list);
  for (int i = 0; i < notes->count; i++)
    if (strcmp(notes->text[i], line) == 0) return;
  const char *copy = NULL;
  if (notes->count < notes->capacity || grow(notes)) copy = sw_arena_text(notes->arena, line);
  /* A note has no status, so nobody above could be told in another way. */
  if (!copy) {
    sw_log(SW_LOG_ERROR, "out of memory: cannot keep a warning: %s", line);
    return;
  }
  notes->owner[notes->count] = notes->of;
  notes->text[notes->count++] = copy;
}
