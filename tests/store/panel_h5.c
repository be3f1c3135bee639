/* Panels in HDF5: both orders of the axes, varying and fixed text, whole-number and text periods;
 * the same numbers as from text. One rank only: the library is not safe for threads. */
#include "panel_fixture.h"

#include <hdf5.h>
#include <hdf5_hl.h>

TestSuite(panel_h5, .init = setup, .fini = teardown);

#define PANEL "panel: {file: p.h5, unit: unit, time: time, missing: keep}"

static hid_t file;

static void create(void) {
  char path[256];
  snprintf(path, sizeof path, "%s/p.h5", folder);
  file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  cr_assert_geq(file, 0);
}

static void put_set(const char *name, hid_t type, int dims, const hsize_t *size, const void *data) {
  hid_t space = H5Screate_simple(dims, size, NULL);
  hid_t set = H5Dcreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  cr_assert_geq(H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data), 0);
  H5Dclose(set);
  H5Sclose(space);
}

static void put_units(bool varying) {
  const char *texts[] = {"b", "01", "c"};
  hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, varying ? H5T_VARIABLE : 4);
  if (varying) H5Tset_cset(type, H5T_CSET_UTF8);
  put_set("unit", type, 1, (hsize_t[]){3},
          varying ? (const void *)texts
                  : "b\0\0\0"
                    "01\0\0"
                    "c  ");
  H5Tclose(type);
}

static const double gdp[2][3] = {{1, 2, 3}, {4, NAN, 6}};        /* (time, unit) */
static const int64_t pop[3][2] = {{10, 40}, {20, 50}, {30, 60}}; /* (unit, time) */

Test(panel_h5, two_orders_of_axes) {
  for (int varying = 0; varying < 2; varying++) {
    create();
    put_units(varying);
    put_set("time", H5T_NATIVE_INT, 1, (hsize_t[]){2}, (int[]){2010, 2005});
    put_set("gdp", H5T_NATIVE_DOUBLE, 2, (hsize_t[]){2, 3}, gdp);
    put_set("pop", H5T_NATIVE_INT64, 2, (hsize_t[]){3, 2}, pop);
    H5Fclose(file);
    outcome out = read_good(1, PANEL, "gdp, pop");
    cr_assert_eq(out.panel->units.n, 3);
    cr_assert_str_eq(sw_unit_code(&out.panel->units, 0), "01");
    cr_assert_eq(out.panel->periods.value[0], 2005);
    cr_assert_eq(out.panel->rows_read, 6);
    EXPECT(out, "gdp", "2010", "b", 1);
    EXPECT(out, "gdp", "2005", "01", NAN);
    EXPECT(out, "gdp", "2005", "c", 6);
    EXPECT(out, "pop", "2010", "c", 30);
    EXPECT(out, "pop", "2005", "01", 50);
    release(&out);
  }
}

Test(panel_h5, joined_with_text) {
  create();
  put_units(true);
  put_set("time", H5T_NATIVE_INT, 1, (hsize_t[]){2}, (int[]){2010, 2005});
  put_set("gdp", H5T_NATIVE_DOUBLE, 2, (hsize_t[]){2, 3}, gdp);
  H5Fclose(file);
  put("p.csv", "unit,time,jobs\n01,2005,7\nc,2010,8\n");
  outcome out = read_good(1, "panel: {file: [p.h5, p.csv], unit: unit, time: time, missing: keep}",
                          "gdp, jobs");
  EXPECT(out, "jobs", "2005", "01", 7);
  EXPECT(out, "gdp", "2010", "b", 1);
  release(&out);
}

static void refused_alone(const char *of, const char *line) {
  outcome out = read_with(1, PANEL, of);
  cr_assert_eq(out.status, SW_EINPUT);
  cr_assert_str_eq(out.text, line);
  release(&out);
}

Test(panel_h5, refusals) {
  put("p.h5", "no such thing");
  refused_alone("gdp", "p.h5: is not an HDF5 file: it is text; give a panel in HDF5 or netCDF-4");
  create();
  put_units(true);
  put_set("time", H5T_NATIVE_INT, 1, (hsize_t[]){2}, (int[]){1, 2});
  put_set("gdp", H5T_NATIVE_DOUBLE, 2, (hsize_t[]){2, 3}, (double[]){1, 2, 3, 4, 1.0 / 0.0, 6});
  put_set("flat", H5T_NATIVE_DOUBLE, 2, (hsize_t[]){2, 2}, (double[]){1, 2, 3, 4});
  H5Fclose(file);
  refused_alone("gdp", "p.h5: gdp: unit 01, period 2 is infinite; expected a finite number or NaN");
  refused_alone("flat", "p.h5: flat has the wrong shape; expected (time, unit) of 2 x 3");
  refused_alone("gpd", "study.yaml:4:18: p.h5 has no column 'gpd'; did you mean 'gdp'?");
}

/* As a damaged file may say; a chunk that was never written takes no room. */
Test(panel_h5, axis_longer_than_the_file) {
  hsize_t size = (hsize_t)1 << 30, chunk = 1024;
  create();
  put_units(true);
  hid_t space = H5Screate_simple(1, &size, NULL), list = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_chunk(list, 1, &chunk);
  hid_t set = H5Dcreate2(file, "time", H5T_NATIVE_INT, space, H5P_DEFAULT, list, H5P_DEFAULT);
  cr_assert_geq(set, 0);
  H5Dclose(set);
  H5Pclose(list);
  H5Sclose(space);
  put_set("gdp", H5T_NATIVE_DOUBLE, 2, (hsize_t[]){2, 3}, gdp);
  H5Fclose(file);
  outcome out = read_with(1, PANEL, "gdp");
  cr_assert_eq(out.status, SW_EIO);
  cr_assert_str_eq(out.text, "p.h5: time cannot be read; is the HDF5 file complete?");
  release(&out);
}

static void fill_of(const char *set, hid_t type, const hsize_t *values, const void *value) {
  hid_t space = values ? H5Screate_simple(1, values, NULL) : H5Screate(H5S_SCALAR);
  hid_t of = H5Dopen2(file, set, H5P_DEFAULT);
  hid_t attribute = H5Acreate2(of, "_FillValue", type, space, H5P_DEFAULT, H5P_DEFAULT);
  cr_assert_geq(H5Awrite(attribute, type, value), 0);
  H5Aclose(attribute);
  H5Dclose(of);
  H5Sclose(space);
}

Test(panel_h5, cross_section) {
  create();
  put_units(true);
  put_set("gdp", H5T_NATIVE_DOUBLE, 1, (hsize_t[]){3}, gdp[0]);
  put_set("pop", H5T_NATIVE_INT64, 2, (hsize_t[]){1, 3}, pop);
  put_set("jobs", H5T_NATIVE_INT, 2, (hsize_t[]){3, 1}, (int[]){7, 8, 9});
  put_set("short", H5T_NATIVE_DOUBLE, 1, (hsize_t[]){2}, gdp);
  hid_t space = H5Screate_simple(1, (hsize_t[]){3}, NULL), list = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_chunk(list, 1, (hsize_t[]){2});
  hid_t set = H5Dcreate2(file, "parts", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, list, H5P_DEFAULT);
  cr_assert_geq(H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, gdp[0]), 0);
  H5Dclose(set), H5Pclose(list), H5Sclose(space);
  H5Fclose(file);
  outcome out = read_good(1, "panel: {file: p.h5, unit: unit}", "gdp, pop, jobs, parts");
  cr_assert_eq(out.panel->periods.n, 1);
  const double want[3] = {2, 1, 3}; /* 01, b, c */
  for (int i = 0; i < 3; i++) {
    const char *code = sw_unit_code(&out.panel->units, i);
    EXPECT(out, "gdp", "0", code, want[i]);
    EXPECT(out, "parts", "0", code, want[i]);
    EXPECT(out, "jobs", "0", code, 6 + want[i]);
  }
  EXPECT(out, "pop", "0", "01", 40);
  release(&out);
  out = read_with(1, "panel: {file: p.h5, unit: unit}", "short");
  cr_assert_eq(out.status, SW_EINPUT);
  cr_assert_str_eq(out.text,
                   "p.h5: short has the wrong shape; expected (one period, unit) of 1 x 3");
  release(&out);
}

/* As many periods as units: time first, unless a scale says otherwise. */
Test(panel_h5, square) {
  const double number[3][3] = {{1, 2, 3}, {4, 5, 6}, {7, 8, 9}};
  create();
  put_units(true);
  put_set("time", H5T_NATIVE_INT, 1, (hsize_t[]){3}, (int[]){2001, 2002, 2003});
  put_set("plain", H5T_NATIVE_DOUBLE, 2, (hsize_t[]){3, 3}, number);
  put_set("turned", H5T_NATIVE_DOUBLE, 2, (hsize_t[]){3, 3}, number);
  hid_t unit = H5Dopen2(file, "unit", H5P_DEFAULT), set = H5Dopen2(file, "turned", H5P_DEFAULT);
  cr_assert_geq(H5DSset_scale(unit, NULL), 0);
  cr_assert_geq(H5DSattach_scale(set, unit, 0), 0);
  H5Dclose(unit), H5Dclose(set);
  H5Fclose(file);
  outcome out = read_good(1, PANEL, "plain, turned");
  EXPECT(out, "plain", "2001", "01", 2);
  EXPECT(out, "plain", "2003", "b", 7);
  EXPECT(out, "turned", "2001", "01", 4);
  EXPECT(out, "turned", "2003", "b", 3);
  release(&out);
}

Test(panel_h5, fill_values) {
  create();
  put_units(true);
  put_set("time", H5T_NATIVE_INT, 1, (hsize_t[]){2}, (int[]){2010, 2005});
  put_set("gdp", H5T_NATIVE_DOUBLE, 2, (hsize_t[]){2, 3}, gdp);
  put_set("pop", H5T_NATIVE_INT64, 2, (hsize_t[]){3, 2}, pop);
  put_set("two", H5T_NATIVE_DOUBLE, 2, (hsize_t[]){2, 3}, gdp);
  fill_of("two", H5T_NATIVE_DOUBLE, (hsize_t[]){2}, (double[]){1, 2});
  fill_of("pop", H5T_NATIVE_INT, NULL, (int[]){50});
  H5Fclose(file);
  outcome out = read_good(1, PANEL, "gdp, pop");
  EXPECT(out, "gdp", "2010", "b", 1);
  EXPECT(out, "pop", "2005", "01", NAN);
  EXPECT(out, "pop", "2010", "01", 20);
  release(&out);
  refused_alone("two",
                "p.h5: two: the attribute _FillValue has too many values; expected one number");
}

Test(panel_h5, axes) {
  create();
  put_units(true);
  put_set("time", H5T_NATIVE_INT, 1, (hsize_t[]){2}, (int[]){2010, 2010});
  put_set("half", H5T_NATIVE_DOUBLE, 1, (hsize_t[]){2}, (double[]){2010.5, 2011});
  put_set("none", H5T_NATIVE_INT, 1, (hsize_t[]){0}, NULL);
  put_set("gdp", H5T_NATIVE_DOUBLE, 2, (hsize_t[]){2, 3}, gdp);
  H5Fclose(file);
  const char *const panel[] = {PANEL, "panel: {file: p.h5, unit: unit, time: half, missing: keep}",
                               "panel: {file: p.h5, unit: unit, time: none, missing: keep}",
                               "panel: {file: p.h5, unit: codes, time: time, missing: keep}",
                               "panel: {file: p.h5, unit: gdp, time: time, missing: keep}"};
  const char *const want[] = {
      "p.h5: time: a period appears twice; give each period once: indicators are (time, unit)",
      "p.h5: half: 2010.5 is not a period; expected whole numbers or texts",
      "p.h5: no unit or no period; a panel needs both",
      "study.yaml:2:27: p.h5 has no dataset 'codes'",
      "p.h5: gdp does not have one dimension; expected a list of labels"};
  for (int k = 0; k < 5; k++) {
    outcome out = read_with(1, panel[k], "gdp");
    cr_expect_eq(out.status, SW_EINPUT);
    cr_expect_str_eq(out.text, want[k], "%s", out.text);
    release(&out);
  }
}
