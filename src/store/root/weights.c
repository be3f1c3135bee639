/* Spatial weights matrices as the run has used them, styled, in the form of kept pairs: rows
 * compressed, receivers by code. scipy: csr_matrix((value, partner, row_start)); R:
 * sparseMatrix(j = partner, p = row_start, x = value, index1 = FALSE).
 *
 * A matrix that no entry uses was not read, and is not there; one that rests on a result of the
 * study is known when that is computed. One of nearly all pairs, such as an
 * inverse distance without a cutoff, has its figures alone: it would be larger than the results.
 *
 * Called by root.c on rank 0. Matrices are read only. A matrix that an entry makes during the run
 * is written when its result is there. */
#include "store/root/root.h"

#include <hdf5_hl.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "store/layout/layout.h"

/* Links that are stored whatever the units; and of one unit, on average, above that. A hundred
 * links a unit are more than neighbours have, and less than a distance without a cutoff. */
enum { FEW_LINKS = 1000000, LINKS_PER_UNIT = 100 };

/* The links of a matrix, by the first entry that names it: all entries see the same. */
static const sw_links *links_of(const sw_run *run, int weights) {
  for (int e = 0; e < run->study->n_entries; e++) {
    const sw_entry *entry = &run->study->entry[e];
    const sw_job *job = &run->job[e];
    for (int p = 0; job->arg && entry->measure->param[p].name; p++) {
      if (entry->measure->param[p].type == SW_P_WEIGHTS && entry->naming[p].weights == weights &&
          job->arg[p].weights)
        return job->arg[p].weights;
      for (int k = 0; job->arg[p].weights_list && k < job->arg[p].count; k++)
        if (entry->naming[p].weights_list[k] == weights) return job->arg[p].weights_list[k];
    }
    if (entry->links == weights && run->pair[e].links) return run->pair[e].links;
  }
  return NULL;
}

static bool is_stored(const sw_links *links) {
  int64_t count = links->row_start[links->n];
  return count <= FEW_LINKS || count <= LINKS_PER_UNIT * links->n;
}

/* ---- one matrix ------------------------------------------------------------------------- */

/* A dimension without coordinate, as netCDF-4 writes one: big-endian float, known by this scale
 * name. */
static sw_status put_bare(sw_root *root, hid_t group, const char *axis, int64_t n) {
  char name[sizeof SW_H5_BARE + 24];
  hsize_t extent = (hsize_t)n;
  snprintf(name, sizeof name, SW_H5_BARE "%10lld", (long long)n);
  hid_t space = H5Screate_simple(1, &extent, NULL), creation = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_attr_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
  H5Pset_obj_track_times(creation, false);
  hid_t dataset =
      H5Dcreate2(group, axis, H5T_IEEE_F32BE, space, H5P_DEFAULT, creation, H5P_DEFAULT);
  herr_t code = dataset < 0 ? -1 : H5DSset_scale(dataset, name);
  if (dataset >= 0 && H5Dclose(dataset) < 0) code = -1;
  H5Pclose(creation);
  H5Sclose(space);
  return sw_root_done(root, code, "write an axis");
}

/* `value` has no text of its own in layout.c. */
static sw_status put_array(sw_root *root, hid_t group, sw_source source, sw_h5_cell cell,
                           const char *axis, int64_t n, const void *values) {
  const sw_layout_text *text = sw_layout_of(source);
  hid_t dataset = sw_h5_numbers(group, text->name ? text->name : SW_NAME_VALUE,
                                text->name ? text->long_name : "weight of the link", "1", cell,
                                (hsize_t)n, values);
  return sw_root_over(root, group, dataset, 1, &axis);
}

/* Twelve bytes per link and eight per unit. Estimated by sw_root_weights_bytes with the same
 * numbers. */
static sw_status put_links(sw_root *root, hid_t group, const sw_links *links) {
  int64_t count = links->row_start[links->n];
  SW_TRY(put_bare(root, group, SW_NAME_UNIT_EDGE, links->n + 1));
  SW_TRY(put_bare(root, group, SW_NAME_ENTRY, count));
  SW_TRY(put_array(root, group, SW_FROM_ROW_START, SW_CELL_I64, SW_NAME_UNIT_EDGE, links->n + 1,
                   links->row_start));
  SW_TRY(put_array(root, group, SW_FROM_PARTNER, SW_CELL_I32, SW_NAME_ENTRY, count, links->to));
  return put_array(root, group, SW_FROM_STORED, SW_CELL_F64, SW_NAME_ENTRY, count, links->value);
}

/* What is told of every matrix, stored or not. The study's own line is stored, so that a reader can
 * see how the matrix was made. */
static sw_status put_figures(sw_root *root, hid_t group, const sw_links *links, const char *how) {
  herr_t code = sw_h5_put_text(group, SW_H5_LONG_NAME, "spatial weights matrix", 0);
  if (code >= 0) code = sw_h5_put_text(group, SW_ATTR_WEIGHTS, how, 0);
  if (code >= 0) code = sw_h5_put_integer(group, SW_ATTR_LINKS, links->row_start[links->n]);
  if (code >= 0) code = sw_h5_put_integer(group, SW_ATTR_ISLANDS, links->islands);
  if (code >= 0) code = sw_h5_put_integer(group, SW_ATTR_SYMMETRIC, links->symmetric);
  return sw_root_done(root, code, "write an attribute");
}

/* A matrix of the study: its figures, and its links where they are stored. */
static sw_status put_matrix(sw_root *root, const char *name, const sw_links *links,
                            const char *how) {
  static const char *const axis[] = {SW_NAME_UNIT, NULL};
  hid_t group = H5I_INVALID_HID;
  const char *path = sw_arena_printf(root->arena, SW_NAME_WEIGHTS "/%s", name);
  if (!path || !how) return sw_fail(root->err, SW_ENOMEM, "out of memory for the names of weights");
  SW_TRY(sw_root_group(root, path, axis, &group));
  SW_TRY(put_figures(root, group, links, how));
  if (is_stored(links)) SW_TRY(put_links(root, group, links));
  return sw_root_done(root, H5Gclose(group), "write a weights matrix");
}

/* ---- all of them ------------------------------------------------------------------------ */

/* Line `index`, from behind the name: "{kind: knn, k: 6, style: row}". root->weights has a line for
 * each matrix of the study. */
static const char *how_of(sw_root *root, int index) {
  const char *at = root->weights;
  for (int i = 0; at && i < index; i++)
    at = strchr(at, '\n') ? strchr(at, '\n') + 1 : "";
  return at ? sw_arena_textn(root->arena, at, strcspn(at, "\n")) : NULL;
}

static bool is_there(const sw_root *root, const char *path) {
  return H5Lexists(root->file, path, H5P_DEFAULT) > 0;
}

/* The group of all is made with its first. Called when the file is made, and again at the end of
 * the run for matrices that were made in it: what is there stays. */
sw_status sw_root_put_weights(sw_root *root) {
  static const char *const none[] = {NULL};
  const sw_study *study = root->run->study;
  bool any = is_there(root, SW_NAME_WEIGHTS);
  for (int i = 0; i < study->n_weights; i++) {
    bool later = study->weights[i].later && root->run->later[i];
    const sw_links *links = later ? NULL : links_of(root->run, i);
    const char *path = sw_arena_printf(root->arena, SW_NAME_WEIGHTS "/%s", study->weights[i].name);
    hid_t all = H5I_INVALID_HID;
    if (!path) return sw_fail(root->err, SW_ENOMEM, "out of memory for the names of weights");
    if (!links || (any && is_there(root, path))) continue;
    if (!any) {
      SW_TRY(sw_root_group(root, SW_NAME_WEIGHTS, none, &all));
      SW_TRY(sw_root_done(root, H5Gclose(all), "write the weights"));
    }
    any = true;
    SW_TRY(put_matrix(root, study->weights[i].name, links, how_of(root, i)));
  }
  return SW_OK;
}

/* Of a matrix that is made in the run its links can only be estimated: by those of its stand-in.
 * 8192 bytes: a group with its attributes; 12288 more with its datasets. */
double sw_root_weights_bytes(const sw_run *run) {
  double bytes = 0;
  for (int i = 0; i < run->study->n_weights; i++) {
    const sw_links *links = links_of(run, i);
    if (!links) continue;
    bytes += 8192;
    if (is_stored(links))
      bytes += 8.0 * ((double)links->n + 1) + 12.0 * (double)links->row_start[links->n] + 12288;
  }
  return bytes;
}
