/* A panel file that becomes shorter while it is read: one line, whichever part is met. The pread of
 * this program sees no byte of the file from `cut` on, which its size still counts. */
#include "panel_fixture.h"

#include <sys/syscall.h>

TestSuite(panel_shrinks, .init = setup, .fini = teardown);

static off_t cut = 0;

ssize_t pread(int file, void *bytes, size_t count, off_t from) {
  size_t left = from < cut ? (size_t)(cut - from) : 0;
  return syscall(SYS_pread64, file, bytes, count < left ? count : left, from);
}

#define PANEL "panel: {file: p.csv, unit: id, time: year, footer: 2}"
#define ROWS 40000

static void put_panel(size_t header) {
  char path[256];
  snprintf(path, sizeof path, "%s/p.csv", folder);
  FILE *file = fopen(path, "wb");
  cr_assert_not_null(file);
  fprintf(file, "id,year,gdp,%0*d\n", (int)header, 0);
  for (int i = 0; i < ROWS; i++)
    fprintf(file, "u%05d,2001,%d,0\n", i, i);
  fputs("a note\nand another\n", file);
  cr_assert_eq(fclose(file), 0);
}

/* Of a file of 680 kB, or of one with a header that takes several looks. */
static void short_after(size_t header, off_t bytes) {
  put_panel(header);
  for (int ranks = 1; ranks <= 3; ranks += 2) {
    cut = bytes;
    outcome out = read_with(ranks, PANEL, "gdp");
    cr_assert_eq(out.status, SW_EIO, "%d ranks, short after %lld bytes: %d", ranks,
                 (long long)bytes, out.status);
    cr_assert_str_eq(out.text, "p.csv: the file became shorter while it was read");
    release(&out);
  }
}

Test(panel_shrinks, header) {
  short_after(1, 0);
  short_after(300000, 100);
  short_after(300000, 100000);
}

Test(panel_shrinks, footer) {
  short_after(1, 600000);
}

Test(panel_shrinks, whole) {
  put_panel(1);
  cut = 10000000;
  outcome out = read_good(3, PANEL, "gdp");
  EXPECT(out, "gdp", "2001", "u39999", 39999);
  release(&out);
}
