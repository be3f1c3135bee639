/* Estimates what a run will take, from the plan alone: memory per rank, pairs, time. For `check`,
 * which prints it, and for `run`, which refuses a study that does not fit. The arithmetic follows
 * the engine's own arrays (plan/run/tiles.c, plan/pairs/pairs.c, plan/sums/run.c) and must change
 * with them; tests compare it with what runs use. All in double: no product can overflow, and a few
 * digits are enough. */
#include "cli/session/session.h"

#include "base/clock.h"
#include "measure/outputs.h"
#include "plan/pairs/pairs.h"
#include "plan/sums/sums.h"
#include "plan/task/resource.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The units that this rank holds: all estimates are of one rank. */
static double own_units(const sw_run *run) {
  return (double)(run->panel->hi - run->panel->lo);
}

/* ---- memory ----------------------------------------------------------------------------- */

/* Bytes of results that stay in memory until they are written: everything but stored pairs, which
 * go to the file as they are computed. Those of `above` and `links` leave the beginnings of their
 * rows. */
static double result_bytes(const sw_run *run) {
  double doubles = 0;
  for (int e = 0; e < run->study->n_entries; e++) {
    const sw_job *job = &run->job[e];
    for (int q = 0; job->measure->output[q].name; q++) {
      const sw_result *result = &job->result[q];
      if (result->off || result->output->shape == SW_PAIR) continue;
      double rows = (double)result->width * sw_result_periods(job, result);
      doubles += result->output->shape == SW_UNIT ? rows * own_units(run) : rows;
    }
    if (run->study->entry[e].is_pair)
      doubles += 2.0 * run->pair[e].summary.n_periods * own_units(run);
    /* Copies of a balanced entry's inputs; one without time is counted as if it had it. */
    if (run->study->entry[e].balanced && !run->study->entry[e].group)
      doubles += (double)job->n_inputs * sw_job_seen(job) * own_units(run);
    if (sw_keep_has_entries(run->pair[e].keep.kind))
      doubles += (double)run->pair[e].summary.n_periods * (double)job->n;
  }
  return 8 * doubles;
}

/* Bytes of a job's passes at the worst moment. Operands are held whole, for all passes that follow.
 * A pass over items has its records twice, as tasks leave them and as they are folded; one over
 * pairs its partials. */
static double pass_bytes(const sw_job *job) {
  double whole = (double)job->n * job->n_periods;
  double most = 0, held = 0;
  for (int p = 0; p < job->n_passes; p++) {
    const sw_pass *pass = &job->pass[p];
    /* `now`: of this pass alone; `held`: operands of the passes before it. */
    double now = pass->operand * whole;
    if (pass->domain == SW_ITEMS || pass->gathered) now += job->n_inputs * whole;
    if (pass->domain == SW_ITEMS) now += 2.0 * (double)pass->items * (double)pass->record / 8;
    if (pass->over_pairs) now += 2.0 * (double)pass->partial / 8 * ((double)job->n / SW_BLOCK + 1);
    if (held + now > most) most = held + now;
    held += pass->operand * whole;
  }
  return 8 * most;
}

/* Of the matrix that has most: those of an observed flow differ. */
static int64_t links_most(const sw_job *job, const sw_pair_plan *plan) {
  int64_t most = 0;
  for (int t = 0; t < plan->summary.n_periods; t++) {
    int64_t count = sw_pair_links(plan, t)->row_start[job->n];
    most = count > most ? count : most;
  }
  return most;
}

/* Bytes of a pair pass: slots of a window of matrices, packets on their way to the writing thread,
 * and what each thread holds. Node-shared slots are counted whole for every rank, because the peak
 * memory of a process counts the shared pages that it has touched. */
static double pair_bytes(const sw_run *run, int e) {
  const sw_job *job = &run->job[e];
  const sw_pair_plan *plan = &run->pair[e];
  double n = (double)job->n, side = (double)plan->cut.side;
  sw_geometry g = sw_pairs_geometry(run, e, SW_PAIRS_STORE);
  double element = sw_study_is_wide(run->study, e) ? 8 : 4, threads = run->n_threads;
  double strip = (double)plan->cut.strip, packet = 0;
  double slots = (double)sw_geometry_slots(&g);
  double window =
      fmin((double)sw_geometry_window(&g, run->team->window_bytes), plan->summary.n_periods);
  slots *= 8 * window;
  /* A packet is what one task stores, except that `above` hands on batches. */
  if (plan->keep.kind == SW_KEEP_DENSE)
    packet = (sw_measure_fills_rows(job->measure) ? strip * n : 2 * side * side) * element *
             plan->n_quantities;
  else if (plan->keep.kind == SW_KEEP_TOP)
    /* 4 bytes name the partner; each quantity is a double. */
    packet = strip * (double)plan->keep.top * (4 + 8.0 * plan->n_quantities);
  else if (sw_keep_is_counted(plan->keep.kind)) /* counted later: at most a batch, or a row */
    packet = fmax(fmin(SW_BATCH_ENTRIES, strip * n), n) * (4 + 8.0 * plan->n_quantities);
  else if (plan->keep.kind == SW_KEEP_LINKS)
    packet = (double)links_most(job, plan) / n * strip * (4 + 8.0 * plan->n_quantities);
  /* Buffers of a thread are as long as the segments that it asks a measure for. */
  bool whole =
      /* A thread that fills whole rows asks the measure for n values at once, else for a square's
       * side. */
      sw_measure_fills_rows(job->measure) || (sw_keep_is_counted(plan->keep.kind) && job->directed);
  double length = whole ? n : side;
  double rows_held = (double)(plan->n_quantities * sw_pairs_grain(job));
  /* Of columns, of rows where these are folded, both of each ring. */
  double lanes = (sw_pairs_folds(job) ? 16 : 8) + 16.0 * g.rings;
  double thread = 8 * length * (lanes + rows_held) + 16 * strip, packets = 2;
  /* Prepared rows: a thread's states, and values and packets of several periods, which are woven
   * or rows, or first the one and then the other. */
  if (g.prepares) {
    bool woven = job->pass[job->n_passes - 1].woven && window > 1;
    bool sums = plan->keep.kind == SW_KEEP_SUMMARY;
    packets += SW_ROW_PERIODS - 1;
    thread += sw_pairs_state_bytes(job, &plan->cut, (int)window);
    if (!woven || !sums) thread += 8 * length * (SW_ROW_PERIODS - 1) * rows_held;
    if (woven) thread += 8 * length * SW_ROW_PERIODS * (sums ? 1 + job->directed : rows_held);
  }
  if (job->measure->workspace) thread += (double)job->measure->workspace(job);
  double stored = slots + (packets * threads + 2) * packet + threads * (thread + packet);
  if (plan->keep.kind != SW_KEEP_SHARE) return stored;
  /* Rounds over all pairs, before: bins of a window, and of each thread. */
  double bins = fmin((double)run->team->window_bytes, plan->summary.n_periods * 8.0 * SW_RANK_BINS);
  double sets = g.prepares ? SW_ROW_PERIODS : 1;
  return fmax(stored, bins + threads * (thread + sets * 4.0 * SW_RANK_BINS));
}

/* Bytes of pages that MPI-IO, HDF5 and thread stacks touch once a run writes; measured on small
 * studies. */
static const double library_bytes = 12e6;

/* Entries run one after the other, so of what they use only the most demanding counts. */
double sw_estimate_memory(const sw_run *run) {
  double most = 0;
  for (int e = 0; e < run->study->n_entries; e++) {
    const sw_job *job = &run->job[e];
    double bytes = pass_bytes(job) + sw_run_links_bytes(run, e);
    if (run->study->entry[e].is_pair) bytes += fmax(pair_bytes(run, e), sw_sums_bytes(run, e));
    if (bytes > most) most = bytes;
  }
  /* Resources are the node's; the caller counts this for each of its ranks. */
  double seconds;
  most += (sw_resource_bytes(run) + sw_run_networks(run, &seconds)) / run->team->node_size;
  return result_bytes(run) + most + library_bytes;
}

/* All ranks of a node are taken to need as much as this one. MemAvailable counts caches that the
 * kernel would give up; free pages alone, where it cannot be read, would refuse studies that
 * fit. */
sw_status sw_estimate_fits(sw_error *err, const sw_run *run) {
  double need = sw_estimate_memory(run) * run->team->node_size;
  double free_pages = (double)sysconf(_SC_AVPHYS_PAGES), page = (double)sysconf(_SC_PAGESIZE);
  FILE *file = fopen("/proc/meminfo", "r");
  char line[128];
  long long available = 0;
  while (file && fgets(line, sizeof line, file))
    if (sscanf(line, "MemAvailable: %lld kB", &available) == 1) break;
  if (file) fclose(file);
  double room = available ? (double)available * 1024 : free_pages * page;
  sw_status status = SW_OK;
  if (need > room)
    status = sw_fail(
        err, SW_EINPUT,
        "%s: the study needs about %s of memory on this node and %s are free; use more nodes, "
        "fewer periods or keep: summary",
        run->study->file, sw_session_show_bytes(need), sw_session_show_bytes(room));
  return sw_team_agree(run->team, err, status, 0);
}

/* ---- pairs and time --------------------------------------------------------------------- */

/* Pairs that entry e evaluates. `above` evaluates all of them twice: first only to count what it
 * keeps. */
static double pairs_of(const sw_run *run, int e) {
  const sw_job *job = &run->job[e];
  const sw_pair_plan *plan = &run->pair[e];
  sw_geometry g = sw_pairs_geometry(run, e, SW_PAIRS_STORE);
  double pairs = sw_geometry_pairs(&g) * plan->summary.n_periods;
  if (!sw_keep_walks(plan->keep.kind)) return 0;
  if (job->links_only) {
    double links = 0;
    for (int t = 0; t < plan->summary.n_periods; t++)
      links += (double)sw_pair_links(plan, t)->row_start[job->n];
    return links;
  }
  /* Counted, then stored; before, the rounds of a share: three of them, as a rule. */
  if (plan->keep.kind == SW_KEEP_SHARE) return 5 * pairs;
  /* Passes over all pairs, of which two have something to do, as a rule. */
  double before = 0;
  for (int p = 0; p < job->n_passes && before == 0; p++)
    if (job->pass[p].over_pairs) before = 2.0 * (double)job->n * (double)job->n;
  return before + (sw_keep_is_counted(plan->keep.kind) ? 2 * pairs : pairs);
}

double sw_estimate_pairs(const sw_run *run) {
  double pairs = 0;
  for (int e = 0; e < run->study->n_entries; e++)
    if (run->study->entry[e].is_pair) pairs += pairs_of(run, e) + sw_sums_pairs(run, e);
  return pairs;
}

/* Seconds by operations alone: reading, writing and measures without pairs are left out. */
double sw_estimate_seconds(const sw_run *run) {
  /* A guess: the order of magnitude is all that `check` promises. */
  const double flops_per_second = 1e10; /* of one core, with divisions and roots among them */
  double flops = 0;
  for (int e = 0; e < run->study->n_entries; e++)
    if (run->study->entry[e].is_pair)
      /* 6: what the engine adds to a pair beside the measure's own operations (sums,
       * comparisons). */
      flops += (pairs_of(run, e) + sw_sums_pairs(run, e)) * (run->job[e].measure->flops + 6);
  return flops / flops_per_second / run->n_threads / run->team->size;
}
