/* Writes a table as text: aligned columns for the terminal, Markdown, CSV; and finds the form that
 * a file's ending means. LaTeX and workbooks have files of their own (tex.c, xlsx.c). Write errors
 * are not checked per call: ferror tells at the end. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "cli/session/target.h"
#include "cli/table/table.h"

struct sw_grid_form {
  const char *ending; /* NULL: the terminal */
  void (*write)(const sw_grid *table, bool exact, bool first, FILE *out);
};

/* ---- cells ------------------------------------------------------------------------------- */

const char *sw_grid_head(const sw_grid *t, int c) {
  return c < t->n_texts ? t->head[c] : t->column[c - t->n_texts].name;
}

const char *sw_grid_cell(const sw_grid *t, int64_t row, int c, char text[SW_GRID_NUMBER]) {
  if (c < t->n_texts) return t->text[row * t->n_texts + c];
  const sw_grid_column *column = &t->column[c - t->n_texts];
  return sw_grid_number(column, t->value[row * t->n_values + c - t->n_texts], text);
}

/* Numbers stand at the right of their column, texts at the left. Classes are shown by name and so
 * are texts. */
bool sw_grid_is_right(const sw_grid *t, int c) {
  return c >= t->n_texts &&
         !(t->column[c - t->n_texts].of && t->column[c - t->n_texts].of->n_classes);
}

/* ---- terminal ---------------------------------------------------------------------------- */

/* Widths are columns on the screen, not bytes: a Chinese character takes two. The last column gets
 * no trailing blanks. */
static void put_padded(FILE *out, const char *text, int width, bool right, bool last) {
  int blanks = width - sw_text_width(text);
  for (int k = 0; right && k < blanks; k++)
    fputc(' ', out);
  fputs(text, out);
  for (int k = 0; !right && !last && k < blanks; k++)
    fputc(' ', out);
}

/* The width of the widest cell, heads included. Formats each number a second time, instead of
 * keeping all their texts. */
static int width_of(const sw_grid *t, int c) {
  char text[SW_GRID_NUMBER];
  int width = sw_text_width(sw_grid_head(t, c));
  for (int64_t row = 0; row < t->n; row++) {
    int of = sw_text_width(sw_grid_cell(t, row, c, text));
    if (of > width) width = of;
  }
  return width;
}

/* Missing numbers are shown as "-", as an empty cell would shift the eye to the next column. */
static void write_terminal(const sw_grid *t, bool exact, bool first, FILE *out) {
  char text[SW_GRID_NUMBER];
  int columns = t->n_texts + t->n_values;
  (void)exact;
  for (int c = 0; c < columns; c++)
    t->width[c] = width_of(t, c);
  fprintf(out, "%s%s\n", first ? "" : "\n", t->title);
  for (int64_t row = -1; row < t->n; row++) {
    for (int c = 0; c < columns; c++) {
      const char *cell = row < 0 ? sw_grid_head(t, c) : sw_grid_cell(t, row, c, text);
      if (row >= 0 && !*cell && sw_grid_is_right(t, c)) cell = "-";
      fputs("  ", out);
      put_padded(out, cell, t->width[c], sw_grid_is_right(t, c), c + 1 == columns);
    }
    fputc('\n', out);
  }
  if (t->note) fprintf(out, "  %s\n", t->note);
}

/* ---- Markdown ---------------------------------------------------------------------------- */

/* Escapes what Markdown renderers take for markup, `<` included, as they pass HTML through. A cell
 * must stay on one line. */
static void put_markdown(FILE *out, const char *text) {
  for (; *text; text++) {
    if (strchr("|\\*_`<", *text)) fputc('\\', out);
    fputc(*text == '\n' ? ' ' : *text, out);
  }
}

/* The form of GitHub, which other renderers know. The line of dashes tells which columns stand at
 * the right. */
static void write_markdown(const sw_grid *t, bool exact, bool first, FILE *out) {
  char text[SW_GRID_NUMBER];
  int columns = t->n_texts + t->n_values;
  (void)exact;
  if (!first) fputc('\n', out);
  put_markdown(out, t->title);
  fputs("\n\n|", out);
  for (int c = 0; c < columns; c++) {
    fputc(' ', out);
    put_markdown(out, sw_grid_head(t, c));
    fputs(" |", out);
  }
  fputs("\n|", out);
  for (int c = 0; c < columns; c++)
    fputs(sw_grid_is_right(t, c) ? "---:|" : "---|", out);
  fputc('\n', out);
  for (int64_t row = 0; row < t->n; row++) {
    fputc('|', out);
    for (int c = 0; c < columns; c++) {
      fputc(' ', out);
      put_markdown(out, sw_grid_cell(t, row, c, text));
      fputs(" |", out);
    }
    fputc('\n', out);
  }
  if (!t->note) return;
  fputc('\n', out);
  put_markdown(out, t->note);
  fputc('\n', out);
}

/* ---- CSV --------------------------------------------------------------------------------- */

/* RFC 4180: fields with a separator, a quote or a line break are quoted, and quotes within are
 * doubled. */
static void put_csv(FILE *out, const char *text) {
  if (!strpbrk(text, ",\"\n\r")) {
    fputs(text, out);
    return;
  }
  fputc('"', out);
  for (; *text; text++) {
    if (*text == '"') fputc('"', out);
    fputc(*text, out);
  }
  fputc('"', out);
}

/* Spreadsheets round by themselves: all digits, unless some are asked for. No title, as a reader of
 * CSV takes the first line for names. */
static void write_csv(const sw_grid *t, bool exact, bool first, FILE *out) {
  char text[SW_GRID_NUMBER], number[SW_NUMBER_ROOM];
  int columns = t->n_texts + t->n_values;
  if (!first) fputc('\n', out);
  for (int64_t row = -1; row < t->n; row++)
    for (int c = 0; c < columns; c++) {
      const char *cell = row < 0 ? sw_grid_head(t, c) : sw_grid_cell(t, row, c, text);
      if (row >= 0 && exact && *cell && sw_grid_is_right(t, c))
        cell = sw_show_number(t->value[row * t->n_values + c - t->n_texts], number);
      put_csv(out, cell);
      fputc(c + 1 == columns ? '\n' : ',', out);
    }
}

/* ---- which ------------------------------------------------------------------------------- */

static const sw_grid_form forms[] = {{NULL, write_terminal},
                                     {".md", write_markdown},
                                     {".csv", write_csv},
                                     {".tex", sw_grid_tex},
                                     {".xlsx", NULL}}; /* a book: xlsx.c */

enum { N_FORMS = sizeof forms / sizeof *forms };

/* Called before anything is read, so that a wrong ending fails at once. */
sw_status sw_grid_form_of(sw_error *err, const char *path, const sw_grid_form **form) {
  const char *ending[N_FORMS - 1]; /* without the terminal, which comes first */
  int kind = 0;
  *form = &forms[0];
  if (!path) return SW_OK;
  for (int f = 1; f < N_FORMS; f++)
    ending[f - 1] = forms[f].ending;
  SW_TRY(sw_target_kind(err, path, ending, N_FORMS - 1, &kind));
  *form = &forms[kind + 1];
  return SW_OK;
}

/* Decimals are set here, as late as possible: `cut` and --top have left the rows that are shown. */
sw_status sw_grid_write(sw_error *err, const sw_grid_form *form, sw_grid *t, int digits,
                        sw_grid_out *out) {
  bool first = out->tables++ == 0;
  sw_grid_measure(t, digits);
  if (!form->write) return sw_grid_xlsx(err, t, out);
  form->write(t, digits == 0, first, out->file);
  return ferror(out->file) ? sw_fail(err, SW_EIO, "the table cannot be written") : SW_OK;
}
