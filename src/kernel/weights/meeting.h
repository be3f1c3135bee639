/* Vertices that lie on the edges of other rings (T-junctions). */
#ifndef SW_KERNEL_WEIGHTS_MEETING_H
#define SW_KERNEL_WEIGHTS_MEETING_H

#include "kernel/weights/vertices.h"

/* The same rings with such vertices put into the edges that they lie on. `rings` has no places. */
typedef struct sw_meeting {
  sw_rings rings;
  int64_t *start;
  int32_t *vertex;
} sw_meeting;

/* `vertex`, `count`: of sw_vertices_find. A vertex lies on an edge where it is within `snap` of it
 * and between its ends. To be destroyed also on failure. */
sw_status sw_meeting_find(sw_error *err, const sw_rings *rings, double snap, const int32_t *vertex,
                          int64_t count, sw_meeting *met);
void sw_meeting_destroy(sw_meeting *met);

#endif
