/* The parameters of an entry as they were in force, as a study would write them: defaults filled
 * in, periods and `keep` as settled by bind. The text is an attribute of each result, so that a
 * file explains itself without its study, and it is hashed into the operand hash (operand_hash.c):
 * a change of its wording makes every earlier result count as changed. Local; the same on every
 * rank. */
#include "plan/run/describe.h"

#include <stdio.h>
#include <stdlib.h>

/* Without the bound of sw_yaml_flow: a text cut off would make two different studies hash alike.
 * Depth is bounded by the YAML reader (64), and so is the recursion. */
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

/* As the study wrote it, else the default as a study would write it. "none" stands for a parameter
 * that may be left out and was. */
static void print_argument(FILE *out, const sw_param *param, const sw_arg *arg) {
  fprintf(out, "%s: ", param->name);
  if (arg->given && arg->node)
    print_node(out, arg->node);
  else if (arg->text && *arg->text)
    fputs(arg->text, out);
  else
    fputs(param->fallback && *param->fallback ? param->fallback : "none", out);
}

/* %.17g gives a threshold back to the bit. The words stand in the order of sw_keep_kind; bind has
 * replaced SW_KEEP_DEFAULT. The order of partners is said where it is another than the usual one
 * and changes what is stored: results from before there was a choice keep their hash. */
static void print_keep(FILE *out, const sw_keep *keep) {
  static const char *const word[] = {"", "dense", "top", "above", "links", "summary"};
  static const char *const order[] = {"largest", "absolute", "smallest"};
  if (keep->kind == SW_KEEP_TOP)
    fprintf(out, ", keep: {top: %lld}", (long long)keep->top);
  else if (keep->kind == SW_KEEP_ABOVE)
    fprintf(out, ", keep: {above: %.17g}", keep->above);
  else
    fprintf(out, ", keep: %s", word[keep->kind]);
  bool orders = keep->kind != SW_KEEP_DENSE && keep->kind != SW_KEEP_SUMMARY;
  if (orders && keep->by != SW_BY_LARGEST) fprintf(out, ", by: %s", order[keep->by]);
}

/* NULL when memory has run out; a failed write to the stream shows at fclose at the latest. */
const char *sw_run_parameters(sw_arena *arena, const sw_run *run, int entry) {
  const sw_job *job = &run->job[entry];
  char *text = NULL;
  size_t length = 0;
  FILE *out = open_memstream(&text, &length);
  if (!out) return NULL;
  fputc('{', out);
  for (int p = 0; job->measure->param[p].name; p++) {
    fputs(p > 0 ? ", " : "", out);
    print_argument(out, &job->measure->param[p], &job->arg[p]);
  }
  /* Only a selection is written: with all periods the text, and the hash, stay the same when the
   * panel gains one, so that --reuse can take the older periods. */
  if (job->n_periods < job->periods->n) {
    fputs(", periods: [", out);
    for (int t = 0; t < job->n_periods; t++)
      fprintf(out, "%s%s", t > 0 ? ", " : "", sw_job_period(job, t));
    fputc(']', out);
  }
  if (run->study->entry[entry].is_pair) print_keep(out, &run->pair[entry].keep);
  fputc('}', out);
  const char *copy = fclose(out) == 0 ? sw_arena_text(arena, text) : NULL;
  free(text);
  return copy;
}
