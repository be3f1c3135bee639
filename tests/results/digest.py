#!/usr/bin/python3
"""SHA-256 of a results file: names, types, shapes and bytes of all datasets, and all attributes,
in the order of names. Two runs of one study give one digest; the files' own bytes may differ.

    digest.py OUT.h5 [--without ATTRIBUTE]...     e.g. --without inputs, when rows were permuted
"""
import argparse
import hashlib

import h5py
import numpy as np

# What HDF5 keeps for itself: addresses in the file.
OWN = {"DIMENSION_LIST", "REFERENCE_LIST"}


def raw(value):
    array = np.asarray(value)
    if array.dtype.kind == "O":
        return b"\0".join(v if isinstance(v, bytes) else str(v).encode() for v in array.ravel())
    return np.ascontiguousarray(array).tobytes()


def add_attributes(sha, path, item, without):
    for name in sorted(item.attrs):
        if name in OWN or name in without:
            continue
        value = item.attrs[name]
        sha.update(f"@{path}@{name}@".encode() + raw(value))


def add_dataset(sha, path, dataset):
    sha.update(f"#{path}#{dataset.dtype}#{dataset.shape}#".encode())
    if dataset.ndim < 2:
        sha.update(raw(dataset[()]))
        return
    for part in dataset:  # one index of the first axis at a time: matrices may be large
        sha.update(raw(part))


def digest(file, without=()):
    sha = hashlib.sha256()
    add_attributes(sha, "/", file, without)

    def visit(group):
        for name in sorted(group):
            item = group[name]
            path = f"{group.name.rstrip('/')}/{name}"
            add_attributes(sha, path, item, without)
            if isinstance(item, h5py.Group):
                visit(item)
            else:
                add_dataset(sha, path, item)

    visit(file)
    return sha.hexdigest()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("--without", action="append", default=[])
    given = parser.parse_args()
    with h5py.File(given.file, "r") as file:
        print(digest(file, given.without))


if __name__ == "__main__":
    main()
