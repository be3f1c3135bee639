/* Warnings, by what they are of (notes.h). The engine says with sw_run_notes_are_of whose the next
 * notes are; what readers warn of while panel and weights are read comes from the log (run->read).
 *
 * The results file keeps the notes of an entry as lines; a run with --reuse takes them from there
 * (sw_run_notes_take) and must not say one twice; `verify` compares (sw_run_notes_lack). Where a
 * study stands in its file is no part of a note: the same study elsewhere says the same. */
#include "plan/run/notes.h"

#include "plan/run/private.h"

#include <string.h>

void sw_run_notes_are_of(sw_run *run, int e) {
  run->private->notes.of = e;
}

/* Without "STUDY.yaml:12:5: ". `text` itself where it does not begin with such a place; the study's
 * path may hold colons, so it is compared as a whole. */
static const char *without_place(const sw_run *run, const char *text) {
  size_t length = strlen(run->study->file);
  if (strncmp(text, run->study->file, length) != 0) return text;
  const char *at = text + length;
  for (int k = 0; k < 2; k++) {
    if (*at != ':') return text;
    size_t digits = strspn(at + 1, "0123456789");
    if (digits == 0) return text;
    at += 1 + digits;
  }
  return strncmp(at, ": ", 2) == 0 ? at + 2 : text;
}

/* The next note of an entry from *k on; NULL: no more, or the run was not bound. *k is behind the
 * note on return, so that the next call goes on from there. */
static const char *next_of(const sw_run *run, int e, int *k) {
  if (!run->private) return NULL;
  const sw_notes *notes = &run->private->notes;
  for (; *k < notes->count; ++*k)
    if (notes->owner[*k] == e) return without_place(run, notes->text[(*k)++]);
  return NULL;
}

/* NULL: no memory; NULL is handed on, so that a loop need not look. */
static const char *add(sw_arena *arena, const char *lines, const char *line) {
  return lines ? sw_arena_printf(arena, "%s%s%s", lines, *lines ? "\n" : "", line) : NULL;
}

/* The notes of an entry, a line for each; of SW_NOTES_OF_ALL those of the panel and the weights,
 * after what readers have said. NULL: no memory. */
const char *sw_run_notes(sw_arena *arena, const sw_run *run, int e) {
  const char *lines = "", *line;
  for (int k = 0; e == SW_NOTES_OF_ALL && run->read && k < run->read->count; k++)
    lines = add(arena, lines, run->read->text[k]);
  for (int k = 0; (line = next_of(run, e, &k));)
    lines = add(arena, lines, line);
  return lines;
}

/* Whether an entry's notes are known only after pairs have been computed. */
bool sw_run_notes_later(const sw_run *run, int e) {
  const sw_entry *entry = &run->study->entry[e];
  if (!run->private || entry->group) return false; /* of a group: they are of the entry above */
  return entry->is_pair || run->after_pairs[e] || sw_run_matrices_next(run, e, e) >= 0;
}

/* Linear in the notes, which are few: a run that warns much has other problems. */
static bool has_left(const sw_run *run, int e, const char *line, size_t length) {
  const char *left;
  for (int k = 0; (left = next_of(run, e, &k));)
    if (strlen(left) == length && memcmp(left, line, length) == 0) return true;
  return false;
}

/* Whether the lines hold one that this run has not said. How many units an entry rests on is said
 * anew by any run, and left out. Lines of the file are compared without the place in the study. */
bool sw_run_notes_lack(const sw_run *run, int e, const char *lines) {
  for (; *lines; lines += strcspn(lines, "\n"), lines += *lines == '\n') {
    size_t length = strcspn(lines, "\n");
    if (!sw_run_is_of_units(lines, length) && !has_left(run, e, lines, length)) return true;
  }
  return false;
}

/* Those of an earlier results file that this run has not said itself, with the place of the entry,
 * as if it had said them now: a line that it says again is then the same one, and is told once. The
 * note counts as one of entry e; whose notes come next is as before on return. */
void sw_run_notes_take(sw_run *run, int e, const char *lines) {
  const char *where = run->study->entry[e].where;
  int before = run->private->notes.of;
  sw_run_notes_are_of(run, e);
  for (; *lines; lines += strcspn(lines, "\n"), lines += *lines == '\n') {
    size_t length = strcspn(lines, "\n");
    if (!has_left(run, e, lines, length))
      sw_note(&run->private->notes, "%s: %.*s", where, (int)length, lines);
  }
  sw_run_notes_are_of(run, before);
}
