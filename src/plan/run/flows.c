/* Observed flows: read once, before entries are bound, as their periods decide those of the entries
 * that take them. A flow is an entry itself, whose pairs are its own links, and an argument of
 * others. Weights of `kind: result` that name one are made when they are asked for, like those of a
 * file, as nothing has to be computed before.
 *
 * The reader owns the tables (sw_run_flows_destroy gives them back); everything here borrows their
 * rows. All ranks call sw_run_flows_read; each holds all links. */
#include "plan/run/private.h"

#include <string.h>

/* The table's matrices by the panel's periods; those of a timeless flow are the same in each. No
 * links (n = 0): the flow lacks that period. A view of a matrix is a copy of its few pointers: rows
 * stay the reader's. Every period has a place, so that whoever asks need not know which periods the
 * flow has. */
static sw_status view(sw_error *err, sw_run *run, const sw_flow_table *table, sw_flow *flow) {
  int periods = run->panel->periods.n;
  sw_links *links = NULL;
  const double **own = NULL;
  SW_NEW(err, run->arena, links, periods);
  SW_NEW(err, run->arena, own, periods);
  for (int t = 0; t < periods; t++) {
    int m = flow->timeless ? 0 : t;
    if (table->matrix[m]) links[t] = *table->matrix[m];
    own[t] = table->matrix[m] ? table->own[m] : NULL;
  }
  flow->links = links;
  flow->own = own;
  return SW_OK;
}

/* The period that weights of a flow are of: the last that it has, unless the study names one. Only
 * `period` names another one. A timeless flow has one matrix under every period, and naming one of
 * them would promise a difference that is not there. */
static sw_status find_period(sw_error *err, const sw_run *run, const sw_weights_spec *spec,
                             const sw_flow *flow, int *period) {
  const sw_periods *periods = &run->panel->periods;
  const sw_node *node = sw_node_get(spec->node, "period");
  for (*period = periods->n - 1; *period > 0 && !flow->links[*period].n;)
    --*period;
  if (!spec->period) return SW_OK;
  if (flow->timeless)
    return sw_node_fail(err, node, "%s is of all periods together; leave `period` out", flow->name);
  *period = sw_periods_find(periods, spec->period);
  if (*period >= 0 && flow->links[*period].n) return SW_OK;
  return sw_node_fail(err, node, "%s has no period '%s'", flow->name, spec->period);
}

/* The reader of weights is given the pairs with the spec. spec->pairs points into the flow's views,
 * which live as long as the run. Set once, before any matrix is made. */
static sw_status give_to_weights(sw_error *err, sw_run *run) {
  for (int w = 0; w < run->study->n_weights; w++) {
    sw_weights_spec *spec = &run->study->weights[w];
    if (!spec->flow) continue;
    const sw_flow *flow = &run->private->flow[spec->flow - 1];
    int period = 0;
    SW_TRY(find_period(err, run, spec, flow, &period));
    spec->pairs = &flow->links[period];
  }
  return SW_OK;
}

/* Collective, file by file in the order of the study. After a failure the tables that were read are
 * given back by sw_run_flows_destroy, as for any run. */
sw_status sw_run_flows_read(sw_error *err, sw_run *run) {
  const sw_study *study = run->study;
  struct sw_run_private *own = run->private;
  for (int f = 0; f < study->n_flows; f++) {
    const sw_flow_spec *spec = &study->flow[f];
    own->flow[f] = (sw_flow){.name = spec->name, .timeless = !spec->time};
    SW_TRY(run->reader->flow(err, run->team, study, spec, &run->panel->units, &run->panel->periods,
                             &own->flow_table[f]));
    SW_TRY(sw_team_agree(run->team, err, view(err, run, own->flow_table[f], &own->flow[f]), 0));
  }
  return sw_team_agree(run->team, err, give_to_weights(err, run), 0);
}

/* The flow that an entry takes by parameter p, which is the first for an entry that is a flow
 * itself; NULL: none. */
static const sw_flow *flow_of(const sw_run *run, int e, int p) {
  const sw_entry *entry = &run->study->entry[e];
  int flow = entry->flow ? (p == 0 ? entry->flow : 0) : entry->naming[p].flow;
  return flow ? &run->private->flow[flow - 1] : NULL;
}

/* The name of a flow that the entry needs and that has no such period; NULL: none. */
const char *sw_run_flow_lacking(const sw_run *run, int e, int period) {
  const sw_entry *entry = &run->study->entry[e];
  for (int p = 0; entry->measure->param[p].name; p++) {
    const sw_flow *flow = flow_of(run, e, p);
    if (flow && !flow->links[period].n) return flow->name;
  }
  return NULL;
}

/* The kept pairs of an entry that is a flow are the table's rows: nothing is computed or copied.
 * links_by_matrix: rows differ by period, so the operand hash takes them by period too
 * (operand_hash.c). Nothing is freed here: the arena holds the views. */
sw_status sw_run_flow_links(sw_error *err, sw_run *run, int e) {
  const sw_job *job = &run->job[e];
  sw_links *links = NULL;
  if (!run->study->entry[e].flow) return SW_OK;
  SW_NEW(err, run->arena, links, job->n_periods);
  for (int t = 0; t < job->n_periods; t++)
    links[t] = job->arg[0].flow->links[job->period[t]];
  run->pair[e].links = links;
  run->pair[e].links_by_matrix = true;
  return SW_OK;
}

/* Collective, as shared memory is given back. Works on a run of which binding has failed. */
void sw_run_flows_destroy(sw_run *run) {
  for (int f = 0; run->private->flow_table && f < run->study->n_flows; f++)
    run->reader->flow_destroy(run->team, run->private->flow_table[f]);
}
