/* Resources of measures, keyed by content: two entries that ask for the same recipe, with the same
 * settings, of links of the same content get the same bytes, whatever the links are called.
 *
 * Invariants: what is asked for is pure and the same on every rank, so all ranks find and make the
 * same, in the order of asking. The first rank of each node makes; the others wait, and map what it
 * has placed. Nodes must get the same bytes, else the results would depend on who computed what:
 * their hashes are compared. */
#include "plan/task/resource.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/stop.h"
#include "plan/task/stop.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- rules ------------------------------------------------------------------------------ */

static sw_status fault(sw_error *err, const sw_job *job, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The measure's fault, as sw_job_fault of plan/descriptor words it; that room lies above this.
 * Always fails. */
static sw_status fault(sw_error *err, const sw_job *job, const char *format, ...) {
  char text[SW_ERROR_TEXT / 2];
  va_list list;
  va_start(list, format);
  vsnprintf(text, sizeof text, format, list);
  va_end(list);
  return sw_fail(err, SW_EINTERNAL, "%s: %s: measure %s: %s", job->where, job->name,
                 job->measure->name, text);
}

/* The base is checked to be an earlier one, so keys and making cannot go round in a circle. */
static sw_status check_one(sw_error *err, const sw_job *job, int k) {
  const sw_resource *resource = &job->resource[k];
  const char *name = resource->name;
  if (!name || !*name)
    return fault(err, job, "resource %d has no name; name the recipe that makes it", k);
  if (!resource->fill)
    return fault(err, job, "resource %s: no fill; give the function that makes it", name);
  if (!resource->begin && resource->bytes == 0)
    return fault(err, job, "resource %s: 0 bytes; give their number, or `begin`, which finds it",
                 name);
  if (resource->end && !resource->begin)
    return fault(err, job, "resource %s: end without begin; there is nothing to end", name);
  if (resource->base < 0 || resource->base > k)
    return fault(err, job, "resource %s: its base is %d; 0, or 1 + the index of an earlier one",
                 name, resource->base);
  if (resource->setting_bytes && !resource->setting)
    return fault(err, job, "resource %s: %zu bytes of settings, and setting is NULL", name,
                 resource->setting_bytes);
  return SW_OK;
}

/* sw_job_resource counts those beyond the room without storing them, so the true number is told. */
sw_status sw_resource_check(sw_error *err, const sw_job *job) {
  if (job->n_resources > SW_MAX_RESOURCES)
    return fault(err, job, "it asks for %d resources; expected at most %d", job->n_resources,
                 SW_MAX_RESOURCES);
  for (int k = 0; k < job->n_resources; k++)
    SW_TRY(check_one(err, job, k));
  return SW_OK;
}

/* ---- keys ------------------------------------------------------------------------------- */

/* NULL adds nothing; whether there was something is hashed apart (`had`). */
static uint64_t add(uint64_t hash, const void *bytes, size_t length) {
  return bytes ? sw_hash64(bytes, length, hash) : hash;
}

/* The content of a matrix, so that equal resources are made once. */
uint64_t sw_resource_hash_links(uint64_t hash, const sw_links *links) {
  if (!links) return hash;
  size_t n = (size_t)links->n, count = (size_t)links->row_start[n];
  hash = add(hash, links->row_start, (n + 1) * sizeof *links->row_start);
  hash = add(hash, links->to, count * sizeof *links->to);
  return add(hash, links->value, count * sizeof *links->value);
}

/* Unit vectors follow from the degrees, which are hashed in their stead. */
static uint64_t hash_distance(uint64_t hash, const sw_job *job, const sw_distance *distance) {
  size_t n = (size_t)job->n;
  if (!distance) return hash;
  hash = add(hash, &distance->kind, sizeof distance->kind);
  for (int k = 0; k < distance->n_states; k++)
    hash = sw_resource_hash_links(hash, distance->state[k].links);
  if (distance->state) return hash;
  if (distance->links) return sw_resource_hash_links(hash, distance->links);
  hash = add(hash, distance->lon, n * sizeof(double));
  return add(hash, distance->lat, n * sizeof(double));
}

/* Counts go in before what is counted, so that no two recipes run into each other. A base counts
 * with its own key. O(links) for each asking, which is little beside what is made of them.
 * Recursion is as deep as bases are nested. */
static uint64_t key_of(const sw_job *job, int k) {
  const sw_resource *resource = &job->resource[k];
  uint64_t base = resource->base ? key_of(job, resource->base - 1) : 0;
  uint64_t had[] = {resource->links[0] != NULL, resource->links[1] != NULL,
                    resource->distance != NULL, resource->base != 0,
                    resource->setting_bytes,    base};
  uint64_t hash = add(0, resource->name, strlen(resource->name) + 1);
  hash = add(hash, had, sizeof had);
  hash = sw_resource_hash_links(hash, resource->links[0]);
  hash = sw_resource_hash_links(hash, resource->links[1]);
  hash = hash_distance(hash, job, resource->distance);
  return add(hash, resource->setting, resource->setting_bytes);
}

/* What was made by this recipe of the same content; NULL: not yet. Two measures may by chance have
 * recipes of one name: their functions tell them apart. Linear in what was made in this run. */
static const sw_made *find(const sw_run *run, const sw_resource *resource, uint64_t key) {
  for (int i = 0; i < run->n_made; i++)
    if (run->made[i].key == key && run->made[i].fill == resource->fill) return &run->made[i];
  return NULL;
}

/* Each content once, by the first entry that asks; a resource whose size `begin` finds counts by
 * what it declares. O(resources^2) keys; asked once, for the estimate. */
double sw_resource_bytes(const sw_run *run) {
  double bytes = 0;
  for (int e = 0; e < run->study->n_entries; e++)
    for (int k = 0; k < run->job[e].n_resources; k++) {
      const sw_resource *resource = &run->job[e].resource[k];
      uint64_t key = key_of(&run->job[e], k);
      bool first = true;
      for (int f = 0; f <= e && first; f++)
        for (int l = 0; l < (f < e ? run->job[f].n_resources : k) && first; l++)
          first = run->job[f].resource[l].fill != resource->fill || key_of(&run->job[f], l) != key;
      if (first) bytes += (double)resource->bytes;
    }
  return bytes;
}

/* ---- making ----------------------------------------------------------------------------- */

/* One resource while it is made. */
typedef struct making {
  sw_run *run;
  const sw_job *job;
  const sw_resource *resource;
  const void *base;
  void *object; /* of `begin`, on a node's first rank */
  size_t bytes;
  void *shared;
} making;

/* The message of `begin` or `fill` has no place of its own, as they see no job: it gets that of the
 * entry in front. */
static sw_status say_where(sw_error *err, const making *m, const sw_error *said) {
  return sw_fail(err, said->status, "%s: %s: %s", m->job->where, m->job->name, said->text);
}

/* How many bytes it takes, in the end as the first rank of all says, since all ranks of a node must
 * ask for the same memory. The room is asked for first: shared memory beyond it may be granted, and
 * kills a rank at the first touch. The answer of other nodes must be the same number, else a slip
 * of the measure is told. */
static sw_status find_size(sw_error *err, making *m) {
  sw_team *team = m->run->team;
  sw_error said = {0};
  sw_status status = SW_OK;
  m->bytes = m->resource->bytes;
  if (m->resource->begin && team->node_rank == 0) {
    m->bytes = 0;
    status = m->resource->begin(&said, m->resource, m->base, &m->object, &m->bytes);
    if (status != SW_OK)
      say_where(err, m, &said);
    else if (m->bytes == 0)
      status = fault(err, m->job, "resource %s: begin has found 0 bytes; at least 1 is needed",
                     m->resource->name);
  }
  SW_TRY(sw_team_agree(team, err, status, 0));
  size_t own = m->bytes, room = team->node_room(team);
  SW_TRY(team->broadcast(team, err, &m->bytes, sizeof m->bytes, 0));
  if (team->node_rank == 0 && own != m->bytes)
    status = fault(err, m->job, "resource %s has %zu bytes on one node and %zu on another",
                   m->resource->name, m->bytes, own);
  else if (m->bytes > room)
    status = sw_fail(err, SW_ENOMEM,
                     "%s: %s: %s needs %.3f MB of shared memory per node and %.3f MB are free; "
                     "enlarge /dev/shm",
                     m->job->where, m->job->name, m->resource->name, (double)m->bytes / 1e6,
                     (double)room / 1e6);
  return sw_team_agree(team, err, status, 0);
}

/* Fills the node's memory and holds it against that of the first node, by 8 bytes of hash instead
 * of the memory itself. */
static sw_status fill(sw_error *err, making *m) {
  sw_team *team = m->run->team;
  sw_error said = {0};
  sw_status status = SW_OK;
  if (team->node_rank == 0) {
    status = m->resource->fill(&said, m->resource, m->base, m->object, m->shared);
    if (status != SW_OK) say_where(err, m, &said);
  }
  SW_TRY(sw_team_agree(team, err, status, 0));
  uint64_t own = team->node_rank == 0 ? sw_hash64(m->shared, m->bytes, 0) : 0, first = own;
  SW_TRY(team->broadcast(team, err, &first, sizeof first, 0));
  if (team->node_rank == 0 && own != first)
    status = fault(err, m->job, "resource %s differs between nodes; make it the same every time",
                   m->resource->name);
  SW_TRY(sw_team_agree(team, err, status, 0));
  return team->node_barrier(team, err); /* the others see it whole */
}

/* Failures are agreed on step by step, so that memory is given back by all ranks or none. The
 * object of `begin` is ended on the rank that has it, on every path. */
static sw_status make_one(sw_error *err, making *m) {
  sw_team *team = m->run->team;
  sw_status status = find_size(err, m);
  if (status == SW_OK)
    status = sw_team_agree(team, err, team->node_alloc(team, err, m->bytes, &m->shared), 0);
  bool had = status == SW_OK;
  if (had) status = fill(err, m);
  if (m->object && m->resource->end) m->resource->end(m->object);
  if (had && status != SW_OK) team->node_free(team, m->shared);
  return status;
}

/* Resource k of a job, made or found. Made once per run and content; the log line tells what it
 * cost. */
static sw_status get(sw_error *err, sw_run *run, sw_job *job, int k) {
  const sw_resource *resource = &job->resource[k];
  uint64_t key = key_of(job, k);
  const sw_made *made = find(run, resource, key);
  if (!made) {
    double began = sw_clock();
    making m = {.run = run, .job = job, .resource = resource};
    m.base = resource->base ? job->made[resource->base - 1] : NULL;
    /* Making is not interrupted, so the stop is asked about before it. */
    SW_TRY(sw_team_agree(run->team, err, sw_stop_asked() ? sw_task_stopped(err) : SW_OK, 0));
    SW_TRY(make_one(err, &m));
    run->made[run->n_made] = (sw_made){key, resource->fill, m.shared, m.bytes};
    made = &run->made[run->n_made++];
    sw_log(SW_LOG_INFO, "%s: made %s, %.3f MB, in %.1f s", job->name, resource->name,
           (double)m.bytes / 1e6, sw_clock() - began);
  }
  job->made[k] = made->shared;
  job->made_bytes[k] = made->bytes;
  return SW_OK;
}

/* Collective. What was made for an earlier entry is found by its content. Called before the first
 * pass, and again after `prepare` may have asked for more. */
sw_status sw_resource_make(sw_error *err, sw_run *run, int entry) {
  sw_job *job = &run->job[entry];
  for (int k = 0; k < job->n_resources; k++)
    if (!job->made[k]) SW_TRY(get(err, run, job, k));
  return SW_OK;
}

/* Before a pass: what the measure prepares, then resources that it asks for. Collective. */
sw_status sw_resource_prepare(sw_error *err, sw_run *run, int entry, int pass) {
  sw_job *job = &run->job[entry];
  sw_status status = job->measure->prepare ? job->measure->prepare(err, job, pass) : SW_OK;
  if (status == SW_OK) status = sw_resource_check(err, job);
  SW_TRY(sw_team_agree(run->team, err, status, 0));
  return sw_resource_make(err, run, entry);
}

/* Collective, as node_free is: in one order on all ranks. */
void sw_resource_destroy(sw_run *run) {
  for (int i = 0; i < run->n_made; i++)
    run->team->node_free(run->team, run->made[i].shared);
  run->n_made = 0;
}
