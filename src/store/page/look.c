/* How a variable is looked at: as the file says, else as an output of its shape would be
 * (measure/show.h): files of an older version say nothing.
 *
 * Called by page.c once per variable. The result is texts, as the page writes them. */
#include <string.h>

#include "measure/show.h"
#include "store/page/private.h"

/* An output as a descriptor would have it. The kinds of axes decide the shape, as a file knows no
 * descriptor. */
static sw_output as_output(const sw_page *page, const sw_page_variable *v) {
  sw_output output = {.name = v->name};
  int own = 0;
  output.shape = v->use == SW_PAGE_COLUMN ? SW_UNIT
                 : v->use == SW_PAGE_PAIR ? SW_PAIR
                 : v->time >= 0           ? SW_GLOBAL
                                          : SW_TABLE;
  for (int d = 0; d < v->n_dims && own < SW_MAX_OWN; d++)
    if (page->axis[v->dim[d]].kind == SW_PAGE_LABELS)
      output.axis[own++] = page->axis[v->dim[d]].name;
  if (v->n_classes > 0) output.classes = output.axis[0] ? output.axis[0] : v->name;
  return output;
}

/* The file's word first; what it lacks follows from the shape, as it would for a measure. */
sw_status sw_page_look(const sw_page_reading *in, hid_t dataset, sw_page_variable *v) {
  v->show = sw_page_text(in, dataset, SW_ATTR_SHOW);
  v->palette = sw_page_text(in, dataset, SW_ATTR_PALETTE);
  v->has_centre = H5Aexists(dataset, SW_ATTR_CENTRE) > 0;
  v->centre = (int)sw_h5_get_integer(dataset, SW_ATTR_CENTRE);
  v->log = sw_h5_get_integer(dataset, SW_ATTR_LOGARITHMIC) != 0;
  v->class_first = (int)sw_h5_get_integer(dataset, SW_ATTR_CLASS_FIRST);
  SW_TRY(sw_page_split(in, sw_page_text(in, dataset, SW_ATTR_CLASS_NAMES), &v->n_classes,
                       &v->class_name));
  sw_output output = as_output(in->page, v);
  sw_show show = sw_output_show(&output);
  if (!*v->show) v->show = sw_show_name(show);
  if (!*v->palette && sw_show_has_palette(show))
    v->palette = sw_palette_name(sw_output_palette(&output));
  return SW_OK;
}
