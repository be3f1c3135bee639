/* Weights matrices written as .gal, .gwt, .mtx and .csv: what our own readers read back as the same
 * matrix, and GeoDa, PySAL, spdep, Matrix and scipy read, too. Called by `spillway weights`, on one
 * rank, with the matrix in memory; the text goes straight to the file. What a format cannot hold is
 * refused before anything is written, or told through *loses (a .gal has no weights). */
#include "store/links/write.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

/* A matrix, and the file that it is written to. */
typedef struct target {
  FILE *out;
  const char *path, *name;
  const sw_units *units;
  const sw_links *links;
} target;

/* Writes what it can; errors of the stream are looked at once, by write_file. */
typedef void format(const target *t);

static const char *code(const target *t, int64_t unit) {
  return sw_unit_code(t->units, unit);
}

/* ---- formats ----------------------------------------------------------------------------- */

/* PySAL wants the line of neighbours of a unit without any, too. */
static void write_gal(const target *t) {
  const sw_links *w = t->links;
  fprintf(t->out, "0 %lld %s code\n", (long long)w->n, t->name);
  for (int64_t i = 0; i < w->n; i++) {
    fprintf(t->out, "%s %lld\n", code(t, i), (long long)(w->row_start[i + 1] - w->row_start[i]));
    for (int64_t k = w->row_start[i]; k < w->row_start[i + 1]; k++)
      fprintf(t->out, "%s%s", k > w->row_start[i] ? " " : "", code(t, w->to[k]));
    fputc('\n', t->out);
  }
}

/* A line for each link: from, to, weight in the fewest digits that read back as the same. The
 * weights are those after the style, as measures use them. */
static void write_links(const target *t, const char *between) {
  const sw_links *w = t->links;
  char number[SW_NUMBER_ROOM];
  for (int64_t i = 0; i < w->n; i++)
    for (int64_t k = w->row_start[i]; k < w->row_start[i + 1]; k++)
      fprintf(t->out, "%s%s%s%s%s\n", code(t, i), between, code(t, w->to[k]), between,
              sw_show_number(w->value[k], number));
}

static void write_gwt(const target *t) {
  fprintf(t->out, "0 %lld %s code\n", (long long)t->links->n, t->name);
  write_links(t, " ");
}

static void write_csv(const target *t) {
  fputs("from,to,weight\n", t->out);
  write_links(t, ",");
}

/* Comments tell the codes of the rows, one for each: the format has no other place for them. Our
 * reader takes the codes from these lines (market.c); others pass over comments. Rows and columns
 * are numbered from 1. */
static void write_mtx(const target *t) {
  const sw_links *w = t->links;
  char number[SW_NUMBER_ROOM];
  fputs("%%MatrixMarket matrix coordinate real general\n", t->out);
  for (int64_t i = 0; i < w->n; i++)
    fprintf(t->out, "%% code: %s\n", code(t, i));
  fprintf(t->out, "%lld %lld %lld\n", (long long)w->n, (long long)w->n,
          (long long)w->row_start[w->n]);
  for (int64_t i = 0; i < w->n; i++)
    for (int64_t k = w->row_start[i]; k < w->row_start[i + 1]; k++)
      fprintf(t->out, "%lld %lld %s\n", (long long)i + 1, (long long)w->to[k] + 1,
              sw_show_number(w->value[k], number));
}

/* ---- what a format cannot hold ------------------------------------------------------------ */

/* A code with one of `parts` would be read back as two words or fields; a .mtx has each code on a
 * line of its own. */
static const struct {
  const char *ending;
  format *write;
  const char *parts; /* characters that no code may have */
} formats[] = {{".gal", write_gal, " \t"},
               {".gwt", write_gwt, " \t"},
               {".mtx", write_mtx, ""},
               {".csv", write_csv, ",\""}};

enum { N_FORMATS = sizeof formats / sizeof *formats };

/* O(n) before the file is opened. */
static sw_status check_codes(sw_error *err, const target *t, int f) {
  for (int64_t i = 0; i < t->links->n; i++)
    if (*formats[f].parts && strpbrk(code(t, i), formats[f].parts))
      return sw_fail(err, SW_EINPUT,
                     "%s: a %s cannot hold the code '%s', which has a blank, a comma or a quote; "
                     "write a .mtx",
                     t->path, formats[f].ending, code(t, i));
  return SW_OK;
}

/* Without links, or with equal ones, a .gal loses nothing but the scale. A .gal says which units
 * are neighbours and no more. */
static bool all_equal(const sw_links *links) {
  for (int64_t k = 1; k < links->row_start[links->n]; k++)
    if (links->value[k] != links->value[0]) return false;
  return true;
}

/* ---- all --------------------------------------------------------------------------------- */

/* "x" refuses a file that is there. What was begun and failed is removed. Straight to its place,
 * without a temporary file: it is a small export that can be made again. */
static sw_status write_file(sw_error *err, target *t, int f, bool force) {
  t->out = fopen(t->path, force ? "w" : "wx");
  if (!t->out && errno == EEXIST)
    return sw_fail(err, SW_EINPUT, "%s: is there already; overwrite it with --force", t->path);
  if (!t->out) return sw_fail(err, SW_EIO, "%s: cannot be written: %s", t->path, strerror(errno));
  formats[f].write(t);
  bool failed = ferror(t->out) != 0;
  if (fclose(t->out) == 0 && !failed) return SW_OK;
  int reason = errno;
  unlink(t->path);
  return sw_fail(err, SW_EIO, "%s: cannot be written: %s", t->path, strerror(reason));
}

/* *loses is set on every success. The ending alone tells the format. */
sw_status sw_links_write(sw_error *err, const char *path, const char *name, const sw_units *units,
                         const sw_links *links, bool force, bool *loses) {
  target t = {.path = path, .name = name, .units = units, .links = links};
  int f = 0;
  while (f < N_FORMATS && !sw_ends_with(path, formats[f].ending))
    f++;
  if (f == N_FORMATS)
    return sw_fail(err, SW_EINPUT, "%s: unknown kind of file; expected .gal, .gwt, .mtx or .csv",
                   path);
  SW_TRY(check_codes(err, &t, f));
  *loses = formats[f].write == write_gal && !all_equal(links);
  return write_file(err, &t, f, force);
}
