#!/usr/bin/env python3
"""The peak of a rank stays within 1.2 times what `spillway check` predicts, libraries included, and
the prediction is not idle: at most 2.5 times what is used."""
import os
import re
import subprocess
import sys
import tempfile

SPILLWAY = os.environ["SPILLWAY"]

PAIRS = {
    "dense": "gravity: {mass: [population], keep: dense, as: g}",
    "top": "gravity: {mass: [population], keep: {top: 50}, as: g}",
    "directed summary": "gravity: {mass: [population], share: gdp, keep: summary, as: g}",
    "above": "pairwise_coupling: {systems: [economy, ecology], keep: {above: 0.55}, as: g}",
}


def peak_of(command):
    """Exit status and the largest peak of the processes started, in bytes."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    out, err = process.communicate(timeout=500)
    assert process.returncode == 0, (command, err)
    return out


def check(folder, what, ranks, threads):
    launch = ["mpirun", "-n", str(ranks)] if ranks else []
    tail = [f"{folder}/study.yaml", "--threads", str(threads)]
    plan = peak_of(launch + [SPILLWAY, "check"] + tail)
    predicted = float(re.search(r"memory per rank\s.*\((\d+) bytes\)", plan).group(1))
    said = peak_of(launch + [SPILLWAY, "run", "--force"] + tail)
    peak = float(re.search(r"peak memory .*\((\d+) bytes\)", said).group(1))
    verdict = "ok" if 0.4 * predicted <= peak <= 1.2 * predicted else "FAILED"
    print(f"{verdict} {what}, {ranks or 1} ranks x {threads}: peak {peak / 1e6:.1f} MB, "
          f"predicted {predicted / 1e6:.1f} MB")
    return verdict == "ok"


def main():
    if "ASAN_OPTIONS" in os.environ or "TSAN_OPTIONS" in os.environ:
        print("skipped: a sanitizer's own memory is no figure of the program")
        sys.exit(77)
    good = True
    with tempfile.TemporaryDirectory() as folder:
        for units, periods in ((1500, 10), (4000, 3)):
            subprocess.run([SPILLWAY, "synth", "-o", folder, "--units", str(units), "--periods",
                            str(periods), "--force"], check=True, capture_output=True)
            with open(f"{folder}/study.yaml") as f:
                text = f.read()
            good &= check(folder, f"demo study, {units} x {periods}", 0, 2)
            if units < 4000:
                continue
            for what, entry in PAIRS.items():
                head = text.split("measures:\n")[0]
                with open(f"{folder}/study.yaml", "w") as f:
                    f.write(f"{head}measures:\n  - {entry}\noutput: {{file: out.h5}}\n")
                good &= check(folder, what, 0, 2)
                if what in ("dense", "directed summary"):
                    good &= check(folder, what, 2, 1)
    sys.exit(0 if good else 1)


main()
