/* `verify`: names, attributes, axes and the table of units in a file, held against those that the
 * run of its study would make. They are made, by the code that lays results files out, in a file in
 * memory without numbers, and compared object by object; so what is added to the layout is verified
 * without a word here.
 *
 * Not compared: who made the file (version, build), its title, which may be its study's file name,
 * what follows from numbers (`undefined`, `undefined_in`; `summary` and `notes` of results, which
 * said.c compares), and attributes that the layout does not have, as other programs may leave some.
 */
#include <hdf5_hl.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "store/h5/shape.h"
#include "store/results/private.h"
#include "store/results/verify.h"

enum { SHOWN = 60 }; /* characters of an attribute about the first that differs */

/* The object under comparison; `path` without a leading slash, "" is the root. */
typedef struct pair {
  sw_error *err;
  sw_results *results;
  sw_verdict *verdict;
  sw_arena *arena;
  const char *path;
  hid_t made, stored;
} pair;

/* ---- attributes ------------------------------------------------------------------------- */

/* Attributes that may differ without the results being wrong (see the head of the file). */
static bool is_left_out(const char *path, const char *name) {
  static const char *const names[] = {SW_ATTR_STATE, SW_ATTR_VERSION,      SW_ATTR_BUILD,
                                      SW_ATTR_TITLE, SW_ATTR_UNDEFINED,    SW_ATTR_INPUTS,
                                      SW_ATTR_STUDY, SW_ATTR_UNDEFINED_IN, SW_ATTR_SUMMARY};
  /* Of the root they are known. */
  if (strcmp(SW_ATTR_NOTES, name) == 0 && *path) return true;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(names[i], name) == 0) return true;
  return sw_layout_is_housekeeping(name) || sw_layout_is_hash(name);
}

/* Tells how an attribute differs: both texts from a little before where they begin to, as
 * parameters may be long. */
static void tell_attribute(const pair *p, const char *name, const char *is, const char *want) {
  if (!is) {
    sw_verdict_say(p->verdict, "/%s: %s is missing, or of another type; the study defines '%.*s'",
                   p->path, name, SHOWN, want);
    return;
  }
  size_t at = 0;
  while (is[at] && is[at] == want[at])
    at++;
  at = at > SHOWN / 3 ? at - SHOWN / 3 : 0;
  const char *cut = at > 0 ? "..." : "";
  sw_verdict_say(p->verdict, "/%s: %s: '%s%.*s', but the study defines '%s%.*s'", p->path, name,
                 cut, SHOWN, is + at, cut, SHOWN, want + at);
}

/* Called by H5Aiterate2 for each attribute that the layout has; -1 ends the iteration. */
static herr_t compare_attribute(hid_t object, const char *name, const H5A_info_t *info,
                                void *with) {
  pair *p = with;
  (void)info;
  if (is_left_out(p->path, name)) return 0;
  const char *want = sw_h5_attribute_text(p->arena, object, name);
  if (!want) { /* made by us, so there is no memory */
    sw_fail(p->err, SW_ENOMEM, "out of memory for the attribute %s", name);
    return -1;
  }
  const char *is = sw_h5_attribute_text(p->arena, p->stored, name);
  p->verdict->sums++;
  if (!is || strcmp(is, want) != 0) tell_attribute(p, name, is, want);
  return 0;
}

static sw_status compare_attributes(pair *p) {
  hsize_t from = 0;
  if (H5Aiterate2(p->made, H5_INDEX_NAME, H5_ITER_INC, &from, compare_attribute, p) >= 0)
    return SW_OK;
  return p->err->status != SW_OK ? p->err->status : sw_h5_fail(p->err, p->path, "read attributes");
}

/* ---- axes and the table of units ---------------------------------------------------------- */

/* Whether a scale is a dimension without coordinate, as long as the data: nothing to compare but
 * its length. */
static bool is_bare(hid_t scale) {
  char name[sizeof SW_H5_BARE + 16] = "";
  return H5DSis_scale(scale) > 0 && H5DSget_scale_name(scale, name, sizeof name) >= 0 &&
         strncmp(name, SW_H5_BARE, strlen(SW_H5_BARE)) == 0;
}

/* Compares labels, or numbers in their shortest form, which tells every bit of them. All of an axis
 * are compared, as each that differs is a mistake of its own. */
static sw_status compare_labels(pair *p) {
  const char *const *is = NULL, *const *want = NULL;
  int64_t n = 0, count = (int64_t)sw_h5_length(p->stored);
  if (sw_h5_length(p->made) != (hsize_t)count) {
    sw_verdict_say(p->verdict, "/%s: %lld labels, but the study defines %lld", p->path,
                   (long long)count, (long long)sw_h5_length(p->made));
    return SW_OK;
  }
  if (is_bare(p->made)) return SW_OK;
  SW_TRY(sw_h5_read_labels(p->err, p->arena, p->made, ".", &n, &want));
  SW_TRY(sw_h5_read_labels(p->err, p->arena, p->stored, ".", &count, &is));
  for (int64_t k = 0; k < n; k++) {
    p->verdict->values++;
    if (strcmp(is[k], want[k]) != 0)
      sw_verdict_say(p->verdict, "/%s, position %lld: '%.60s', but the study defines '%.60s'",
                     p->path, (long long)k, is[k], want[k]);
  }
  return SW_OK;
}

/* Shows a number of 8 bytes, reals in their shortest form. */
static void show_number(uint64_t bits, bool real, char text[SW_NUMBER_ROOM]) {
  double value;
  memcpy(&value, &bits, sizeof value);
  if (real)
    sw_show_number(value, text);
  else
    snprintf(text, SW_NUMBER_ROOM, "%lld", (long long)(int64_t)bits);
}

/* Tells a number that differs, at its place. */
static void tell_number(const pair *p, size_t k, uint64_t is, uint64_t want, bool real) {
  char text[2][SW_NUMBER_ROOM];
  show_number(is, real, text[0]);
  show_number(want, real, text[1]);
  sw_verdict_say(p->verdict, "/%s, position %zu: '%s', but the study defines '%s'", p->path, k,
                 text[0], text[1]);
}

/* Compares numbers bit by bit, as 8 bytes each; tells the first that differs. Memory: both arrays,
 * which may be the links of a matrix. */
static sw_status compare_numbers(pair *p, bool real) {
  uint64_t *value[2] = {NULL, NULL};
  const hid_t object[2] = {p->stored, p->made};
  sw_h5_shape of[2] = {sw_h5_shape_of(p->stored), sw_h5_shape_of(p->made)};
  if (!sw_h5_same_extent(&of[0], &of[1])) {
    sw_verdict_say(p->verdict, "/%s: is of another size than the study defines", p->path);
    return SW_OK;
  }
  size_t n = (size_t)sw_h5_length(p->made), k = 0;
  sw_status status = SW_OK;
  for (int s = 0; s < 2 && status == SW_OK; s++) {
    status = sw_alloc(p->err, n + 1, sizeof **value, (void **)&value[s]);
    hid_t type = real ? H5T_NATIVE_DOUBLE : H5T_NATIVE_INT64;
    if (status == SW_OK && H5Dread(object[s], type, H5S_ALL, H5S_ALL, H5P_DEFAULT, value[s]) < 0)
      status = sw_h5_fail(p->err, p->path, "be read");
  }
  while (status == SW_OK && k < n && value[0][k] == value[1][k])
    k++;
  if (status == SW_OK && k < n) tell_number(p, k, value[0][k], value[1][k], real);
  p->verdict->values += (int64_t)n;
  sw_free(value[0]);
  sw_free(value[1]);
  return status;
}

static bool is_same_object(hid_t a, hid_t b) {
  H5O_info_t of[2];
  return H5Oget_info2(a, &of[0], H5O_INFO_BASIC) >= 0 &&
         H5Oget_info2(b, &of[1], H5O_INFO_BASIC) >= 0 && of[0].addr == of[1].addr;
}

/* Whether an axis is one that a group shares with the root, in both files: compared once, there. */
static bool is_of_root(const pair *p, hid_t made, const char *name) {
  if (!strchr(p->path, '/') || H5Lexists(made, name, H5P_DEFAULT) <= 0 ||
      H5Lexists(p->results->file, name, H5P_DEFAULT) <= 0)
    return false;
  hid_t of[2] = {H5Oopen(made, name, H5P_DEFAULT), H5Oopen(p->results->file, name, H5P_DEFAULT)};
  bool same = of[0] >= 0 && of[1] >= 0 && is_same_object(of[0], p->made) &&
              is_same_object(of[1], p->stored);
  for (int s = 0; s < 2; s++)
    if (of[s] >= 0) H5Oclose(of[s]);
  return same;
}

/* ---- all of it -------------------------------------------------------------------------- */

/* Compares one object by its kind. The variables of results are compared elsewhere; those of the
 * root that are numbers may be many: the links of a weights matrix. */
static sw_status compare_item(pair *p, const sw_item *item, hid_t made) {
  bool column = item->kind == SW_ITEM_VARIABLE && sw_layout_is_of_root(item->path);
  sw_h5_shape shape = sw_h5_shape_of(item->object);
  if (item->kind == SW_ITEM_AXIS && is_of_root(p, made, item->name)) return SW_OK;
  SW_TRY(compare_attributes(p));
  if (column && shape.number == SW_H5_REAL) return compare_numbers(p, true);
  if (column && shape.number == SW_H5_INTEGER) return compare_numbers(p, false);
  return item->kind == SW_ITEM_AXIS || column ? compare_labels(p) : SW_OK;
}

/* Opens the same path in the file. Missing, or of another kind of object: told, and no failure. */
static sw_status open_and_compare(pair *p, const sw_item *item, hid_t made) {
  p->path = item->path;
  p->made = item->object;
  p->stored = H5Lexists(p->results->file, item->path, H5P_DEFAULT) > 0
                  ? H5Oopen(p->results->file, item->path, H5P_DEFAULT)
                  : H5I_INVALID_HID;
  if (p->stored < 0 || H5Iget_type(p->stored) != H5Iget_type(p->made)) {
    sw_verdict_say(p->verdict, "/%s is missing", item->path);
    if (p->stored >= 0) H5Oclose(p->stored);
    return SW_OK;
  }
  sw_status status = compare_item(p, item, made);
  H5Oclose(p->stored);
  return status;
}

/* Walks over all that the layout has; the root's attributes come first. A group that is missing is
 * told with all that is in it, of which H5Lexists cannot even be asked: it fails, and the object
 * counts as missing. */
static sw_status compare_all(pair *p, hid_t made) {
  sw_contents in;
  p->path = "";
  p->made = H5Gopen2(made, "/", H5P_DEFAULT);
  p->stored = H5Gopen2(p->results->file, "/", H5P_DEFAULT);
  sw_status status = compare_attributes(p);
  H5Gclose(p->made);
  H5Gclose(p->stored);
  SW_TRY(status);
  status = sw_contents_begin(p->err, p->arena, made, SW_AS_MADE, &in);
  for (sw_item item; status == SW_OK && sw_contents_next(&in, &item);)
    status = open_and_compare(p, &item, made);
  return sw_contents_end(&in, status);
}

/* The layout in memory costs what the names and axes take; no numbers are made. */
sw_status sw_results_check_layout(sw_error *err, sw_results *results, sw_verdict *verdict) {
  pair p = {.err = err, .results = results, .verdict = verdict, .arena = results->arena};
  hid_t made = H5I_INVALID_HID;
  sw_status status = sw_results_lay_out_in_memory(err, results, &made);
  if (status == SW_OK) status = compare_all(&p, made);
  if (made >= 0) H5Fclose(made);
  return status;
}
