/* The parameters of an entry as they were in force, as a study would write them. */
#include "plan/run/describe.h"

#include <stdio.h>
#include <stdlib.h>

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

/* As the study wrote it, else the default as a study would write it. */
static void print_argument(FILE *out, const sw_param *param, const sw_arg *arg) {
  fprintf(out, "%s: ", param->name);
  if (arg->given && arg->node)
    print_node(out, arg->node);
  else if (arg->text && *arg->text)
    fputs(arg->text, out);
  else
    fputs(param->fallback && *param->fallback ? param->fallback : "none", out);
}

static void print_keep(FILE *out, const sw_keep *keep) {
  static const char *const word[] = {"", "dense", "top", "above", "links", "summary"};
  if (keep->kind == SW_KEEP_TOP)
    fprintf(out, ", keep: {top: %lld}", (long long)keep->top);
  else if (keep->kind == SW_KEEP_ABOVE)
    fprintf(out, ", keep: {above: %.17g}", keep->above);
  else
    fprintf(out, ", keep: %s", word[keep->kind]);
}

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
