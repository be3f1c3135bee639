/* What a results file says of that which its results rest on, beside the axes: names of the units,
 * missing cells of the panel by indicator and period, the spatial weights matrices. Written when
 * the file is laid out, by rank 0 with the serial driver; nothing of it changes later. Matrices
 * that rest on results of the study are written when the file is completed.
 *
 *   /name, /name_en, /name_zh (unit)
 *   /panel/missing_cells (time, indicator)
 *   /panel/member_of (member_code): of `aggregate`
 *   /weights/NAME/row_start (unit_edge), partner (entry), value (entry): as kept pairs are stored
 *
 * Attributes of the root: title, title_en, title_zh; unit_noun and the same. A matrix has `links`,
 * `islands`, `symmetric` and, in the words of a study, `weights`. */
#ifndef SW_STORE_ROOT_ROOT_H
#define SW_STORE_ROOT_ROOT_H

#include "plan/task/state.h"
#include "store/h5/h5.h"

typedef struct sw_root {
  sw_error *err;
  sw_arena *arena;
  const sw_run *run;
  const char *path; /* of the file, for messages */
  hid_t file;
  const int64_t *missing; /* [t * columns + c], of sw_root_missing */
  const char *weights;    /* a line for each matrix of the study, in its words */
} sw_root;

/* Cells of the panel without a value, over all ranks: from the arena. Collective. */
sw_status sw_root_missing(sw_error *err, sw_arena *arena, const sw_run *run,
                          const int64_t **missing);
/* After the axes of the root are there. */
sw_status sw_root_put(sw_root *root);
/* Bytes that these take at most. */
double sw_root_bytes(const sw_run *run);

/* weights.c: the matrices alone, those that are known and not there yet; bytes of all of them. */
sw_status sw_root_put_weights(sw_root *root);
double sw_root_weights_bytes(const sw_run *run);

/* root.c, for both. SW_EIO with HDF5's reason when `code` is negative. */
sw_status sw_root_done(sw_root *root, int64_t code, const char *what);
/* A group with a link to each of these axes of the root; the list ends with NULL. */
sw_status sw_root_group(sw_root *root, const char *path, const char *const *axis, hid_t *group);
/* Attaches axes of `group` to the dataset, and closes it; an invalid one is a failure. */
sw_status sw_root_over(sw_root *root, hid_t group, hid_t dataset, int rank,
                       const char *const *axis);

#endif
