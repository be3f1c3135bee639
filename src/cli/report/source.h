/* What the study that made the results says of their page: its text stands in the results file.
 * Where the study's folder is the file does not know, so what is named relative to it is looked
 * for. */
#ifndef SW_CLI_REPORT_SOURCE_H
#define SW_CLI_REPORT_SOURCE_H

#include "cli/map/geometry.h"
#include "cli/report/model.h"

typedef struct sw_report_source {
  const sw_node *root;       /* of the study; NULL: it cannot be read */
  const char *language;      /* NULL: not said */
  sw_polygons_spec polygons; /* path NULL: none, or not found */
  const char *note;          /* a line for the user, or NULL */
  bool has_insets;           /* the study says which; else they are found */
  sw_insets insets;
} sw_report_source;

/* `folder`: of the study, when it is known; else NULL. */
sw_status sw_report_source_of(sw_error *err, sw_report *report, const char *folder,
                              sw_report_source *source);

#endif
