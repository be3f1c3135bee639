/* What is in a results file, as the file itself has it: groups within groups, results, datasets
 * with whatever axes. No name and no form of a result is assumed, so it serves files of any version
 * and of any study. Types, lengths, axes and attributes of what is found: store/h5/shape.h, h5.h.
 *
 *   sw_contents in;
 *   sw_status status = sw_contents_begin(err, arena, file, SW_AS_MADE, &in);
 *   for (sw_item item; status == SW_OK && sw_contents_next(&in, &item);)
 *     if (item.kind == SW_ITEM_VARIABLE) ...item.path, sw_h5_shape_of(item.object)...
 *   status = sw_contents_end(&in, status);
 */
#ifndef SW_STORE_LAYOUT_CONTENTS_H
#define SW_STORE_LAYOUT_CONTENTS_H

#include "store/h5/h5.h"

/* A finished results file, to read. SW_EINPUT when it is missing, not ours, or incomplete. */
sw_status sw_contents_open(sw_error *err, sw_arena *arena, const char *path, hid_t *file);

typedef enum sw_item_kind {
  SW_ITEM_FOLDER,   /* a group that is no result: composites, or what a result has its parts in */
  SW_ITEM_RESULT,   /* a group that says of which measure it is */
  SW_ITEM_VARIABLE, /* a dataset but an axis; also an axis whose positions are values */
  SW_ITEM_AXIS,     /* a dimension scale; also a link to that of another group */
  SW_ITEM_OTHER     /* not of our making */
} sw_item_kind;

typedef struct sw_item {
  const char *name; /* in its group */
  const char *path; /* from where the walk began: "composites/economy/score" */
  sw_item_kind kind;
  hid_t object; /* open until the next item is asked for */
} sw_item;

/* The order within a group. */
typedef enum sw_order {
  SW_BY_NAME, /* of strcmp */
  SW_AS_MADE  /* of the study, where a file of ours says so; else by name */
} sw_order;

/* ---- one group -------------------------------------------------------------------------- */

typedef struct sw_names {
  int count;
  const char **name;
} sw_names;

/* The names in a group, from the arena. */
sw_status sw_contents_names(sw_error *err, sw_arena *arena, hid_t group, sw_order order,
                            sw_names *names);
/* What stands under one of them; `where` is the group's path, "" for none. The caller closes
 * item->object. */
sw_status sw_contents_open_item(sw_error *err, sw_arena *arena, hid_t group, const char *where,
                                const char *name, sw_item *item);
/* Whether the positions of an axis are values of its result, by what the file says of them. */
bool sw_contents_is_computed(hid_t scale);
/* A variable of the group by its name, or an invalid identifier; the caller closes it. */
hid_t sw_contents_variable(hid_t group, const char *name);

/* The labels of the axis at `path`; of periods as the panel writes them, where the file has them
 * beside. */
sw_status sw_contents_labels(sw_error *err, sw_arena *arena, hid_t group, const char *path,
                             int64_t *count, const char *const **label);

/* ---- all of it -------------------------------------------------------------------------- */

/* In a damaged or foreign file a group can contain itself. */
enum { SW_CONTENTS_DEEPEST = 16 };

typedef struct sw_contents {
  sw_error *err;
  sw_arena *arena;
  sw_order order;
  sw_status status;
  sw_item item; /* the last one told */
  int depth;    /* of the group at hand */
  struct sw_contents_level {
    hid_t group;
    const char *path;
    sw_names names;
    int next;
  } level[SW_CONTENTS_DEEPEST];
} sw_contents;

/* Walks all below `group`, each group right before what is in it. The caller ends it in any
 * case. */
sw_status sw_contents_begin(sw_error *err, sw_arena *arena, hid_t group, sw_order order,
                            sw_contents *in);
/* False after the last item, and when the walk has failed. */
bool sw_contents_next(sw_contents *in, sw_item *item);
/* `status`: of the caller; returned, or else the walk's. */
sw_status sw_contents_end(sw_contents *in, sw_status status);

#endif
