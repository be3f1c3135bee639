/* Where the main map and its insets stand in the frame (layout.h). The main map is tried at its
 * full size, then smaller by steps; at each size the insets are put one after the other at the free
 * place nearest to the lower left corner. If nothing fits, a strip below holds them. O(places tried
 * x rows of an outline); lengths are in pixels of the page. */
#include "kernel/map/layout.h"

#include <math.h>

/* Pixels of the finished page; the frame's width is the caller's. */
static const double margin = 8, apart = 10, step = 4; /* px */
static const double shortest = 300, tallest = 640;    /* of the frame */
/* An inset may take 22% of the width and 150 px in height. */
static const double inset_wide = .22, inset_tall = 150;
static const double inset_least = 44; /* px of an inset's longer side */

/* ---- outline ----------------------------------------------------------------------------- */

/* Per row and column of a grid over the box: the first and last share that is land. */
void sw_outline_begin(sw_outline *o, sw_map_box box) {
  o->box = box;
  for (int k = 0; k < SW_OUTLINE; k++) {
    o->left[k] = o->low[k] = INFINITY;
    o->right[k] = o->high[k] = -INFINITY;
  }
}

/* Shares outside 0 .. 1 belong to the first and last. */
static int slot(double share) {
  if (!(share > 0)) return 0;
  return share >= 1 ? SW_OUTLINE - 1 : (int)(share * SW_OUTLINE);
}

/* A border is met in every row and column that it passes. Steps of half a grid cell, so that none
 * is skipped. */
void sw_outline_add(sw_outline *o, double x0, double y0, double x1, double y1) {
  double wide = o->box.right - o->box.left, tall = o->box.high - o->box.low;
  x0 = wide > 0 ? (x0 - o->box.left) / wide : .5, x1 = wide > 0 ? (x1 - o->box.left) / wide : .5;
  y0 = tall > 0 ? (y0 - o->box.low) / tall : .5, y1 = tall > 0 ? (y1 - o->box.low) / tall : .5;
  double length = fmax(fabs(x1 - x0), fabs(y1 - y0)) * SW_OUTLINE;
  int parts = (int)(2 * length) + 1;
  for (int k = 0; k <= parts; k++) {
    double x = x0 + (x1 - x0) * k / parts, y = y0 + (y1 - y0) * k / parts;
    int row = slot(y), column = slot(x);
    o->left[row] = fmin(o->left[row], x), o->right[row] = fmax(o->right[row], x);
    o->low[column] = fmin(o->low[column], y), o->high[column] = fmax(o->high[column], y);
  }
}

/* ---- free places ------------------------------------------------------------------------- */

typedef struct rectangle {
  double x, y, w, h;
} rectangle;

/* Half-open intervals widened by `space`. */
static bool meet(rectangle a, rectangle b, double space) {
  return a.x < b.x + b.w + space && b.x < a.x + a.w + space && a.y < b.y + b.h + space &&
         b.y < a.y + a.h + space;
}

/* Whether the map in `at` leaves a rectangle free in all its rows. y of the page grows downward,
 * shares of the outline upward. */
static bool rows_free(const sw_outline *o, rectangle at, rectangle r) {
  double x0 = (r.x - apart - at.x) / at.w, x1 = (r.x + r.w + apart - at.x) / at.w;
  double top = 1 - (r.y - apart - at.y) / at.h, bottom = 1 - (r.y + r.h + apart - at.y) / at.h;
  if (top < 0 || bottom > 1) return true;
  for (int k = slot(bottom); k <= slot(top); k++)
    if (x0 < o->right[k] && x1 > o->left[k]) return false;
  return true;
}

/* The same in all its columns. */
static bool columns_free(const sw_outline *o, rectangle at, rectangle r) {
  double x0 = (r.x - apart - at.x) / at.w, x1 = (r.x + r.w + apart - at.x) / at.w;
  double top = 1 - (r.y - apart - at.y) / at.h, bottom = 1 - (r.y + r.h + apart - at.y) / at.h;
  if (x1 < 0 || x0 > 1) return true;
  for (int k = slot(x0); k <= slot(x1); k++)
    if (bottom < o->high[k] && top > o->low[k]) return false;
  return true;
}

/* Insets keep apart from each other; within the box of the main map they may use what it leaves
 * free. placed[0] is the main map. */
static bool is_free(const sw_outline *o, const rectangle *placed, int count, rectangle r) {
  for (int k = 1; k < count; k++)
    if (meet(placed[k], r, apart)) return false;
  return !meet(placed[0], r, apart) || rows_free(o, placed[0], r) || columns_free(o, placed[0], r);
}

/* The free place nearest to the lower left corner, in the lower half, left of `limit`. 2.5: a place
 * further to the left is preferred to one further down by that factor. */
static bool find_place(const sw_outline *o, const rectangle *placed, int count, double width,
                       double height, double limit, rectangle *r) {
  double best = INFINITY;
  rectangle found = *r;
  for (double y = height - margin - r->h; y > .5 * height - r->h; y -= step)
    /* Within a row the cost only grows, so the first free place is its best. */
    for (double x = margin; x + r->w + margin <= width && x <= limit; x += step) {
      double cost = x + 2.5 * (height - y - r->h);
      if (cost >= best) break;
      rectangle at = {x, y, r->w, r->h};
      if (!is_free(o, placed, count, at)) continue;
      best = cost, found = at;
      break;
    }
  *r = found;
  return best < INFINITY;
}

/* ---- layout ------------------------------------------------------------------------------ */

static double wide_of(sw_map_box box) {
  return fmax(box.right - box.left, 0);
}

static double tall_of(sw_map_box box) {
  return fmax(box.high - box.low, 0);
}

/* The greatest scale at which a box fits; of a single point any will do. */
static double fit(sw_map_box box, double width, double height) {
  double wide = wide_of(box), tall = tall_of(box);
  if (!(wide > 0) && !(tall > 0)) return 1;
  return fmin(wide > 0 ? width / wide : INFINITY, tall > 0 ? height / tall : INFINITY);
}

/* Not larger than the main map, but for what would be a dot. A far island would otherwise be drawn
 * larger than the nation, or vanish. */
static double inset_scale(sw_map_box box, double main, double width) {
  double scale = fit(box, inset_wide * width, inset_tall), dot = fit(box, inset_least, inset_least);
  return fmin(scale, fmax(main, dot));
}

static rectangle sized(sw_map_box box, double scale) {
  return (rectangle){0, 0, wide_of(box) * scale, tall_of(box) * scale};
}

static void keep(sw_map_frame *frame, int zone, rectangle r, double scale) {
  frame->x[zone] = r.x, frame->y[zone] = r.y, frame->w[zone] = r.w, frame->h[zone] = r.h;
  frame->scale[zone] = scale;
}

/* One size of the main map, in the middle or at the right; false where an inset has no place that
 * begins at `limit` at the latest. Insets are placed in their order, the larger first, without
 * going back. */
static bool try_layout(int zones, const sw_map_box *box, const sw_outline *o, double scale,
                       bool right, double limit, sw_map_frame *frame) {
  rectangle placed[SW_ZONES] = {sized(box[0], scale)};
  placed[0].x = right ? frame->width - margin - placed[0].w : (frame->width - placed[0].w) / 2;
  placed[0].y = zones > 1 ? margin : (frame->height - placed[0].h) / 2;
  keep(frame, 0, placed[0], scale);
  for (int z = 1; z < zones; z++) {
    double own = inset_scale(box[z], scale, frame->width);
    placed[z] = sized(box[z], own);
    if (!find_place(o, placed, z, frame->width, frame->height, limit, &placed[z])) return false;
    keep(frame, z, placed[z], own);
  }
  return true;
}

/* A strip below, one inset beside the other, in as many rows as it takes. Rows wrap as words do. */
static void use_strip(int zones, const sw_map_box *box, double scale, sw_map_frame *frame) {
  double x = margin, top = margin + tall_of(box[0]) * scale + 2 * apart, tallest_row = 0;
  rectangle main = sized(box[0], scale);
  main.x = (frame->width - main.w) / 2, main.y = margin;
  keep(frame, 0, main, scale);
  for (int z = 1; z < zones; z++) {
    double own = inset_scale(box[z], scale, frame->width);
    rectangle r = sized(box[z], own);
    if (x + r.w + margin > frame->width) x = margin, top += tallest_row + apart, tallest_row = 0;
    r.x = x, r.y = top;
    keep(frame, z, r, own);
    x += r.w + 2 * apart;
    tallest_row = fmax(tallest_row, r.h);
  }
  frame->height = fmax(frame->height, ceil(top + tallest_row + margin));
}

/* Chooses the size of the main map and the places of its insets: the largest main map for which all
 * insets fit, tried from the left to anywhere; else insets stand in a strip below. */
void sw_map_layout(int zones, const sw_map_box *box, const sw_outline *outline, double width,
                   sw_map_frame *frame) {
  /* The main map gives up to 24% of its size before a strip is taken. */
  static const double sizes[] = {1, .94, .88, .82, .76};
  double scale = fit(box[0], width - 2 * margin, tallest - 2 * margin);
  *frame = (sw_map_frame){.width = width};
  frame->height = fmax(shortest, ceil(tall_of(box[0]) * scale + 2 * margin));
  /* Side by side at the left; only where that takes too much of the map, anywhere. */
  for (int anywhere = 0; anywhere < 2; anywhere++)
    for (int k = 0; k < 5; k++)
      for (int right = 0; right < (zones > 1 ? 2 : 1); right++)
        if (try_layout(zones, box, outline, scale * sizes[k], right, anywhere ? width : width / 2,
                       frame))
          return;
  use_strip(zones, box, scale * .88, frame);
}

/* y of a page grows downward. (x, y) in units of the map in, pixels out. */
void sw_map_place(const sw_map_frame *frame, const sw_map_box *box, int zone, int64_t n, double *x,
                  double *y) {
  double scale = frame->scale[zone];
  for (int64_t k = 0; k < n; k++) {
    x[k] = frame->x[zone] + (x[k] - box[zone].left) * scale;
    y[k] = frame->y[zone] + (box[zone].high - y[k]) * scale;
  }
}
