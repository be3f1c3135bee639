"""The lines of jobs/README.md for readers of results run as they stand, where their tools are."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

SOURCE = os.environ["SPILLWAY_SOURCE"]
SPILLWAY = os.environ["SPILLWAY"]
STUDY_UNITS, PERIODS = "80", "6"


def snippets():
    """{reader: lines}"""
    with open(os.path.join(SOURCE, "jobs/README.md")) as file:
        text = file.read()
    found = re.findall(r"^<!-- reader: (\w+),.*?-->\n```\w+\n(.*?)^```$", text, re.M | re.S)
    return dict(found)


def has_module(name):
    return subprocess.run([sys.executable, "-c", f"import {name}"],
                          capture_output=True).returncode == 0


def missing(reader):
    """What is not there of what the lines want."""
    if reader == "python":
        return None if has_module("xarray") and has_module("netCDF4") else "python3-xarray, netcdf4"
    if reader == "R":
        if not shutil.which("Rscript"):
            return "R"
        there = subprocess.run(["Rscript", "-e", "library(ncdf4)"], capture_output=True)
        return None if there.returncode == 0 else "r-cran-ncdf4"
    lacking = [name for name in ("ncdump", "h5dump", "h5ls") if not shutil.which(name)]
    return ", ".join(lacking) or None


def run(reader, lines, folder):
    command = {"python": [sys.executable, "-c", lines], "R": ["Rscript", "-e", lines],
               "sh": ["sh", "-ec", lines]}[reader]
    done = subprocess.run(command, cwd=folder, text=True, capture_output=True)
    assert done.returncode == 0, f"{reader}: {done.stderr}"
    return done.stdout


def best_units(folder):
    """Codes of the five most coordinated units in the fifth year, by h5py."""
    import h5py
    import numpy as np
    with h5py.File(os.path.join(folder, "results.h5")) as file:
        order = np.argsort(-file["ccd/coordination"][4])[:5]
        return [file["unit"][i].decode() for i in order], float(file["gravity/total"][0])


def main():
    found = snippets()
    assert set(found) == {"python", "R", "sh"}, found
    for reader, lines in found.items():
        assert len(lines.splitlines()) == 3, f"{reader}: three lines, {lines}"
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([SPILLWAY, "synth", "-o", folder, "--units", STUDY_UNITS, "--periods",
                        PERIODS], check=True, capture_output=True)
        subprocess.run([SPILLWAY, "run", os.path.join(folder, "study.yaml"), "-q"], check=True)
        codes, total = best_units(folder)
        ran = 0
        for reader, lines in found.items():
            lacks = missing(reader)
            if lacks:
                print(f"skipped: {reader}: {lacks} missing")
                continue
            said = run(reader, lines, folder)
            for code in codes if reader != "sh" else ["gravity", f"{total:.6g}"]:
                assert code in said, f"{reader}: no {code} in {said}"
            ran += 1
    return 0 if ran else 77


if __name__ == "__main__":
    sys.exit(main())
