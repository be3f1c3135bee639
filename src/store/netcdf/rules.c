/* The conventions of netCDF on the numbers of a dataset (NetCDF Users' Guide, appendix A; CF 1.10,
 * 2.5.1 and 8.1), on what is stored, in this order:
 *
 *   _FillValue, missing_value   one number; one or several
 *   fill of the file            what HDF5 gives a cell that was never written, where it was told:
 *                               netCDF tells it the default of the type. Only without _FillValue.
 *   missing_values              of the study
 *   valid_range, valid_min, valid_max
 *   scale_factor, add_offset    value = stored * scale_factor + add_offset
 *
 * `_Unsigned` turns the sign of stored integers before all this. Marks are compared as the file's
 * type has them: -9999.9 as a double means the float -9999.9 too. */
#include "store/netcdf/netcdf.h"

#include <hdf5_hl.h>
#include <math.h>
#include <string.h>
#include <strings.h>

/* An attribute of more marks than that is damaged or no list of marks. */
enum { MOST_MARKS = 1000 };

/* NC_FILL_FLOAT and NC_FILL_DOUBLE: 15 * 2^119. netCDF's default fill is a value that no
 * measurement has. */
static const double fill_of_reals = 0x1.ep+122;

/* The rules of one dataset while they are made. */
typedef struct making {
  const sw_netcdf *file;
  hid_t dataset, type; /* of the file */
  const char *of;
  sw_netcdf_rules *rules;
} making;

static sw_status refuse(sw_error *err, const making *in, const char *name, const char *what) {
  return sw_fail(err, SW_EINPUT, "%s: %s: the attribute %s %s", in->file->name, in->of, name, what);
}

/* ---- numbers as they are stored ------------------------------------------------------------ */

/* Least and largest integer of the file's type, by its sign or the one it is meant with. 128 bits,
 * as the largest unsigned 64-bit number must fit beside negative ones. */
static void limits(const sw_netcdf_rules *rules, bool with_sign, __int128_t limit[2]) {
  __int128_t one = 1;
  limit[0] = with_sign ? -(one << (rules->bits - 1)) : 0;
  limit[1] = (one << (rules->bits - with_sign)) - 1;
}

/* In the order of int64_t, whatever the sign: see sw_netcdf_cell. Unsigned numbers are shifted by
 * 2^63, so that comparisons of int64_t are right for both. */
static sw_netcdf_cell cell_of(const sw_netcdf_rules *rules, __int128_t integer) {
  return (sw_netcdf_cell){.integer = rules->is_signed ? (int64_t)integer
                                                      : (int64_t)(integer - ((__int128_t)1 << 63))};
}

/* A whole double within 2^64, which every integer type is. */
static bool is_whole(double real, __int128_t *integer) {
  if (!(fabs(real) <= 0x1p64) || real != floor(real)) return false;
  *integer = (__int128_t)real;
  return true;
}

/* An integer as it is stored, or as it is meant, as that which is meant. A mark may be written
 * either way in a file with _Unsigned: 255 and -1 are one byte. */
static bool integer_cell(const sw_netcdf_rules *rules, __int128_t integer, sw_netcdf_cell *cell) {
  __int128_t meant[2], stored[2], turn = (__int128_t)1 << rules->bits;
  limits(rules, rules->is_signed, meant);
  limits(rules, rules->stored_signed, stored);
  if (integer < meant[0] && integer >= stored[0]) integer += turn;
  if (integer > meant[1] && integer <= stored[1]) integer -= turn;
  *cell = cell_of(rules, integer);
  return integer >= meant[0] && integer <= meant[1];
}

/* The double nearest to `real` among the numbers of the file's type; an infinity that it was not
 * before is none of them. HDF5 converts there and back, so that the comparison is of the file's own
 * numbers. */
static bool real_cell(const making *in, double real, sw_netcdf_cell *cell) {
  _Alignas(16) unsigned char bytes[64];
  if (H5Tget_size(in->type) > sizeof bytes) return false;
  memcpy(bytes, &real, sizeof real);
  if (H5Tconvert(H5T_NATIVE_DOUBLE, in->type, 1, bytes, NULL, H5P_DEFAULT) < 0 ||
      H5Tconvert(in->type, H5T_NATIVE_DOUBLE, 1, bytes, NULL, H5P_DEFAULT) < 0)
    return false;
  memcpy(&cell->real, bytes, sizeof real);
  return isinf(real) || !isinf(cell->real);
}

/* A number as the dataset would store it; false: it cannot. */
static bool as_stored(const making *in, const sw_netcdf_number *number, sw_netcdf_cell *cell) {
  __int128_t integer = number->integer;
  if (in->rules->real) return real_cell(in, number->real, cell);
  if (!number->whole && !is_whole(number->real, &integer)) return false;
  return integer_cell(in->rules, integer, cell);
}

/* ---- marks of a missing value -------------------------------------------------------------- */

/* Marks are kept in the form that the numbers have after reading, so unpacking compares cells
 * alone. */
static void add_mark(sw_netcdf_rules *rules, sw_netcdf_cell cell) {
  rules->mark[rules->n_marks++] = cell;
}

/* NaN is missing anyway, and no integer is NaN. Another number that the dataset cannot hold was
 * meant otherwise, likely as a value after scaling. *n counts the numbers of the attribute, also
 * those that were passed over. */
static sw_status read_marks(sw_error *err, const making *in, const char *name, int most,
                            const char *wanted, int *n) {
  sw_netcdf_number *number = NULL;
  SW_TRY(sw_netcdf_numbers(err, in->file, in->dataset, in->of, name, 1, most, wanted, n, &number));
  for (int i = 0; i < *n; i++) {
    sw_netcdf_cell cell;
    if (!number[i].whole && isnan(number[i].real)) continue;
    if (!as_stored(in, &number[i], &cell))
      return sw_fail(err, SW_EINPUT,
                     "%s: %s: the attribute %s is %g, which the stored numbers cannot be; expected "
                     "a number of their type, as it is stored",
                     in->file->name, in->of, name, number[i].real);
    add_mark(in->rules, cell);
  }
  return SW_OK;
}

/* netCDF-4 without its own mark (before 2016) is known by its axes. Only then do netCDF's defaults
 * apply to a file. */
static bool is_netcdf(const making *in) {
  return H5Aexists(in->file->id, "_NCProperties") > 0 ||
         H5Aexists(in->file->id, "_nc3_strict") > 0 ||
         H5Aexists(in->dataset, "DIMENSION_LIST") > 0 || H5DSis_scale(in->dataset) > 0;
}

/* The fill of the file, where it was told one. netCDF has no default for bytes, of which every
 * value may be data, yet tells HDF5 one. A zero is no mark: it is what HDF5 gives without being
 * told, and programs tell it of all their tables (PyTables). Reals of a netCDF file have the
 * default in any case: it is no value of anything. */
static sw_status read_fill(sw_error *err, const making *in) {
  hid_t list = H5Dget_create_plist(in->dataset);
  H5D_fill_value_t defined = H5D_FILL_VALUE_UNDEFINED;
  union {
    double real;
    int64_t integer;
    uint64_t natural;
  } fill = {0};
  bool netcdf = is_netcdf(in), real = in->rules->real;
  bool told = list >= 0 && H5Pfill_value_defined(list, &defined) >= 0 &&
              defined == H5D_FILL_VALUE_USER_DEFINED &&
              H5Pget_fill_value(list, in->rules->memory, &fill) >= 0;
  if (list >= 0) H5Pclose(list);
  sw_netcdf_number number = {.whole = !real, .real = real ? fill.real : 0};
  if (!real)
    number.integer = in->rules->stored_signed ? (__int128_t)fill.integer : (__int128_t)fill.natural;
  sw_netcdf_cell cell;
  bool zero = number.whole ? number.integer == 0 : number.real == 0;
  bool byte = netcdf && !real && in->rules->bits == 8;
  if (told && !zero && !byte && as_stored(in, &number, &cell)) add_mark(in->rules, cell);
  number = (sw_netcdf_number){.real = fill_of_reals};
  if (netcdf && real && as_stored(in, &number, &cell)) add_mark(in->rules, cell);
  /* Without storage and fill HDF5 would hand out zeros as if they were data. */
  if (told || H5Dget_storage_size(in->dataset) > 0 || sw_h5_length(in->dataset) == 0) return SW_OK;
  return sw_fail(err, SW_EINPUT, "%s: %s: nothing was ever written to it, and it has no fill value",
                 in->file->name, in->of);
}

/* Room: fill value, default and the study's own marks. */
static sw_status find_marks(sw_error *err, const making *in, int n_missing, const double *missing) {
  int n_fill = 0, n = 0;
  SW_NEW(err, in->file->arena, in->rules->mark, MOST_MARKS + n_missing + 3);
  SW_TRY(read_marks(err, in, "_FillValue", 1, "one number", &n_fill));
  SW_TRY(read_marks(err, in, "missing_value", MOST_MARKS, "a number or a list of them", &n));
  if (!n_fill) SW_TRY(read_fill(err, in));
  for (int k = 0; k < n_missing; k++) { /* of all files and columns: one need not have them */
    sw_netcdf_number number = {.real = missing[k]};
    sw_netcdf_cell cell;
    if (as_stored(in, &number, &cell)) add_mark(in->rules, cell);
  }
  return SW_OK;
}

/* ---- what is valid ------------------------------------------------------------------------- */

/* The Users' Guide takes a limit of a wider type than the packed numbers as one of values, most
 * programs as one of stored numbers: it is refused, as either reading may be wrong. A limit of
 * signed integers that only unsigned ones can reach is how files before _Unsigned said these. */
static sw_status check_limit(sw_error *err, const making *in, const char *name,
                             const sw_netcdf_number *limit) {
  const sw_netcdf_rules *rules = in->rules;
  __int128_t range[2], natural[2], integer = limit->integer;
  if (!limit->whole && isnan(limit->real))
    return refuse(err, in, name, "is NaN; expected a number");
  if (!rules->real && (limit->whole || is_whole(limit->real, &integer))) {
    limits(rules, rules->is_signed, range);
    limits(rules, false, natural);
    if (integer > range[1] && integer <= natural[1] && rules->stored_signed)
      return refuse(err, in, name,
                    "is of unsigned numbers, and the stored ones are signed; expected _Unsigned = "
                    "\"true\" beside it, or limits of signed ones");
  }
  bool wider = !limit->whole && (!rules->real || limit->bytes > H5Tget_size(in->type));
  if (!rules->packed || !wider) return SW_OK;
  return refuse(err, in, name,
                "is of another type than the packed numbers, so that it may be of stored numbers "
                "or of values; expected one of their type, as they are stored");
}

/* The least cell that is not below the limit, or the largest not above; a limit beyond the type
 * leaves all of it, or nothing. False: nothing is left. ceil and floor, as a limit between two
 * integers bounds the integers alone. */
static bool narrow(const making *in, const sw_netcdf_number *limit, bool is_least) {
  sw_netcdf_rules *rules = in->rules;
  sw_netcdf_cell cell;
  if (rules->real) {
    double real = real_cell(in, limit->real, &cell) ? cell.real : limit->real;
    if (is_least) rules->least.real = fmax(rules->least.real, real);
    if (!is_least) rules->most.real = fmin(rules->most.real, real);
    return rules->least.real <= rules->most.real;
  }
  __int128_t range[2], integer = limit->integer;
  double whole = is_least ? ceil(limit->real) : floor(limit->real);
  limits(rules, rules->is_signed, range);
  if (!limit->whole && !is_whole(whole, &integer))
    integer = whole < 0 ? -((__int128_t)1 << 65) : (__int128_t)1 << 65;
  if (!integer_cell(rules, integer, &cell)) {
    bool below = integer < range[0];
    return below == is_least; /* all of the type is valid, or none */
  }
  if (is_least && cell.integer > rules->least.integer) rules->least = cell;
  if (!is_least && cell.integer < rules->most.integer) rules->most = cell;
  return rules->least.integer <= rules->most.integer;
}

/* The order of the three does not matter, as limits only narrow. */
static sw_status find_limits(sw_error *err, const making *in) {
  static const struct {
    const char *name;
    int count, least, most; /* numbers; which of them is the limit, -1: none */
    const char *wanted;
  } attribute[] = {{"valid_range", 2, 0, 1, "two numbers, the least and the largest"},
                   {"valid_min", 1, 0, -1, "one number"},
                   {"valid_max", 1, -1, 0, "one number"}};
  for (int k = 0; k < 3; k++) {
    int n = 0;
    sw_netcdf_number *number = NULL;
    SW_TRY(sw_netcdf_numbers(err, in->file, in->dataset, in->of, attribute[k].name,
                             attribute[k].count, attribute[k].count, attribute[k].wanted, &n,
                             &number));
    bool some = true;
    for (int i = 0; i < n; i++) {
      SW_TRY(check_limit(err, in, attribute[k].name, &number[i]));
      some &= narrow(in, &number[i], i == attribute[k].least);
    }
    if (!some) return refuse(err, in, attribute[k].name, "leaves no valid number");
  }
  return SW_OK;
}

/* ---- all of it ----------------------------------------------------------------------------- */

/* packed means that a value differs from what is stored. */
static sw_status read_factor(sw_error *err, const making *in, const char *name, double *factor) {
  int n = 0;
  sw_netcdf_number *number = NULL;
  SW_TRY(
      sw_netcdf_numbers(err, in->file, in->dataset, in->of, name, 1, 1, "one number", &n, &number));
  if (!n) return SW_OK;
  *factor = number->real;
  in->rules->packed = true;
  return isfinite(*factor) ? SW_OK : refuse(err, in, name, "is not finite; expected a number");
}

/* netCDF-3 had no unsigned types, so an attribute says it. */
static sw_status find_sign(sw_error *err, const making *in) {
  static const char wanted[] = "\"true\" or \"false\"";
  const char *text = NULL;
  SW_TRY(sw_netcdf_text(err, in->file, in->dataset, in->of, "_Unsigned", wanted, &text));
  if (!text) return SW_OK;
  bool is_true = !strcasecmp(text, "true");
  if (!is_true && strcasecmp(text, "false"))
    return refuse(err, in, "_Unsigned", "is neither \"true\" nor \"false\"");
  if (in->rules->real)
    return refuse(err, in, "_Unsigned", "is for integers, and these are floating point");
  in->rules->is_signed = !is_true;
  return SW_OK;
}

/* What the type alone says. Types of more than 64 bits cannot be read without loss. */
static sw_status find_type(sw_error *err, making *in) {
  sw_netcdf_rules *rules = in->rules;
  H5T_class_t class = H5Tget_class(in->type);
  if (class != H5T_INTEGER && class != H5T_FLOAT)
    return sw_fail(err, SW_EINPUT, "%s: %s does not contain numbers", in->file->name, in->of);
  rules->real = class == H5T_FLOAT;
  rules->stored_signed = H5Tget_sign(in->type) == H5T_SGN_2;
  rules->is_signed = rules->stored_signed;
  size_t bits = H5Tget_precision(in->type);
  rules->bits = (unsigned)bits;
  rules->memory = rules->real            ? H5T_NATIVE_DOUBLE
                  : rules->stored_signed ? H5T_NATIVE_INT64
                                         : H5T_NATIVE_UINT64;
  if (rules->real || (bits >= 1 && bits <= 64)) return SW_OK;
  return sw_fail(err, SW_EINPUT, "%s: %s has integers of %zu bits; expected 64 at most",
                 in->file->name, in->of, bits);
}

/* The order matters: type and sign decide how marks and limits are read. */
static sw_status make_rules(sw_error *err, making *in, int n_missing, const double *missing) {
  sw_netcdf_rules *rules = in->rules;
  SW_TRY(find_type(err, in));
  SW_TRY(find_sign(err, in));
  SW_TRY(find_marks(err, in, n_missing, missing));
  SW_TRY(read_factor(err, in, "scale_factor", &rules->scale));
  if (rules->scale == 0) return refuse(err, in, "scale_factor", "is 0, which makes all values one");
  SW_TRY(read_factor(err, in, "add_offset", &rules->offset));
  rules->least.integer = INT64_MIN, rules->most.integer = INT64_MAX;
  if (rules->real) rules->least.real = -INFINITY, rules->most.real = INFINITY;
  return find_limits(err, in);
}

/* `missing` is the study's list; it holds for all datasets of the panel. */
sw_status sw_netcdf_rules_of(sw_error *err, const sw_netcdf *file, hid_t dataset, const char *of,
                             int n_missing, const double *missing, sw_netcdf_rules *rules) {
  making in = {.file = file, .dataset = dataset, .of = of, .rules = rules};
  *rules = (sw_netcdf_rules){.scale = 1};
  in.type = H5Dget_type(dataset);
  if (in.type < 0) return sw_netcdf_broken(err, file, dataset, of);
  sw_status status = make_rules(err, &in, n_missing, missing);
  H5Tclose(in.type);
  return status;
}

/* ---- numbers to values --------------------------------------------------------------------- */

/* NaN fails both comparisons and is missing. */
static void unpack_reals(const sw_netcdf_rules *rules, double *value, size_t n) {
  for (size_t i = 0; i < n; i++) {
    double v = value[i];
    bool missing = !(v >= rules->least.real && v <= rules->most.real);
    for (int k = 0; k < rules->n_marks; k++)
      missing |= v == rules->mark[k].real;
    value[i] = missing ? NAN : rules->packed ? v * rules->scale + rules->offset : v;
  }
}

/* 2^bits is added to or taken from what has the other sign than it is meant with. Two's complement:
 * the same bits with another weight of the highest. */
static __int128_t meant_integer(const sw_netcdf_rules *rules, int64_t bits) {
  __int128_t v = rules->stored_signed ? (__int128_t)bits : (__int128_t)(uint64_t)bits;
  if (rules->is_signed == rules->stored_signed) return v;
  __int128_t turn = (__int128_t)1 << rules->bits;
  if (!rules->is_signed && v < 0) return v + turn;
  return rules->is_signed && v >= turn / 2 ? v - turn : v;
}

/* In place: numbers and values have the same size, and each is read before it is written. */
static void unpack_integers(const sw_netcdf_rules *rules, void *numbers, size_t n) {
  double *value = numbers;
  for (size_t i = 0; i < n; i++) {
    int64_t stored;
    memcpy(&stored, &value[i], sizeof stored);
    __int128_t integer = meant_integer(rules, stored);
    int64_t v = cell_of(rules, integer).integer;
    bool missing = v < rules->least.integer || v > rules->most.integer;
    for (int k = 0; k < rules->n_marks; k++)
      missing |= v == rules->mark[k].integer;
    double x = rules->is_signed ? (double)(int64_t)integer : (double)(uint64_t)integer;
    value[i] = missing ? NAN : rules->packed ? x * rules->scale + rules->offset : x;
  }
}

void sw_netcdf_unpack(const sw_netcdf_rules *rules, void *numbers, size_t n) {
  if (rules->real)
    unpack_reals(rules, numbers, n);
  else
    unpack_integers(rules, numbers, n);
}
