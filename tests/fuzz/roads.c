/* A network: nodes, then behind a line "-" its edges. Times are above zero or there are none, and
 * the same in both directions. */
#include "fuzz.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "spillway/weights.h"

static const sw_node place = {.file = "study.yaml", .line = 1, .column = 1};
static const char *const label[] = {"2001", "2002", "2003"};
static const int64_t year[] = {2001, 2002, 2003};
static const double lon[] = {0, 1, 2, 3}, lat[] = {50, 50.5, 51, 50};
static const int64_t code_at[] = {0, 3, 6, 9, 12};
static const sw_units four = {.n = 4,
                              .text = "01\0"
                                      "02\0"
                                      "03\0"
                                      "04",
                              .code_at = code_at,
                              .lon = lon,
                              .lat = lat};
static const sw_periods periods = {.n = 3, .integer = true, .value = year, .label = label};

static void walk(const sw_network_distances *network) {
  fuzz_must(network->n_states >= 1 && network->n_states <= 3, "%d states", network->n_states);
  for (int k = 0; k < network->n_states; k++) {
    const sw_links *links = network->links[k];
    fuzz_must(links->symmetric, "one way is longer");
    for (int64_t e = 0; e < links->row_start[links->n]; e++)
      fuzz_must(isfinite(links->value[e]) && links->value[e] >= 0, "a time of %g", links->value[e]);
  }
}

static void read_one(const char *nodes, const char *edges, bool by_code) {
  sw_network_mode mode[2] = {{.name = "road", .kmh = 60}, {.name = "rail", .access_kmh = 20}};
  sw_network_spec spec = {.node = &place,
                          .nodes = {.file = "nodes.csv", .path = nodes, .node = &place},
                          .edges = {.file = "edges.csv", .path = edges, .node = &place},
                          .time = "minutes",
                          .n_modes = 2,
                          .mode = mode,
                          .transfer = 5,
                          .access_kmh = by_code ? 0 : 40};
  mode[0].access_kmh = spec.access_kmh;
  if (by_code) mode[1].access_kmh = 0;
  sw_network_distances network;
  sw_error err = {0};
  sw_status status = sw_network_read(&err, fuzz_team, "gravity", &spec, &four, &periods, &network);
  fuzz_outcome(status, &err);
  if (status == SW_OK) walk(&network);
  sw_network_release(fuzz_team, &network);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const char *at = size ? memmem(data, size, "\n-\n", 3) : NULL;
  size_t head = at ? (size_t)(at - (const char *)data) + 1 : size;
  const char *path[2];
  path[0] = strdup(fuzz_put("nodes.csv", data, head));
  path[1] = strdup(fuzz_put("edges.csv", at ? at + 3 : "", at ? size - head - 2 : 0));
  read_one(path[0], path[1], false);
  read_one(path[0], path[1], true);
  free((void *)path[0]);
  free((void *)path[1]);
  return 0;
}
