/* Lines of text that a measure says of a result (sw_job_say), kept on rank 0 until the results file
 * has them as its attribute `summary`.
 *
 * Invariant: what is kept is a text of at most SW_SAID_ROOM bytes, in whole characters of UTF-8,
 * and depends on the calls alone.
 *
 * Only rank 0 writes, in `finish`; others have no room and their calls do nothing. `more` counts
 * lines that found no room, so a file tells that something is missing. */
#include "measure/said.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { TAIL = 32 }; /* room for how many lines are left out */

/* The whole room at once, as arena memory does not grow; few entries say anything. A lack of memory
 * is remembered (`lost`) and told by the caller; the result itself is not affected. */
static bool has_room(sw_job *job) {
  struct sw_said *said = job->said;
  if (said->text) return true;
  sw_error ignored = {0};
  if (sw_arena_alloc(&ignored, job->arena, SW_SAID_ROOM, 1, (void **)&said->text) == SW_OK)
    return true;
  said->lost = true;
  return false;
}

/* Not within a character of UTF-8. Steps back over continuation bytes 10xxxxxx. */
static size_t cut_at(const char *text, size_t length) {
  while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
    length--;
  return length;
}

/* A line that does not fit is cut, the ones after it are counted. */
void sw_job_say(sw_job *job, const char *format, ...) {
  struct sw_said *said = job->said;
  va_list list;
  if (!said || !has_room(job)) return;
  if (said->more > 0) {
    said->more++;
    return;
  }
  /* A newline stands between lines, and TAIL bytes stay free for "... and 3 more lines". */
  size_t from = said->used + (said->used > 0), end = SW_SAID_ROOM - TAIL;
  size_t room = from < end ? end - from : 0;
  if (room < 8) {
    said->more = 1;
    return;
  }
  char *line = said->text + from;
  va_start(list, format);
  int length = vsnprintf(line, room, format, list);
  va_end(list);
  if (length < 0) length = 0;
  if (from > 0) line[-1] = '\n';
  /* A newline within a line would read as two lines. */
  for (char *at = line; *at; at++)
    if (*at == '\n' || *at == '\r') *at = ' ';
  said->used = from + (size_t)length;
  if ((size_t)length < room) return;
  /* 4 bytes for "..." and its end. */
  said->used = from + cut_at(line, room - 4);
  memcpy(said->text + said->used, "...", 4);
  said->used += 3;
}

/* Only said by `check`; without memory it is left out. */
void sw_job_foresee(sw_job *job, const char *format, ...) {
  va_list list, again;
  sw_error ignored = {0};
  /* The length is found first, since arena memory cannot be resized. */
  char *text = NULL;
  va_start(list, format);
  va_copy(again, list);
  int length = vsnprintf(NULL, 0, format, list);
  if (length >= 0 &&
      sw_arena_alloc(&ignored, job->arena, (size_t)length + 1, 1, (void **)&text) == SW_OK)
    vsnprintf(text, (size_t)length + 1, format, again);
  va_end(again);
  va_end(list);
  job->foreseen = text;
}

/* The room is kept: an entry that is computed again fills it again. */
void sw_said_clear(sw_job *job) {
  if (job->said) *job->said = (struct sw_said){.text = job->said->text};
  if (job->said && job->said->text) job->said->text[0] = '\0';
}

/* Lines of a result as one text, with a count of those that were left out. */
const char *sw_said_text(sw_arena *arena, const sw_job *job) {
  const struct sw_said *said = job->said;
  if (!said || !said->text) return "";
  if (said->more == 0) return said->text;
  return sw_arena_printf(arena, "%s\n... and %d more line%s", said->text, said->more,
                         said->more == 1 ? "" : "s");
}

/* Taken over from an earlier file: at most the room, as that file was written under the same
 * limit. */
bool sw_said_take(sw_job *job, const char *text) {
  if (!job->said || !*text) return true;
  sw_said_clear(job);
  if (!has_room(job)) return false;
  size_t length = strnlen(text, SW_SAID_ROOM - 1);
  memcpy(job->said->text, text, length);
  job->said->text[length] = '\0';
  job->said->used = length;
  return true;
}
