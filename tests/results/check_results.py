#!/usr/bin/python3
"""Whether a results file is what the interface promises, for any study: read by h5py, and by
xarray through both its engines, every group: dimensions, coordinates, labels, long_name, units.

    check_results.py OUT.h5
"""
import sys
import warnings

import h5py
import numpy as np
import xarray as xr

BARE = "This is a netCDF dimension but not a netCDF variable"
ROOT = ["title", "study", "version", "inputs", "seed", "state", "tile", "precision", "unmatched",
        "missing", "missing_cells", "cells_filled", "logarithms_undefined"]
GROUP = ["measure", "measure_version", "formula", "source", "parameters", "undefined"]
PAIRS = {"out_strength", "in_strength", "total", "mean", "max", "n_pairs"}
failures = []


def expect(holds, what):
    if not holds:
        failures.append(what)


def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def is_scale(dataset):
    return text(dataset.attrs.get("CLASS", "")) == "DIMENSION_SCALE"


def is_bare(dataset):
    return text(dataset.attrs.get("NAME", "")).startswith(BARE)


def results_of(file):
    """The groups that are results, by path."""
    found = {}
    for name, item in file.items():
        if isinstance(item, h5py.Group) and name == "composites":
            found.update({f"composites/{n}": g for n, g in item.items()})
        elif isinstance(item, h5py.Group) and "measure" in item.attrs:
            found[name] = item
    return found


def rest_of(file):
    """The groups of what results rest on: the panel, and each weights matrix."""
    found = {"panel": file["panel"]} if "panel" in file else {}
    found.update({f"weights/{n}": g for n, g in file.get("weights", {}).items()})
    return found


def check_rest(path, group):
    for name, dataset in group.items():
        if not is_bare(dataset):
            check_variable(f"{path}/{name}", dataset)
    if path == "panel":
        said = dict(part.rsplit(" ", 1) for part in
                    text(group.file.attrs["missing_cells"]).split(", "))
        count = group["missing_cells"][...].sum(axis=0)
        expect({text(n): int(c) for n, c in zip(group["indicator"][:], count)} ==
               {n: int(c) for n, c in said.items()}, "panel: missing cells are not those of /")
        return
    if "row_start" not in group:
        return
    edge, partner = group["row_start"][...], group["partner"][...]
    expect((np.diff(edge) >= 0).all() and edge[0] == 0 and edge[-1] == len(partner) ==
           group.attrs["links"], f"{path}: rows do not fit the links")
    expect((np.diff(edge) == 0).sum() == group.attrs["islands"], f"{path}: islands")


def check_root(file):
    for name in ROOT:
        expect(name in file.attrs, f"/: no attribute {name}")
    expect(text(file.attrs["state"]) == "complete", "/: state is not complete")
    unit = [text(u) for u in file["unit"][:]]
    expect(unit == sorted(unit, key=str.encode), "unit: not in the order of codes")
    expect(list(file["unit_to"][:]) == list(file["unit"][:]), "unit_to differs from unit")
    for line in text(file.attrs["inputs"]).split("\n"):
        digits, _, name = line.partition("  ")
        expect(len(digits) == 32 and int(digits, 16) >= 0 and name, f"inputs: {line!r}")
    time = file["time"]
    expect(time.dtype == np.int64 or time.dtype.kind == "O", f"time is {time.dtype}")
    root = h5py.h5g.open(file.id, b"/").get_create_plist()
    expect(root.get_link_creation_order() == 3, "/: link order not tracked")


def check_variable(path, dataset):
    for name in ("long_name", "units"):
        expect(len(text(dataset.attrs.get(name, ""))) > 0, f"{path}: no {name}")
    units = text(dataset.attrs.get("units", ""))
    expect("since" not in units and not units.endswith(("s", "min")) or units == "1",
           f"{path}: units {units!r} could be taken for a time span")
    expect("_FillValue" not in dataset.attrs, f"{path}: has _FillValue")
    expect(dataset.id.get_create_plist().get_attr_creation_order() == 3,
           f"{path}: attribute order not tracked")
    if is_scale(dataset):
        return
    for axis, dimension in enumerate(dataset.dims):
        expect(len(dimension) == 1, f"{path}: axis {axis} has {len(dimension)} scales")
        if len(dimension) == 1:
            expect(dimension[0].shape[0] == dataset.shape[axis], f"{path}: axis {axis} is too short")


def check_pairs(path, group):
    expect(text(group.attrs.get("orientation", "")) == "row: sender, column: receiver",
           f"{path}: no orientation")
    expect(PAIRS <= set(group), f"{path}: summary incomplete: {sorted(PAIRS - set(group))}")
    n = group["unit"].shape[0]
    if "row_start" in group:
        edges = group["row_start"][...].reshape(-1, n + 1)
        expect((np.diff(edges, axis=1) >= 0).all(), f"{path}: row_start falls")
        expect(edges[0, 0] == 0 and edges[-1, -1] == group["partner"].shape[0],
               f"{path}: row_start does not end where the entries do")
        expect((edges[1:, 0] == edges[:-1, -1]).all(), f"{path}: row_start is not absolute")
    if "partner" in group and group["partner"].size:
        partner = group["partner"][...]
        expect(partner.dtype == np.int32 and partner.min() >= -1 and partner.max() < n,
               f"{path}: partner is out of range")
    if "rank" in group:
        value = group["value"][...].reshape(-1, group["rank"].shape[0])
        none = group["partner"][...].reshape(value.shape) < 0
        expect((np.isnan(value) == none).all(), f"{path}: values and partners do not agree")
        step = np.diff(np.where(none, -np.inf, value.astype(float)), axis=1)
        expect(not (step > 0).any(), f"{path}: values do not fall with rank")


def check_group(path, group):
    for name in GROUP:
        expect(name in group.attrs, f"{path}: no attribute {name}")
    for name in ("unit", "unit_to", "time"):
        expect(name in group, f"{path}: no {name}")
    for name in ("unit", "unit_to"):
        expect(group[name] == group.file[name], f"{path}: {name} is no link to the root's")
    for name, dataset in group.items():
        if not is_bare(dataset):
            check_variable(f"{path}/{name}", dataset)
    count = text(group.attrs["undefined"]).split(" ")[0]
    expect(count.isdigit(), f"{path}: undefined does not begin with a count")
    missing = sum(int(np.isnan(d[...]).sum()) for d in group.values()
                  if "undefined" in d.attrs)
    said = sum(int(d.attrs["undefined"]) for d in group.values() if "undefined" in d.attrs)
    expect(missing == said, f"{path}: {missing} values are NaN, {said} are said to be")
    if "orientation" in group.attrs:
        check_pairs(path, group)


def check_xarray(file, path, group, engine):
    """What a user sees who opens the group by xarray."""
    at = f"{path} by {engine}"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        seen = xr.open_dataset(file, group=path, engine=engine)
    with seen:
        for name, dataset in group.items():
            if is_bare(dataset):
                expect(name in seen.dims and name not in seen.coords, f"{at}: dimension {name}")
                continue
            if is_scale(dataset):
                expect(name in seen.coords, f"{at}: no coordinate {name}")
            else:
                expect(name in seen.data_vars, f"{at}: no variable {name}")
            if name not in seen:
                continue
            check_seen(f"{at}: {name}", seen[name], dataset)


def check_seen(at, variable, dataset):
    expect(variable.shape == dataset.shape, f"{at}: shape {variable.shape}")
    for axis, dimension in enumerate(dataset.dims):
        if not is_scale(dataset) and len(dimension) == 1:
            name = dimension[0].name.split("/")[-1]
            expect(variable.dims[axis] == name, f"{at}: axis {axis} is {variable.dims[axis]}")
    for name in ("long_name", "units"):
        expect(variable.attrs.get(name) == text(dataset.attrs[name]),
               f"{at}: {name} is {variable.attrs.get(name)!r}")
    if dataset.dtype.kind == "O":
        expect([str(v) for v in variable.values] == [text(v) for v in dataset[:]], f"{at}: labels")
    else:
        expect(variable.dtype == dataset.dtype, f"{at}: type {variable.dtype}")
        expect(np.array_equal(variable.values, dataset[...], equal_nan=dataset.dtype.kind == "f"),
               f"{at}: numbers differ")


def main():
    path = sys.argv[1]
    with h5py.File(path, "r") as file:
        check_root(file)
        results = results_of(file)
        for name, item in file.items():
            if isinstance(item, h5py.Dataset):
                check_variable(f"/{name}", item)
        for name, group in results.items():
            check_group(name, group)
        rest = rest_of(file)
        for name, group in rest.items():
            check_rest(name, group)
        for engine in ("netcdf4", "h5netcdf"):
            root = xr.open_dataset(path, engine=engine)
            with root:
                for name in ROOT:
                    said = file.attrs[name]
                    said = text(said) if isinstance(said, bytes) else said
                    expect(root.attrs.get(name) == said, f"/ by {engine}: attribute {name}")
                for name in ("lon", "lat"):
                    expect(name not in file or root[name].dims == ("unit",), f"{name} by {engine}")
            for name, group in {**rest, **results}.items():
                check_xarray(path, name, group, engine)
    for line in failures:
        print(f"{path}: {line}", file=sys.stderr)
    print(f"{path}: {len(results)} results, {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
