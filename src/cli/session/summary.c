/* Prints the summary at the end of a run: a line or two per result with what there is more to say
 * of it below, then the phases. Figures are read from the file (store/layout/headline.c), so that
 * they are those of `spillway info`. The results are complete by now: a failure here is only a
 * warning (verbs/compute.c). All ranks call everything here in the same order, since figures of
 * units and times are spread over the ranks; only rank 0 prints. */
#include "cli/session/summary.h"

#include "base/clock.h"
#include "base/log.h"
#include "measure/names.h"
#include "panel/treat.h"
#include "store/layout/headline.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- headlines -------------------------------------------------------------------------- */

/* Without the folder that composites stand in: names of results share one space. */
static const char *name_of(const char *path) {
  size_t folder = strlen(SW_NAME_COMPOSITES);
  bool within = strncmp(path, SW_NAME_COMPOSITES, folder) == 0 && path[folder] == '/';
  return within ? path + folder + 1 : path;
}

/* Prints further lines of a result, indented below it. */
static void say_more(const char *text) {
  while (*text) {
    int length = (int)strcspn(text, "\n");
    printf("    %.*s\n", length, text);
    text += length + (text[length] == '\n');
  }
}

/* Rank 0, out of the finished file: the words are those of `spillway info`. */
static sw_status say_results(sw_error *err, const sw_session *s) {
  int count = 0;
  sw_headline *headline = NULL;
  SW_TRY(sw_headlines_read(err, s->arena, s->study->output_path, &count, &headline));
  for (int k = 0; k < count; k++) {
    printf("  %-24s %s\n", name_of(headline[k].path), headline[k].text);
    say_more(headline[k].more);
  }
  return SW_OK;
}

/* ---- idle threads ------------------------------------------------------------------------ */

enum { IDLE_LISTED = 8 }; /* ranks, or threads of a rank, that are said one by one */

/* The idle share of a rank in the pair phase: of its threads together, and each thread's seconds at
 * work, `threads` of them. */
typedef struct idle_rank {
  int rank, threads;
  double idle;
  const double *busy;
} idle_rank;

/* In [0, 1]. Clocks are read at different moments, so a thread may seem busy for longer than the
 * phase. */
static double idle_share(double busy, double seconds) {
  double idle = seconds > 0 ? 1 - busy / seconds : 0;
  return idle > 0 ? idle : 0;
}

/* The least idle first; equal ones by rank. */
static int by_idle(const void *a, const void *b) {
  const idle_rank *x = a, *y = b;
  return x->idle != y->idle ? (x->idle > y->idle) - (x->idle < y->idle) : x->rank - y->rank;
}

/* One rank: its share and that of each thread, or the least and the most when there are many. */
static void say_idle_rank(const char *which, const idle_rank *r, double seconds) {
  double least = INFINITY, most = 0;
  printf("%srank %d %.1f%%", which, r->rank, 100 * r->idle);
  /* Few threads are shown one by one as they come; of many only the extremes, once all are
   * known. */
  for (int k = 0; k < r->threads; k++) {
    double idle = 100 * idle_share(r->busy[k], seconds);
    least = idle < least ? idle : least;
    most = idle > most ? idle : most;
    if (r->threads > 1 && r->threads <= IDLE_LISTED)
      printf("%s%.1f", k == 0 ? " (threads " : " ", idle);
  }
  if (r->threads > IDLE_LISTED)
    printf(" (threads %.1f to %.1f)", least, most);
  else if (r->threads > 1)
    putchar(')');
}

/* Few ranks are shown one by one; of many the least idle, the middle one and the most idle. `of` is
 * sorted on the way. */
static void say_idle_ranks(idle_rank *of, int ranks, double seconds) {
  printf("idle: ");
  for (int r = 0; ranks <= IDLE_LISTED && r < ranks; r++)
    say_idle_rank(r == 0 ? "" : ", ", &of[r], seconds);
  if (ranks > IDLE_LISTED) {
    qsort(of, (size_t)ranks, sizeof *of, by_idle);
    say_idle_rank("least ", &of[0], seconds);
    say_idle_rank(", median ", &of[ranks / 2], seconds);
    say_idle_rank(", most ", &of[ranks - 1], seconds);
  }
  putchar('\n');
}

/* On rank 0: cuts `all`, every rank's busy seconds by thread, into ranks; counts[r] are bytes.
 * Ranks may differ in threads. Returns the idle share of all threads together. */
static double idle_of_ranks(const sw_team *team, const double *all, const size_t *counts,
                            double seconds, idle_rank *of) {
  double busy = 0, threads = 0;
  for (int r = 0; r < team->size; r++) {
    int own = (int)(counts[r] / sizeof *all);
    double sum = 0;
    for (int k = 0; k < own; k++)
      sum += all[k];
    of[r] = (idle_rank){r, own, idle_share(sum / own, seconds), all};
    all += own;
    busy += sum;
    threads += own;
  }
  return idle_share(busy / threads, seconds);
}

/* Collective. The rate is that of all ranks over the slowest one's time in the pair phase. */
static sw_status say_pairs(sw_error *err, const sw_session *s, double seconds, double pairs) {
  sw_team *team = s->team;
  double *all = NULL;
  size_t *counts = NULL;
  idle_rank *of = NULL;
  size_t ranks = (size_t)team->size;
  sw_status status = sw_arena_alloc(err, s->arena, ranks, sizeof *counts, (void **)&counts);
  if (status == SW_OK) status = sw_arena_alloc(err, s->arena, ranks, sizeof *of, (void **)&of);
  /* All ranks agree before the gather: one without memory would leave the others waiting in it. */
  SW_TRY(sw_team_agree(team, err, status, 0));
  SW_TRY(team->gather(team, err, s->run->busy_seconds, (size_t)s->threads * sizeof *all, 0,
                      (void **)&all, counts));
  if (team->rank == 0 && pairs > 0 && seconds > 0) {
    double idle = idle_of_ranks(team, all, counts, seconds, of);
    printf("pairs: %.3g evaluated, %.3g per second in the pair phase, threads idle %.0f%%\n", pairs,
           pairs / seconds, 100 * idle);
    say_idle_ranks(of, team->size, seconds);
  }
  sw_free(all);
  return SW_OK;
}

/* ---- phases ----------------------------------------------------------------------------- */

/* 0 when the file cannot be looked at: it is only shown. */
static double file_bytes(const char *path) {
  struct stat st;
  return stat(path, &st) == 0 ? (double)st.st_size : 0.0;
}

/* Figures of which the largest over all ranks is shown. */
enum { READ, UNIT, PAIRS, WRITE, PEAK, SENT, N_FIGURES };

/* A phase lasts as long as the slowest rank is in it, so phases may add up to more than the
 * whole. */
static void say_phases(const sw_session *s, const double *most) {
  double took = sw_clock() - s->began;
  printf("phases: read %.3f s, units %.3f s, pairs %.3f s, write %.3f s", most[READ], most[UNIT],
         most[PAIRS], most[WRITE]);
  if (s->page) printf(", page %.3f s", s->seconds_page);
  printf(", whole %.3f s\n", took);
}

/* Ranks, threads, memory and messages, for whoever sizes the next run. */
static void say_ranks(const sw_session *s, const double *most, double sent) {
  printf("ranks: %d on %d node%s, %d thread%s each; peak memory %s per rank (%.0f bytes)\n",
         s->team->size, s->team->nodes, s->team->nodes == 1 ? "" : "s", s->threads,
         s->threads == 1 ? "" : "s", sw_session_show_bytes(most[PEAK]), most[PEAK]);
  if (s->team->size > 1)
    printf("messages: at most %s per rank (%.0f bytes), %s in all (%.0f bytes)\n",
           sw_session_show_bytes(most[SENT]), most[SENT], sw_session_show_bytes(sent), sent);
}

/* Matrices of pairs in all: one per period, or one for a whole series. */
static int matrices_of(const sw_run *run) {
  int matrices = 0;
  for (int e = 0; e < run->study->n_entries; e++)
    if (run->study->entry[e].is_pair) matrices += run->pair[e].summary.n_periods;
  return matrices;
}

/* Entries without pairs, which --reuse takes whole or by period. */
static int plain_of(const sw_run *run) {
  int plain = 0;
  for (int e = 0; e < run->study->n_entries; e++)
    plain += !run->study->entry[e].is_pair;
  return plain;
}

/* Says what was left of missing cells, where numbers rest on less than the panel seems to have. */
static void say_panel(const sw_panel *panel) {
  char text[SW_UNFILLED_ROOM];
  if (panel->n_unfilled) puts(sw_treat_say_unfilled(panel, text));
  if (panel->partial_sums) printf("aggregate: %s\n", sw_treat_say_partial(panel, text));
}

/* Order of collectives: results, two reductions, one gather. Each is reached by every rank. */
sw_status sw_summary_print(sw_error *err, const sw_session *s) {
  const sw_run *run = s->run;
  sw_team *team = s->team;
  double sent = (double)team->bytes_sent; /* taken before the summary sends anything itself */
  if (team->rank == 0) {
    const sw_periods *periods = &s->panel->periods;
    printf("%s: %lld units", s->study->name, (long long)s->panel->units.n);
    if (periods->cross_section)
      printf(", a cross-section");
    else
      printf(" x %d period%s", periods->n, periods->n == 1 ? "" : "s");
    printf(" -> %s (%s)%s%s\n", s->study->output_path,
           sw_session_show_bytes(file_bytes(s->study->output_path)),
           s->link ? ", by the link " : "", s->link ? s->link : "");
    if (s->page) printf("page: %s (%s)\n", s->page, sw_session_show_bytes(s->page_bytes));
    say_panel(s->panel);
  }
  SW_TRY(sw_team_agree(team, err, team->rank == 0 ? say_results(err, s) : SW_OK, 0));
  /* Two reductions for all figures: each is a collective, and none may lie behind a condition that
   * ranks see differently. */
  double most[N_FIGURES] = {s->seconds_read,    run->seconds_unit, run->seconds_pairs,
                            run->seconds_write, sw_peak_memory(),  sent};
  int64_t sums[] = {(int64_t)run->pairs_evaluated, (int64_t)sent, run->tasks_restored,
                    run->tasks_computed, run->tasks_unsound};
  SW_TRY(team->max_f64(team, err, most, N_FIGURES));
  SW_TRY(team->sum_i64(team, err, sums, 5));
  /* sums: pairs, bytes sent, tasks restored, tasks computed, tasks that did not match. */
  if (team->rank == 0 && run->resumes)
    printf("continued: %lld of %lld tasks were done\n", (long long)sums[2],
           (long long)(sums[2] + sums[3]));
  if (team->rank == 0 && run->matrices_taken > 0)
    printf("reused: %d of %d matrices of pairs, as their operands have not changed\n",
           run->matrices_taken, matrices_of(run));
  if (team->rank == 0 && run->results_taken > 0)
    printf("reused: %d of %d results without pairs\n", run->results_taken, plain_of(run));
  if (team->rank == 0 && run->parts_taken > 0)
    printf("reused: %lld of %lld periods of %d more result%s without pairs\n",
           (long long)run->periods_taken, (long long)run->periods_of, run->parts_taken,
           run->parts_taken == 1 ? "" : "s");
  if (team->rank == 0 && sums[4] > 0)
    sw_log(SW_LOG_WARN,
           "%s: %lld of its tiles do not match their checksums; they are computed again, but that "
           "file is damaged",
           run->past->path, (long long)sums[4]);
  if (team->rank == 0) say_phases(s, most);
  SW_TRY(say_pairs(err, s, most[PAIRS], (double)sums[0]));
  if (team->rank == 0) say_ranks(s, most, (double)sums[1]);
  fflush(stdout);
  return SW_OK;
}
