/* The reader that `store` offers to the engine: `plan` calls these through plan/ports/reader.h and
 * so does not link upward.
 *
 * The planner differs in one thing: a network is only tried on a sample of units, so that a plan
 * does not wait for it. */
#include "plan/ports/reader.h"

#define COMMON                                                                                     \
  .weights = sw_links_read_weights, .distance = sw_links_read_distance,                            \
  .network_release = sw_network_release, .links_destroy = sw_links_destroy,                        \
  .table = sw_table_read, .flow = sw_links_read_flow, .flow_destroy = sw_flow_table_destroy

const sw_reader sw_store_reader = {COMMON, .network = sw_network_read};
const sw_reader sw_store_planner = {COMMON, .network = sw_network_try};
