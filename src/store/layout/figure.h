/* Numbers of a result, period by period, out of a results file of any version: what headlines are
 * made of. Names of axes tell which is time and which is by unit. */
#ifndef SW_STORE_LAYOUT_FIGURE_H
#define SW_STORE_LAYOUT_FIGURE_H

#include "store/h5/shape.h"

enum { SW_NO_AXIS = -1 };

typedef struct sw_figure {
  hid_t dataset;
  const char *name;
  sw_h5_shape shape;
  int time, unit; /* axes; SW_NO_AXIS: it has none */
} sw_figure;

/* False: the group has none of that name, or not of numbers. */
bool sw_figure_open(hid_t group, const char *name, sw_figure *figure);
void sw_figure_close(sw_figure *figure);
int64_t sw_figure_periods(const sw_figure *figure);
/* Positions along an axis; 1 along none. */
int64_t sw_figure_length(const sw_figure *figure, int axis);
/* The numbers of period t: all along one axis, of the others the first. Missing is NaN, also of
 * whole numbers, which have -1 for it. False: they cannot be read. */
bool sw_figure_read(const sw_figure *figure, int64_t t, int along, double *to);
/* The same at position `place` of a further axis; SW_NO_AXIS: of none. */
bool sw_figure_read_at(const sw_figure *figure, int64_t t, int along, int axis, int64_t place,
                       double *to);
/* Whether as many as `least` of its values may be missing, by what it says of itself. */
bool sw_figure_may_lack(const sw_figure *figure, int64_t least);

#endif
