/* Compares two results files: all of `spillway diff` but its options and its printing, for one
 * process without MPI. Attributes of the root come first, then the axes of units and periods, then
 * every group.
 *
 * Invariant: both are complete results files before anything is compared; in an unfinished one
 * everything not yet written would appear as a change. Of neither is more held than its axes and a
 * few blocks of values. */
#include "store/diff/private.h"

#include <stdio.h>
#include <string.h>

/* The axes of the root come before the groups: every result uses them, and what moved is counted by
 * unit of the old file. One element more than needed, so that no allocation is of nothing. */
static sw_status compare(sw_diff *diff) {
  if (!diff->options.values) SW_TRY(sw_diff_attributes(diff, "", diff->file));
  SW_TRY(sw_diff_root_axis(diff, SW_NAME_UNIT, &diff->unit));
  SW_TRY(sw_diff_root_axis(diff, SW_NAME_TIME, &diff->time));
  SW_NEW(diff->err, diff->arena, diff->moved, diff->unit->n[SW_OLD] + 1);
  for (int k = 0; k < SW_DIFF_KINDS; k++)
    SW_NEW(diff->err, diff->arena, diff->heap[k].place, diff->options.most + 1);
  return sw_diff_group(diff, "", diff->file);
}

static sw_status open_both(sw_diff *diff, const char *const path[2]) {
  SW_TRY(sw_contents_open(diff->err, diff->arena, path[SW_OLD], &diff->file[SW_OLD]));
  return sw_contents_open(diff->err, diff->arena, path[SW_NEW], &diff->file[SW_NEW]);
}

/* Compares two files: opens both, walks over them, makes the report. Errors of HDF5 are told with
 * both names. */
sw_status sw_diff_results(sw_error *err, sw_arena *arena, const char *old_path,
                          const char *new_path, const sw_diff_options *options,
                          sw_diff_report *report) {
  sw_diff diff = {
      .err = err, .arena = arena, .options = *options, .file = {H5I_INVALID_HID, H5I_INVALID_HID}};
  diff.last_note = &diff.note;
  for (int k = 0; k < SW_DIFF_KINDS; k++)
    diff.heap[k].most = options->most;
  sw_status status = open_both(&diff, (const char *const[2]){old_path, new_path});
  bool opened = status == SW_OK;
  if (opened) status = compare(&diff);
  if (status == SW_OK) status = sw_diff_make_report(&diff, report);
  for (int s = 0; s < 2; s++)
    if (diff.file[s] >= 0) H5Fclose(diff.file[s]);
  if (status == SW_OK || !opened) return status;
  sw_error said = *err;
  sw_error_clear(err);
  return sw_fail(err, status, "%s, %s: %s", old_path, new_path, said.text);
}
