/* Tables as a workbook, one sheet each. This is the only file that calls libxlsxwriter. The library
 * is loaded for the first book, so that the program runs where it is not installed, and it writes
 * the file when the book is closed. Numbers have 16 digits; cells show as many decimals as the
 * table would. The date of the book is fixed, so that the same results give the same file. */
#include <xlsxwriter.h>

#include <dlfcn.h>
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "cli/table/table.h"

enum { WIDEST = 60, MOST_CHARACTERS = 32767, DATE = 946684800 /* 2000-01-01 */ };

/* ---- the library ------------------------------------------------------------------------- */

/* Each name is declared, found and called by one list: none can be forgotten. */
#define FUNCTIONS(X)                                                                               \
  X(lxw_strerror)                                                                                  \
  X(workbook_new)                                                                                  \
  X(workbook_add_format)                                                                           \
  X(workbook_add_worksheet)                                                                        \
  X(workbook_set_properties)                                                                       \
  X(workbook_validate_sheet_name)                                                                  \
  X(workbook_close)                                                                                \
  X(worksheet_write_string)                                                                        \
  X(worksheet_write_number)                                                                        \
  X(worksheet_set_column)                                                                          \
  X(worksheet_freeze_panes)                                                                        \
  X(format_set_bold)                                                                               \
  X(format_set_num_format)

static struct {
#define MEMBER(name) __typeof__(name) *name;
  FUNCTIONS(MEMBER)
#undef MEMBER
} lxw;

/* Called once per process, which is a child that makes one book; the handle is never closed.
 * Missing functions count as a missing library, since an old version may lack some. */
static sw_status load(sw_error *err) {
  void *library = dlopen(SW_XLSX_LIBRARY, RTLD_NOW | RTLD_LOCAL);
  bool found = library != NULL;
#define FIND(name) found = found && (*(void **)&lxw.name = dlsym(library, #name));
  FUNCTIONS(FIND)
#undef FIND
  return found ? SW_OK
               : sw_fail(err, SW_EINPUT,
                         "a .xlsx is written by libxlsxwriter, which cannot be loaded (%s); "
                         "install %s, or write a .csv",
                         dlerror(), SW_XLSX_LIBRARY);
}

/* ---- sheets ------------------------------------------------------------------------------ */

/* The library's code as an error of ours. Texts are those of a study, which may be too long for
 * Excel; of the rest only memory is told apart, as everything else is the file. */
static sw_status fail(sw_error *err, const sw_grid_out *out, lxw_error code) {
  if (code == LXW_ERROR_MAX_STRING_LENGTH_EXCEEDED)
    return sw_fail(err, SW_EINPUT, "a cell of a .xlsx has room for %d characters; write a .csv",
                   MOST_CHARACTERS);
  return sw_fail(err, code == LXW_ERROR_MEMORY_MALLOC_FAILED ? SW_ENOMEM : SW_EIO,
                 "%s: cannot be written: %s", out->place, lxw.lxw_strerror(code));
}

/* A name for the sheet, out of the title: "ccd.coordination". Excel takes at most 31 characters and
 * none of those below; a character of UTF-8 is not cut in two. */
static void name_of(const sw_grid *t, char name[LXW_SHEETNAME_MAX + 1]) {
  size_t length = strcspn(t->title, ":;");
  if (length > LXW_SHEETNAME_MAX) length = LXW_SHEETNAME_MAX;
  while (length > 0 && ((unsigned char)t->title[length] & 0xC0) == 0x80)
    length--;
  memcpy(name, t->title, length);
  name[length] = '\0';
  for (char *at = name; *at; at++)
    if (strchr("[]*?/\\'", *at)) *at = '.';
}

/* A format that shows the table's decimals; the cell keeps the full value. *format stays NULL for
 * Excel's own, for columns with an exponent or with digits of each row. */
static lxw_error format_of(lxw_workbook *book, const sw_grid_column *column, lxw_format **format) {
  char text[32] = "0.";
  if (column->apart || column->decimals < 0) return LXW_NO_ERROR;
  int decimals = column->decimals < 20 ? column->decimals : 20;
  memset(text + 2, '0', (size_t)decimals);
  text[decimals > 0 ? 2 + decimals : 1] = '\0';
  *format = lxw.workbook_add_format(book);
  if (!*format) return LXW_ERROR_MEMORY_MALLOC_FAILED;
  lxw.format_set_num_format(*format, text);
  return LXW_NO_ERROR;
}

/* A missing value stays an empty cell, which formulas skip. Excel has no infinity, so it is written
 * as text; so are the names of classes. */
static lxw_error put_number(lxw_worksheet *sheet, lxw_row_t row, lxw_col_t c, const sw_grid *t,
                            int64_t at, lxw_format *format) {
  int k = c - t->n_texts;
  double value = t->value[at * t->n_values + k];
  char text[SW_GRID_NUMBER];
  const sw_page_variable *v = t->column[k].of;
  if (isnan(value)) return LXW_NO_ERROR;
  if (isinf(value) || (v && v->n_classes > 0))
    return lxw.worksheet_write_string(sheet, row, c, sw_grid_number(&t->column[k], value, text),
                                      NULL);
  return lxw.worksheet_write_number(sheet, row, c, value, format);
}

/* A column with its head in row 1 (row 0 is the title), cells below, and a width that fits, since
 * Excel does not measure text itself. Returns the first error: the library leaves out a cell that
 * it refuses, and the book would be closed without a word. */
static lxw_error put_column(lxw_workbook *book, lxw_worksheet *sheet, const sw_grid *t, lxw_col_t c,
                            lxw_format *bold) {
  char text[SW_GRID_NUMBER];
  bool texts = c < t->n_texts;
  const char *head = texts ? t->head[c] : t->column[c - t->n_texts].name;
  lxw_format *format = NULL;
  int width = sw_text_width(head);
  lxw_error code = texts ? LXW_NO_ERROR : format_of(book, &t->column[c - t->n_texts], &format);
  if (code == LXW_NO_ERROR) code = lxw.worksheet_write_string(sheet, 1, c, head, bold);
  for (int64_t at = 0; code == LXW_NO_ERROR && at < t->n; at++) {
    lxw_row_t row = (lxw_row_t)(at + 2);
    const char *cell = texts ? t->text[at * t->n_texts + c]
                             : sw_grid_number(&t->column[c - t->n_texts],
                                              t->value[at * t->n_values + c - t->n_texts], text);
    if (sw_text_width(cell) > width) width = sw_text_width(cell);
    code = texts ? lxw.worksheet_write_string(sheet, row, c, cell, NULL)
                 : put_number(sheet, row, c, t, at, format);
  }
  if (code != LXW_NO_ERROR) return code;
  return lxw.worksheet_set_column(sheet, c, c, (width < WIDEST ? width : WIDEST) + 2, NULL);
}

/* Adds a sheet to the book, which is begun with the first table. The limits are Excel's own.
 * They are checked here once: the library refuses the cells beyond them one by one. */
sw_status sw_grid_xlsx(sw_error *err, const sw_grid *t, sw_grid_out *out) {
  char name[LXW_SHEETNAME_MAX + 1];
  lxw_workbook *book = out->book;
  if (!book) {
    SW_TRY(load(err));
    book = lxw.workbook_new(out->place);
  }
  if (!book) return sw_fail(err, SW_ENOMEM, "out of memory for a workbook");
  out->book = book;
  if (t->n + 4 > LXW_ROW_MAX || t->n_texts + t->n_values > LXW_COL_MAX)
    return sw_fail(err, SW_EINPUT,
                   "a sheet of a .xlsx has no room for %lld rows and %d columns; write a .csv",
                   (long long)t->n, t->n_texts + t->n_values);
  /* A name that is taken or not allowed is replaced by the library's "Sheet3". */
  name_of(t, name);
  bool fine = lxw.workbook_validate_sheet_name(book, name) == LXW_NO_ERROR;
  lxw_worksheet *sheet = lxw.workbook_add_worksheet(book, fine ? name : NULL);
  lxw_format *bold = lxw.workbook_add_format(book);
  if (!sheet || !bold) return sw_fail(err, SW_ENOMEM, "out of memory for a workbook");
  lxw.format_set_bold(bold);
  lxw_error code = lxw.worksheet_write_string(sheet, 0, 0, t->title, NULL);
  for (int c = 0; code == LXW_NO_ERROR && c < t->n_texts + t->n_values; c++)
    code = put_column(book, sheet, t, (lxw_col_t)c, bold);
  if (code == LXW_NO_ERROR && t->note)
    code = lxw.worksheet_write_string(sheet, (lxw_row_t)(t->n + 3), 0, t->note, NULL);
  lxw.worksheet_freeze_panes(sheet, 2, (lxw_col_t)t->n_texts);
  return code == LXW_NO_ERROR ? SW_OK : fail(err, out, code);
}

/* Closes the book, also after a failure, since it holds memory and temporary files. The file is
 * written here, so most errors show only now. */
sw_status sw_grid_xlsx_end(sw_error *err, sw_status status, sw_grid_out *out) {
  lxw_doc_properties properties = {.created = DATE};
  if (!out->book) return status;
  lxw.workbook_set_properties(out->book, &properties);
  lxw_error code = lxw.workbook_close(out->book);
  out->book = NULL;
  return status == SW_OK && code != LXW_NO_ERROR ? fail(err, out, code) : status;
}
