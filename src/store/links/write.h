/* A weights matrix written as a file that other programs read. */
#ifndef SW_STORE_LINKS_WRITE_H
#define SW_STORE_LINKS_WRITE_H

#include "spillway/panel.h"
#include "spillway/weights.h"

/* By the ending of the path: .gal (links alone), .gwt, .mtx (with the codes of its rows as
 * comments) or .csv (from,to,weight). A file that is there is refused unless `force`. `name`: of
 * the matrix, for messages and headers. *loses: the format holds no weights, and these are not all
 * equal. */
sw_status sw_links_write(sw_error *err, const char *path, const char *name, const sw_units *units,
                         const sw_links *links, bool force, bool *loses);

#endif
