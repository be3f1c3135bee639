/* What the bits of a run depend on, line by line, so that what differs can be named. The journal of
 * an unfinished run carries this text: a later run takes it up only when every line is the same,
 * for a file whose parts were computed from different data or by different code would be wrong
 * without a trace. The lines of the machine alone (sw_run_build) are an attribute of the finished
 * file, by which --reuse decides whether to trust it. */
#include "plan/run/describe.h"

#include "base/hash.h"
#include "kernel/frontier/lp.h"
#include "kernel/graph/igraph.h"
#include "kernel/hot.h"
#include "kernel/space/geodesic.h"
#include "plan/run/private.h"
#include "spillway/version.h"

#include <gnu/libc-version.h>
#include <gsl/gsl_version.h>
#include <proj.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* By lines and not hashed, so that the refusal can quote the line that was edited. Comments and
 * blanks count as well; telling harmless edits from others would need the parsed study. O(text). */
static void put_study(FILE *out, const char *text) {
  int line = 1;
  for (const char *at = text; *at; at += strcspn(at, "\n"), at += *at == '\n')
    fprintf(out, "study line %d\t%.*s\n", line++, (int)strcspn(at, "\n"), at);
}

/* "HASH  NAME" becomes "input NAME\tHASH": the label is what the refusal names, the hash what is
 * compared. Names may hold blanks, hashes do not. `inputs` is what the results file says of
 * them. */
static void put_inputs(FILE *out, const char *inputs) {
  for (const char *at = inputs; *at; at += strcspn(at, "\n"), at += *at == '\n') {
    int line = (int)strcspn(at, "\n"), hash = (int)strcspn(at, " ");
    if (hash + 2 <= line)
      fprintf(out, "input %.*s\t%.*s\n", line - hash - 2, at + hash + 2, hash, at);
  }
}

/* Everything outside the source that can move the last bit: which variant of the hot loops runs,
 * the compiler, and the libraries (the C library's logarithms, PROJ's geodesics, igraph's
 * communities, GLPK's optima). HDF5's version is the caller's text, since only `store` knows that library. Made
 * once per run. */
static void put_machine(FILE *out, const char *store) {
  PJ_INFO proj = proj_info();
  fprintf(out, "instruction set\t%s\n", sw_instruction_set());
  fprintf(out, "compiler\t%s\nC library\t%s\nGSL\t%s\nPROJ\t%s\nigraph\t%s\nGLPK\t%s\nHDF5\t%s\n",
          __VERSION__, gnu_get_libc_version(), gsl_version, proj.version, sw_igraph_version(),
          sw_lp_version(), store);
}

/* Closes the stream, copies its text into the arena and frees it, on every path. An error of the
 * stream can only be a lack of memory. */
static sw_status text_of(sw_error *err, sw_arena *arena, FILE *out, char **text,
                         const char **copy) {
  *copy = fclose(out) == 0 ? sw_arena_text(arena, *text) : NULL;
  free(*text);
  return *copy ? SW_OK : sw_fail(err, SW_ENOMEM, "out of memory: cannot make the fingerprint");
}

/* The error has no way out of here: NULL means out of memory, and callers say so. Also for
 * `spillway --version`, without a run. */
const char *sw_run_build(sw_arena *arena, const char *store) {
  const char *build = NULL;
  char *buffer = NULL;
  size_t length = 0;
  sw_error ignored = {0};
  FILE *out = open_memstream(&buffer, &length);
  if (!out) return NULL;
  put_machine(out, store);
  return text_of(&ignored, arena, out, &buffer, &build) == SW_OK ? build : NULL;
}

/* Refuses a run whose ranks would compute different bits, e.g. nodes of two processor generations:
 * which rank computes a task is a matter of timing, so the results would change from run to run.
 * Every rank compares all hashes and comes to the same verdict, so no agreement is needed
 * afterwards. The message quotes the first line of the text, the instruction set. Collective.
 * Machines are compared by a hash of the whole text; the message can only quote this rank's part of
 * it. */
static sw_status agree_on_machine(sw_error *err, sw_team *team, const char *machine) {
  uint64_t mine = sw_hash64(machine, strlen(machine), 0), *all = NULL;
  size_t *counts = NULL;
  sw_status status = sw_alloc(err, (size_t)team->size, sizeof *counts, (void **)&counts);
  status = sw_team_agree(team, err, status, 0);
  if (status == SW_OK)
    status = team->all_gather(team, err, &mine, sizeof mine, (void **)&all, counts);
  for (int r = 0; status == SW_OK && r < team->size; r++)
    if (all[r] != all[0])
      status = sw_fail(err, SW_EINPUT,
                       "rank %d runs on another instruction set or with other libraries than rank "
                       "0 (here: %.*s); use machines of one kind",
                       r, (int)strcspn(machine, "\n"), machine);
  sw_free(all);
  sw_free(counts);
  return status;
}

/* Geodesics have a version of their own, as they are the program's and not a measure's. */
static bool has_geodesics(const sw_run *run) {
  const struct sw_run_private *own = run->private; /* NULL: a run that was not bound, of a test */
  bool found = false;
  for (int i = 0; own && i < own->n_distances; i++)
    found |= own->distance[i].distance.kind == SW_GEODESIC;
  return found;
}

/* `tile` is written apart although the study's text may hold it: its default may change with the
 * program, and it decides how tasks are numbered. The versions are raised by measures whose numbers
 * change. The order of the lines is fixed: the refusal names the first that differs. */
static sw_status run_text(sw_error *err, const sw_run *run, const char *machine, const char *inputs,
                          const char **text) {
  const sw_study *study = run->study;
  char *buffer = NULL;
  size_t length = 0;
  FILE *out = open_memstream(&buffer, &length);
  if (!out) return sw_fail(err, SW_ENOMEM, "out of memory: cannot make the fingerprint");
  fprintf(out, "spillway\t%s\n%s", SW_VERSION, machine);
  fprintf(out, "tile\t%lld\n", (long long)study->tile);
  fprintf(out, "version of the sums over pairs\t%d\n", SW_SUMS_VERSION);
  fprintf(out, "version of the sums by ring\t%d\n", SW_RINGS_VERSION);
  fprintf(out, "version of strengths with sums by group\t%d\n", SW_BLOCKS_VERSION);
  fprintf(out, "version of rows of centres\t%d\n", SW_CENTRES_VERSION);
  fprintf(out, "version of counts of pairs\t%d\n", SW_COUNTS_VERSION);
  for (int e = 0; e < study->n_entries; e++)
    fprintf(out, "version of %s (%s)\t%d\n", study->entry[e].name, study->entry[e].measure->name,
            study->entry[e].measure->version);
  if (has_geodesics(run)) fprintf(out, "version of geodesics\t%d\n", SW_GEODESIC_VERSION);
  put_inputs(out, inputs);
  put_study(out, study->text);
  return text_of(err, run->arena, out, &buffer, text);
}

/* The text is made by every rank, though only rank 0 writes it: it costs nothing, and a lack of
 * memory is agreed on. Collective. *text is the run's arena's. */
sw_status sw_run_fingerprint(sw_error *err, sw_run *run, const char *inputs, const char *store,
                             const char **text) {
  sw_status status = SW_OK;
  const char *machine = sw_run_build(run->arena, store);
  if (!machine) status = sw_fail(err, SW_ENOMEM, "out of memory: cannot make the fingerprint");
  SW_TRY(sw_team_agree(run->team, err, status, 0));
  SW_TRY(agree_on_machine(err, run->team, machine));
  return sw_team_agree(run->team, err, run_text(err, run, machine, inputs, text), 0);
}
