/* Files of nodes and edges as tables: CSV, or a layer of anything that OGR reads, which becomes CSV
 * first, so that there is one reader. Columns go by the names that the study gives, else by those
 * that such files have.
 *
 * Called by nodes.c, edges.c and read.c. The text belongs to the network's arena, so fields of the
 * reader may point into it. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "store/polygons/polygons.h"
#include "store/roads/network.h"

/* By the ending, as GDAL would open CSV files too, with other rules for types. */
static bool is_csv(const char *path) {
  static const char *const endings[] = {".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz"};
  for (size_t k = 0; k < sizeof endings / sizeof *endings; k++)
    if (sw_ends_with(path, endings[k])) return true;
  return false;
}

/* What rank 0 has read, to all. The length first, so that every rank can make room. */
static sw_status send_text(sw_error *err, sw_team *team, sw_arena *arena, const char *mine,
                           const char **text, size_t *length) {
  char *copy = NULL;
  SW_TRY(team->broadcast(team, err, length, sizeof *length, 0));
  sw_status status = sw_arena_alloc(err, arena, *length + 1, 1, (void **)&copy);
  SW_TRY(sw_team_agree(team, err, status, 0));
  if (team->rank == 0) memcpy(copy, mine, *length);
  *text = copy;
  return *length ? team->broadcast(team, err, copy, *length, 0) : SW_OK;
}

/* OGR is called on rank 0 alone; the others never load GDAL. */
sw_status sw_network_text(sw_error *err, sw_team *team, const sw_network *network,
                          const sw_network_file *file, const char **text, size_t *length) {
  if (is_csv(file->path)) return sw_text_read(err, team, network->arena, file->path, text, length);
  char *mine = NULL;
  *length = 0;
  sw_status status = SW_OK;
  if (team->rank == 0)
    status = sw_layer_text(err, file->node, file->file, file->path, file->layer, &mine, length);
  status = sw_team_agree(team, err, status, 0);
  if (status == SW_OK) status = send_text(err, team, network->arena, mine, text, length);
  free(mine);
  return status;
}

/* The caller destroys *csv, also after a failure. */
sw_status sw_network_open(sw_error *err, const sw_network *network, const sw_network_file *file,
                          const char *text, size_t length, sw_csv **csv) {
  SW_TRY(sw_csv_create(err, network->arena, file->file, csv));
  sw_csv_text(*csv, text, length, 1);
  return sw_csv_header(err, *csv);
}

/* `usual`: names divided by |. Case does not matter. */
static bool is_usual(const char *name, const char *usual) {
  size_t length = strlen(name);
  for (const char *at = usual; *at; at += *at == '|') {
    size_t word = strcspn(at, "|");
    if (word == length && strncasecmp(at, name, word) == 0) return true;
    at += word;
  }
  return false;
}

/* `which` is the place in the study's list of columns. `what` NULL: the column may be missing,
 * *index is then -1. */
sw_status sw_network_column(sw_error *err, const sw_csv *csv, const sw_network_file *file,
                            int which, const char *key, const char *usual, const char *what,
                            int *index) {
  const char *name = file->column[which];
  char hint[SW_HINT_ROOM];
  *index = -1;
  if (name) {
    *index = sw_csv_find(csv, name);
    if (*index >= 0) return SW_OK;
    return sw_node_fail(err, file->node, "network: %s has no column '%s'%s", file->file, name,
                        sw_did_you_mean(name, sw_nearest(name, csv->column, csv->n_columns), hint));
  }
  for (int c = 0; c < csv->n_columns && *index < 0; c++)
    if (is_usual(csv->column[c], usual)) *index = c;
  if (*index >= 0 || !what) return SW_OK;
  return sw_node_fail(err, file->node,
                      "network: %s has no column %s (one of %s); name it: {file: %s, %s: COLUMN}",
                      file->file, what, usual, file->file, key);
}
