/* Periods among the names of columns: `pop65`, the share of the old, is no period beside `pop2000`.
 * What may not differ is the form, and of numbers how many digits they have. Quadratic in the
 * columns of a header, which are few. */
#include "panel/time.h"

#include <stdio.h>
#include <string.h>

typedef struct likeness {
  sw_time_form form;
  size_t digits; /* of numbers; else 0 */
} likeness;

/* Of numbers the count of bytes tells 65 from 2000. */
static likeness like(const char *label) {
  int64_t value = 0;
  sw_time_form form = sw_time_read(label, NULL, &value);
  return (likeness){form, form <= SW_FORM_POINT ? strlen(label) : 0};
}

static bool alike(likeness a, likeness b) {
  return a.form == b.form && a.digits == b.digits;
}

/* Pairs of years are alike, although some of them look like months. Also of one label. */
static bool are_pairs(const char *const *label, int n) {
  int64_t value;
  for (int i = 0; i < n; i++)
    if (!sw_time_read_as(SW_FORM_TWO_YEARS, label[i], NULL, &value)) return false;
  return true;
}

/* NULL: all are of one likeness. *usual is the label that stands for most, for the message; the
 * first of the odd ones is returned. */
const char *sw_time_odd(const char *const *label, int n, const char **usual) {
  int most = 0;
  if (are_pairs(label, n)) return NULL;
  for (int i = 0; i < n; i++) {
    int count = 0;
    for (int j = 0; j < n; j++)
      count += alike(like(label[i]), like(label[j]));
    if (count > most) *usual = label[i];
    if (count > most) most = count;
  }
  for (int i = 0; i < n && most < n; i++)
    if (!alike(like(*usual), like(label[i]))) return label[i];
  return NULL;
}

/* What makes it odd, in words: digits for numbers, the form for others. */
const char *sw_time_kind(const char *label, char text[SW_TIME_ROOM]) {
  likeness of = like(label);
  if (of.form == SW_FORM_INTEGER)
    snprintf(text, SW_TIME_ROOM, "%zu digits", of.digits);
  else
    snprintf(text, SW_TIME_ROOM, "%s", sw_time_form_word(of.form));
  return text;
}
