"""Cross mapping of the income of 48 states, 1930 to 2009, against pyEDM (oracles/space.md of the shared
data), and of all US counties with an income in every year from 1969 to 2018.

Of the counties' growth less the nation's, a pair's skill is near 0 in the mean (.009, sd .20), as that of
growth is not (.22: the nation's cycle is in both) nor that of levels (.99: so is its trend), so these
two say nothing of pairs. What a county drives in all is steady (r .93 to .97 between auto and 2
dimensions, lags of 1 and 2, a horizon before the point); single pairs are not (.30 to .49; .05 between
the halves of the period)."""
import csv
import os
import subprocess
import sys
import tempfile

shared = os.environ.get("SPILLWAY_SHARED", os.path.join(os.path.dirname(__file__), "../../../shared"))
data = os.path.abspath(os.path.join(shared, "data"))
if not os.path.isdir(data):
    print(f"skipped: the real panels are not here (looked for {data})")
    sys.exit(77)
import h5py
import numpy as np

SPILLWAY = os.environ["SPILLWAY"]
RELATIVE = "transform: relative-growth"
STATES = f"""study: states
panel: {{file: {data}/us48_income_long.csv, unit: STATE_FIPS, time: year}}
measures:
  - convergent_cross_mapping: {{of: income, {RELATIVE}, as: auto}}
  - convergent_cross_mapping: {{of: income, {RELATIVE}, dimension: 3, library: [10, 30, 78], as: three}}
output: {{file: states.h5, precision: float64}}
"""
COUNTIES = f"""study: counties
panel: {{file: {data}/us_county_income_1969_2018.csv, unit: fips, time: year, missing: keep}}
measures:
  - convergent_cross_mapping: {{of: per_capita_income_usd, {RELATIVE}, dimension: 2, balanced: true, keep: {{top: 5}},
                               as: ccm}}
output: {{file: counties.h5}}
"""
WANT = {("auto", "36", "06"): .1288948797, ("auto", "06", "36"): .4686432935, ("auto", "48", "36"): .3905616898,
        ("auto", "06", "48"): .2555931937, ("three", "36", "06"): .3289498633}  # row drives column


def run(work, name, text):
    with open(f"{work}/{name}.yaml", "w") as file:
        file.write(text)
    done = subprocess.run([SPILLWAY, "run", "--quiet", f"{work}/{name}.yaml"], check=True, capture_output=True, text=True)
    subprocess.run([SPILLWAY, "verify", f"{work}/{name}.h5"], check=True, stdout=subprocess.DEVNULL)
    return h5py.File(f"{work}/{name}.h5"), done.stdout


with tempfile.TemporaryDirectory() as work:
    file, said = run(work, "states", STATES)
    with file:
        unit = [code.decode() for code in file["unit"][:]]
        for (name, row, column), want in WANT.items():
            got = file[name]["value"][unit.index(row), unit.index(column)]
            assert abs(got - want) < 1e-10, (name, row, column, got, want)
        dimension = dict(zip(unit, file["auto/dimension"][:]))
        assert [dimension[s] for s in ("06", "36", "48")] == [2, 2, 8], dimension
        mean = file["three/by_library"][:]
        assert mean[0] < mean[1] < mean[2] and np.isclose(mean[2], file["three/mean"][()], rtol=1e-12), mean
    file, said = run(work, "counties", COUNTIES)
    with file:
        r = file["ccm"]
        assert r["n_pairs"][()] == 3089 * 3088 and abs(r["mean"][()] - .008718) < 5e-6, (r["n_pairs"][()], r["mean"][()])
        assert (r["dimension"][:] == 2).sum() == 3089
        print(f"counties: {r['n_pairs'][()]} pairs, mean {r['mean'][()]:.6f}, most {r['max'][()]:.4f}")
