/* Where a map and its insets stand in a frame of a given width, in pixels. */
#ifndef SW_KERNEL_MAP_LAYOUT_H
#define SW_KERNEL_MAP_LAYOUT_H

#include "kernel/map/zones.h"

/* What a zone has in its plane, y upward. */
typedef struct sw_map_box {
  double left, right, low, high; /* right < left: nothing */
} sw_map_box;

/* How far the main map fills the rows and columns of its box: an inset may stand in a bay. */
enum { SW_OUTLINE = 96 };
typedef struct sw_outline {
  sw_map_box box;
  double left[SW_OUTLINE], right[SW_OUTLINE]; /* of rows, as shares of the width */
  double low[SW_OUTLINE], high[SW_OUTLINE];   /* of columns, as shares of the height */
} sw_outline;

void sw_outline_begin(sw_outline *outline, sw_map_box box);
/* A border between two points of the box. */
void sw_outline_add(sw_outline *outline, double x0, double y0, double x1, double y1);

typedef struct sw_map_frame {
  double width, height;
  double x[SW_ZONES], y[SW_ZONES], w[SW_ZONES], h[SW_ZONES]; /* y downward */
  double scale[SW_ZONES];                                    /* px per unit of the plane */
} sw_map_frame;

/* The main map as large as its insets leave it, these below it at the left where there is room,
 * else in a strip below. */
void sw_map_layout(int zones, const sw_map_box *box, const sw_outline *outline, double width,
                   sw_map_frame *frame);
/* Points of a zone from its plane to the frame, in place. */
void sw_map_place(const sw_map_frame *frame, const sw_map_box *box, int zone, int64_t n, double *x,
                  double *y);

#endif
