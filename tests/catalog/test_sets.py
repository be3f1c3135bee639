#!/usr/bin/env python3
"""All instruction sets give the same bits: the catalogue's datasets (test_bits.py) by the plain
variants, by AVX2 and by AVX-512, as far as this machine has them. The C library, whose logarithms
are not those of older processors, is this machine's in all of them; what is compared are the
kernels. The program is p_masked (tests/masked_program.c). Hashes of operands name the set.

It computes the catalogue three times, and so waits for SPILLWAY_SETS=all.
"""
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.path.join(os.environ["SPILLWAY_PROGRAMS"], "p_masked")
SETS = ("x86-64-v4", "x86-64-v3", "x86-64")


def compute(name, path):
    """Digests of the catalogue by one set, and the set that the results say they were computed by."""
    done = subprocess.run([sys.executable, "-s", os.path.join(HERE, "test_bits.py"), "--write", path],
                          env=dict(os.environ, SPILLWAY=PROGRAM, SPILLWAY_SET=name),
                          capture_output=True, text=True)
    assert done.returncode == 0, f"{name}: {done.stdout}{done.stderr}"
    with open(path) as file:
        lines = file.read().splitlines()
    found = {}
    for group, *of in (line.split(" ") for line in lines if not line.startswith("#")):
        found.update((f"{group}/{n}", digest) for n, digest in (word.split(":") for word in of)
                     if n != "operand_hash")
    return lines[0].split("\t")[-1], found


def main():
    if os.environ.get("SPILLWAY_SETS") != "all":
        print("skipped: long; SPILLWAY_SETS=all runs it")
        return 77
    if not os.path.exists(PROGRAM):
        print("skipped: this build has one variant of each kernel")
        return 77
    known = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in SETS:
            took, found = compute(name, f"{folder}/{name}.txt")
            if took != name:
                print(f"note: this machine has no {name}")
                assert name == SETS[0] or took in ("x86-64",), f"asked for {name}, took {took}"
                continue
            known[name] = found
    if len(known) < 2:
        print("skipped: this machine has one instruction set")
        return 77
    (first, wanted), *others = known.items()
    assert len(wanted) > 20000, f"{len(wanted)} datasets"
    failed = 0
    for name, found in others:
        assert found.keys() == wanted.keys(), sorted(found.keys() ^ wanted.keys())[:5]
        apart = sorted(n for n in wanted if wanted[n] != found[n])
        print(f"{name} and {first}: {len(wanted) - len(apart)} of {len(wanted)} datasets the same")
        for n in apart[:20]:
            print(f"  other bits: {n}")
        failed += len(apart)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
