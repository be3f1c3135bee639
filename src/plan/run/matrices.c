/* Matrices of groups: pair results below that of an entry, asked for by an argument, one for each
 * of its labels (plan/study/matrices.c). They rest on what the passes of their entry leave
 * (operands, results, state), so they are computed with it; but in all else each is a pair result
 * of its own, with an entry, a plan and a job.
 *
 * Invariant: such a job is a copy of its entry's in which the pair outputs of the group alone are
 * on. What passes leave is copied again whenever they have run, as operands come and go.
 *
 * Called from bind.c (begin) and run.c (take). Complexity: O(entries) for each look-up of the next
 * matrix, of which a study has a few. */
#include "plan/run/private.h"

#include "measure/outputs.h"

#include <string.h>

/* Entries of matrices stand behind all others; `at` is where the search goes on from, the entry
 * itself at first. -1: no more. */
int sw_run_matrices_next(const sw_run *run, int entry, int at) {
  const sw_study *study = run->study;
  for (int e = at + 1; e < study->n_entries; e++)
    if (study->entry[e].group && study->entry[e].parent == entry) return e;
  return -1;
}

/* Of the argument that a group's parameter has: whether it asks for anything. A group without a
 * parameter of its name does not exist (check.c). */
static bool is_asked(const sw_job *job, const char *group) {
  for (int p = 0; job->measure->param[p].name; p++)
    if (strcmp(job->measure->param[p].name, group) == 0) return job->arg[p].count > 0;
  return false;
}

/* Before `resolve`, so that it sees which groups are wanted by result[].off. */
void sw_run_matrices_unasked(sw_run *run, int entry) {
  sw_job *job = &run->job[entry];
  for (int q = 0; job->measure->output[q].name; q++) {
    const char *group = job->measure->output[q].group;
    if (group && !is_asked(job, group)) job->result[q].off = true;
  }
}

/* The results of matrices: the pair outputs of the group that resolve has left on, and the sums
 * over them that the engine makes. Outputs of both descriptors stand in the same order, as the
 * engine's own come last. What the parent has switched off is off here, too; sums of the engine are
 * on in any case. */
static sw_status make_results(sw_error *err, sw_run *run, const sw_job *parent, sw_job *job) {
  int outputs = 0;
  while (job->measure->output[outputs].name)
    outputs++;
  SW_NEW(err, run->arena, job->result, outputs + 1);
  for (int q = 0; q < outputs; q++) {
    const sw_output *output = &job->measure->output[q];
    bool on = sw_output_is_of(output, job->group) && !parent->result[q].off;
    job->result[q] = (sw_result){.output = output, .off = !on && !output->of_pairs};
  }
  return SW_OK;
}

/* A copy of a struct of pointers: arguments, inputs and state are shared with the parent. Axes are
 * its own, of its sums alone. */
static sw_status begin_one(sw_error *err, sw_run *run, int parent, int e) {
  const sw_entry *entry = &run->study->entry[e];
  sw_job *job = &run->job[e];
  *job = run->job[parent];
  job->measure = entry->measure;
  job->name = entry->name;
  job->where = entry->where;
  job->group = entry->group;
  job->label = entry->label;
  job->n_axes = 0;
  run->private->source[e] = run->private->source[parent];
  run->after_pairs[e] = run->after_pairs[parent];
  return make_results(err, run, &run->job[parent], job);
}

/* From here on the entry has but its own outputs. One matrix over all periods is said of its own
 * pairs; where all are of groups, it is said of these alone, and its other results have time. */
sw_status sw_run_matrices_begin(sw_error *err, sw_run *run, int entry) {
  sw_job *job = &run->job[entry];
  if (run->study->entry[entry].group) return SW_OK;
  bool any = false, own = false;
  for (int e = entry; (e = sw_run_matrices_next(run, entry, e)) >= 0;)
    SW_TRY(begin_one(err, run, entry, e));
  for (int q = 0; job->measure->output[q].name; q++) {
    const sw_output *output = &job->measure->output[q];
    own |= sw_output_is_of(output, NULL) && !job->result[q].off;
    any |= output->group && !job->result[q].off;
    if (output->group) job->result[q].off = true;
  }
  if (any && !own) job->whole_series = false;
  return SW_OK;
}

/* Everything but what makes it a result of its own is taken anew from the parent, whose passes have
 * just run: operands, folded results and views. */
void sw_run_matrices_take(sw_run *run, int entry) {
  const sw_entry *of = &run->study->entry[entry];
  if (!of->group) return;
  sw_job *job = &run->job[entry], own = *job;
  *job = run->job[of->parent];
  job->measure = own.measure;
  job->name = own.name;
  job->where = own.where;
  job->group = own.group;
  job->label = own.label;
  job->result = own.result;
  job->why = own.why;
  job->said = own.said;
  job->whole_series = own.whole_series;
  job->n_axes = own.n_axes;
  memcpy(job->axis, own.axis, sizeof own.axis);
}
