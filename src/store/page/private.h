/* A results file while it is told for the page: what the files of this room share. */
#ifndef SW_STORE_PAGE_PRIVATE_H
#define SW_STORE_PAGE_PRIVATE_H

#include "store/h5/shape.h"
#include "store/layout/contents.h"
#include "store/page/page.h"

struct sw_page_file {
  hid_t file;
};

/* An axis that the walk has met, by where it lies in the file. HDF5 knows no name of the object
 * that a dataset refers to as its axis: asked for one, it searches the whole file. */
typedef struct sw_page_scale {
  haddr_t at;
  const char *name;
} sw_page_scale;

typedef struct sw_page_reading {
  sw_error *err;
  sw_arena *arena;
  sw_page *page;
  hid_t file;
  int n_scales; /* scale has room */
  sw_page_scale *scale;
} sw_page_reading;

/* page.c: an attribute's text; "" where there is none. */
const char *sw_page_text(const sw_page_reading *in, hid_t object, const char *name);
/* All attributes but housekeeping. */
sw_status sw_page_attributes_of(const sw_page_reading *in, hid_t object, sw_page_attributes *to);
/* Its lines, *n of them; NULL: no memory, or none. */
sw_status sw_page_split(const sw_page_reading *in, const char *lines, int *n,
                        const char *const **line);

/* root.c: units, periods, groups, weights, missing cells. */
sw_status sw_page_root(sw_page_reading *in);
/* axes.c: notes an axis that the walk meets; before the variables over it. */
void sw_page_note_scale(sw_page_reading *in, const sw_item *item);
/* The axis of the dataset, which is of that result; axes are kept once. `group`: the
 * result's. page->axis has room. */
sw_status sw_page_axis_of(sw_page_reading *in, const char *result, hid_t group, hid_t dataset,
                          int place, int64_t extent, int *axis);
/* kept.c: the variable of that name in a result, -1: none. */
int sw_page_find(const sw_page *page, int result, const char *name);
/* A box of a variable, by its own axes, as numbers of the memory type. */
sw_status sw_page_box(sw_error *err, const sw_page *page, int variable, int rank,
                      const hsize_t *start, const hsize_t *count, hid_t type, void *to);
/* n + 1 positions: where each unit's entries begin, in order and within what there is. */
sw_status sw_page_starts(sw_error *err, const sw_page *page, const sw_page_pairs *pairs, int period,
                         int64_t *start);
/* look.c: how it is looked at, as it says or by its shape. */
sw_status sw_page_look(const sw_page_reading *in, hid_t dataset, sw_page_variable *variable);

#endif
