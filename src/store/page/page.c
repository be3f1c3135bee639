/* A results file told for the report page (cli/report): what stands at its root, its results, and
 * of each variable its axes, its texts and how it is drawn; numbers are read later, by values.c and
 * kept.c. One walk over the file counts, a second one fills. What the file does not say stays
 * empty, as of one of an older version. All texts lie in the caller's arena; the file stays open
 * until sw_page_close.
 *
 * Errors that follow from a damaged file are reported with its path; what is merely missing is left
 * empty. */
#include "store/page/page.h"

#include <stdlib.h>
#include <string.h>

#include "store/layout/headline.h"
#include "store/page/private.h"

static sw_status no_memory(sw_error *err) {
  return sw_fail(err, SW_ENOMEM, "out of memory for the contents of a results file");
}

/* ---- attributes ------------------------------------------------------------------------- */

/* A text attribute, or "": most callers print it, whatever it is. */
const char *sw_page_text(const sw_page_reading *in, hid_t object, const char *name) {
  const char *text = sw_h5_attribute_text(in->arena, object, name);
  return text ? text : "";
}

/* The text of an attribute; NULL: there is none. Linear: a result has some twenty attributes. */
const char *sw_page_attribute(const sw_page_attributes *attributes, const char *name) {
  for (int k = 0; k < attributes->n; k++)
    if (strcmp(attributes->name[k], name) == 0) return attributes->text[k];
  return NULL;
}

/* Attributes while they are listed, `room` of them at most. */
typedef struct naming {
  const sw_page_reading *in;
  sw_page_attributes *to;
  int room;
} naming;

/* Takes an attribute; called by H5Aiterate2. One that cannot be read is left out, as one that is
 * not there. 0 goes on with the next attribute. */
static herr_t take_attribute(hid_t object, const char *name, const H5A_info_t *info, void *self) {
  naming *of = self;
  (void)info;
  if (of->to->n == of->room || sw_layout_is_housekeeping(name)) return 0;
  const char *text = sw_h5_attribute_text(of->in->arena, object, name);
  const char *copy = sw_arena_text(of->in->arena, name);
  if (!text || !copy) return 0;
  of->to->name[of->to->n] = copy;
  of->to->text[of->to->n++] = text;
  return 0;
}

/* All attributes that are not housekeeping, as texts. */
sw_status sw_page_attributes_of(const sw_page_reading *in, hid_t object, sw_page_attributes *to) {
  H5O_info_t info = {0};
  *to = (sw_page_attributes){0};
  if (H5Oget_info2(object, &info, H5O_INFO_NUM_ATTRS) < 0) return SW_OK;
  naming of = {in, to, (int)info.num_attrs};
  SW_NEW(in->err, in->arena, to->name, of.room + 1);
  SW_NEW(in->err, in->arena, to->text, of.room + 1);
  H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, NULL, take_attribute, &of);
  return SW_OK;
}

/* Splits the text of an attribute into lines; a newline at its end begins none. The lines are
 * copies in the arena. */
sw_status sw_page_split(const sw_page_reading *in, const char *lines, int *n,
                        const char *const **line) {
  const char **list = NULL;
  int count = *lines != '\0';
  for (const char *at = lines; *at; at++)
    count += *at == '\n' && at[1];
  *n = 0;
  SW_NEW(in->err, in->arena, list, count + 1);
  for (const char *at = lines; *at && *n < count; at += *at == '\n') {
    size_t length = strcspn(at, "\n");
    if (!(list[(*n)++] = sw_arena_textn(in->arena, at, length))) return no_memory(in->err);
    at += length;
  }
  *line = list;
  return SW_OK;
}

/* ---- results ---------------------------------------------------------------------------- */

/* The innermost result that `path` lies in; -1: in none. Results may be nested (aggregated levels),
 * so the longest name that fits is the one. Linear in the results, as are the functions below: a
 * file has tens. */
static int result_of(const sw_page *page, const char *path) {
  int found = -1;
  size_t longest = 0;
  for (int r = 0; r < page->n_results; r++) {
    size_t length = strlen(page->result[r].name);
    if (strncmp(path, page->result[r].name, length) == 0 && path[length] == '/' && length > longest)
      found = r, longest = length;
  }
  return found;
}

/* The variable of that name in the result itself, not in a result below it. A name with a slash
 * would be of a deeper group. */
static int find_variable(const sw_page *page, const char *result, const char *name) {
  size_t length = strlen(result);
  for (int v = 0; v < page->n_variables; v++) {
    const char *id = page->variable[v].id;
    if (strncmp(id, result, length) == 0 && id[length] == '/' && strcmp(id + length + 1, name) == 0)
      return v;
  }
  return -1;
}

/* Adds a result with its texts; its variables come later in the walk. */
static sw_status add_result(sw_page_reading *in, const sw_item *item) {
  sw_page_result *r = &in->page->result[in->page->n_results++];
  hid_t group = item->object;
  *r = (sw_page_result){.name = item->path,
                        .measure = sw_page_text(in, group, SW_ATTR_MEASURE),
                        .title = sw_page_text(in, group, SW_H5_LONG_NAME),
                        .formula = sw_page_text(in, group, SW_ATTR_FORMULA),
                        .source = sw_page_text(in, group, SW_ATTR_SOURCE),
                        .parameters = sw_page_text(in, group, SW_ATTR_PARAMETERS),
                        .orientation = sw_page_text(in, group, SW_ATTR_ORIENTATION),
                        .undefined = sw_page_text(in, group, SW_ATTR_UNDEFINED),
                        .weights = sw_page_text(in, group, SW_ATTR_WEIGHTS),
                        .summary = sw_page_text(in, group, SW_ATTR_SUMMARY),
                        .reasons = sw_page_text(in, group, SW_ATTR_UNDEFINED_IN),
                        .headline = -1};
  if (!*r->title) r->title = r->measure;
  return sw_page_attributes_of(in, group, &r->attributes);
}

/* ---- variables -------------------------------------------------------------------------- */

/* Whether a variable holds numbers of a result that are told: neither hashes nor the labels of
 * periods. A rank above SW_PAGE_DIMS cannot be drawn. */
static bool is_told(const sw_page *page, const sw_item *item, sw_h5_shape *shape) {
  const char *name = sw_h5_last_part(item->path);
  if (item->kind != SW_ITEM_VARIABLE || result_of(page, item->path) < 0) return false;
  if (sw_layout_is_hash(name) || strcmp(name, SW_NAME_TIME_LABEL) == 0) return false;
  *shape = sw_h5_shape_of(item->object);
  bool number = shape->number == SW_H5_REAL || shape->number == SW_H5_INTEGER ||
                shape->number == SW_H5_NATURAL;
  return number && shape->rank >= 0 && shape->rank <= SW_PAGE_DIMS;
}

/* Places a variable's axes: its time, its unit, kinds counted. `n_parts`: how many series or maps
 * it makes besides time and unit. */
static void place_axes(const sw_page *page, sw_page_variable *v, int count[]) {
  v->time = v->unit = -1;
  v->n_periods = 1;
  v->n_parts = 1;
  for (int d = 0; d < v->n_dims; d++) {
    const sw_page_axis *axis = &page->axis[v->dim[d]];
    count[axis->kind]++;
    if (axis->kind == SW_PAGE_TIME && v->time < 0) {
      v->time = d;
      v->n_periods = (int)axis->n;
    } else if (axis->kind == SW_PAGE_UNIT && v->unit < 0)
      v->unit = d;
    else
      v->n_parts *= axis->n;
  }
}

/* What the page does with a variable. Partners and starts of rows are read with the pairs that
 * they belong to, and are no numbers of their own. SILENT variables are read with others or not
 * at all. */
static sw_page_use use_of(const sw_page *page, sw_page_variable *v) {
  int count[SW_PAGE_LABELS + 1] = {0};
  place_axes(page, v, count);
  if (strcmp(v->name, SW_NAME_PARTNER) == 0 || strcmp(v->name, SW_NAME_ROW_START) == 0)
    return SW_PAGE_SILENT;
  if (count[SW_PAGE_ENTRY] > 0 || count[SW_PAGE_RANK] > 0 || count[SW_PAGE_UNIT_TO] > 0)
    return SW_PAGE_PAIR;
  if (count[SW_PAGE_UNIT] > 1 || count[SW_PAGE_TIME] > 1) return SW_PAGE_SILENT;
  return v->unit >= 0 ? SW_PAGE_COLUMN : SW_PAGE_SMALL;
}

/* The lines of `lines` that are of this output, without its name: "I in 2003: constant" becomes "in
 * 2003: constant". Lines are joined again by newlines. */
static const char *reasons_of(const sw_page_reading *in, const char *lines, const char *name) {
  const char *text = "";
  size_t length = strlen(name);
  for (const char *at = lines; text && *at; at += *at == '\n') {
    size_t line = strcspn(at, "\n");
    bool its = line > length + 1 && strncmp(at, name, length) == 0 &&
               (at[length] == ':' || at[length] == ' ');
    size_t skip = its ? length + 1 + (at[length] == ':' && at[length + 1] == ' ') : 0;
    if (its)
      text = sw_arena_printf(in->arena, "%s%s%.*s", text, *text ? "\n" : "", (int)(line - skip),
                             at + skip);
    at += line;
  }
  return text;
}

/* Adds a variable with its axes and look. result_of is valid here: is_told has asked. The count
 * goes up last, so a failure leaves no half variable. */
static sw_status add_variable(sw_page_reading *in, const sw_item *item, const sw_h5_shape *shape) {
  sw_page *page = in->page;
  int r = result_of(page, item->path);
  sw_page_result *result = &page->result[r];
  sw_page_variable *v = &page->variable[page->n_variables];
  const char *unit = sw_page_text(in, item->object, SW_H5_UNITS);
  *v = (sw_page_variable){.id = item->path,
                          .name = item->path + strlen(result->name) + 1,
                          .title = sw_page_text(in, item->object, SW_H5_LONG_NAME),
                          .units = strcmp(unit, "1") == 0 ? "" : unit,
                          .integer = shape->number != SW_H5_REAL,
                          .small = shape->number == SW_H5_REAL && shape->width == 4,
                          .result = r,
                          .n_dims = shape->rank,
                          .undefined = -1};
  if (!*v->title) v->title = v->name;
  if (H5Aexists(item->object, SW_ATTR_UNDEFINED) > 0)
    v->undefined = sw_h5_get_integer(item->object, SW_ATTR_UNDEFINED);
  if (!(v->reasons = reasons_of(in, result->reasons, v->name))) return no_memory(in->err);
  hid_t group = H5Gopen2(in->file, result->name, H5P_DEFAULT);
  sw_status status = SW_OK;
  for (int d = 0; d < shape->rank && status == SW_OK; d++)
    status = sw_page_axis_of(in, result->name, group, item->object, d, (int64_t)shape->extent[d],
                             &v->dim[d]);
  if (group >= 0) H5Gclose(group);
  SW_TRY(status);
  v->use = use_of(page, v);
  SW_TRY(sw_page_look(in, item->object, v));
  page->n_variables++;
  return SW_OK;
}

/* Once all variables are there: finds which ones are drawn with which, and the headlines. At most
 * two variables stand beside one, such as p-values and bounds. */
static void join_variables(sw_page_reading *in) {
  sw_page *page = in->page;
  for (int v = 0; v < page->n_variables; v++) {
    sw_page_variable *of = &page->variable[v];
    hid_t dataset = H5Dopen2(in->file, of->id, H5P_DEFAULT);
    char names[256];
    /* A longer list is cut: no more than two names are used. */
    strncpy(names, dataset < 0 ? "" : sw_page_text(in, dataset, SW_ATTR_SHOWN_WITH),
            sizeof names - 1);
    names[sizeof names - 1] = '\0';
    if (dataset >= 0) H5Dclose(dataset);
    char *rest = NULL;
    for (char *word = strtok_r(names, " ", &rest); word && of->n_with < 2;
         word = strtok_r(NULL, " ", &rest)) {
      int with = find_variable(page, page->result[of->result].name, word);
      if (with >= 0) of->with[of->n_with++] = with;
    }
  }
  for (int r = 0; r < page->n_results; r++) {
    sw_page_result *result = &page->result[r];
    const char *name = sw_page_attribute(&result->attributes, SW_ATTR_HEADLINE);
    if (name) result->headline = find_variable(page, result->name, name);
    if (result->headline >= 0) page->variable[result->headline].headline = true;
  }
}

/* Puts the lines that `spillway info` prints too to their results. Empty texts are left out; tables
 * go by `more`, which the page does not show. */
static sw_status take_headlines(sw_page_reading *in) {
  sw_page *page = in->page;
  int n = 0;
  sw_headline *line = NULL;
  SW_TRY(sw_headlines_of(in->err, in->arena, in->file, &n, &line));
  for (int r = 0; r < page->n_results; r++) {
    sw_page_result *result = &page->result[r];
    SW_NEW(in->err, in->arena, result->headline_line, n + 1);
    for (int k = 0; k < n; k++)
      if (strcmp(line[k].path, result->name) == 0 && *line[k].text)
        result->headline_line[result->n_headlines++] = line[k].text;
  }
  return SW_OK;
}

/* ---- the walk --------------------------------------------------------------------------- */

/* Reads results and variables in two walks: the first counts, so that arrays need not grow; the
 * second fills. */
static sw_status read_all(sw_page_reading *in) {
  sw_page *page = in->page;
  sw_contents walk;
  int results = 0, variables = 0, scales = 0;
  sw_h5_shape shape;
  sw_status status = sw_contents_begin(in->err, in->arena, in->file, SW_AS_MADE, &walk);
  for (sw_item item; status == SW_OK && sw_contents_next(&walk, &item);) {
    results += item.kind == SW_ITEM_RESULT;
    variables += item.kind == SW_ITEM_VARIABLE;
    scales += item.kind == SW_ITEM_AXIS || item.kind == SW_ITEM_VARIABLE;
  }
  SW_TRY(sw_contents_end(&walk, status));
  SW_NEW(in->err, in->arena, in->scale, scales + 1);
  SW_NEW(in->err, in->arena, page->result, results + 1);
  SW_NEW(in->err, in->arena, page->variable, variables + 1);
  SW_NEW(in->err, in->arena, page->axis, 3 + SW_PAGE_DIMS * variables);
  status = sw_contents_begin(in->err, in->arena, in->file, SW_AS_MADE, &walk);
  for (sw_item item; status == SW_OK && sw_contents_next(&walk, &item);) {
    if (item.kind == SW_ITEM_RESULT && page->n_results < results) status = add_result(in, &item);
    if (in->n_scales < scales) sw_page_note_scale(in, &item);
    if (status == SW_OK && page->n_variables < variables && is_told(page, &item, &shape))
      status = add_variable(in, &item, &shape);
  }
  SW_TRY(sw_contents_end(&walk, status));
  join_variables(in);
  return take_headlines(in);
}

sw_status sw_page_whole(sw_error *err, const sw_arena *arena, const sw_page *page) {
  SW_TRY(sw_arena_whole(err, arena));
  return sw_h5_whole(err, page->path);
}

/* Opens a file and reads all that it says, but for numbers. What failed within is told with the
 * path in front, as HDF5's words name no file. On failure sw_page_close is still the caller's to
 * call. */
sw_status sw_page_open(sw_error *err, sw_arena *arena, const char *path, sw_page **out) {
  sw_page *page = NULL;
  SW_NEW(err, arena, page, 1);
  SW_NEW(err, arena, page->in, 1);
  *out = page;
  page->in->file = H5I_INVALID_HID;
  page->path = path;
  SW_TRY(sw_contents_open(err, arena, path, &page->in->file));
  sw_page_reading in = {.err = err, .arena = arena, .page = page, .file = page->in->file};
  sw_status status = sw_page_root(&in);
  if (status == SW_OK) status = read_all(&in);
  if (status == SW_OK) return sw_page_whole(err, arena, page);
  sw_error said = *err;
  sw_error_clear(err);
  return sw_fail(err, status, "%s: %s", path, said.text);
}

void sw_page_close(sw_page *page) {
  if (!page || !page->in || page->in->file < 0) return;
  H5Fclose(page->in->file);
  page->in->file = H5I_INVALID_HID;
}

/* ---- parts ------------------------------------------------------------------------------ */

/* Which label a part has on its k-th further axis; NULL: it has no such axis. Parts are numbered
 * with the last axis fastest, as the numbers lie in the file. */
const char *sw_page_part_label(const sw_page *page, const sw_page_variable *v, int64_t part,
                               int k) {
  int seen = 0, further = v->n_dims - (v->time >= 0) - (v->unit >= 0);
  int64_t place = part;
  if (k >= further) return NULL;
  for (int d = v->n_dims - 1; d >= 0; d--) { /* the last axis is the fastest */
    const sw_page_axis *axis = &page->axis[v->dim[d]];
    if (d == v->time || d == v->unit) continue;
    int64_t at = axis->n > 0 ? place % axis->n : 0;
    place = axis->n > 0 ? place / axis->n : 0;
    if (further - 1 - seen++ == k) return axis->label ? axis->label[at] : "";
  }
  return NULL;
}

/* "result/variable[label,label]": names a part of a variable across files and in addresses of the
 * page. The key is stable across files, so that pages of two runs can be compared. */
const char *sw_page_key(sw_arena *arena, const sw_page *page, const sw_page_variable *v,
                        int64_t part) {
  const char *text = v->id, *label;
  for (int k = 0; text && (label = sw_page_part_label(page, v, part, k)); k++)
    text = sw_arena_printf(arena, "%s%s%s", text, k > 0 ? "," : "[", label);
  if (text && text != v->id) text = sw_arena_printf(arena, "%s]", text);
  return text;
}
