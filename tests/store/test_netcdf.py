#!/usr/bin/env python3
"""Panels as netCDF4, xarray, h5netcdf and h5py write them. Each case is held against a CSV of the
values it should have: the results have the same SHA-256. What cannot be heeded is refused in one line
that names it."""
import gzip
import os
import subprocess
import sys
import tempfile

import cftime
import h5py
import netCDF4
import numpy as np
import xarray as xr

sys.path.insert(0, os.path.join(os.environ["SPILLWAY_SOURCE"], "tests/results"))
from digest import digest  # noqa: E402

CODES = ["02", "01", "é3", "d"]
YEARS = [2001, 2002, 2011]
NAN = np.nan

STUDY = """study: t
panel: {file: %s, unit: unit, time: time, missing: keep%s}
composites: {up: {positive: [x], weights: equal}, down: {negative: [x], weights: equal}}
measures: [{coupling_coordination: {systems: [up, down]}}]
output: {file: out.h5}
"""


def spillway(*arguments):
    return subprocess.run([os.environ["SPILLWAY"], *arguments], capture_output=True, text=True,
                          timeout=120)


def run(name, more=""):
    with open("study.yaml", "w") as f:
        f.write(STUDY % (name, more))
    return spillway("run", "study.yaml", "--force", "--quiet", "--threads", "1")


def result(name, more=""):
    done = run(name, more)
    assert done.returncode == 0, (name, done.stderr)
    with h5py.File("out.h5") as f:
        return digest(f, without=("study", "inputs"))


wanted_of = {}  # a digest is computed once


def wanted_for(values, times):
    key = np.array(values, "f8").tobytes(), tuple(times)
    if key not in wanted_of:
        write_csv("wanted.csv", values, times)
        wanted_of[key] = result("wanted.csv")
    return wanted_of[key]


def text(value):
    return "" if np.isnan(value) else repr(float(value))


def write_csv(path, values, times):
    """values: of x, or of columns by their names."""
    columns = values if isinstance(values, dict) else {"x": values}
    opened = gzip.open if path.endswith(".gz") else open
    with opened(path, "wt") as f:
        f.write("unit,time," + ",".join(columns) + "\n")
        for t, period in enumerate(times):
            for i, code in enumerate(CODES):
                cells = ",".join(text(column[t][i]) for column in columns.values())
                f.write(f"{code},{period},{cells}\n")


def same(path, values, times=YEARS, more=""):
    assert result(path, more) == wanted_for(values, times), f"{path}: other values than {values}"


def refused(path, line, more=""):
    done = run(path, more)
    assert done.returncode == 2, (path, done.returncode, done.stderr)
    said = done.stderr.strip().split("\n")
    assert len(said) == 1 and line in said[0], (done.stderr, line)


# ---- files -----------------------------------------------------------------------------------

def write_nc(path, stored, kind="f8", times=YEARS, time_kind="i4", time_attributes=(),
             format="NETCDF4", **options):
    write_variables(path, {"x": (stored, kind, options)}, times, time_kind, time_attributes, format)


def write_variables(path, variables, times=YEARS, time_kind="i4", time_attributes=(),
                    format="NETCDF4"):
    """By the netCDF library; variables: stored numbers, type, options of each."""
    with netCDF4.Dataset(path, "w", format=format) as f:
        f.createDimension("unit", len(CODES))
        f.createDimension("time", len(times))
        f.createVariable("unit", str, ("unit",))[:] = np.array(CODES, object)
        time = f.createVariable("time", time_kind, ("time",))
        time.setncatts(dict(time_attributes))
        time[:] = times
        for name, (stored, kind, options) in variables.items():
            write_variable(f, name, stored, kind, **options)


def write_variable(f, name, stored, kind, fill=None, attributes=(), no_fill=False):
    """None: a cell that is never written."""
    x = f.createVariable(name, kind, ("time", "unit"), fill_value=False if no_fill else fill)
    x.set_auto_maskandscale(False)
    for t, row in enumerate(stored):
        for i, value in enumerate(row):
            if value is not None:
                x[t, i] = np.array(value, kind)
    x.setncatts(dict(attributes))


def write_h5(path, stored, times=YEARS, attributes=(), **options):
    with h5py.File(path, "w") as f:
        f["unit"] = np.array([c.encode() for c in CODES])
        f["time"] = times
        f.create_dataset("x", data=stored, **options)
        for name, value in dict(attributes).items():
            f["x"].attrs[name] = value


def grid(kind="f8", **changed):
    """3 x 4 numbers 1 .. 12; changed: {"t_i": number}, a place and what stands there."""
    stored = np.arange(1, 13).reshape(3, 4).astype(kind)
    return put(stored, changed)


def put(array, changed):
    for place, number in changed.items():
        t, i = map(int, place.strip("_").split("_"))
        array[t, i] = number
    return array


def holes(*places, factor=1.0, offset=0.0):
    """The values of the grid, with these missing."""
    values = np.arange(1, 13).reshape(3, 4) * np.float64(factor) + np.float64(offset)
    for t, i in places:
        values[t, i] = NAN
    return values


batch = {}  # cases by what their study says


def case(values, stored, kind, more="", **options):
    batch.setdefault(more, []).append((values, (stored, kind, options)))


def flush():
    """All cases of a study as columns of one file."""
    for more, cases in batch.items():
        names = [f"x{k}" for k in range(len(cases))]
        write_variables("batch.nc", {n: variable for n, (_, variable) in zip(names, cases)})
        write_csv("batch.csv", {n: values for n, (values, _) in zip(names, cases)}, YEARS)
        composites = ", ".join(f"c{k}: {{positive: [{n}], weights: equal}}"
                               for k, n in enumerate(names + names[:1]))
        found = []
        for name, said in (("batch.nc", more), ("batch.csv", "")):
            with open("study.yaml", "w") as f:
                f.write("study: t\n"
                        f"panel: {{file: {name}, unit: unit, time: time, missing: keep{said}}}\n"
                        f"composites: {{{composites}}}\n"
                        "measures: [{coupling_coordination: {systems: [c0, c1]}}]\n"
                        "output: {file: out.h5}\n")
            done = spillway("run", "study.yaml", "--force", "--quiet", "--threads", "1")
            assert done.returncode == 0, (name, done.stderr)
            with h5py.File("out.h5") as f:
                found.append([digest(f[f"composites/c{k}"]) for k in range(len(cases))] +
                             [digest(f, without=("study", "inputs"))])
        for (values, variable), a, b in zip(cases, *found):
            assert a == b, f"{variable}: other values than {values}"
        assert found[0] == found[1]
    batch.clear()


# ---- cases -----------------------------------------------------------------------------------

def check_same_data():
    """One panel in all forms, with a missing cell."""
    stored = np.array([[15, -3, 7, 22], [9, 40, -999, 3], [1, 2, 3, 4]], "i2")
    values = stored * 0.1 + 2.0
    values[stored == -999] = NAN
    write_csv("p.csv", values, YEARS)
    write_csv("p.csv.gz", values, YEARS)
    wanted = result("p.csv")
    with open("wide.csv", "w") as f:
        f.write("unit," + ",".join(f"x{y}" for y in YEARS) + "\n")
        for i, code in enumerate(CODES):
            f.write(code + "," + ",".join(text(v) for v in values[:, i]) + "\n")
    with open("study.yaml", "w") as f:
        f.write((STUDY % ("wide.csv", ", layout: {wide: {name: x, prefix: x}}"))
                .replace(" time: time,", ""))
    done = spillway("run", "study.yaml", "--force", "--quiet")
    assert done.returncode == 0, done.stderr
    with h5py.File("out.h5") as f:
        assert digest(f, without=("study", "inputs")) == wanted, "wide"
    write_h5("p.h5", values)
    write_h5("packed.h5", stored, attributes={"_FillValue": np.int16(-999), "scale_factor": 0.1,
                                              "add_offset": 2.0})
    write_nc("plain.nc", values)
    write_nc("packed.nc", stored, "i2", fill=-999,
             attributes={"scale_factor": 0.1, "add_offset": 2.0})
    write_nc("classic_model.nc", stored, "i2", fill=-999, format="NETCDF4",
             attributes={"scale_factor": 0.1, "add_offset": 2.0})
    data = xr.Dataset({"x": (("time", "unit"), values)}, {"unit": CODES, "time": YEARS})
    packed = {"x": {"dtype": "i2", "scale_factor": 0.1, "add_offset": 2.0, "_FillValue": -999}}
    data.to_netcdf("xarray.nc", engine="netcdf4")
    data.to_netcdf("xarray_packed.nc", engine="netcdf4", encoding=packed)
    data.to_netcdf("h5netcdf.nc", engine="h5netcdf")
    data.to_netcdf("h5netcdf_packed.nc", engine="h5netcdf", encoding=packed)
    data.transpose("unit", "time").to_netcdf("turned.nc")
    data.assign_coords(unit=[c.encode() for c in CODES]).to_netcdf("characters.nc")
    data.assign_coords(unit=[c.encode() for c in CODES]).to_netcdf("model.nc",
                                                                   format="NETCDF4_CLASSIC")
    dates = np.array([f"{y}-01-01" for y in YEARS], "datetime64[ns]")
    data.assign_coords(time=dates).to_netcdf("dates.nc")
    data.assign_coords(time=dates).to_netcdf("hours.nc", encoding={
        "time": {"units": "hours since 1900-01-01", "dtype": "f8"}})
    data.rename(unit="station").assign_coords(unit=("station", CODES)).drop_vars(
        "station").to_netcdf("other_name.nc")
    for name in ("p.csv.gz", "p.h5", "packed.h5", "plain.nc", "packed.nc", "classic_model.nc",
                 "xarray.nc", "xarray_packed.nc", "h5netcdf.nc", "h5netcdf_packed.nc", "turned.nc",
                 "characters.nc", "model.nc", "dates.nc", "hours.nc", "other_name.nc"):
        assert result(name) == wanted, name


def check_marks():
    for kind in ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8"):
        case(holes((0, 1)), grid(kind, _0_1=99), kind, fill=99)
        case(holes((0, 1), (1, 1)), grid(kind, _0_1=99, _1_1=98), kind,
             attributes={"missing_value": np.array([99, 98], kind)})
        case(holes((0, 1)), grid(kind, _0_1=99), kind, fill=98,
             attributes={"missing_value": np.array(99, kind)})
        case(holes((0, 1)), grid(kind, _0_1=99), kind, attributes={"valid_max": np.array(12, kind)})
        case(holes((0, 0)), grid(kind), kind, attributes={"valid_min": np.array(2, kind)})
        case(holes((0, 0), (2, 3)), grid(kind), kind, attributes={"valid_range": np.array([2, 11], kind)})
        case(holes((0, 1)), grid(kind, _0_1=99), kind, more=", missing_values: [99.0]")
    # the study's list is for all columns: one that cannot hold a number of it is read all the same
    case(holes((0, 1)), grid("u1", _0_1=99), "u1", more=", missing_values: [-9999, 1e30, 0.5, 99, NA]")
    # by value in the file's own type
    for kind, value in (("f4", -9999.9), ("f4", 1e20), ("f8", -9999.9), ("i4", -9999.0)):
        case(holes((0, 1)), grid(kind, _0_1=value), kind, attributes={"missing_value": float(value)})
        case(holes((0, 1)), grid(kind, _0_1=value), kind,
             more=", missing_values: [-9999.9, 1e20, -9999]")
    for value in (NAN, np.inf, -np.inf):
        case(holes((0, 1)), grid("f8", _0_1=value), "f8", fill=value)
    case(holes(), grid("i4"), "i4", attributes={"missing_value": NAN})
    # 64 bits do not fit into a double
    case(put(holes((0, 1)), {"0_2": 2.0**53}), grid("i8", _0_1=2**53 + 1, _0_2=2**53), "i8", fill=2**53 + 1)
    case(put(holes((0, 1)), {"0_2": 2.0**64}), grid("u8", _0_1=2**64 - 1, _0_2=2**64 - 3), "u8",
         fill=2**64 - 1)
    # limits between integers, and beyond the type
    case(holes((0, 0)), grid("i2"), "i2", attributes={"valid_range": [1.5, 1e30]})


def check_defaults():
    """A cell that was never written."""
    unwritten = [[None if (t, i) == (1, 2) else 4 * t + i + 1 for i in range(4)] for t in range(3)]
    for kind in ("i2", "i4", "i8", "u2", "u4", "u8", "f4", "f8"):
        case(holes((1, 2)), unwritten, kind)
        case(holes((1, 2)), unwritten, kind, attributes={"missing_value": np.array(99, kind)})
    for kind, number in (("i1", -127), ("u1", 255)):  # of a byte every value may be data
        case(put(holes(), {"1_2": number}), grid(kind, _1_2=number), kind)
    # with a fill of its own the default is a number like others
    case(put(holes(), {"1_2": -32767}), grid("i2", _1_2=-32767), "i2", fill=-32768)
    # integers that netCDF does not fill are all data
    case(put(holes(), {"1_2": -32767}), grid("i2", _1_2=-32767), "i2", no_fill=True)
    # HDF5's own fill, where it is told one that is not zero
    for kind, fill in (("i1", -9), ("u4", 77), ("f4", -1.5), ("f8", 1e30)):
        write_h5("a.h5", grid(kind, _1_2=fill), fillvalue=fill)
        same("a.h5", holes((1, 2)))
    write_h5("a.h5", grid("f8", _1_2=0), fillvalue=0.0)
    same("a.h5", put(holes(), {"1_2": 0}))
    write_h5("a.h5", grid("f8", _1_2=9.969209968386869e36))  # not of netCDF
    same("a.h5", put(holes(), {"1_2": 9.969209968386869e36}))
    with h5py.File("a.h5", "a") as f:
        del f["x"]
        f.create_dataset("x", (3, 4), "f8", chunks=(1, 4))
    refused("a.h5", "a.h5: x: nothing was ever written to it, and it has no fill value")


def check_packing():
    for kind in ("i1", "i2", "i4", "u1", "f4", "i8"):
        case(holes(factor=0.1), grid(kind), kind, attributes={"scale_factor": 0.1})
        case(holes(offset=np.float32(273.15)), grid(kind), kind,
             attributes={"add_offset": np.float32(273.15)})
        case(holes(factor=np.float32(0.1), offset=5), grid(kind), kind,
             attributes={"scale_factor": np.float32(0.1), "add_offset": np.int32(5)})
    # as netCDF4 unpacks, which computes in double too where the factor is one
    write_nc("a.nc", grid("i2"), "i2", attributes={"scale_factor": 0.1, "add_offset": -4.7})
    with netCDF4.Dataset("a.nc") as f:
        same("a.nc", f["x"][:].data.astype("f8"))
    # limits and marks are of stored numbers
    case(holes((0, 0), (0, 2), (0, 3), (2, 3), factor=0.5, offset=1.0), grid("i2"), "i2", fill=3,
         attributes={"scale_factor": 0.5, "add_offset": 1.0, "missing_value": np.int16(4),
                     "valid_range": np.array([2, 11], "i2")})
    case(holes((0, 1), factor=0.5), grid("i2"), "i2", attributes={"scale_factor": 0.5},
         more=", missing_values: [2]")


def check_unsigned():
    for kind, bits in (("i1", 8), ("i2", 16), ("i4", 32), ("i8", 64)):
        top = 2**bits
        case(put(holes((0, 1)), {"0_2": top - 2, "0_3": top - 128}),
             grid(kind, _0_1=-1, _0_2=-2, _0_3=-128), kind, fill=-1, attributes={"_Unsigned": "true"})
    case(put(holes((0, 1), factor=2.0), {"0_2": 500}), grid("i1", _0_1=-1, _0_2=-6), "i1",
         attributes={"_Unsigned": "true", "valid_range": np.array([1, 250], "i2"), "scale_factor": 2.0})
    case(put(holes((0, 1)), {"0_2": -2}), grid("u1", _0_1=255, _0_2=254), "u1", fill=255,
         attributes={"_Unsigned": "false"})
    write_h5("a.h5", grid("i1", _0_1=-1), attributes={"_Unsigned": "true"})  # text of any length
    same("a.h5", put(holes(), {"0_1": 255}))


def check_bad_attributes():
    for attributes, line in (
            ({"scale_factor": "0.1"}, "scale_factor is text; expected one number"),
            ({"scale_factor": [0.1, 0.2]}, "scale_factor has too many values; expected one number"),
            ({"scale_factor": 0.0}, "scale_factor is 0, which makes all values one"),
            ({"scale_factor": NAN}, "scale_factor is not finite; expected a number"),
            ({"add_offset": "2"}, "add_offset is text; expected one number"),
            ({"add_offset": np.inf}, "add_offset is not finite; expected a number"),
            ({"missing_value": "-9999"}, "missing_value is text; expected a number or a list"),
            ({"missing_value": -99.5}, "missing_value is -99.5, which the stored numbers cannot be"),
            ({"missing_value": 1e9}, "missing_value is 1e+09, which the stored numbers cannot be"),
            ({"valid_range": np.array([1, 2, 3], "i2")}, "valid_range has too many values"),
            ({"valid_range": np.int16(1)}, "valid_range has too few values; expected two numbers"),
            ({"valid_range": np.array([5, 1], "i2")}, "valid_range leaves no valid number"),
            ({"valid_range": "1, 5"}, "valid_range is text; expected two numbers"),
            ({"valid_min": NAN}, "valid_min is NaN; expected a number"),
            ({"valid_max": -1e9}, "valid_max leaves no valid number"),
            ({"valid_max": 1.5, "scale_factor": 0.1}, "valid_max is of another type than the packed"),
            ({"_Unsigned": "yes"}, '_Unsigned is neither "true" nor "false"'),
            ({"_Unsigned": np.int32(1)}, "_Unsigned is no text")):
        write_nc("a.nc", grid("i2"), "i2", attributes=attributes)
        refused("a.nc", f"a.nc: x: the attribute {line}")
    write_nc("a.nc", grid("i1"), "i1", attributes={"valid_range": np.array([0, 255], "i2")})
    refused("a.nc", "a.nc: x: the attribute valid_range is of unsigned numbers, and the stored ones "
            'are signed; expected _Unsigned = "true" beside it')
    write_nc("a.nc", grid("f4"), "f4", attributes={"_Unsigned": "true"})
    refused("a.nc", "a.nc: x: the attribute _Unsigned is for integers")
    write_h5("a.h5", grid("i2"), attributes={"_FillValue": np.array([1, 2])})
    refused("a.h5", "a.h5: x: the attribute _FillValue has too many values; expected one number")
    write_h5("a.h5", grid("f8"), attributes={"scale_factor": "0.1"})
    refused("a.h5", "a.h5: x: the attribute scale_factor is text")
    write_h5("a.h5", grid("f8", _0_1=np.inf))
    refused("a.h5", "a.h5: x: unit 01, period 2001 is infinite; expected a finite number or NaN")
    write_h5("a.h5", np.full((3, 4), b"a"))
    refused("a.h5", "a.h5: x does not contain numbers")


def check_times():
    def times(numbers, units, wanted, calendar=None, kind="i4"):
        attributes = {"units": units, **({"calendar": calendar} if calendar else {})}
        write_nc("a.nc", grid(), times=numbers, time_kind=kind, time_attributes=attributes)
        same("a.nc", holes(), times=wanted)

    times([0, 365, 3652], "days since 2001-01-01", YEARS)
    times([0, 365, 3652], "days since 2001-1-1 00:00:00", YEARS, "proleptic_gregorian")
    times([0, 365, 3652], "Days since 2001-01-01T00:00:00Z", YEARS, "gregorian", "f4")
    times([730485, 730850, 734137], "days since 0001-01-01", [2001, 2002, 2011], "proleptic_gregorian")
    times([730487, 730852, 734139], "days since 0001-01-01", [2001, 2002, 2011], "standard")
    times([0, 365, 3650], "days since 2001-01-01", YEARS, "noleap")
    times([0, 366, 3660], "days since 2001-01-01", YEARS, "366_day")
    times([0, 360, 3600], "days since 2001-01-01 UTC", YEARS, "360_day")
    times([0, 8760, 87648], "hours since 2001-01-01 00:00:0.0", YEARS)
    times([0, 525600, 5258880], "minutes since 2001-01-01", YEARS)
    times([0, 31536000, 315532800], "seconds since 2001-01-01 +00:00", YEARS, kind="i8")
    times([0, 31536000000, 315532800000], "milliseconds since 2001-01-01", YEARS, kind="i8")
    times([0, 1, 10], "years since 2001-01-01", YEARS)
    times([1, 13, 121], "months since 2000-12-01", YEARS)
    times([2001, 2002, 2011], "years since 0000-01-01", YEARS, "proleptic_gregorian")
    times([0, 31, 59], "days since 2001-01-01", ["2001-01", "2001-02", "2001-03"])
    times([0, 30, 60], "days since 2001-01-01", ["2001-01", "2001-02", "2001-03"], "360_day")
    times([0, 1, 2], "months since 2001-11-01", ["2001-11", "2001-12", "2002-01"])
    times([1, 14, 27], "months since 2001-01-01", ["2001-M02", "2002-M03", "2003-M04"])  # no pairs
    times([-1, 0, 1], "days since 2000-03-01", ["2000-02-29", "2000-03-01", "2000-03-02"])
    times([0.5, 1.5, 2.5], "days since 2001-12-30", ["2001-12-30", "2001-12-31", "2002-01-01"],
          kind="f8")
    times([15, 45, 74], "days since 2001-01-01", ["2001-01-16", "2001-02-15", "2001-03-16"])
    times([0, 1, 2], "weeks since 2001-12-24", ["2001-12-24", "2001-12-31", "2002-01-07"])
    times(YEARS, "year", YEARS)  # plain years
    # what netCDF4 makes of the same numbers
    units = "hours since 1850-01-01"
    for calendar in ("standard", "proleptic_gregorian"):
        numbers = [1_000_000, 1_234_567, 1_234_600]
        dates = netCDF4.num2date(numbers, units, calendar)
        times(numbers, units, [d.strftime("%Y-%m-%d") for d in dates], calendar)

    # and over all of a calendar's years, by months and by days
    draw = np.random.default_rng(7)
    for calendar, units, least in (("standard", "days since 0001-01-01", 577736),
                                   ("standard", "hours since 1582-10-04 12:00", 24),
                                   ("proleptic_gregorian", "days since 1969-12-31", -719000),
                                   ("proleptic_gregorian", "minutes since 1600-02-29", -8e8)):
        per_day = 1440 if "minutes" in units else 24 if "hours" in units else 1
        numbers = least + per_day * np.unique(draw.integers(1, 2_500_000, 300))
        numbers = np.array([n for n in numbers if n < per_day * 2_800_000])
        dates = [d.strftime("%Y-%m-%d") for d in netCDF4.num2date(numbers, units, calendar)]
        many_times(numbers, units, calendar, dates)
    for calendar in ("noleap", "all_leap", "360_day"):
        dates = [cftime.datetime(int(y), int(m), 1, calendar=calendar)
                 for y, m in zip(np.sort(draw.choice(np.arange(1, 9999), 300, replace=False)),
                                 draw.integers(1, 13, 300))]
        units = "days since 1234-05-06"
        many_times(cftime.date2num(dates, units, calendar), units, calendar,
                   [d.strftime("%Y-%m") for d in dates])

    def bad(numbers, units, line, calendar=None, kind="f8"):
        attributes = {"units": units, **({"calendar": calendar} if calendar else {})}
        write_nc("a.nc", grid(), times=numbers, time_kind=kind, time_attributes=attributes)
        refused("a.nc", f"a.nc: time: {line}")

    bad([0, 1, 2], "fortnights since 2001-01-01", 'units "fortnights since 2001-01-01", calendar '
        '"standard": the unit is not known')
    bad([0, 1, 2], "days since spring", 'units "days since spring", calendar "standard": the moment '
        "is not clear; expected e.g. days since 2001-01-01")
    bad([0, 1, 2], "days since 2001-02-30", 'units "days since 2001-02-30", calendar "standard": '
        "there is no such day")
    bad([0, 1, 2], "days since 2001-01-01 00:00 -6:00", 'units "days since 2001-01-01 00:00 -6:00", '
        'calendar "standard": a time zone is not heeded')
    bad([0, 1, 2], "days since 0000-01-01", 'units "days since 0000-01-01", calendar "standard": '
        "there is no year 0")
    bad([0, 1, 2], "days since 2001-01-01", 'units "days since 2001-01-01", calendar "martian": the '
        "calendar is not known", "martian")
    bad([0, 1, 2], "days since 2001-01-01", "its calendar, noleap, is heeded where periods begin a "
        "year or a month, and these do not", "noleap")
    bad([0, 0.25, 2], "days since 2001-01-01", "two times are of one day, 2001-01-01")
    bad([0, 0.5, 2], "months since 2001-01-01", "0.5 months since 2001-01-01 is no whole number of "
        "months")
    bad([0, 1, 2], "months since 2001-01-31", "1 months since 2001-01-31 is a day that its month "
        "does not have")
    bad([0, NAN, 2], "days since 2001-01-01", "nan days since 2001-01-01 is missing")
    bad([0, 1e12, 2], "days since 2001-01-01", "1000000000000 days since 2001-01-01 lies beyond")
    bad([0, 1, 2], "days since 1500-01-01", "0 days since 1500-01-01 lies before 1582-10-15")
    bad([0, 0.5, 2], "m", "0.5 is not a period; expected whole numbers or texts")
    bad([5, 5, 6], "1", "a period appears twice")


def many_times(numbers, units, calendar, wanted):
    values = np.arange(len(numbers) * len(CODES)).reshape(len(numbers), len(CODES))
    data = xr.Dataset({"x": (("time", "unit"), values)}, {"unit": CODES, "time": numbers})
    data.time.attrs = {"units": units, "calendar": calendar}
    data.to_netcdf("many.nc")
    same("many.nc", values, times=[w.strip().replace(" ", "0") for w in wanted])


def check_axes():
    """A variable along other axes of the same lengths is not taken for one along these."""
    data = xr.Dataset({"x": (("epoch", "unit"), grid()), "y": (("time", "unit"), grid())},
                      {"unit": CODES, "time": YEARS, "epoch": [1, 2, 3]})
    data.to_netcdf("a.nc")
    refused("a.nc", "a.nc: x lies along (epoch, unit); expected (time, unit)")
    square = np.arange(1.0, 10).reshape(3, 3)
    data = xr.Dataset({"x": (("unit", "time"), square)}, {"unit": CODES[:3], "time": YEARS})
    data.to_netcdf("square.nc")
    with open("wanted.csv", "w") as f:
        f.write("unit,time,x\n" + "".join(f"{c},{y},{square[i, t]}\n" for i, c in enumerate(CODES[:3])
                                          for t, y in enumerate(YEARS)))
    assert result("square.nc") == result("wanted.csv"), "a square one turned"
    with netCDF4.Dataset("bare.nc", "w") as f:
        f.createDimension("unit", 4), f.createDimension("time", 3)
        f.createVariable("unit", str, ("unit",))[:] = np.array(CODES, object)
        f.createVariable("x", "f8", ("time", "unit"))[:] = grid()
    refused("bare.nc", "bare.nc: time is a dimension without labels; name the variable that has them")
    with netCDF4.Dataset("old.nc", "w", format="NETCDF3_CLASSIC") as f:
        f.createDimension("unit", 4)
    refused("old.nc", "is netCDF of the classic format; write it as netCDF-4: nccopy -k nc4 old.nc "
            "new.nc")


def check_filters():
    write_h5("a.h5", grid(), compression="lzf")
    refused("a.h5", "a.h5: x is compressed by lzf (filter 32000), which this HDF5 lacks; name the "
            "folder of its plug-in in HDF5_PLUGIN_PATH, or where it can be read write it anew: "
            "h5repack -f GZIP=4 a.h5 new.h5")
    with h5py.File("a.h5", "w") as f:
        f.create_dataset("unit", data=np.array([c.encode() for c in CODES], "S99"), compression="lzf")
        f["time"], f["x"] = YEARS, grid()
    refused("a.h5", "a.h5: unit is compressed by lzf (filter 32000), which this HDF5 lacks")
    for options in ({"compression": "gzip", "shuffle": True, "fletcher32": True},
                    {"compression": "szip"}, {"scaleoffset": 4}):
        write_h5("a.h5", grid(), **options)
        same("a.h5", holes())
    # results that were packed anew
    with h5py.File("out.h5", "a") as f:
        del f["time"]
        f.create_dataset("time", data=np.zeros(64, "i8"), compression="lzf")
    done = spillway("info", "out.h5")
    assert done.returncode == 2 and "required filter 'lzf' is not registered; name the folder of its " \
        "plug-in in HDF5_PLUGIN_PATH, or where it can be read write the file anew: h5repack -f GZIP=4 " \
        "OLD NEW" in done.stderr, done.stderr
    # blosc: no library here writes it; the number of the filter is written over that of deflate
    write_h5("a.h5", grid(), compression="gzip")
    with open("a.h5", "rb") as f:
        data = f.read()
    at = data.index(b"deflate") - 8
    assert data[at:at + 2] == b"\1\0", "deflate is filter 1"
    with open("a.h5", "wb") as f:
        f.write(data[:at] + (32001).to_bytes(2, "little") + data[at + 2:])
    refused("a.h5", "a.h5: x is compressed by blosc (filter 32001), which this HDF5 lacks")


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for name, check in list(globals().items()):
            if name.startswith("check_"):
                check()
                flush()
                print(f"ok {name[6:].replace('_', ' ')}", flush=True)
        os.chdir("/")


main()
