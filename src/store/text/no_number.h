/* What is wrong with a text where a number is wanted, in words. */
#ifndef SW_STORE_TEXT_NO_NUMBER_H
#define SW_STORE_TEXT_NO_NUMBER_H

#include "base/text.h"

typedef struct sw_number_wanted {
  const sw_number_form *form; /* NULL: as sw_parse_number reads */
  bool keys;                  /* the study can say how numbers are written, by keys of its panel */
  const char *wanted;         /* "expected a number or an empty cell" */
} sw_number_wanted;

enum { SW_NO_NUMBER_ROOM = 512 };
/* "is not a number: 'abc' is left after '12'; expected ..." of text[0..length), which was refused.
 * Returns `out`. */
const char *sw_no_number(const char *text, size_t length, const sw_number_wanted *wanted,
                         char out[SW_NO_NUMBER_ROOM]);

#endif
