/* The logger and the notes. A line goes out in one write, so that lines of several ranks do not
 * mix. Times are shown only at level debug: elsewhere two runs of one study log the same. */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"

enum { LINE = 2048 };

static struct {
  sw_log_level level;
  int rank;
  double start;
  bool holds;
  char *held;
  size_t length;
} state = {.level = SW_LOG_INFO};

static const char *const name[] = {"error", "warning", "info", "debug"};

void sw_log_setup(sw_log_level level, int rank) {
  state.level = level;
  state.rank = rank;
  state.start = sw_clock();
}

bool sw_log_level_parse(const char *text, sw_log_level *level) {
  static const char *const words[] = {"error", "warn", "info", "debug"};
  for (int i = 0; i < 4; i++) {
    if (strcmp(text, words[i]) != 0) continue;
    *level = (sw_log_level)i;
    return true;
  }
  return false;
}

/* One line of at most size - 1 bytes; a longer one ends in dots. */
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

static bool hold_line(const char *line, size_t length) {
  if (!state.holds) return false;
  char *longer = realloc(state.held, state.length + length);
  if (!longer) return false;
  memcpy(longer + state.length, line, length);
  state.held = longer;
  state.length += length;
  return true;
}

void sw_log(sw_log_level level, const char *format, ...) {
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

void sw_log_release(bool print) {
  if (print && state.length) fwrite(state.held, 1, state.length, stderr);
  free(state.held);
  state.held = NULL;
  state.length = 0;
  state.holds = false;
}

static bool grow(sw_notes *notes) {
  int capacity = notes->capacity ? 2 * notes->capacity : 16;
  void *memory = NULL;
  if (sw_arena_alloc(NULL, notes->arena, (size_t)capacity, sizeof *notes->text, &memory) != SW_OK)
    return false;
  if (notes->count) memcpy(memory, notes->text, (size_t)notes->count * sizeof *notes->text);
  notes->text = memory;
  notes->capacity = capacity;
  return true;
}

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
  /* Nobody above could be told otherwise: a note has no status. */
  if (!copy) {
    sw_log(SW_LOG_ERROR, "out of memory: a warning could not be kept: %s", line);
    return;
  }
  notes->text[notes->count++] = copy;
}
