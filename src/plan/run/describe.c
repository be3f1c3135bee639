/* The parameters of an entry as they were in force, as a study would write them: defaults filled
 * in, periods and `keep` as settled by bind. The text is an attribute of each result, so that a
 * file explains itself without its study, and most of it is hashed into the operand hash
 * (operand_hash.c): a change of its wording makes every earlier result count as changed. So what
 * came to it later is for readers alone: the precision, which is hashed as a number, the usual
 * order of partners, and the defaults within a map. Local; the same on every rank. */
#include "plan/run/describe.h"

#include "base/text.h"
#include "plan/sums/sums.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Without the bound of sw_yaml_flow: a text cut off would make two different studies hash alike.
 * Depth is bounded by the YAML reader (64), and so is the recursion. Quotes are kept as the study
 * has them: they are part of what was asked for. */
static void print_node(FILE *out, const sw_node *node) {
  const char *open = node->kind == SW_NODE_LIST ? "[" : "{";
  const char *close = node->kind == SW_NODE_LIST ? "]" : "}";
  if (node->kind == SW_NODE_SCALAR) {
    fprintf(out, node->quoted ? "\"%s\"" : "%s", node->text);
    return;
  }
  fputs(open, out);
  for (int i = 0; i < node->count; i++) {
    fputs(i > 0 ? ", " : "", out);
    if (node->kind == SW_NODE_MAP) fprintf(out, "%s: ", node->key[i]);
    print_node(out, node->item[i]);
  }
  fputs(close, out);
}

/* Centres as they were chosen: values of the column that chose them are not hashed themselves. By
 * code, in the order of the rows that they have. */
static void print_centres(FILE *out, const sw_units *units, int count, const int64_t *centre) {
  for (int c = 0; c < count; c++)
    fprintf(out, "%s%s", c ? ", " : "[", sw_unit_code(units, centre[c]));
  fputs(count ? "]" : "none", out);
}

/* As the study wrote it, else the default as a study would write it. "none" stands for a parameter
 * that may be left out and was. `arg->text` is a default in the words of the descriptor. */
static void print_value(FILE *out, const sw_job *job, const sw_param *param, const sw_arg *arg) {
  if (param->type == SW_P_CENTRES)
    print_centres(out, job->units, arg->count, arg->centres);
  else if (arg->given && arg->node)
    print_node(out, arg->node);
  else if (arg->text && *arg->text)
    fputs(arg->text, out);
  else
    fputs(param->fallback && *param->fallback ? param->fallback : "none", out);
}

/* The argument of param[p], or of all parameters of its map, "grid: {y: [a, b]}", without those
 * left out that have no default. To be hashed, without all that are left out. Returns the index of
 * the last. Parameters of one map stand together in the table. */
static int print_argument(FILE *out, const sw_job *job, int p, bool hashed) {
  const sw_param *param = job->measure->param;
  const char *dot = strchr(param[p].name, '.');
  int head = dot ? (int)(dot - param[p].name) : 0, last = p;
  bool given = false;
  if (!dot) {
    fprintf(out, "%s: ", param[p].name);
    print_value(out, job, &param[p], &job->arg[p]);
    return p;
  }
  const char *before = "{";
  fprintf(out, "%.*s: ", head, param[p].name);
  while (param[last + 1].name &&
         strncmp(param[last + 1].name, param[p].name, (size_t)head + 1) == 0)
    last++;
  for (int k = p; k <= last; k++)
    given |= job->arg[k].given;
  for (int k = p; given && k <= last; k++) {
    const sw_arg *arg = &job->arg[k];
    if (!arg->text || (!arg->given && (hashed || !*arg->text))) continue;
    fprintf(out, "%s%s: ", before, param[k].name + head + 1);
    print_value(out, job, &param[k], &job->arg[k]);
    before = ", ";
  }
  fputs(*before == '{' ? "none" : "}", out);
  return last;
}

/* Numbers in the shortest form that reads back to the bit. The words stand in the order of
 * sw_keep_kind; bind has replaced SW_KEEP_DEFAULT. The order of partners is said where it changes
 * what is stored, and hashed where it is another than the usual one: results from before there was
 * a choice keep their hash. sw_show_number gives the shortest form. */
static void print_keep(FILE *out, const sw_keep *keep, bool hashed) {
  static const char *const word[] = {"",        "dense", "top",         "above",  "links",
                                     "summary", "share", "significant", "centres"};
  static const char *const order[] = {"largest", "absolute", "smallest"};
  char number[SW_NUMBER_ROOM];
  if (keep->kind == SW_KEEP_TOP)
    fprintf(out, ", keep: {top: %lld}", (long long)keep->top);
  else if (keep->kind == SW_KEEP_ABOVE)
    fprintf(out, ", keep: {above: %s}", sw_show_number(keep->above, number));
  else if (keep->kind == SW_KEEP_SHARE)
    fprintf(out, ", keep: {share: %s}", sw_show_number(keep->share, number));
  else
    fprintf(out, ", keep: %s", word[keep->kind]);
  bool orders = keep->kind != SW_KEEP_DENSE && sw_keep_stores(keep->kind);
  if (orders && !(hashed && keep->by == SW_BY_LARGEST)) fprintf(out, ", by: %s", order[keep->by]);
}

/* The links that are kept, by name, where no parameter of the measure names them; by content they
 * are hashed in operand_hash.c. */
static void print_links(FILE *out, const sw_run *run, int e) {
  const sw_entry *entry = &run->study->entry[e];
  if (run->pair[e].keep.kind != SW_KEEP_LINKS || entry->links < 0) return;
  for (int p = 0; entry->measure->param[p].name; p++)
    if (strcmp(entry->measure->param[p].name, "weights") == 0) return;
  fprintf(out, ", weights: %s", run->study->weights[entry->links].name);
}

/* Centres by their codes, as found. */
static void print_sums(FILE *out, const sw_run *run, int entry) {
  const sw_sums_spec *sums = &run->study->entry[entry].sums;
  int centres = sw_sums_centres(run, entry);
  char number[SW_NUMBER_ROOM];
  if (sums->blocks) fprintf(out, ", blocks: %s", sums->blocks);
  for (int r = 0; r < sums->n_rings; r++)
    fprintf(out, "%s%s%s", r ? ", " : ", rings: [", sw_show_number(sums->ring[r], number),
            r + 1 < sums->n_rings ? "" : "]");
  for (int c = 0; c < centres; c++)
    fprintf(out, "%s%s%s", c ? ", " : ", centres: [", sw_sums_centre(run, entry, c),
            c + 1 < centres ? "" : "]");
}

/* "group: spillover, terms: gdp". The label tells which of the group's matrices it is. */
static void print_group(FILE *out, const sw_job *job, const sw_entry *entry, const char *before) {
  const sw_param *param = &job->measure->param[entry->param];
  fprintf(out, "%sgroup: %s", before, job->group);
  if (param->choices)
    fprintf(out, ", %s: %s", param->choices, job->arg[entry->param].texts[job->label]);
}

/* Also where no pairs are stored, as it is hashed there, too. For readers; see the head of the
 * file. */
static void print_precision(FILE *out, const sw_run *run, int entry) {
  if (!run->study->entry[entry].is_pair) return;
  fprintf(out, ", precision: %s", sw_study_is_wide(run->study, entry) ? "float64" : "float32");
}

/* NULL when memory has run out; a failed write to the stream shows at fclose at the latest.
 * `hashed` leaves out what was added to the text later; `periods` says whether a selection of
 * periods belongs to it. The text is copied to the arena. */
static const char *describe(sw_arena *arena, const sw_run *run, int entry, bool periods,
                            bool hashed) {
  const sw_job *job = &run->job[entry];
  char *text = NULL;
  size_t length = 0;
  FILE *out = open_memstream(&text, &length);
  if (!out) return NULL;
  fputc('{', out);
  /* Of matrices below an entry neither what else is asked for nor for which other labels: they stay
   * the same without. */
  const char *before = "";
  for (int p = 0; job->measure->param[p].name; p++) {
    if (job->group && job->measure->param[p].type == SW_P_MATRICES) continue;
    fputs(before, out);
    p = print_argument(out, job, p, hashed);
    before = ", ";
  }
  if (job->group) print_group(out, job, &run->study->entry[entry], before);
  /* Only a selection is written: with all periods the text, and the hash, stay the same when the
   * panel gains one, so that --reuse can take the older periods. */
  if (periods && !job->is_timeless && sw_job_seen(job) < job->periods->n) {
    fputs(", periods: [", out);
    for (int t = 0; t < sw_job_seen(job); t++)
      fprintf(out, "%s%s", t > 0 ? ", " : "", sw_job_seen_period(job, t));
    fputc(']', out);
  }
  if (run->study->entry[entry].balanced) fputs(", balanced: true", out);
  if (run->study->entry[entry].is_pair) print_keep(out, &run->pair[entry].keep, hashed);
  if (run->study->entry[entry].is_pair) print_links(out, run, entry);
  print_sums(out, run, entry);
  if (!hashed) print_precision(out, run, entry);
  fputc('}', out);
  const char *copy = fclose(out) == 0 ? sw_arena_text(arena, text) : NULL;
  free(text);
  return copy;
}

/* For the results file. */
const char *sw_run_parameters(sw_arena *arena, const sw_run *run, int entry) {
  return describe(arena, run, entry, true, false);
}

/* With `periods` where values of one period depend on others; else each period is hashed by
 * itself. */
const char *sw_run_hashed_parameters(sw_arena *arena, const sw_run *run, int entry, bool periods) {
  return describe(arena, run, entry, periods, true);
}
