/* Pairs as networks: Matrix Market (.mtx), a matrix of one quantity in one period, and GraphML,
 * units as nodes with what is known of them and pairs as edges with all quantities. Both are
 * directed, from unit to unit_to. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "cli/export/export.h"

static sw_status check(sw_error *err, const sw_export_job *job, const char *ending) {
  const sw_sheet *s = job->sheet;
  if (s->is_pairs) return SW_OK;
  return sw_fail(err, SW_EINPUT, "%s: a %s is of pairs, and '%s' is none; write a .csv", job->path,
                 ending, s->page->variable[s->variable[0]].id);
}

/* ---- Matrix Market ----------------------------------------------------------------------- */

typedef struct matrix {
  sw_export_job *job;
  bool counts;
  int64_t entries;
} matrix;

/* The format has no missing values: what is missing is no entry. */
static sw_status take_entry(sw_error *err, void *self, const sw_row *row) {
  matrix *m = self;
  char number[SW_NUMBER_ROOM];
  if (isnan(row->value[0]) || !sw_where_keeps(&m->job->where, m->job->sheet, row)) return SW_OK;
  m->entries++;
  if (m->counts) return SW_OK;
  fprintf(m->job->out, "%lld %lld %s\n", (long long)row->unit + 1, (long long)row->unit_to + 1,
          sw_show_number(row->value[0], number));
  return ferror(m->job->out) ? sw_fail(err, SW_EIO, "cannot be written") : SW_OK;
}

/* How many entries there are stands before them, so the pairs are read twice. Comments tell the
 * codes of the rows, one for each, as `weights` writes and studies read them. */
sw_status sw_export_mtx(sw_error *err, sw_export_job *job) {
  const sw_sheet *s = job->sheet;
  const sw_page *page = s->page;
  matrix m = {.job = job, .counts = true};
  SW_TRY(check(err, job, ".mtx"));
  if (s->n > 1)
    return sw_fail(err, SW_EINPUT, "%s: a .mtx holds one quantity, and '%s' has %d; name it: %s.%s",
                   job->path, page->result[s->result].name, s->n, page->result[s->result].name,
                   page->variable[s->variable[0]].name);
  if (job->n_periods > 1)
    return sw_fail(err, SW_EINPUT,
                   "%s: a .mtx holds one period, and '%s' has %d; name it: --periods %s", job->path,
                   page->result[s->result].name, job->n_periods,
                   sw_sheet_period(s, job->period[job->n_periods - 1]));
  SW_TRY(sw_rows_walk(err, s, job->n_periods, job->period, take_entry, &m));
  fputs("%%MatrixMarket matrix coordinate real general\n", job->out);
  for (int64_t i = 0; i < page->n; i++)
    fprintf(job->out, "%% code: %s\n", page->code[i]);
  fprintf(job->out, "%lld %lld %lld\n", (long long)page->n, (long long)page->n,
          (long long)m.entries);
  job->rows = m.entries;
  m.counts = false;
  return sw_rows_walk(err, s, job->n_periods, job->period, take_entry, &m);
}

/* ---- GraphML ----------------------------------------------------------------------------- */

/* XML has no control characters, not even as references. */
static void put_xml(FILE *out, const char *text) {
  for (; *text; text++) {
    unsigned char c = (unsigned char)*text;
    if (c == '&')
      fputs("&amp;", out);
    else if (c == '<')
      fputs("&lt;", out);
    else if (c == '>')
      fputs("&gt;", out);
    else if (c == '"')
      fputs("&quot;", out);
    else
      fputc(c < 0x20 ? ' ' : c, out);
  }
}

static void put_key(FILE *out, const char *id, int k, const char *of, const char *name,
                    const char *type) {
  fprintf(out, "  <key id=\"%s%d\" for=\"%s\" attr.name=\"", id, k, of);
  put_xml(out, name);
  fprintf(out, "\" attr.type=\"%s\"/>\n", type);
}

static void put_text(FILE *out, const char *id, int k, const char *text) {
  if (!*text) return;
  fprintf(out, "<data key=\"%s%d\">", id, k);
  put_xml(out, text);
  fputs("</data>", out);
}

/* In the words of XML Schema. */
static void put_number(FILE *out, const char *id, int k, double value) {
  char number[SW_NUMBER_ROOM];
  if (isnan(value)) return;
  fprintf(out, "<data key=\"%s%d\">%s</data>", id, k,
          isinf(value) ? value < 0 ? "-INF" : "INF" : sw_show_number(value, number));
}

/* Identifiers have no blanks: codes with one are told beside a number. */
static bool are_tokens(const sw_page *page) {
  for (int64_t i = 0; i < page->n; i++)
    if (strpbrk(page->code[i], " \t\n\r")) return false;
  return true;
}

static void put_id(FILE *out, const sw_page *page, bool tokens, int64_t unit) {
  if (tokens)
    put_xml(out, page->code[unit]);
  else
    fprintf(out, "n%lld", (long long)unit);
}

typedef struct graph {
  sw_export_job *job;
  bool tokens, timed;
} graph;

static void put_head(const graph *g) {
  const sw_sheet *s = g->job->sheet;
  const sw_page *page = s->page;
  FILE *out = g->job->out;
  fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n",
        out);
  put_key(out, "u", 0, "node", "code", "string");
  if (sw_sheet_names(page)) put_key(out, "u", 1, "node", SW_NAME_NAME, "string");
  if (page->lon) put_key(out, "u", 2, "node", SW_NAME_LON, "double");
  if (page->lat) put_key(out, "u", 3, "node", SW_NAME_LAT, "double");
  for (int k = 0; k < page->n_groups; k++)
    put_key(out, "g", k, "node", page->group[k].name, "string");
  if (g->timed) put_key(out, "t", 0, "edge", SW_NAME_TIME, "string");
  for (int k = 0; k < s->n; k++)
    put_key(out, "q", k, "edge", page->variable[s->variable[k]].name, "double");
  fputs("  <graph id=\"", out);
  put_xml(out, page->result[s->result].name);
  fputs("\" edgedefault=\"directed\">\n", out);
}

static void put_nodes(const graph *g) {
  const sw_page *page = g->job->sheet->page;
  FILE *out = g->job->out;
  for (int64_t i = 0; i < page->n; i++) {
    fputs("    <node id=\"", out);
    put_id(out, page, g->tokens, i);
    fputs("\">", out);
    put_text(out, "u", 0, page->code[i]);
    if (sw_sheet_names(page)) put_text(out, "u", 1, sw_sheet_names(page)[i]);
    if (page->lon) put_number(out, "u", 2, page->lon[i]);
    if (page->lat) put_number(out, "u", 3, page->lat[i]);
    for (int k = 0; k < page->n_groups; k++)
      if (page->group[k].of[i] >= 0)
        put_text(out, "g", k, page->group[k].label[page->group[k].of[i]]);
    fputs("</node>\n", out);
  }
}

static sw_status take_edge(sw_error *err, void *self, const sw_row *row) {
  const graph *g = self;
  const sw_sheet *s = g->job->sheet;
  FILE *out = g->job->out;
  if (!sw_where_keeps(&g->job->where, s, row)) return SW_OK;
  fputs("    <edge source=\"", out);
  put_id(out, s->page, g->tokens, row->unit);
  fputs("\" target=\"", out);
  put_id(out, s->page, g->tokens, row->unit_to);
  fputs("\">", out);
  if (g->timed) put_text(out, "t", 0, sw_sheet_period(s, row->period));
  for (int k = 0; k < s->n; k++)
    put_number(out, "q", k, row->value[k]);
  fputs("</edge>\n", out);
  g->job->rows++;
  return ferror(out) ? sw_fail(err, SW_EIO, "cannot be written") : SW_OK;
}

sw_status sw_export_graphml(sw_error *err, sw_export_job *job) {
  const sw_sheet *s = job->sheet;
  graph g = {.job = job, .tokens = are_tokens(s->page)};
  SW_TRY(check(err, job, ".graphml"));
  g.timed = s->time >= 0 && !s->page->cross_section;
  put_head(&g);
  put_nodes(&g);
  SW_TRY(sw_rows_walk(err, s, job->n_periods, job->period, take_edge, &g));
  fputs("  </graph>\n</graphml>\n", job->out);
  return SW_OK;
}
