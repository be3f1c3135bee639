"""Convergence and its clubs on real panels (oracles/regions.md of the shared data: lm, sandwich,
spatialreg, CRAN's ConvergenceClubs, a plain program): counties of the lower 48 states 1969-2018, of
Texas in three units of money, lights of Chinese counties 2001-2022."""
import csv
import math
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

program = os.environ["SPILLWAY"]
work = tempfile.TemporaryDirectory()


def run(name, columns, rows, entries):
    """Results of a study of these rows, and what the program said; verified."""
    with open(f"{work.name}/{name}.csv", "w", newline="") as file:
        csv.writer(file).writerows([["unit", "year", *columns], *rows])
    with open(f"{work.name}/{name}.yaml", "w") as file:
        file.write(f"study: {name}\npanel: {{file: {name}.csv, unit: unit, time: year, missing: keep}}\nmeasures:\n" +
                   "".join(f"  - {entry}\n" for entry in entries) + f"output: {{file: {name}.h5}}\n")
    done = subprocess.run([program, "run", f"{work.name}/{name}.yaml"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    subprocess.run([program, "verify", f"{work.name}/{name}.h5"], check=True, stdout=subprocess.DEVNULL)
    return h5py.File(f"{work.name}/{name}.h5"), done.stdout + done.stderr


def near(group, **wanted):
    for name, value in wanted.items():
        got, digits = group[name][()], len(str(value).split(".")[1])
        assert abs(got - value) < 1.01 * 10 ** -digits, (group.name, name, got, value)


def clubs(group, size, t=(), merged=None, merged_t=()):
    """Sizes exactly, t to the digits that are given, none beyond; sizes are those of the units."""
    for prefix, of, sizes, tests in (("", "club", size, t), ("merged_", "merged", merged, merged_t)):
        if sizes is None:
            continue
        got = group[prefix + "size"][:]
        assert got[:len(sizes)].tolist() == sizes and not got[len(sizes):].any(), (group.name, prefix, got)
        assert np.bincount(group[of][:][group[of][:] > 0], minlength=2)[1:].tolist() == sizes
        for k, value in enumerate(tests):
            assert abs(group[prefix + "t"][k] - value) < 1e-6, (group.name, prefix, group[prefix + "t"][:len(sizes)])


# ---- counties of the United States --------------------------------------------------------------

with open(f"{data}/us_bea_points.csv", newline="") as file:
    lower48 = {r["fips"] for r in csv.DictReader(file) if r["lower48"] == "1"}
with open(f"{data}/us_county_income_1969_2018.csv", newline="") as file:
    income = [(r["fips"], r["year"], r["per_capita_income_usd"], r["population"]) for r in csv.DictReader(file)
              if r["fips"] in lower48]
years = len({year for _, year, _, _ in income})
complete = {fips for fips, count in zip(*np.unique([r[0] for r in income if r[2]], return_counts=True))
            if count == years}
rows = [(fips, year, x, math.log(float(n)) if n else "") for fips, year, x, n in income if fips in complete]
file, said = run("counties", ["income", "ln_population"], rows, [
    "convergence: {of: income}",
    "convergence: {of: income, se: hc1, as: robust}",
    "convergence: {of: income, controls: [ln_population], as: conditional}",
    "convergence_clubs: {of: income}"])
c = file["convergence"]
assert c["n_used"][()] == 3075
near(c, r2=.208725738, speed=.009364055196, half_life=74.022116068, sigma_slope=.000105098127,
     sigma_se=.000266257370, pitman_t=3.373881715, pitman_p=.00075034783, t2=11.360198327)
assert abs(c["coefficient"][1] + .007509853507) < 1e-12 and abs(c["std_error"][1] - .000263770) < 1e-9
assert abs(c["sd"][0] - .247563) < 1e-6 and abs(c["sd"][-1] - .236521) < 1e-6
assert abs(c["cv"][0] - .245344123) < 1e-9 and abs(c["cv"][-1] - .285183083) < 1e-9
assert abs(file["robust/std_error"][1] - .000347648) < 1e-9
assert abs(file["conditional/coefficient"][1] + .007577142127) < 1e-12
assert abs(file["conditional/coefficient"][2] - .00003544) < 1e-8
k = file["convergence_clubs"]
near(k, log_t=-32.543905484)
clubs(k, [11, 84, 42, 493, 1392, 1053], (.500393, 3.819986, 12.898410, -1.388765, 2.713686, -1.555062),
      [137, 1885, 1053], (3.444134, 1.100471, -1.555062))

# ---- Texas --------------------------------------------------------------------------------------

texas = [(fips, year, float(x), float(x) / 1000, float(x) * 100) for fips, year, x, _ in income
         if fips[:2] == "48"]
file, said = run("texas", ["usd", "thousand", "cents"], texas, [
    "convergence_clubs: {of: usd}",
    "convergence_clubs: {of: thousand, as: in_thousands}",
    "convergence_clubs: {of: cents, as: in_cents}",
    "convergence_clubs: {of: usd, filter: none, as: unfiltered}"])
k = file["convergence_clubs"]
near(k, log_b=-.544496769, log_t=-11.714427526, log_t_thousand=.600784884)
clubs(k, [2, 213, 39], (3.390967243, -.363286104, 6.685272085), [2, 213, 39])
assert (k["club"][:] > 0).all(), "none diverge"
for line in ("3 clubs of 2, 213, 39 units, led by 48417, 48173, 48143; 0 of 254 diverge; all together t -11.71",
             "unit: in thousands t 0.60 (one club): the verdict depends on the unit",
             "clubs of logarithms depend on the unit of 'usd'"):
    assert line in said, (line, said)
near(file["in_thousands"], log_t=.600784884)
clubs(file["in_thousands"], [254])
clubs(file["in_cents"], [2, 200, 52])
near(file["unfiltered"], log_t=-5.640917)
clubs(file["unfiltered"], [3, 237, 14])
assert abs(k["log_t_filter"][2] - file["unfiltered/log_t"][()]) < 1e-9

# ---- lights of China ------------------------------------------------------------------------------

with open(f"{data}/cn_county_nightlights_2001_2022.csv", newline="") as file:
    lights = [(r["county_code"], r["year"], r["total_sol"]) for r in csv.DictReader(file)]
for name, prefix, units, wanted in (
        ("jilin", "22", 60, dict(size=[7, 8, 11, 17, 11, 6],
                                 t=(4.783294286, 3.376064783, 2.202786684, 2.775107607, -.418958687, 1.796086529),
                                 merged=[26, 17, 11, 6], merged_t=(.083890638,))),
        ("heilongjiang", "23", 121, dict(size=[23, 20, 27, 6, 7, 25, 6, 5, 2], merged=[43, 33, 32, 6, 5, 2],
                                         merged_t=(-.557858113, -.250069219, 3.051292985)))):
    file, said = run(name, ["light"], [r for r in lights if r[0][:2] == prefix],
                     ["convergence_clubs: {of: light}"])
    k = file["convergence_clubs"]
    assert k["n_used"][()] == units
    clubs(k, **wanted)
    if name == "jilin":
        near(k, log_t=-39.501022879)
file, said = run("lights", ["light"], lights, ["convergence: {of: light}", "convergence_clubs: {of: light}"])
k, c = file["convergence_clubs"], file["convergence"]
near(k, log_t=3.785992103)
clubs(k, [2799])
assert (k["club"][:] == -1).sum() == 78 and "78 of 2877 units lack a value above 0 of 'light'" in said
assert abs(c["coefficient"][1] + .024586444) < 1e-9 and c["n_used"][()] == 2799
assert abs(c["sd"][0] - 1.829938622) < 1e-9 and abs(c["sd"][-1] - 1.262691193) < 1e-9
print("convergence: counties, Texas, lights of China")
