/* Codes that only a program's writing has made two: 01001 and 1001, 1001 and 1001.0, a code with a
 * no-break space behind it. One place decides, for panels, units, groups and links. */
#ifndef SW_PANEL_SAME_CODE_H
#define SW_PANEL_SAME_CODE_H

#include "base/arena.h"

#define SW_CODE_CURE "write every code in one way, with all its digits, and keep it as text"

/* How the two differ, for "units 'a' and 'b' ...": "differ by leading zeros alone"; NULL: they are
 * two codes, or one. `room` is for the words. */
enum { SW_CODE_WORDS = 384 };
const char *sw_code_differs(const char *a, const char *b, char room[SW_CODE_WORDS]);

/* Codes by what is left of them without that. */
typedef struct sw_code_forms sw_code_forms;
/* Of code[0..n), which are borrowed and may repeat, and stay. *twin: the two of the first pair that
 * is one for whoever wrote it, the later one first; -1, -1: none. */
sw_status sw_code_forms_create(sw_error *err, const char *const *code, int64_t n, int64_t twin[2],
                               sw_code_forms **forms);
void sw_code_forms_destroy(sw_code_forms *forms);
/* The index of the code that this text, which is none of them, differs from in that way; -1. */
int64_t sw_code_forms_find(const sw_code_forms *forms, const char *text, size_t length);
/* The same pair alone. */
sw_status sw_code_twins(sw_error *err, const char *const *code, int64_t n, int64_t twin[2]);

#endif
