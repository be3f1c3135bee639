/* Which sector an industry belongs to, by `order` (sectors.h). Called from `resolve`: pure, the
 * same on every rank. Each mistake is told at its place in the study. */
#include "measure/share/sectors.h"
#include "spillway/node.h"

#include <string.h>

/* The place of the node is that of the name in `order`, which the message shows. */
static sw_status find_industry(sw_error *err, const sw_job *job, const sw_node *node, int *found) {
  sw_inputs in = sw_job_inputs(job, "industries");
  const char *name = NULL;
  SW_TRY(sw_node_text(err, node, &name));
  for (*found = 0; *found < in.count; ++*found)
    if (strcmp(job->input[in.first + *found].name, name) == 0) return SW_OK;
  return sw_node_fail(err, node, "%s: order: '%s' is not among its industries", job->name, name);
}

/* -1: not in a sector yet. */
static sw_status put_into(sw_error *err, const sw_job *job, const sw_node *node, int sector,
                          int *of) {
  int industry = 0;
  SW_TRY(find_industry(err, job, node, &industry));
  if (of[industry] >= 0)
    return sw_node_fail(err, node, "%s: order: '%s' is listed twice; list it once", job->name,
                        node->text);
  of[industry] = sector;
  return SW_OK;
}

/* A sector is an industry or a list of them; every industry belongs to one, as the shares of the
 * three sum to 1. */
static sw_status read_sectors(sw_error *err, sw_job *job, const sw_node *order, int *of) {
  sw_inputs in = sw_job_inputs(job, "industries");
  for (int k = 0; k < in.count; k++)
    of[k] = -1;
  for (int s = 0; s < SW_SECTORS; s++) {
    const sw_node *item = order->item[s];
    if (item->kind == SW_NODE_SCALAR) SW_TRY(put_into(err, job, item, s, of));
    for (int i = 0; item->kind == SW_NODE_LIST && i < item->count; i++)
      SW_TRY(put_into(err, job, item->item[i], s, of));
  }
  for (int k = 0; k < in.count; k++)
    if (of[k] < 0)
      return sw_job_fail(err, job, "order",
                         "'%s' is in no sector; list every industry once, e.g. [agriculture, "
                         "[mining, manufacturing], services]",
                         job->input[in.first + k].name);
  return SW_OK;
}

/* Three industries are the sectors as they stand; of more the study says which belong together,
 * else *sector stays as it is. *sector left NULL: measures without sectors do without; those that
 * need them refuse. */
sw_status sw_sectors_read(sw_error *err, sw_job *job, const int **sector) {
  const sw_node *order = sw_job_arg(job, "order")->node;
  int n = sw_job_inputs(job, "industries").count, *of = NULL;
  SW_NEW(err, job->arena, of, n);
  if (order && order->kind == SW_NODE_LIST && order->count == SW_SECTORS) {
    SW_TRY(read_sectors(err, job, order, of));
  } else if (!order || (order->kind == SW_NODE_SCALAR && strcmp(order->text, "as-given") == 0)) {
    if (n != SW_SECTORS) return SW_OK;
    for (int k = 0; k < SW_SECTORS; k++)
      of[k] = k;
  } else {
    return sw_job_fail(err, job, "order",
                       "expected as-given, or the primary, the secondary and the tertiary sector, "
                       "each an industry or a list of them");
  }
  *sector = of;
  return SW_OK;
}
