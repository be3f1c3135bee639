/* Panels in HDF5: both orders of the axes, varying and fixed text, whole-number and text periods;
 * the same numbers as from text. One rank only: the library is not safe for threads. */
#include "panel_fixture.h"

#include <hdf5.h>

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
  refused_alone("gdp", "p.h5: not an HDF5 file, or not a whole one");
  create();
  put_units(true);
  put_set("time", H5T_NATIVE_INT, 1, (hsize_t[]){2}, (int[]){1, 2});
  put_set("gdp", H5T_NATIVE_DOUBLE, 2, (hsize_t[]){2, 3}, (double[]){1, 2, 3, 4, 1.0 / 0.0, 6});
  put_set("flat", H5T_NATIVE_DOUBLE, 2, (hsize_t[]){2, 2}, (double[]){1, 2, 3, 4});
  H5Fclose(file);
  refused_alone("gdp",
                "p.h5: gdp: unit 01, period 2 is infinite; a finite number or NaN is wanted");
  refused_alone("flat", "p.h5: flat has the wrong shape; (time, unit) of 2 x 3 is wanted");
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
  cr_assert_str_eq(out.text, "p.h5: time cannot be read; is it a whole HDF5 file?");
  release(&out);
}
