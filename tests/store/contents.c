/* The walk over results files: driven by the file alone, in both orders, at any depth, with every
 * handle given back. */
#include <criterion/criterion.h>
#include <hdf5_hl.h>
#include <string.h>
#include <unistd.h>

#include "store/h5/shape.h"
#include "store/layout/contents.h"

static char path[64];
static sw_arena *arena;
static sw_error err;
static hid_t file;

static void set_up(void) {
  strcpy(path, "/tmp/spillway-contents-XXXXXX");
  int fd = mkstemp(path);
  cr_assert(fd >= 0);
  close(fd);
  unlink(path);
  cr_assert(sw_arena_create(&err, &arena) == SW_OK);
  sw_h5_quiet();
  file = sw_h5_create(path);
  cr_assert(file >= 0);
}

static void tear_down(void) {
  if (file >= 0) cr_expect(H5Fclose(file) >= 0);
  sw_arena_destroy(arena);
  unlink(path);
}

TestSuite(contents, .init = set_up, .fini = tear_down);

static void put_group(const char *at, const char *measure) {
  hid_t group = sw_h5_group(file, at);
  cr_assert(group >= 0);
  if (measure) cr_assert(sw_h5_put_text(group, "measure", measure, 0) >= 0);
  H5Gclose(group);
}

/* Of up to five axes, `axis` the names of scales of the root, separated by blanks. */
static void put_variable(const char *at, sw_h5_cell cell, const char *axes) {
  hsize_t extent[5], chunk[5] = {0};
  char copy[128], *save = NULL;
  const char *name[5];
  sw_h5_form form = {
      .name = at, .long_name = at, .units = "1", .cell = cell, .extent = extent, .chunk = chunk};
  snprintf(copy, sizeof copy, "%s", axes);
  for (char *a = strtok_r(copy, " ", &save); a; a = strtok_r(NULL, " ", &save)) {
    hid_t scale = H5Dopen2(file, a, H5P_DEFAULT);
    cr_assert(scale >= 0, "%s", a);
    name[form.rank] = a;
    extent[form.rank++] = sw_h5_length(scale);
    H5Dclose(scale);
  }
  hid_t dataset = sw_h5_dataset(file, &form, false);
  cr_assert(dataset >= 0);
  for (int a = 0; a < form.rank; a++) {
    hid_t scale = H5Dopen2(file, name[a], H5P_DEFAULT);
    cr_assert(H5DSattach_scale(dataset, scale, (unsigned)a) >= 0);
    H5Dclose(scale);
  }
  H5Dclose(dataset);
}

static void put_axis(const char *name, hsize_t n) {
  int32_t value[16] = {0};
  hid_t dataset = sw_h5_numbers(file, name, name, "1", SW_CELL_I32, n, value);
  cr_assert(dataset >= 0 && H5DSset_scale(dataset, name) >= 0);
  H5Dclose(dataset);
}

/* Groups below results, five axes, none, one value: all that a file may have. */
static void put_all(void) {
  put_axis("unit", 4);
  put_axis("time", 3);
  put_axis("industry", 2);
  put_variable("lon", SW_CELL_F64, "unit");
  put_group("zones", "quotient");
  put_variable("zones/value", SW_CELL_F32, "time unit industry industry industry");
  put_group("zones/parts", NULL);
  put_group("zones/parts/b", NULL);
  put_variable("zones/parts/b/value", SW_CELL_I32, "unit");
  put_group("zones/parts/a", "quotient");
  put_variable("zones/parts/a/value", SW_CELL_U64, "");
  put_group("composites", NULL);
  put_group("composites/x", "composite");
  put_group("ash", "moran");
}

static const char *walk(sw_order order) {
  static const char letter[] = {[SW_ITEM_FOLDER] = 'F',
                                [SW_ITEM_RESULT] = 'R',
                                [SW_ITEM_VARIABLE] = 'V',
                                [SW_ITEM_AXIS] = 'A',
                                [SW_ITEM_OTHER] = 'O'};
  const char *text = "";
  sw_contents in;
  sw_status status = sw_contents_begin(&err, arena, file, order, &in);
  for (sw_item item; sw_contents_next(&in, &item);) {
    text = sw_arena_printf(arena, "%s%c %s\n", text, letter[item.kind], item.path);
    cr_assert_str_eq(item.name, sw_h5_last_part(item.path));
  }
  cr_assert(sw_contents_end(&in, status) == SW_OK, "%s", err.text);
  cr_assert(H5Fget_obj_count(file, H5F_OBJ_ALL) == 1, "a handle is left open");
  return text;
}

Test(contents, all_in_the_order_of_making) {
  put_all();
  cr_assert_str_eq(walk(SW_AS_MADE),
                   "A unit\nA time\nA industry\nV lon\nR zones\nV zones/value\nF zones/parts\n"
                   "F zones/parts/b\nV zones/parts/b/value\nR zones/parts/a\n"
                   "V zones/parts/a/value\nF composites\nR composites/x\nR ash\n");
}

Test(contents, all_by_name) {
  put_all();
  cr_assert_str_eq(walk(SW_BY_NAME),
                   "R ash\nF composites\nR composites/x\nA industry\nV lon\nA time\nA unit\n"
                   "R zones\nF zones/parts\nR zones/parts/a\nV zones/parts/a/value\n"
                   "F zones/parts/b\nV zones/parts/b/value\nV zones/value\n");
}

Test(contents, nothing) {
  cr_assert_str_eq(walk(SW_AS_MADE), "");
}

Test(contents, a_file_that_keeps_no_order) {
  H5Fclose(file);
  file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  put_axis("unit", 2);
  put_axis("b", 2);
  cr_assert_str_eq(walk(SW_AS_MADE), "A b\nA unit\n");
}

/* What a caller may do: leave off in the middle, within groups. */
Test(contents, left_off_halfway) {
  sw_contents in;
  sw_item item;
  put_all();
  for (int most = 1; most < 14; most++) {
    cr_assert(sw_contents_begin(&err, arena, file, SW_AS_MADE, &in) == SW_OK);
    for (int k = 0; k < most; k++)
      cr_assert(sw_contents_next(&in, &item));
    cr_assert(sw_contents_end(&in, SW_EINPUT) == SW_EINPUT);
    cr_assert(H5Fget_obj_count(file, H5F_OBJ_ALL) == 1, "after %d", most);
  }
}

Test(contents, a_group_that_holds_itself) {
  sw_contents in;
  put_group("a", "moran");
  cr_assert(H5Lcreate_hard(file, "a", file, "a/again", H5P_DEFAULT, H5P_DEFAULT) >= 0);
  sw_status status = sw_contents_begin(&err, arena, file, SW_BY_NAME, &in);
  int count = 0;
  for (sw_item item; sw_contents_next(&in, &item);)
    count++;
  cr_assert(sw_contents_end(&in, status) == SW_EINPUT);
  cr_assert(count == SW_CONTENTS_DEEPEST && strstr(err.text, "groups are nested deeper"), "%d %s",
            count, err.text);
  cr_assert(H5Fget_obj_count(file, H5F_OBJ_ALL) == 1);
}

Test(contents, a_link_that_leads_nowhere) {
  sw_contents in;
  put_group("a", NULL);
  cr_assert(H5Lcreate_soft("/nowhere", file, "a/x", H5P_DEFAULT, H5P_DEFAULT) >= 0);
  sw_status status = sw_contents_begin(&err, arena, file, SW_BY_NAME, &in);
  for (sw_item item; sw_contents_next(&in, &item);) {
  }
  cr_assert(sw_contents_end(&in, status) == SW_EIO);
  cr_assert(strncmp(err.text, "a/x: cannot be read", 19) == 0, "%s", err.text);
  cr_assert(H5Fget_obj_count(file, H5F_OBJ_ALL) == 1);
}

/* ---- shapes ----------------------------------------------------------------------------- */

static const char *shape_at(const char *name, bool lengths, const char **number) {
  hid_t dataset = sw_contents_variable(file, name);
  cr_assert(dataset >= 0, "%s", name);
  sw_h5_shape shape = sw_h5_shape_of(dataset);
  *number = sw_h5_number_name(&shape);
  const char *text = sw_h5_shape_text(arena, dataset, &shape, lengths);
  H5Dclose(dataset);
  return text;
}

Test(contents, shapes) {
  const char *number;
  put_all();
  cr_assert_str_eq(shape_at("zones/value", true, &number),
                   "(time 3, unit 4, industry 2, industry 2, industry 2)");
  cr_assert_str_eq(number, "float32");
  cr_assert_str_eq(shape_at("zones/value", false, &number),
                   "(time, unit, industry, industry, industry)");
  cr_assert_str_eq(shape_at("zones/parts/a/value", true, &number), "()");
  cr_assert_str_eq(number, "uint64");
  cr_assert_str_eq(shape_at("zones/parts/b/value", true, &number), "(unit 4)");
  cr_assert_str_eq(number, "int32");
  cr_assert(sw_contents_variable(file, "unit") < 0, "an axis is no variable");
  cr_assert(sw_contents_variable(file, "zones") < 0, "nor is a group");
  cr_assert(sw_contents_variable(file, "none") < 0);
}

Test(contents, axes_without_scale) {
  hsize_t n[2] = {3, 5};
  hid_t space = H5Screate_simple(2, n, NULL);
  hid_t dataset =
      H5Dcreate2(file, "x", H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  sw_h5_shape shape = sw_h5_shape_of(dataset), other = shape;
  cr_assert_str_eq(sw_h5_shape_text(arena, dataset, &shape, true), "(3, 5)");
  cr_assert_str_eq(sw_h5_shape_text(arena, dataset, &shape, false), "(-, -)");
  cr_assert(sw_h5_same_extent(&shape, &other));
  other.extent[1] = 4;
  cr_assert(!sw_h5_same_extent(&shape, &other));
  other = shape, other.rank = 1;
  cr_assert(!sw_h5_same_extent(&shape, &other));
  H5Dclose(dataset);
  H5Sclose(space);
}

static const char *axis_path_at(const char *at, int axis) {
  static char found[SW_H5_PATH_ROOM];
  hid_t dataset = H5Dopen2(file, at, H5P_DEFAULT);
  sw_h5_axis_path(dataset, axis, found);
  H5Dclose(dataset);
  return found;
}

/* Beside the dataset, above it, or anywhere else; another dataset of the scale's name is not it. */
Test(contents, paths_of_axes) {
  put_group("zones", "quotient");
  put_group("zones/parts", NULL);
  put_group("lone", NULL);
  put_axis("unit", 4);
  put_axis("zones/class", 2);
  put_axis("lone/far", 3);
  hid_t scale = H5Dopen2(file, "lone/far", H5P_DEFAULT);
  cr_assert(H5DSset_scale(scale, "far") >= 0); /* NAME without the folder, as the program writes */
  H5Dclose(scale);
  scale = H5Dopen2(file, "zones/class", H5P_DEFAULT);
  cr_assert(H5DSset_scale(scale, "class") >= 0);
  H5Dclose(scale);
  put_variable("zones/parts/value", SW_CELL_F64, "unit zones/class lone/far");
  put_variable("far", SW_CELL_F64, "lone/far");
  put_variable("zones/far", SW_CELL_F64, "lone/far");
  cr_expect_str_eq(axis_path_at("zones/parts/value", 0), "/unit");
  cr_expect_str_eq(axis_path_at("zones/parts/value", 1), "/zones/class");
  cr_expect_str_eq(axis_path_at("zones/parts/value", 2), "/lone/far");
  cr_assert(H5Lcreate_hard(file, "unit", file, "zones/unit", H5P_DEFAULT, H5P_DEFAULT) >= 0);
  cr_expect_str_eq(axis_path_at("zones/parts/value", 0), "/zones/unit");
}
