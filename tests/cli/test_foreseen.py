"""`spillway check` says what a false discovery rate can reject with so many permutations: the numbers
of oracles/space.md for 3,107 units, as `run` says them afterwards; nothing where any p can do."""
import os
import re
import subprocess
import tempfile

SPILLWAY = os.environ["SPILLWAY"]
N = 3107
MEASURES = {  # what is said: permutations, the least p, units that must have it
    "local_moran: {of: x, weights: ring, as: folded}": (999, "0.001", 63),
    "local_moran: {of: x, weights: ring, alternative: two-sided, as: both}": (999, "0.002", 125),
    "local_geary: {of: x, weights: ring, permutations: 199, as: geary}": (199, "0.005", 311),
    "getis_ord: {of: y, weights: ring, permutations: 999, as: g}": (999, "0.001", 63),
    "local_moran: {of: x, weights: ring, fdr: none, permutations: 99, as: plain}": None,
    "local_moran: {of: x, weights: ring, permutations: 99999, as: many}": None,
}


def call(folder, *words):
    done = subprocess.run([SPILLWAY, *words], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def write(folder, measures):
    with open(f"{folder}/s.yaml", "w") as out:
        out.write("panel: {file: p.csv, unit: code}\nweights:\n  ring: {kind: file, file: e.csv}\n"
                  "measures:\n" + "".join(f"  - {m}\n" for m in measures) + "output: {file: r.h5}\n")


with tempfile.TemporaryDirectory() as place:
    code = [f"u{i:04d}" for i in range(N)]
    with open(f"{place}/p.csv", "w") as p, open(f"{place}/e.csv", "w") as e:
        p.write("code,x,y\n")
        e.write("from,to\n")
        for i in range(N):
            p.write(f"{code[i]},{i * 7919 % 1009},{i * 104729 % 997 + 1}\n")
            e.write(f"{code[i]},{code[i - 1]}\n{code[i - 1]},{code[i]}\n")
    write(place, MEASURES)
    lines = call(place, "check", "s.yaml", "-q").splitlines()
    for measure, numbers in MEASURES.items():
        name = re.search(r"as: (\w+)", measure)[1]
        at = next(k for k, line in enumerate(lines) if line.startswith(f"  {name} "))
        said = lines[at + 1].strip() if lines[at + 1].startswith(" " * 20) else None
        draws, least, units = numbers or (0, 0, 0)
        want = (f"{draws} permutations give no p below {least}: {units} units of {N} must have it, or none "
                "is significant; fewer where values are missing") if numbers else None
        assert said == want, (name, said, want)
    few = [m for m in MEASURES if "folded" in m]
    write(place, few)
    done = subprocess.run([SPILLWAY, "run", "s.yaml", "-q"], cwd=place, capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0, done.stderr
    said = call(place, "info", "r.h5")
    assert f"999 permutations give no p below 0.001: 63 units of {N} must have it, or none is" in said, said
print("check says what a false discovery rate can reject")
