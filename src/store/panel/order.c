/* Whether the rows of the study's files have the units in the order of their codes: asked for by a
 * matrix of weights that comes without codes (links/market.c), whose rows then can have one order
 * only. Between universe.c, which knows the units, and send.c, which gives the rows away.
 *
 * The order of a panel is that in which its units appear first, over all its files. Where a units
 * file is given its rows must be in the order of codes as well: nobody can know of which of the two
 * files such a matrix was made. */
#include "store/panel/build.h"

#include "base/text.h"

#include <math.h>

/* The pass over all rows is made only for a study that needs its answer. */
static bool is_asked_for(const sw_study *study) {
  for (int i = 0; i < study->n_weights; i++) {
    const sw_weights_spec *weights = &study->weights[i];
    if (weights->kind == SW_W_FILE && !weights->order &&
        (sw_ends_with(weights->file, ".mtx") || sw_ends_with(weights->file, ".mtx.gz")))
      return true;
  }
  return false;
}

/* Files are FILE apart, so that a place is exact in a double: 2^12 files of 2^40 lines. */
static void first_places(const sw_panel_build *build, double *first) {
  const double file = 1099511627776.0;
  for (int f = 0; f < build->spec->n_files; f++)
    for (int64_t b = 0; b < build->rows[f].n_blocks; b++) {
      const sw_panel_block *block = &build->rows[f].block[b];
      for (int64_t i = 0; i < block->n; i++) {
        int64_t unit = build->unit_of[f][block->unit[i]];
        double place = f * file + (double)sw_panel_block_line(block, i);
        if (unit >= 0 && place < first[unit]) first[unit] = place;
      }
    }
}

/* Coarse units, after `aggregate`, and those of a crosswalk have no rows in any file, and so no
 * order. Collective. */
sw_status sw_panel_file_order(sw_error *err, sw_panel_build *build, bool *is_ascending) {
  int64_t n = build->table.n;
  double *first = NULL;
  *is_ascending = false;
  if (!is_asked_for(build->study) || build->spec->aggregate_by || build->recoding) return SW_OK;
  SW_TRY(
      sw_team_agree(build->team, err, sw_alloc(err, (size_t)n, sizeof *first, (void **)&first), 0));
  for (int64_t i = 0; i < n; i++)
    first[i] = INFINITY;
  first_places(build, first);
  sw_status status = build->team->min_f64(build->team, err, first, (int)n);
  *is_ascending = status == SW_OK && (!build->study->units.given || build->units_file.is_ascending);
  for (int64_t i = 0; i < n && *is_ascending; i++)
    *is_ascending = first[i] < INFINITY && (i == 0 || first[i - 1] < first[i]);
  sw_free(first);
  return status;
}
