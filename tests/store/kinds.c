/* Files that are not what their names say: told by their first bytes, whichever reader meets them.
 */
#include "panel_fixture.h"
#include "store/text/kind.h"

TestSuite(kinds, .init = setup, .fini = teardown);

#define LONG "panel: {file: p.csv, unit: id, time: year}"
#define GZ "panel: {file: p.csv.gz, unit: id, time: year}"
#define WITH_UNITS LONG "\nunits: {file: u.csv, unit: id}"

#define BYTES(text) text, sizeof text - 1

static const struct {
  const char *bytes;
  size_t length;
  const char *said;
} kinds[] = {
    {BYTES("\x1F\x8B\x08\0\0\0\0\0"),
     "a gzip file, not a file of text; end its name with .gz, or unpack it (gunzip)"},
    {BYTES("PK\3\4\24\0\6\0\10\0\0\0!\0\0\0\0\0\0\0\0\0\0\0\0\0\23\0\10\2[Content_Types].xml"),
     "an Excel workbook (.xlsx), not a file of text; save the sheet as CSV (UTF-8)"},
    {BYTES("PK\3\4\24\0\0\0\0\0\0\0!\0\0\0\0\0\0\0\0\0\0\0\0\0\5\0\0\0p.csvid,year\n"),
     "a zip archive, not a file of text; unpack it (unzip)"},
    {BYTES("PAR1\x15\x04\x15\n"),
     "a Parquet file, not a file of text; write it as CSV, e.g. with pandas or DuckDB"},
    {BYTES("<stata_dta><header><release>118</release>"),
     "a Stata file (.dta), not a file of text; of a panel or units let its name end with .dta, "
     "else "
     "write it as CSV (`export delimited`)"},
    {BYTES("\x72\2\1\0\3\0\4\0"), "a Stata file (.dta), not a file of text; of a panel or units "
                                  "let its name end with .dta, else "
                                  "write it as CSV (`export delimited`)"},
    {BYTES("$FL2@(#) SPSS DATA FILE"), "an SPSS file (.sav), not a file of text; of a panel or "
                                       "units let its name end with .sav, else "
                                       "save it as CSV"},
    {BYTES("\0\0\0\0\0\0\0\0\0\0\0\0\xC2\xEA\x81\x60\xB3\x14\x11\xCF"),
     "a SAS file (.sas7bdat), not a file of text; of a panel or units let its name end with "
     ".sas7bdat, else write it as CSV (`proc export`)"},
    {BYTES("\x89HDF\r\n\x1A\n\0\0"),
     "an HDF5 or netCDF-4 file, not a file of text; as a panel let its name end with .h5, else "
     "write it as CSV"},
    {BYTES("CDF\2\0\0\0\0"),
     "a netCDF file, not a file of text; write it as netCDF-4 (nccopy -k nc4) or as CSV"},
    {BYTES("\xFF\xFEi\0d\0,\0y\0"),
     "UTF-16 text, not UTF-8; convert it, e.g. iconv -f utf-16 -t utf-8"},
    {BYTES("\xFE\xFF\0i\0d\0,\0y"),
     "UTF-16 text, not UTF-8; convert it, e.g. iconv -f utf-16 -t utf-8"},
    {BYTES("i\0d\0,\0y\0\n\0"),
     "UTF-16 text, not UTF-8; convert it, e.g. iconv -f utf-16le -t utf-8"},
    {BYTES("\0i\0d\0,\0y\0\n"),
     "UTF-16 text, not UTF-8; convert it, e.g. iconv -f utf-16be -t utf-8"},
    {BYTES("\n<!DOCTYPE HTML PUBLIC>\n<html>"),
     "a web page (HTML), not a file of text; it may be a page about the download; take the data "
     "file itself"},
    {BYTES("version https://git-lfs.github.com/spec/v1\noid sha256:1\n"),
     "a Git LFS pointer, not a file of text; fetch the file itself (git lfs pull)"},
};

/* As a panel, as units, and inside a .gz. */
Test(kinds, said_by_the_first_bytes) {
  char line[256], command[512];
  for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
    put_bytes("p.csv", kinds[k].bytes, kinds[k].length);
    snprintf(line, sizeof line, "p.csv: is %s", kinds[k].said);
    refused(LONG, "gdp", line);
    put("p.csv", "id,year,gdp\na,1,1\nb,1,2\n");
    put_bytes("u.csv", kinds[k].bytes, kinds[k].length);
    snprintf(line, sizeof line, "u.csv: is %s", kinds[k].said);
    refused(WITH_UNITS, "gdp", line);
    if (k == 0) continue; /* below */
    snprintf(command, sizeof command, "cd %s && gzip -c u.csv >p.csv.gz", folder);
    cr_assert_eq(system(command), 0);
    snprintf(line, sizeof line, "p.csv.gz: is %s", kinds[k].said);
    refused(GZ, "gdp", line);
  }
}

Test(kinds, packed_twice) {
  char command[512];
  snprintf(command, sizeof command,
           "cd %s && printf 'id,year,gdp\\na,1,1\\nb,1,2\\n' | gzip | gzip >p.csv.gz", folder);
  cr_assert_eq(system(command), 0);
  refused(GZ, "gdp",
          "p.csv.gz: is a gzip file, not a file of text; it was packed twice: unpack it once "
          "(gunzip)");
}

/* Names of columns that formats begin with as well. */
Test(kinds, tables_are_none_of_these) {
  static const char *const texts[] = {"",           "P",      "PAR1,BZh9\n", "FEA1\n1\n",
                                      "CDF,x\n",    "PK,x\n", "$FL2",        "RDX3\n",
                                      "<html_id,x", "BM\n",   "\n\n",        "7z,x"};
  for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
    const char *cure, *what = sw_file_kind(texts[k], strlen(texts[k]), &cure);
    cr_assert_null(what, "'%s' is taken for %s", texts[k], what);
  }
}
