/* Shows numbers as people read them. All numbers of a column have the same decimals, so that they
 * can be compared down the column. Used by every form of a table; CSV asks for all digits instead
 * and passes this by. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/table/table.h"

/* Powers of ten from which on numbers have an exponent. */
enum { SMALL = -5, LARGE = 15 };

/* Digits before the point, less one: 3 of 1234, -2 of 0.0123. */
static int magnitude(double value) {
  return (int)floor(log10(fabs(value)));
}

/* Sets the decimals of column c so that its largest number has `digits` significant digits.
 * `asked`: the user gave the number of digits, which then counts exactly. Numbers that are all
 * whole have none, and very large or small ones get an exponent. */
static void measure(const sw_grid *t, int c, int digits, bool asked) {
  sw_grid_column *column = &t->column[c];
  double largest = 0, least = INFINITY;
  bool whole = true;
  for (int64_t row = 0; row < t->n; row++) {
    double value = fabs(t->value[row * t->n_values + c]);
    if (isnan(value) || isinf(value)) continue;
    /* 1e15: above it doubles may be whole only because they hold no fraction. */
    whole = whole && value == floor(value) && value < 1e15;
    if (value > largest) largest = value;
    if (value > 0 && value < least) least = value;
  }
  column->decimals = 0;
  /* Nothing to measure, or 0 alone: no logarithm of 0 below. */
  if (column->integer || whole || largest == 0) return;
  int top = magnitude(largest), decimals = digits - 1 - top;
  /* One more where the least number then keeps two digits. */
  if (!asked && 1 - magnitude(least) == decimals + 1) decimals++;
  column->decimals = decimals < 0 ? 0 : decimals;
  if (top >= LARGE || top <= SMALL) column->decimals = -digits;
}

/* `apart` columns keep the digits themselves, for decimals_of. */
void sw_grid_measure(sw_grid *t, int digits) {
  for (int c = 0; c < t->n_values; c++)
    if (t->column[c].apart)
      t->column[c].decimals = digits > 0 ? digits : SW_GRID_DIGITS;
    else
      measure(t, c, digits > 0 ? digits : SW_GRID_DIGITS, digits > 0);
}

/* The decimals of one number. In a column `apart` each number is measured by itself, as its
 * neighbours are of other quantities. */
static int decimals_of(const sw_grid_column *column, double value) {
  if (!column->apart) return column->decimals;
  if (value == 0 || isinf(value) || (value == floor(value) && fabs(value) < 1e15)) return 0;
  int top = magnitude(value), decimals = column->decimals - 1 - top;
  if (top >= LARGE || top <= SMALL) return -column->decimals;
  return decimals < 0 ? 0 : decimals;
}

/* A number that its column's decimals would show as zero is shown with an exponent. */
const char *sw_grid_number(const sw_grid_column *column, double value, char text[SW_GRID_NUMBER]) {
  const sw_page_variable *v = column->of;
  if (isnan(value)) return "";
  if (v && v->n_classes > 0) {
    double k = value - v->class_first;
    if (k >= 0 && k < v->n_classes && k == floor(k)) return v->class_name[(int)k];
  }
  int decimals = decimals_of(column, value);
  if (decimals < 0) snprintf(text, SW_GRID_NUMBER, "%.*e", -decimals - 1, value);
  /* Such a zero would claim that the value is exactly 0. */
  else if (value != 0 && fabs(value) < .5 * pow(10, -decimals))
    snprintf(text, SW_GRID_NUMBER, "%.1e", value);
  else
    /* 0 and not value: "-0.00" would be shown for a negative zero. */
    snprintf(text, SW_GRID_NUMBER, "%.*f", decimals, value == 0 ? 0 : value);
  return text;
}
