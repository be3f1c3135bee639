/* Weights matrices and distances of a study: which reader, which style, then shared. All of it is
 * collective. Each node's first rank parses the same text into the same rows, without talking to
 * the others; the rows are then copied into the node's shared memory, of which all its ranks
 * read.
 *
 * What goes over the network is the text of the file, once for each node, and not the rows: text is
 * mostly smaller, and parsing is quick beside it. Memory: while a matrix is read, its text, list
 * and rows on every node's first rank; afterwards its shared copy alone. */
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/text.h"
#include "kernel/weights/style.h"
#include "store/links/links.h"
#include "store/text/file.h"

/* What is asked for: a weights matrix in a style, or distances (`distance`), which stay as they
 * are. */
struct request {
  const char *name;               /* for the log and messages */
  const char *file, *path;        /* as the study names it, for messages; where it is */
  const sw_node *node;            /* of the study, that names the file */
  const sw_link_columns *columns; /* NULL: not named */
  const char *order, *order_path; /* of a .mtx: the file of codes; NULL: not named */
  bool order_is_beside;           /* it was found beside the matrix */
  const char *order_text;
  size_t order_length;
  sw_link_parse *parse;
  sw_style style;
  bool distance;
};

/* ---- on every node's first rank ---------------------------------------------------------- */

/* After zeros were dropped a row is empty or has a sum above zero; it fails only where a sum
 * overflows. Distances stay as they are. wrong == n means that the fault is of the matrix as a
 * whole. Message and status are the same on all nodes. */
static sw_status style_rows(sw_error *err, const struct request *request, const sw_units *units,
                            sw_link_rows *rows) {
  int64_t wrong = -1;
  SW_TRY(
      sw_style_rows(err, rows->n, rows->row_start, rows->to, rows->value, request->style, &wrong));
  if (wrong == rows->n)
    return sw_fail(err, SW_EINPUT, "%s: the weights have no finite sum or eigenvalue to scale by",
                   request->file);
  if (wrong >= 0)
    return sw_fail(err, SW_EINPUT, "%s: the weights of unit '%s' have no finite sum", request->file,
                   sw_unit_code(units, wrong));
  return SW_OK;
}

/* From the list to rows, checked in this order: a duplicate link, before zeros are dropped; no link
 * at all, which means that codes do not match; then the style. *rows is the caller's to destroy, in
 * any case. "Do the codes match?" is asked where links were left out: it is then the likely
 * reason. */
static sw_status rows_of_list(sw_error *err, const struct request *request,
                              const sw_links_list *list, sw_link_rows *rows) {
  int64_t twice[2];
  SW_TRY(sw_links_rows_create(err, list->units->n, list->link, list->count, rows, twice));
  if (twice[0] >= 0) {
    const sw_link *first = &list->link[twice[0]], *second = &list->link[twice[1]];
    return sw_links_list_fail(
        err, list, second->line,
        "the link from '%s' to '%s' is already on line %lld; give each link once",
        sw_unit_code(list->units, first->from), sw_unit_code(list->units, first->to),
        (long long)first->line);
  }
  if (!request->distance) sw_links_rows_drop_zeros(rows);
  if (rows->row_start[rows->n] == 0)
    return sw_fail(err, SW_EINPUT, "%s: no %s between units of the panel%s", request->file,
                   request->distance ? "distance" : "link",
                   list->left_out ? "; do the codes match?" : "");
  return style_rows(err, request, list->units, rows);
}

/* On failure the caller destroys `list` and `rows`. The request's fields are handed to the list, as
 * the parsers see nothing else. */
static sw_status parse_rows(sw_error *err, const struct request *request, const sw_study *study,
                            const sw_units *units, const char *text, size_t length,
                            sw_links_list *list, sw_link_rows *rows) {
  SW_TRY(sw_links_list_create(err, request->file, study, units, request->distance, list));
  list->node = request->node;
  list->columns = request->columns;
  list->order_file = request->order;
  list->order = request->order_text;
  list->order_length = request->order_length;
  list->order_is_beside = request->order_is_beside;
  SW_TRY(request->parse(err, list, text, length));
  return rows_of_list(err, request, list, rows);
}

/* ---- together ---------------------------------------------------------------------------- */

/* `rows`: filled on every node's first rank, empty elsewhere. The number of entries goes out from
 * rank 0, since all ranks must ask for the same memory. Returns between collectives only on
 * failures that the calls have agreed on themselves. Rank 0's number is right for all, as the nodes
 * have parsed the same text. After a failure *links is what there is, for sw_links_destroy. */
static sw_status share_rows(sw_error *err, sw_team *team, int64_t n, const sw_link_rows *rows,
                            sw_links **links) {
  int64_t *row_start = NULL, count = rows->row_start ? rows->row_start[n] : 0;
  int32_t *to = NULL;
  double *value = NULL;
  SW_TRY(team->broadcast(team, err, &count, sizeof count, 0));
  SW_TRY(sw_links_create(err, team, n, links, &row_start));
  SW_TRY(sw_links_take_entries(err, team, *links, count, &to, &value));
  /* The barrier in sw_links_finish makes this visible to the others. */
  if (team->node_rank == 0) {
    memcpy(row_start, rows->row_start, (size_t)(n + 1) * sizeof *row_start);
    memcpy(to, rows->to, (size_t)count * sizeof *to);
    memcpy(value, rows->value, (size_t)count * sizeof *value);
  }
  return sw_links_finish(err, team, *links);
}

/* Says what became of the file. Rank 0 has read the list; the log is silent elsewhere. Links
 * without a reverse are counted for weights alone. A warning for each kind of loss, one line; a
 * matrix that is as it should be makes one line of information. */
static void report(const sw_team *team, const struct request *request, const sw_links_list *list,
                   const sw_links *links) {
  if (team->rank != 0) return;
  sw_log(SW_LOG_INFO, "%s: %lld %s between %lld units, %lld without any", request->name,
         (long long)links->row_start[links->n], request->distance ? "distances" : "links",
         (long long)links->n, (long long)links->islands);
  if (list->left_out > 0)
    sw_log(SW_LOG_WARN, "%s: %lld link%s of units that are not in the panel %s left out of %s",
           request->name, (long long)list->left_out, list->left_out == 1 ? "" : "s",
           list->left_out == 1 ? "was" : "were", request->file);
  if (list->lacking > 0 && !request->distance)
    sw_log(SW_LOG_WARN, "%s: %lld unit%s of the panel %s not in %s and %s no links", request->name,
           (long long)list->lacking, list->lacking == 1 ? "" : "s",
           list->lacking == 1 ? "is" : "are", request->file, list->lacking == 1 ? "has" : "have");
  /* A border that was entered once only is a common slip; distances may be one-way. */
  int64_t one_way = request->distance ? 0 : sw_links_one_way(links);
  if (one_way > 0)
    sw_log(SW_LOG_WARN,
           "%s: %lld link%s no reverse link; a border is two links, one in each direction",
           request->name, (long long)one_way, one_way == 1 ? " has" : "s have");
  if (list->own > 0)
    sw_log(SW_LOG_INFO, "%s: %lld link%s of a unit with itself %s left out of %s", request->name,
           (long long)list->own, list->own == 1 ? "" : "s", list->own == 1 ? "was" : "were",
           request->file);
  if (list->value_is_distance && request->style != SW_STYLE_BINARY)
    sw_log(SW_LOG_WARN,
           "%s: the third word of %s is taken as the weight; where it is a distance (GeoDa), write "
           "`style: binary`",
           request->name, request->file);
}

/* The codes of a .mtx: of the file that the study names, else of one that is found beside it. Rank
 * 0 looks whether it is there, for all. Only a .mtx has rows without codes. request->order is set
 * to what was found, for messages. */
static sw_status read_order(sw_error *err, sw_team *team, struct request *request,
                            sw_arena *arena) {
  if (request->parse != sw_links_parse_mtx) return SW_OK;
  if (!request->order) {
    sw_codes_beside which = SW_NO_CODES;
    sw_status status = SW_OK;
    if (team->rank == 0) status = sw_file_find_codes(err, arena, request->path, &which);
    SW_TRY(sw_team_agree(team, err, status, 0));
    SW_TRY(team->broadcast(team, err, &which, sizeof which, 0));
    if (which == SW_NO_CODES) return SW_OK;
    request->order = sw_file_codes_beside(arena, request->file, which);
    request->order_path = sw_file_codes_beside(arena, request->path, which);
    request->order_is_beside = true;
    if (!request->order || !request->order_path)
      status = sw_fail(err, SW_ENOMEM, "%s: out of memory", request->file);
    SW_TRY(sw_team_agree(team, err, status, 0));
  }
  return sw_text_read(err, team, arena, request->order_path, &request->order_text,
                      &request->order_length);
}

/* The list is kept until the report, which counts what it left out. Every rank reads the text, as
 * sw_text_read shares it within a node; only first ranks parse it. */
static sw_status read_file(sw_error *err, sw_team *team, struct request *request,
                           const sw_study *study, const sw_units *units, sw_arena *arena,
                           sw_links **links) {
  const char *text = NULL;
  size_t length = 0;
  sw_links_list list = {0};
  sw_link_rows rows = {0};
  SW_TRY(read_order(err, team, request, arena));
  SW_TRY(sw_text_read(err, team, arena, request->path, &text, &length));
  /* Ranks that do not parse wait in the agreement. */
  sw_status status = SW_OK;
  if (team->node_rank == 0)
    status = parse_rows(err, request, study, units, text, length, &list, &rows);
  status = sw_team_agree(team, err, status, 0);
  if (status == SW_OK) status = share_rows(err, team, units->n, &rows, links);
  if (status == SW_OK) report(team, request, &list, *links);
  sw_links_rows_destroy(&rows);
  sw_links_list_destroy(&list);
  return status;
}

/* The text of the file lives no longer than its reading: it may be large, and the study's arena
 * would keep it. On failure *links is NULL. The arena is freed also after success: links do not
 * point into it. */
static sw_status read_request(sw_error *err, sw_team *team, struct request *request,
                              const sw_study *study, const sw_units *units, sw_links **links) {
  sw_arena *arena = NULL;
  *links = NULL;
  sw_status status = sw_team_agree(team, err, sw_arena_create(err, &arena), 0);
  if (status == SW_OK) status = read_file(err, team, request, study, units, arena, links);
  sw_arena_destroy(arena);
  if (status != SW_OK) {
    sw_links_destroy(team, *links);
    *links = NULL;
  }
  return status;
}

/* ---- what the study names ---------------------------------------------------------------- */

/* By `kind: matrix`, else by the name of the file; each may be packed as .gz. The same on every
 * rank, as the study is. The packed form is told by its name; sw_text_read unpacks it. */
static sw_status parser_of(sw_error *err, const sw_weights_spec *spec, sw_link_parse **parse) {
  static const struct {
    const char *ending, *packed;
    sw_link_parse *parse;
  } formats[] = {{".csv", ".csv.gz", sw_links_parse_csv}, {".tsv", ".tsv.gz", sw_links_parse_csv},
                 {".txt", ".txt.gz", sw_links_parse_csv}, {".gal", ".gal.gz", sw_links_parse_gal},
                 {".gwt", ".gwt.gz", sw_links_parse_gwt}, {".mtx", ".mtx.gz", sw_links_parse_mtx}};
  *parse = spec->kind == SW_W_MATRIX ? sw_links_parse_table : NULL;
  for (size_t k = 0; k < sizeof formats / sizeof *formats && !*parse; k++)
    if (sw_ends_with(spec->file, formats[k].ending) || sw_ends_with(spec->file, formats[k].packed))
      *parse = formats[k].parse;
  if (*parse) return SW_OK;
  return sw_node_fail(err, spec->node,
                      "weights '%s': unknown file type '%s'; expected .csv, .tsv, .txt, .gal, .gwt "
                      "or .mtx, or one of these as .gz",
                      spec->name, spec->file);
}

/* The port's `weights`. Matrices made from coordinates need no file. *links is NULL after a
 * failure. Every branch is collective and is the same on all ranks, as the spec is. */
sw_status sw_links_read_weights(sw_error *err, sw_team *team, const sw_study *study,
                                const sw_weights_spec *spec, const sw_units *units,
                                sw_links **links) {
  *links = NULL;
  if (spec->kind >= SW_W_KNN && spec->kind <= SW_W_KERNEL)
    return sw_links_from_places(err, team, spec, units, links);
  if (spec->kind == SW_W_CONTIGUITY)
    return sw_links_from_polygons(err, team, study, spec, units, links);
  if (spec->kind == SW_W_BLOCK) return sw_links_from_groups(err, team, spec, units, links);
  if (spec->kind == SW_W_RESULT) return sw_links_from_result(err, team, study, spec, units, links);
  if (sw_weights_kind_combines(spec->kind))
    return sw_links_from_others(err, team, study, spec, units, links);
  struct request request = {.name = spec->name, .file = spec->file, .path = spec->path};
  request.style = spec->style;
  request.node = spec->node;
  if (spec->columns.from || spec->columns.value) request.columns = &spec->columns;
  request.order = spec->order;
  request.order_path = spec->order_path;
  SW_TRY(parser_of(err, spec, &request.parse));
  return read_request(err, team, &request, study, units, links);
}

/* The port's `distance`: the values stay in the file's own unit. Only pairs that the file has are
 * in it; the others have no distance. */
sw_status sw_links_read_distance(sw_error *err, sw_team *team, const sw_study *study,
                                 const char *name, const sw_distance_spec *spec,
                                 const sw_units *units, sw_links **links) {
  /* As they are: distances have no style. */
  struct request request = {.name = name, .distance = true};
  request.file = spec->file;
  request.path = spec->path;
  request.node = spec->node;
  if (spec->columns.from || spec->columns.value) request.columns = &spec->columns;
  request.parse = sw_links_parse_distance;
  request.style = SW_STYLE_AS_IS;
  return read_request(err, team, &request, study, units, links);
}
