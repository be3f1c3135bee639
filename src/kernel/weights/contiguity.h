/* Which units touch, out of their polygons: rows of neighbours for a weights matrix. */
#ifndef SW_KERNEL_WEIGHTS_CONTIGUITY_H
#define SW_KERNEL_WEIGHTS_CONTIGUITY_H

#include "kernel/space/links.h"
#include "kernel/weights/vertices.h"

typedef enum sw_rule { SW_QUEEN, SW_ROOK } sw_rule;

/* Links of weight 1 between units that share a vertex (queen), or two vertices that follow each
 * other in a ring of both (rook; the two may be one vertex, written twice). `snap`: see
 * sw_vertices_find. `meet`: a vertex that lies within `snap` on an edge of another ring parts that
 * edge, so polygons whose borders have their vertices at different places touch, too. On failure
 * there are no rows to destroy. */
sw_status sw_contiguity_rows(sw_error *err, const sw_rings *rings, sw_rule rule, double snap,
                             bool meet, sw_link_rows *rows);

#endif
