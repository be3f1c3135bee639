/* Files that are not what their name says: a workbook called .csv, text of two bytes a character.
 * Asked where the first bytes of a panel are seen (lines.c, gz.c), and for every other file of text
 * (file.c). A parser would say that a quote is not closed, or that a byte is not UTF-8; this says
 * what the file is, and how it becomes text. */
#include "store/text/kind.h"

#include "base/text.h"
#include "store/text/file.h"

#include <string.h>

/* Bytes by which a kind of file is known, what it is, and what helps. */
typedef struct signature {
  const char *bytes;
  unsigned char at, length; /* where they stand in the file */
  const char *what, *cure;
} signature;

#define AT(place, text, what, cure)                                                                \
  { text, place, sizeof text - 1, what, cure }

#define STATA_CURE                                                                                 \
  "of a panel or units let its name end with .dta, else write it as CSV (`export delimited`)"

/* In this order: a longer signature stands before one that it begins with. Each has a byte that no
 * header of a table begins with: a column may well be called PAR1. Sources: the formats' own
 * descriptions; for SAS the magic number as ReadStat has it. */
enum { GZIP };
static const signature signatures[] = {
    [GZIP] = AT(0, "\x1F\x8B", "a gzip file", "end its name with .gz, or unpack it (gunzip)"),
    AT(4, "1AY&SY", "a bzip2 file", "unpack it (bunzip2)"),
    AT(0,
       "\xFD"
       "7zXZ\0",
       "an xz file", "unpack it (unxz)"),
    AT(0, "\x28\xB5\x2F\xFD", "a Zstandard file", "unpack it (unzstd)"),
    AT(0, "7z\xBC\xAF\x27\x1C", "a 7-Zip archive", "unpack it"),
    AT(0, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "an Excel workbook (.xls)",
       "save the sheet as CSV (UTF-8)"),
    AT(0, "PAR1\x15", "a Parquet file", "write it as CSV, e.g. with pandas or DuckDB"),
    AT(0, "ARROW1\0\0", "an Arrow (Feather) file", "write it as CSV, e.g. with pandas"),
    AT(0, "FEA1\0", "a Feather file", "write it as CSV, e.g. with pandas"),
    AT(0, "<stata_dta>", "a Stata file (.dta)", STATA_CURE),
    AT(0, "$FL2@(#)", "an SPSS file (.sav)",
       "of a panel or units let its name end with .sav, else save it as CSV"),
    AT(0, "$FL3@(#)", "an SPSS file (.zsav)", "save it as CSV"),
    AT(12, "\xC2\xEA\x81\x60\xB3\x14\x11\xCF", "a SAS file (.sas7bdat)",
       "of a panel or units let its name end with .sas7bdat, else write it as CSV (`proc export`)"),
    AT(0, "HEADER RECORD*******LIB", "a SAS transport file (.xpt)",
       "write it as CSV, e.g. `proc export`"),
    AT(0, "\x89HDF\r\n\x1A\n", "an HDF5 or netCDF-4 file",
       "as a panel let its name end with .h5, else write it as CSV"),
    AT(0, "CDF\x01", "a netCDF file", "write it as netCDF-4 (nccopy -k nc4) or as CSV"),
    AT(0, "CDF\x02", "a netCDF file", "write it as netCDF-4 (nccopy -k nc4) or as CSV"),
    AT(0, "CDF\x05", "a netCDF file", "write it as netCDF-4 (nccopy -k nc4) or as CSV"),
    AT(0, "SQLite format 3\0", "an SQLite database or GeoPackage", "write its table as CSV"),
    AT(0, "RDX2\nX\n", "an R data file", "write it as CSV (write.csv)"),
    AT(0, "RDX3\nX\n", "an R data file", "write it as CSV (write.csv)"),
    AT(0, "%PDF-", "a PDF", "take the table's CSV from its publisher"),
    AT(0, "version https://git-lfs", "a Git LFS pointer", "fetch the file itself (git lfs pull)"),
    AT(0, "\xFF\xFE\0\0", "UTF-32 text", "convert it, e.g. iconv -f utf-32 -t utf-8"),
    AT(0, "\0\0\xFE\xFF", "UTF-32 text", "convert it, e.g. iconv -f utf-32 -t utf-8"),
    AT(0, "\xFF\xFE", "UTF-16 text", "convert it, e.g. iconv -f utf-16 -t utf-8"),
    AT(0, "\xFE\xFF", "UTF-16 text", "convert it, e.g. iconv -f utf-16 -t utf-8"),
};

/* A workbook is a zip archive of XML; the names of its parts stand in it as they are. The part that
 * every Office file begins with is asked for last: the telling ones may stand far behind it, and a
 * workbook is what most of them are. Only the first bytes are searched, as no more are at hand, and
 * not the archive's directory at its end. Every zip has the empty part, so the loop ends. */
static const char *zip_kind(const char *bytes, size_t length, const char **cure) {
  static const struct {
    const char *part, *what, *cure;
  } kinds[] = {
      {"opendocument.spreadsheet", "a spreadsheet (.ods)", "save the sheet as CSV (UTF-8)"},
      {"xl/", "an Excel workbook (.xlsx)", "save the sheet as CSV (UTF-8)"},
      {"word/", "a Word document (.docx)", "save its table as CSV (UTF-8)"},
      {"[Content_Types].xml", "an Excel workbook (.xlsx)", "save the sheet as CSV (UTF-8)"},
      {"", "a zip archive", "unpack it (unzip)"}};
  int k = 0;
  while (!memmem(bytes, length, kinds[k].part, strlen(kinds[k].part)))
    k++;
  *cure = kinds[k].cure;
  return kinds[k].what;
}

/* Stata before version 13: the release (102 to 115, of which these were files of users), the order
 * of bytes, the type 1 and a zero. */
static bool is_old_stata(const unsigned char *byte, size_t length) {
  return length >= 4 && byte[0] >= 102 && byte[0] <= 115 && (byte[1] == 1 || byte[1] == 2) &&
         byte[2] == 1 && byte[3] == 0;
}

/* UTF-16 without a mark: of the first 16 bytes or more every second is zero, none of the others.
 * True of any text that begins with Latin letters. `zeros_at`: 1 for little endian, 0 for big
 * endian. Fewer than four bytes prove nothing. */
static bool is_utf16(const char *bytes, size_t length, size_t zeros_at) {
  size_t n = length < 16 ? length & ~(size_t)1 : 16;
  for (size_t i = 0; i < n; i++)
    if ((bytes[i] == '\0') != (i % 2 == zeros_at)) return false;
  return n >= 4;
}

/* Tags in any case, behind blanks and a byte order mark. Only ASCII letters are folded, so the
 * result does not depend on the locale. */
static bool is_markup(const char *bytes, size_t length, const char *tag) {
  size_t at = length >= 3 && !memcmp(bytes, "\xEF\xBB\xBF", 3) ? 3 : 0, size = strlen(tag);
  while (at < length && strchr(" \t\r\n", bytes[at]) && bytes[at])
    at++;
  if (length - at < size) return false;
  for (size_t i = 0; i < size; i++) {
    char c = bytes[at + i];
    if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != tag[i]) return false;
  }
  return true;
}

/* Cheapest and surest first: fixed signatures, then archives, then guesses from the shape of the
 * text. `length` may be less than the file has; beyond SW_FILE_KIND_BYTES nothing is looked at.
 * *cure is set also where nothing is found, and has no meaning then. */
const char *sw_file_kind(const char *bytes, size_t length, const char **cure) {
  if (length > SW_FILE_KIND_BYTES) length = SW_FILE_KIND_BYTES;
  for (size_t k = 0; k < sizeof signatures / sizeof *signatures; k++) {
    const signature *s = &signatures[k];
    if (length < (size_t)s->at + s->length || memcmp(bytes + s->at, s->bytes, s->length)) continue;
    *cure = s->cure;
    return s->what;
  }
  if (length >= 4 && (!memcmp(bytes, "PK\3\4", 4) || !memcmp(bytes, "PK\5\6", 4)))
    return zip_kind(bytes, length, cure);
  *cure = STATA_CURE;
  if (is_old_stata((const unsigned char *)bytes, length)) return "a Stata file (.dta)";
  *cure = "convert it, e.g. iconv -f utf-16le -t utf-8";
  if (is_utf16(bytes, length, 1)) return "UTF-16 text";
  *cure = "convert it, e.g. iconv -f utf-16be -t utf-8";
  if (is_utf16(bytes, length, 0)) return "UTF-16 text";
  *cure = "it may be a page about the download; take the data file itself";
  if (is_markup(bytes, length, "<!doctype html") || is_markup(bytes, length, "<html>") ||
      is_markup(bytes, length, "<html "))
    return "a web page (HTML)";
  *cure = "write its table as CSV (UTF-8)";
  if (is_markup(bytes, length, "<?xml")) return "an XML file";
  return NULL;
}

/* Text of another encoding is text, and what is packed may be packed again: words for each. */
sw_status sw_file_refuse_kind(sw_error *err, const char *file, const char *bytes, size_t length) {
  const char *cure = "", *what = sw_file_kind(bytes, length, &cure);
  if (!what) return SW_OK;
  bool text = !strncmp(what, "UTF", 3);
  if (what == signatures[GZIP].what && sw_ends_with(file, ".gz"))
    cure = "it was packed twice: unpack it once (gunzip)";
  return sw_fail(err, SW_EINPUT, "%s: is %s, not %s; %s", file, what,
                 text ? "UTF-8" : "a file of text", cure);
}
