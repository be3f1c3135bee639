/* A table in LaTeX: a table environment with a tabular in it. No package is needed, so that it can
 * be pasted into any paper; letters outside ASCII need an engine or inputenc that takes UTF-8. */
#include <stdio.h>
#include <string.h>

#include "cli/table/table.h"

/* Escapes what LaTeX reads as markup. Most such letters take a backslash; the others have names,
 * which end in {} so as not to swallow the blank behind them. A line break becomes a blank. */
static void put_tex(FILE *out, const char *text) {
  static const char *const long_form[] = {"\\\\textbackslash{}",  "~\\textasciitilde{}",
                                          "^\\textasciicircum{}", "<\\textless{}",
                                          ">\\textgreater{}",     NULL};
  for (; *text; text++) {
    const char *const *form = long_form;
    while (*form && (*form)[0] != *text)
      form++;
    if (*form)
      fputs(*form + 1, out);
    else if (strchr("&%$#_{}", *text))
      fprintf(out, "\\%c", *text);
    else
      fputc(*text == '\n' ? ' ' : *text, out);
  }
}

/* A minus that is one, and an exponent as it is read aloud: "-1.2e-05" as -1.2 times 10 to the -5.
 * sscanf drops the zeros of the exponent. */
static void put_number(FILE *out, const char *text) {
  const char *exponent = strchr(text, 'e');
  if (*text != '-' && !exponent) {
    fputs(text, out);
    return;
  }
  int length = (int)(exponent ? (size_t)(exponent - text) : strlen(text)), power = 0;
  fprintf(out, "$%.*s", length, text);
  if (exponent && sscanf(exponent + 1, "%d", &power) == 1) fprintf(out, " \\times 10^{%d}", power);
  fputc('$', out);
}

/* Row -1 is the heads. `exact` is for CSV alone: a paper wants few digits. */
void sw_grid_tex(const sw_grid *t, bool exact, bool first, FILE *out) {
  char text[SW_GRID_NUMBER];
  (void)exact;
  fprintf(out, "%s\\begin{table}\n\\caption{", first ? "" : "\n");
  put_tex(out, t->title);
  fputs("}\n\\begin{tabular}{", out);
  for (int c = 0; c < t->n_texts + t->n_values; c++)
    fputc(sw_grid_is_right(t, c) ? 'r' : 'l', out);
  fputs("}\n\\hline\n", out);
  for (int64_t row = -1; row < t->n; row++) {
    for (int c = 0; c < t->n_texts + t->n_values; c++) {
      const char *cell = row < 0 ? sw_grid_head(t, c) : sw_grid_cell(t, row, c, text);
      if (c > 0) fputs(" & ", out);
      if (row >= 0 && sw_grid_is_right(t, c))
        put_number(out, cell);
      else
        put_tex(out, cell);
    }
    fputs(row < 0 ? " \\\\\n\\hline\n" : " \\\\\n", out);
  }
  fputs("\\hline\n\\end{tabular}\n", out);
  if (t->note) {
    fputs("\n\\noindent ", out);
    put_tex(out, t->note);
    fputc('\n', out);
  }
  fputs("\\end{table}\n", out);
}
