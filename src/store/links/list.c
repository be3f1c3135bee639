/* The list of links while a file is read: codes to units, values checked, and one message with the
 * line for each thing that is wrong. The readers of the formats (csv.c, text.c) add to it in the
 * file's order; the kernel sorts it into rows afterwards, so the order leaves no trace in the bits.
 *
 * Codes outside the panel are refused, unless the study itself takes units away: a file of all
 * units is then right to know more than the panel.
 *
 * Memory: 24 bytes a link, and the maps of codes. The list is used by one thread of each node's
 * first rank. */
#include "store/links/links.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "store/text/no_number.h"

/* The map borrows the codes from `units`. On failure the caller destroys what there is. `file` is
 * borrowed. O(units). */
sw_status sw_links_list_create(sw_error *err, const char *file, const sw_study *study,
                               const sw_units *units, bool distance, sw_links_list *list) {
  *list = (sw_links_list){.file = file, .study = study, .units = units, .distance = distance};
  /* `unmatched: drop`, `where`, or `missing: drop-units`. */
  list->leave_out = study->units.drop_unmatched || study->units.n_where > 0 ||
                    study->panel.missing == SW_MISSING_DROP_UNITS;
  /* Distances need not be complete: a pair without one is NaN. */
  list->may_lack = distance || study->units.drop_unmatched;
  SW_TRY(sw_map_create(err, (size_t)units->n, &list->unit_of));
  SW_TRY(sw_alloc(err, (size_t)units->n, sizeof *list->code, (void **)&list->code));
  for (int64_t i = 0; i < units->n; i++) {
    int64_t existing;
    const char *code = list->code[i] = sw_unit_code(units, i);
    SW_TRY(sw_map_put(err, list->unit_of, code, strlen(code), i, &existing));
  }
  int64_t twin[2]; /* none: the panel would have been refused */
  return sw_code_forms_create(err, list->code, units->n, twin, &list->forms);
}

/* Zeroed, so that a second call does no harm. */
void sw_links_list_destroy(sw_links_list *list) {
  sw_map_destroy(list->unit_of);
  sw_code_forms_destroy(list->forms);
  sw_free(list->code);
  free(list->link);
  *list = (sw_links_list){0};
}

/* The text is cut where it would not fit an error's room. The line is 1 for the first line of the
 * file. */
sw_status sw_links_list_fail(sw_error *err, const sw_links_list *list, int64_t line,
                             const char *format, ...) {
  char text[SW_ERROR_TEXT];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  return sw_fail(err, SW_EINPUT, "%s:%lld: %s", list->file, (long long)line, text);
}

/* What a message shows of a field at most, in bytes, for "%.*s". */
static int shown(sw_field field) {
  return field.length > 60 ? 60 : (int)field.length;
}

/* A code that is one of the panel's in another writing: also where codes outside the panel are left
 * out, as this one is meant. */
static sw_status refuse_twin(sw_error *err, const sw_links_list *list, int64_t line, sw_field code,
                             int64_t twin) {
  char text[128], words[SW_CODE_WORDS];
  snprintf(text, sizeof text, "%.*s", (int)code.length, code.text);
  const char *other = sw_unit_code(list->units, twin);
  return sw_links_list_fail(err, list, line, "unit '%s' and '%s' of the panel %s; " SW_CODE_CURE,
                            text, other, sw_code_differs(text, other, words));
}

/* *unit stays -1 for a code that is left out; sw_links_list_add counts the link then. O(1) for a
 * code of the panel; the forms are only searched where it is none. */
sw_status sw_links_list_unit(sw_error *err, const sw_links_list *list, int64_t line, sw_field code,
                             int64_t *unit) {
  *unit = sw_map_find(list->unit_of, code.text, code.length);
  if (*unit >= 0) return SW_OK;
  int64_t twin = sw_code_forms_find(list->forms, code.text, code.length);
  if (twin >= 0) return refuse_twin(err, list, line, code, twin);
  if (list->leave_out) return SW_OK;
  return sw_links_list_fail(
      err, list, line,
      "unit '%.*s' is not in the panel; correct the code, or write `unmatched: "
      "drop` under units to leave such links out",
      shown(code), code.text);
}

/* Weights and distances are 0 or more: negative weights have no meaning for the measures that take
 * them. NaN and infinity are refused by sw_parse_number. */
sw_status sw_links_list_value(sw_error *err, const sw_links_list *list, int64_t line, sw_field text,
                              double *value) {
  const char *what = list->distance ? "distance" : "weight";
  if (!sw_parse_number(text.text, text.length, value)) {
    char words[SW_NO_NUMBER_ROOM];
    sw_number_wanted wanted = {
        .wanted = list->distance ? "leave the pair out where there is none"
                                 : "where there is no link write 0 or leave the line out"};
    return sw_links_list_fail(err, list, line, "%s '%.*s' %s", what, shown(text), text.text,
                              sw_no_number(text.text, text.length, &wanted, words));
  }
  if (*value < 0)
    return sw_links_list_fail(err, list, line, "%s %.*s is negative; it must be 0 or more", what,
                              shown(text), text.text);
  *value += 0.0; /* -0 becomes 0: sw_links_symmetric compares bits */
  return SW_OK;
}

/* Doubles the room: links come without their number, up to n^2 of a table. A failure leaves the
 * list as it was. */
static sw_status grow(sw_error *err, sw_links_list *list) {
  int64_t capacity = list->capacity ? 2 * list->capacity : 1024;
  sw_link *link = realloc(list->link, (size_t)capacity * sizeof *link);
  if (!link)
    return sw_fail(err, SW_ENOMEM, "%s: out of memory: %lld links", list->file,
                   (long long)capacity);
  list->link = link;
  list->capacity = capacity;
  return SW_OK;
}

/* Weights of 0 are kept until rows are made, where they are dropped: a duplicate link is found
 * before that, whatever its weight. Self-links are refused instead of dropped, except 0 and
 * distances: a matrix with a diagonal means another model. The line goes along with each link, for
 * the message about a repetition. */
sw_status sw_links_list_add(sw_error *err, sw_links_list *list, int64_t line, int64_t from,
                            int64_t to, double value) {
  /* One end outside the panel is enough: there is nothing to link to. */
  if (from < 0 || to < 0) {
    list->left_out++;
    return SW_OK;
  }
  /* The diagonal of a table: a unit is at no distance from itself and, at weight 0, not linked. */
  if (from == to && (list->distance || value == 0)) return SW_OK;
  if (from == to)
    return sw_links_list_fail(err, list, line, "unit '%s' is linked to itself; remove this link",
                              sw_unit_code(list->units, from));
  if (list->distance && value == 0)
    return sw_links_list_fail(
        err, list, line,
        "the distance between '%s' and '%s' is 0; expected more than 0 between different units",
        sw_unit_code(list->units, from), sw_unit_code(list->units, to));
  if (list->count == list->capacity) SW_TRY(grow(err, list));
  list->link[list->count++] = (sw_link){(int32_t)from, (int32_t)to, value, line};
  return SW_OK;
}

/* By unit of the panel: a unit that the file leaves out by mistake would pass as an island.
 * O(units). list->lacking counts those that may lack, for the log. */
sw_status sw_links_list_check_seen(sw_error *err, sw_links_list *list, const bool *seen) {
  for (int64_t i = 0; i < list->units->n; i++) {
    if (seen[i]) continue;
    if (!list->may_lack)
      return sw_fail(
          err, SW_EINPUT,
          "%s: unit '%s' of the panel is not in the file; add it (without links it is an "
          "island)",
          list->file, sw_unit_code(list->units, i));
    list->lacking++;
  }
  return SW_OK;
}
