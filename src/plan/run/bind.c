/* Binding: every entry of the study becomes a job with its inputs, periods, weights, distance, axes
 * and result rows. This is the step between the panel read and the first number computed:
 * afterwards every size is known (the estimate and the layout of the results file rest on that) and
 * whatever the study asks wrongly has been refused.
 *
 * Invariants: every rank makes the same decisions from the same names and counts, so the jobs are
 * equal on all ranks except for the local rows; no value is looked at, which is left to the passes.
 * Jobs are bound in study->order, so the job whose result is an input is bound before the job that
 * takes it. Everything lives in the run's arena; sw_run_destroy releases the rest. */
#include "base/stop.h"
#include "measure/outputs.h"
#include "measure/said.h"
#include "plan/descriptor/descriptor.h"
#include "plan/run/notes.h"
#include "plan/run/private.h"
#include "plan/sums/sums.h"
#include "plan/task/centres.h"
#include "plan/task/resource.h"

#include <stdlib.h>

/* ---- resources -------------------------------------------------------------------------- */

/* {file: ...} or {from: ...} and nothing else: the form of a table for both SW_P_TABLE and
 * SW_P_NODE. A composite's map of weights {indicator: weight} is no table unless its one indicator
 * has such a name. Only the form: what a table holds is read by the port's `table`. */
static bool asks_for_file(const sw_node *node) {
  return node && node->kind == SW_NODE_MAP && node->count == 1 &&
         (sw_node_get(node, "file") || sw_node_get(node, "from"));
}

/* The list is allocated by all ranks alike, before any of them reads. The matrices themselves are
 * read, or found among those read, one after the other: collective. */
static sw_status bind_weights_list(sw_error *err, sw_run *run, const sw_naming *naming,
                                   sw_arg *arg) {
  const sw_links **list = NULL;
  sw_status status =
      sw_arena_alloc(err, run->arena, (size_t)arg->count + 1, sizeof *list, (void **)&list);
  SW_TRY(sw_team_agree(run->team, err, status, 0));
  for (int k = 0; k < arg->count; k++)
    SW_TRY(sw_run_weights(err, run, naming->weights_list[k], &list[k]));
  arg->weights_list = list;
  return SW_OK;
}

/* The column that the largest centres go by, where the study names none: the input of the parameter
 * that `choices` names. A result is not there yet. Values of indicators are there since the panel
 * was read; results come later. */
static sw_status centres_column(sw_error *err, const sw_run *run, int e, const sw_param *param,
                                const sw_column **by) {
  const sw_entry *entry = &run->study->entry[e];
  sw_inputs in = sw_job_inputs(&run->job[e], param->choices);
  const sw_need *need = in.count ? &entry->need[in.first] : NULL;
  if (need && need->entry < 0) {
    *by = run->private->source[e].column[in.first];
    return SW_OK;
  }
  return sw_fail(err, SW_EINPUT,
                 "%s: %s: centres: the largest are chosen before results are there, and '%s' is "
                 "one; add `by`: an indicator, or list codes",
                 sw_entry_centres(entry)->where, entry->name, need ? need->name : param->choices);
}

/* Codes are looked up, and the largest found, on all ranks together (task/centres). */
static sw_status bind_centres(sw_error *err, sw_run *run, int e, int p) {
  const sw_centres_spec *spec = &run->study->entry[e].naming[p].centres;
  sw_arg *arg = &run->study->entry[e].arg[p];
  const sw_column *by = NULL;
  if (spec->top && !spec->by)
    SW_TRY(centres_column(err, run, e, &run->job[e].measure->param[p], &by));
  return sw_centres_find(err, run, e, spec, by, &arg->count, &arg->centres);
}

/* Weights, distance, tables and centres. Collective, and called on all ranks only after they have
 * agreed that columns and periods are bound: the readers inside communicate, and they agree on
 * their status themselves. Everything that is named is made once and shared by all entries that
 * name it (resources.c). A flow's own links need no reading: its table was read before
 * (flows.c). */
static sw_status bind_resources(sw_error *err, sw_run *run, int e) {
  const sw_entry *entry = &run->study->entry[e];
  sw_job *job = &run->job[e];
  for (int p = 0; job->measure->param[p].name; p++) {
    sw_ptype type = job->measure->param[p].type;
    const sw_naming *naming = &entry->naming[p];
    sw_arg *arg = &entry->arg[p];
    if (type == SW_P_WEIGHTS && naming->weights >= 0)
      SW_TRY(sw_run_weights(err, run, naming->weights, &arg->weights));
    if (type == SW_P_WEIGHTS_LIST) SW_TRY(bind_weights_list(err, run, naming, arg));
    /* "" may be a distance's default: then nothing was named. */
    if (type == SW_P_DISTANCE && naming->distance.node) {
      SW_TRY(sw_run_distance(err, run, e, p, &arg->distance));
      job->has_gaps |= arg->distance->has_gaps;
    }
    if (type == SW_P_CENTRES && naming->centres.where) SW_TRY(bind_centres(err, run, e, p));
    if (naming->flow) arg->flow = &run->private->flow[naming->flow - 1];
    if (entry->flow && p == 0) arg->flow = &run->private->flow[entry->flow - 1];
    sw_table *table = NULL;
    if ((type == SW_P_TABLE || type == SW_P_NODE) && asks_for_file(entry->arg[p].node)) {
      SW_TRY(run->reader->table(err, run->team, run->arena, entry->arg[p].node, run->study->file,
                                entry->name, &table));
      entry->arg[p].table = table;
    }
  }
  if (entry->flow) return sw_team_agree(run->team, err, sw_run_flow_links(err, run, e), 0);
  return entry->links >= 0 ? sw_run_weights(err, run, entry->links, &run->pair[e].links) : SW_OK;
}

/* ---- results ---------------------------------------------------------------------------- */

/* Row pointers only: a UNIT result has one per label and period, GLOBAL and TABLE results have one
 * block behind row[0]. The numbers are allocated by alloc_results (run.c), once the estimate has
 * found that they fit. Pair results have no rows: they go to the sink. job->why and job->said have
 * room for what the run will say of each output and period. */
static sw_status shape_results(sw_error *err, sw_run *run, sw_job *job) {
  int outputs = 0;
  while (job->measure->output[outputs].name)
    outputs++;
  SW_NEW(err, run->arena, job->why, (int64_t)outputs * job->n_periods + 1);
  SW_NEW(err, run->arena, job->said, 1);
  for (int q = 0; job->measure->output[q].name; q++) {
    sw_result *result = &job->result[q];
    const sw_output *output = result->output;
    result->width = sw_output_width(job, output);
    if (output->shape == SW_PAIR) continue;
    SW_NEW(err, run->arena, result->row,
           output->shape == SW_UNIT ? (int64_t)result->width * sw_result_periods(job, result) : 1);
    /* What is by unit alone rests on all periods, and what takes it as input does too. */
    job->pooled = job->pooled || (output->timeless && !result->off);
  }
  return SW_OK;
}

/* Whether units have numbers of their own by the rows of pairs. They need all pairs, whatever is
 * kept. */
static bool fills_by_row(const sw_job *job) {
  for (int q = 0; job->measure->output[q].name; q++)
    if (job->measure->output[q].by_row && !job->result[q].off) return true;
  return false;
}

/* Decides how a pair entry's matrix is cut and what is kept of it, and makes room for its summary.
 * The defaults of `keep` are settled here because they need n and `resolve` (links_only). The
 * limits come from the order of the run: `above`, `share` and `significant` must be counted before
 * the results file is laid out, so it cannot rest on a pair result, which exists only after that.
 *
 * 5,000 units: a dense matrix of float takes 100 MB per period there, and above it grows beyond
 * what most files should hold. The order of the checks is that of what each message presumes. */
static sw_status bind_pair(sw_error *err, sw_run *run, int e) {
  const sw_entry *entry = &run->study->entry[e];
  sw_job *job = &run->job[e];
  sw_pair_plan *plan = &run->pair[e];
  plan->cut = sw_cut_make(job->n, run->study->tile);
  plan->keep = entry->keep;
  plan->keep.by = entry->by >= 0 ? (sw_by)entry->by : job->by;
  if (job->links_only) {
    /* A link and its way back are two values, and either may be missing. */
    job->directed = true;
    if (plan->keep.kind == SW_KEEP_DEFAULT) plan->keep.kind = SW_KEEP_LINKS;
    if (plan->keep.kind != SW_KEEP_LINKS && sw_keep_stores(plan->keep.kind))
      return sw_fail(
          err, SW_EINPUT,
          "%s: %s: its pairs are the links of its %s; write keep: links or keep: summary",
          entry->where, entry->name, entry->flow ? "table" : "weights");
  }
  bool rows = fills_by_row(job);
  bool centres = entry->sums.centres.where && !entry->sums.blocks && !entry->sums.n_rings && !rows;
  if (plan->keep.kind == SW_KEEP_CENTRES && rows)
    return sw_fail(err, SW_EINPUT,
                   "%s: %s: keep: centres: its values by unit rest on all pairs; write keep: "
                   "summary",
                   entry->keep_where, entry->name);
  if (plan->keep.kind == SW_KEEP_DEFAULT)
    plan->keep.kind = job->n <= 5000 ? SW_KEEP_DENSE : centres ? SW_KEEP_CENTRES : SW_KEEP_SUMMARY;
  /* Not an error: the same study may run on a subset of units. Partners beyond the last are NaN. */
  if (plan->keep.kind == SW_KEEP_TOP && plan->keep.top > job->n - 1)
    sw_note(&run->private->notes, "%s: keep: {top: %lld}: a unit has at most %lld partners",
            entry->name, (long long)plan->keep.top, (long long)job->n - 1);
  /* entries.c has seen to `keep: links` as written; this catches links_only without weights. */
  if ((plan->keep.kind == SW_KEEP_LINKS || job->links_only) && !plan->links)
    return sw_fail(err, SW_EINPUT,
                   "%s: %s: keep: links needs weights: the name of a weights matrix", entry->where,
                   entry->name);
  if (!entry->flow && (plan->keep.kind == SW_KEEP_LINKS || job->links_only)) {
    const sw_weights_spec *weights = &run->study->weights[entry->links];
    if (weights->later)
      return sw_fail(err, SW_EINPUT,
                     "%s: %s: its pairs cannot be the links of '%s', which rest on %s of this "
                     "study; use {top: k}, or a second study and `file`",
                     entry->where, entry->name, weights->name,
                     weights->need ? weights->result : "a result");
  }
  if (sw_keep_is_counted(plan->keep.kind) && run->after_pairs[e])
    return sw_fail(err, SW_EINPUT,
                   "%s: %s: keep: %s cannot use another pair result as input; use {top: k}, or a "
                   "second study",
                   entry->where, entry->name,
                   plan->keep.kind == SW_KEEP_ABOVE   ? "{above: ...}"
                   : plan->keep.kind == SW_KEEP_SHARE ? "{share: ...}"
                                                      : "significant");
  for (int q = 0; job->measure->output[q].name; q++)
    plan->n_quantities += job->measure->output[q].shape == SW_PAIR && !job->result[q].off;
  sw_summary *summary = &plan->summary;
  /* One matrix for a whole series, else one for each period. */
  summary->n_periods = job->whole_series ? 1 : job->n_periods;
  if (plan->keep.kind == SW_KEEP_SHARE) SW_NEW(err, run->arena, plan->cutoff, summary->n_periods);
  SW_NEW(err, run->arena, summary->out_strength, summary->n_periods);
  SW_NEW(err, run->arena, summary->in_strength, summary->n_periods);
  SW_NEW(err, run->arena, summary->total, summary->n_periods);
  SW_NEW(err, run->arena, summary->mean, summary->n_periods);
  SW_NEW(err, run->arena, summary->max, summary->n_periods);
  SW_NEW(err, run->arena, summary->pairs, summary->n_periods);
  SW_NEW(err, run->arena, summary->undefined, summary->n_periods);
  return SW_OK;
}

/* ---- jobs ------------------------------------------------------------------------------- */

/* What `resolve` may look at: names, arguments, counts, the tables of units and periods. `resolve`
 * sees this and nothing else: no values, so its decisions depend on the study and not on the
 * data. */
static sw_status begin_job(sw_error *err, sw_run *run, int e) {
  const sw_entry *entry = &run->study->entry[e];
  sw_job *job = &run->job[e];
  int outputs = 0;
  while (entry->measure->output[outputs].name)
    outputs++;
  *job = (sw_job){.measure = entry->measure,
                  .name = entry->name,
                  .where = entry->where,
                  .arg = entry->arg,
                  .n = run->panel->units.n,
                  .first = run->panel->lo,
                  .units = &run->panel->units,
                  .periods = &run->panel->periods,
                  .arena = run->arena,
                  .notes = &run->private->notes,
                  .seed = run->study->seed,
                  .stops = sw_stop_asked};
  /* One more than needed, so that a measure without outputs does not ask for nothing. */
  SW_NEW(err, run->arena, job->result, outputs + 1);
  for (int q = 0; q < outputs; q++)
    job->result[q].output = &entry->measure->output[q];
  return SW_OK;
}

/* Whether an entry has pairs follows from the outputs that `resolve` has left on; until now is_pair
 * said only that its measure may have some. A `keep` that has become pointless is refused, as
 * silently ignoring it would hide a wrong parameter. job->is_pair and the entry's would else
 * differ, and later loops ask the entry. */
static sw_status settle_pairs(sw_error *err, sw_run *run, int e) {
  sw_entry *entry = &run->study->entry[e];
  bool asked = entry->keep.kind != SW_KEEP_DEFAULT || entry->group;
  entry->is_pair = sw_job_has_pairs(&run->job[e]);
  if (entry->is_pair || !asked) return SW_OK;
  if (entry->group)
    return sw_fail(err, SW_EINPUT, "%s: %s: with these parameters there are no such pairs",
                   entry->where, entry->name);
  return sw_fail(err, SW_EINPUT,
                 "%s: %s: with these parameters it has no pairs to keep; remove `keep`",
                 entry->keep_where, entry->name);
}

/* Sums over pairs. Their distance is the first that the entry names, else great circles. Both the
 * reader of a distance and the choice of centres communicate, so nobody may have left before. The
 * distance of rings must be the measure's own, else a ring of minutes would be cut in km. */
static sw_status bind_sums(sw_error *err, sw_run *run, int e) {
  const sw_entry *entry = &run->study->entry[e];
  const sw_distance *distance = NULL;
  for (int p = 0; !distance && entry->measure->param[p].name; p++)
    distance = entry->arg[p].distance;
  if (entry->sums.n_rings && !distance) SW_TRY(sw_run_great_circles(err, run, e, &distance));
  return sw_sums_bind(err, run, e, distance);
}

/* The entry itself: names, periods and resources; then the measure's own `resolve`. The notes that
 * `resolve` leaves of a late entry are dropped, as it is resolved again when its weights are there
 * (weights.c). */
static sw_status resolve_job(sw_error *err, sw_run *run, int e) {
  sw_job *job = &run->job[e];
  sw_status status = begin_job(err, run, e);
  if (status == SW_OK) status = sw_run_bind_inputs(err, run, e);
  if (status == SW_OK) status = sw_run_bind_periods(err, run, e);
  if (status == SW_OK) status = sw_run_balance_bind(err, run, e);
  SW_TRY(sw_team_agree(run->team, err, status, 0));
  SW_TRY(bind_resources(err, run, e));
  sw_run_matrices_unasked(run, e);
  /* What is warned of stand-ins for weights is not so. */
  bool late = sw_entry_is_late(&run->study->entry[e]);
  int notes = run->private->notes.count;
  status = late ? sw_run_later_keep(err, run, e) : SW_OK;
  if (status == SW_OK) status = job->measure->resolve(err, job);
  if (late) run->private->notes.count = notes;
  return sw_team_agree(run->team, err, status, 0);
}

/* Matrices below an entry: its job is there already (sw_run_matrices_begin), as the entry stands
 * before it in the order; only links of its own are not. Called for an entry below another; its own
 * `resolve` was that of the parent. */
static sw_status resolve_matrices(sw_error *err, sw_run *run, int e) {
  int links = run->study->entry[e].links;
  return links >= 0 ? sw_run_weights(err, run, links, &run->pair[e].links) : SW_OK;
}

/* One entry, in three steps between which all ranks agree, since bind_resources communicates: names
 * and periods; shared resources; then the measure's own `resolve`, checked against the rules of the
 * descriptor. `resolve` comes after the resources because it may look at the weights' links.
 * Returns after an agreement in every case. */
static sw_status bind_job(sw_error *err, sw_run *run, int e) {
  const sw_entry *entry = &run->study->entry[e];
  sw_run_notes_are_of(run, entry->group ? entry->parent : e);
  SW_TRY(entry->group ? resolve_matrices(err, run, e) : resolve_job(err, run, e));
  SW_TRY(sw_team_agree(run->team, err, bind_sums(err, run, e), 0));
  sw_status status = entry->group ? SW_OK : sw_job_check(err, &run->job[e]);
  if (status == SW_OK) status = sw_run_matrices_begin(err, run, e);
  if (status == SW_OK) status = settle_pairs(err, run, e);
  if (status == SW_OK && entry->is_pair) status = bind_pair(err, run, e);
  if (status == SW_OK) status = shape_results(err, run, &run->job[e]);
  return sw_team_agree(run->team, err, status, 0);
}

/* Distances that arguments may name: as many different ones at most. An upper bound, for the array
 * of distances. */
static int count_distances(const sw_study *study) {
  int count = 0;
  for (int e = 0; e < study->n_entries; e++) {
    count += study->entry[e].sums.n_rings > 0;
    for (int p = 0; study->entry[e].measure->param[p].name; p++)
      count += study->entry[e].measure->param[p].type == SW_P_DISTANCE;
  }
  return count;
}

/* Arrays by entry. All come zeroed from the arena, which sw_run_destroy relies on when binding
 * fails half-way. Sizes follow from the study alone, so they are equal on all ranks. */
static sw_status begin_run(sw_error *err, sw_run *run) {
  int n = run->study->n_entries;
  SW_NEW(err, run->arena, run->busy_seconds, run->n_threads);
  SW_NEW(err, run->arena, run->private, 1);
  struct sw_run_private *own = run->private;
  own->notes.arena = run->arena;
  own->notes.of = SW_NOTES_OF_ALL;
  SW_NEW(err, run->arena, run->job, n);
  SW_NEW(err, run->arena, run->pair, n);
  SW_NEW(err, run->arena, run->made, n * SW_MAX_RESOURCES);
  SW_NEW(err, run->arena, run->sums, n);
  SW_NEW(err, run->arena, run->after_pairs, n);
  SW_NEW(err, run->arena, run->later, run->study->n_weights);
  SW_NEW(err, run->arena, run->from_stored, n);
  SW_NEW(err, run->arena, run->untried, n);
  SW_NEW(err, run->arena, run->repeats, n);
  SW_NEW(err, run->arena, run->operand_hash, n);
  SW_NEW(err, run->arena, own->flow, run->study->n_flows + 1);
  SW_NEW(err, run->arena, own->flow_table, run->study->n_flows + 1);
  SW_NEW(err, run->arena, own->source, n);
  SW_NEW(err, run->arena, own->links, n);
  SW_NEW(err, run->arena, own->distance, count_distances(run->study));
  SW_NEW(err, run->arena, own->weights, run->study->n_weights);
  SW_NEW(err, run->arena, own->later, run->study->n_weights);
  SW_NEW(err, run->arena, own->unresolved, n);
  SW_NEW(err, run->arena, own->operand_shared, SW_MAX_PASSES);
  return SW_OK;
}

/* *out is set as soon as there is something to release: the caller destroys the run on failure,
 * too, and all ranks get there alike, since every step ends in an agreement. O(entries) steps; the
 * cost lies in what is read. */
sw_status sw_run_bind(sw_error *err, sw_team *team, const sw_study *study, const sw_reader *reader,
                      sw_panel *panel, sw_arena *arena, int n_threads, sw_run **out) {
  sw_run *run = NULL;
  SW_TRY(sw_team_agree(team, err, sw_arena_alloc(err, arena, 1, sizeof *run, (void **)&run), 0));
  run->team = team;
  run->study = study;
  run->reader = reader;
  run->panel = panel;
  run->arena = arena;
  run->n_threads = n_threads;
  SW_TRY(sw_team_agree(team, err, begin_run(err, run), 0));
  *out = run; /* from here on sw_run_destroy releases what was made */
  SW_TRY(sw_run_flows_read(err, run));
  SW_TRY(sw_run_note_ranges(err, run));
  for (int i = 0; i < study->n_entries; i++)
    SW_TRY(bind_job(err, run, study->order[i]));
  return SW_OK;
}

/* Takes `block` over, also when it fails. A list of its own because the arena holds no large
 * arrays: these are 64-byte aligned and released one by one. Blocks are released in the order of
 * their making, at the end of the run (resources.c). */
sw_status sw_run_keep_block(sw_error *err, sw_run *run, void *block) {
  struct sw_run_private *own = run->private;
  if (own->n_blocks == own->room_blocks) {
    int room = own->room_blocks ? 2 * own->room_blocks : 64;
    void **more = realloc(own->block, (size_t)room * sizeof *more);
    if (!more) {
      sw_free(block);
      return sw_fail(err, SW_ENOMEM, "out of memory: %d blocks", room);
    }
    own->block = more;
    own->room_blocks = room;
  }
  own->block[own->n_blocks++] = block;
  return SW_OK;
}

/* Collective: node_free must be met by all ranks in the same order. Works on a run of which binding
 * failed: measures see their job only where begin_job has run. Operands that stayed for later
 * passes are given back first, as they lie in shared memory. */
void sw_run_destroy(sw_run *run) {
  if (!run || !run->private) return;
  for (int e = 0; run->job && e < run->study->n_entries; e++) {
    bool own = !run->study->entry[e].group; /* else the state is that of another entry */
    if (own && run->job[e].measure && run->job[e].measure->destroy)
      run->job[e].measure->destroy(&run->job[e]);
    if (run->pair[e].row_start) run->team->node_free(run->team, run->pair[e].row_start);
  }
  if (run->private->operands_stay) sw_run_passes_release(run, 0);
  sw_resource_destroy(run);
  sw_run_resources_destroy(run);
}
