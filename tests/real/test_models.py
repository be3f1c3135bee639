"""Models of panels against plm, sandwich, geosphere and GD (oracles/README.md and oracles/regions.md and
oracles/space.md of the shared data): regressions of Produc and elect80, causality in Grunfeld, the detector
over US counties."""
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


def run(work, name, study):
    with open(f"{work}/{name}.yaml", "w") as file:
        file.write(study + f"output: {{file: {name}.h5}}\n")
    subprocess.run([os.environ["SPILLWAY"], "run", "--quiet", f"{work}/{name}.yaml"], check=True)
    subprocess.run([os.environ["SPILLWAY"], "verify", f"{work}/{name}.h5"], check=True,
                   stdout=subprocess.DEVNULL)
    return h5py.File(f"{work}/{name}.h5")


def near(got, want, digits, what):
    assert np.allclose(got, want, rtol=0, atol=0.51 * 10.0 ** -digits), (what, got, want)


def texts(dataset):
    return [text.decode() for text in dataset[:]]


# ---- Produc ---------------------------------------------------------------------------------

X = "[ln_pcap, ln_pc, ln_emp, unemp]"
PRODUC = {  # entry: parameters, quantity, what it is
    "unit_plain": ("fixed: unit, errors: conventional", "std_error",
             (.029001575, .025119673, .030091739, .000988726)),
    "unit_hc0": ("fixed: unit, small: none", "std_error", (.060326217, .061742493, .081665234, .002495840)),
    "unit_cluster": ("fixed: unit", "std_error", (.061114767, .062549556, .082732715, .002528464)),
    "unit_dk": ("fixed: unit, errors: driscoll-kraay", "std_error",
                (.057541280, .058838737, .082841068, .001491155)),
    "unit_dk3": ("fixed: unit, errors: {driscoll-kraay: {lags: 3}}", "std_error",
                 (.059313564, .058295827, .084621053, .001475986)),
    "both": ("errors: conventional", "std_error", (.026936544, .027656339, .028141794, .001138837)),
    "both_hc0": ("small: none", "std_error", (.056919042, .083735949, .083137845, .003122886)),
    "both_sss": ("small: sss", "std_error", (.057627538, .084778246, .084172697, .003161758)),
    "both_cluster": ("", "std_error", (.058240422, .085679885, .085067897, .003195384)),
    "both_dk": ("errors: driscoll-kraay", "std_error", (.044411567, .070909788, .068945086, .002042194)),
}
# plm without effects of time, and with both; of the second all twelve digits.
UNIT_B = (-.02614965359, .29200692508, .7681594726, -.00529774126)
BOTH_B = (-.030176056580, .168828035407, .769306196203, -.004221092604)
# Without ALABAMA before 1975 and WYOMING 1980.
GAPS_B = (-.020975443, .162720380, .763600198, -.004754516)
GAPS_SE = (.057711019, .082585536, .085092806, .003149776)


def entry(name, more):
    return f"  - panel_regression: {{y: ln_gsp, x: {X}{', ' if more else ''}{more}, as: {name}}}\n"


def produc(work):
    with open(f"{data}/us48_produc_1970_1986.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = ["state", "year", "gsp", "pcap", "pc", "emp", "unemp"]
    for name, leave in (("whole", lambda r: False),
                        ("gaps", lambda r: (r["state"] == "ALABAMA" and int(r["year"]) < 1975) or
                         (r["state"] == "WYOMING" and r["year"] == "1980"))):
        with open(f"{work}/{name}.csv", "w", newline="") as file:
            csv.writer(file).writerows([columns] + [[r[c] for c in columns] for r in rows if not leave(r)])
    head = """study: produc
panel:
  file: %s.csv
  unit: state
  time: year
  missing: keep
  derive: {ln_gsp: log(gsp), ln_pcap: log(pcap), ln_pc: log(pc), ln_emp: log(emp)}
measures:
"""
    with run(work, "produc", head % "whole" + "".join(entry(n, p[0]) for n, p in PRODUC.items())) as file:
        for name, (_, quantity, want) in PRODUC.items():
            near(file[name][quantity][:], want, 9, name)
            near(file[name]["coefficient"][:], UNIT_B if "unit" in name else BOTH_B, 10, name)
        near(file["both/coefficient"][:], BOTH_B, 12, "both")
        near(file["both/r2_within"][()], .754957875, 9, "R2")
        assert texts(file["both/term"]) == ["ln_pcap", "ln_pc", "ln_emp", "unemp"]
        assert file["both/n_used"][()] == 816
        for name in PRODUC:
            r = file[name]
            near(np.diag(r["vcov"][:]) ** .5, r["std_error"][:], 15, name)
            near(r["t"][:], r["coefficient"][:] / r["std_error"][:], 12, name)
            b = r["coefficient"][:]
            f = b @ np.linalg.solve(r["vcov"][:], b) / 4
            assert np.isclose(f, r["f"][()], rtol=1e-9), (name, f, r["f"][()])
        # F of conventional errors is that of the sums of squares; 748 degrees of freedom.
        r2 = file["both/r2_within"][()]
        assert np.isclose(file["both/f"][()], r2 / 4 / ((1 - r2) / 748), rtol=1e-10)
        note = file["both_dk"].attrs
        assert b"driscoll" in note["parameters"]
    with run(work, "produc_gaps", head % "gaps" + entry("cluster", "small: none") +
             entry("plain", "errors: conventional")) as file:
        near(file["cluster/coefficient"][:], GAPS_B, 9, "gaps")
        near(file["cluster/std_error"][:], GAPS_SE, 9, "gaps")
        assert file["cluster/n_used"][()] == 810
        r2 = file["plain/r2_within"][()]
        assert np.isclose(file["plain/f"][()], r2 / 4 / ((1 - r2) / 742), rtol=1e-10), "742 df"


# ---- elect80 --------------------------------------------------------------------------------

CONLEY = {
    "near": ("{conley: {cutoff_km: 100}}", (.0241372532, .0434621744, .0487160791, .0032615227)),
    "uniform": ("{conley: {cutoff_km: 100, kernel: uniform}}",
                (.0283790588, .0537593670, .0576249901, .0037035497)),
    "far": ("{conley: {cutoff_km: 200}}", (.0282748019, .0546199741, .0576552997, .0037211657)),
}
ELECT_B = (.0747839589, .6920047001, .9010912820, -.0198898809)
ELECT_HC0 = (.0207749789, .0369927311, .0409258522, .0030082712)


def elect80(work):
    study = f"""study: elect80
panel: {{file: {data}/us_elect80_3107.csv, unit: FIPS}}
units: {{file: {data}/us_elect80_3107.csv, unit: FIPS, lon: long, lat: lat}}
measures:
"""
    entries = "".join(f"  - panel_regression: {{y: pc_turnout, x: [pc_college, pc_homeownership, pc_income], "
                      f"fixed: none, {more}, as: {name}}}\n"
                      for name, more in [("hc0", "small: none")] +
                      [(n, f"errors: {e}") for n, (e, _) in CONLEY.items()])
    with run(work, "elect80", study + entries) as file:
        near(file["hc0/coefficient"][:], ELECT_B, 10, "elect80")
        near(file["hc0/std_error"][:], ELECT_HC0, 10, "elect80")
        assert texts(file["hc0/term"])[0] == "constant"
        for name, (_, want) in CONLEY.items():
            near(file[name]["std_error"][:], want, 9, name)


# ---- Grunfeld -------------------------------------------------------------------------------

GRUNFELD = {
    "one": ("y: inv, x: value", {"w_bar": 3.02262864401, "z_bar": 4.52273514125, "z_tilde": 3.28960012702,
                                 "z_tilde_p": .00100329853}),
    "two": ("y: inv, x: value, lags: 2", {"w_bar": 3.87568594193, "z_bar": 2.96571987583,
                                          "z_tilde": 1.68319699507}),
    "back": ("y: value, x: inv", {"z_tilde": .404423308}),
    "late": ("y: inv_late, x: value", {"z_tilde": 3.64585962759}),
}


def grunfeld(work):
    with open(f"{data}/grunfeld10.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    with open(f"{work}/grunfeld.csv", "w", newline="") as file:
        csv.writer(file).writerows([("firm", "year", "inv", "value", "inv_late")] + [
            (r["firm"], r["year"], r["inv"], r["value"],
             "" if r["firm"] == "3" and int(r["year"]) < 1938 else r["inv"]) for r in rows])
    study = """study: grunfeld
panel: {file: grunfeld.csv, unit: firm, time: year, missing: keep}
measures:
""" + "".join(f"  - panel_granger: {{{more}, as: {name}}}\n" for name, (more, _) in GRUNFELD.items())
    with run(work, "grunfeld", study) as file:
        for name, (_, wants) in GRUNFELD.items():
            for quantity, want in wants.items():
                near(file[name][quantity][()], want, 9, (name, quantity))
            r = file[name]
            near(r["wald"][:].mean(), r["w_bar"][()], 12, name)
            near(r["z_bar_p"][()], math.erfc(abs(r["z_bar"][()]) / math.sqrt(2)), 12, name)


# ---- counties -------------------------------------------------------------------------------

FACTORS = ["population", "density", "lon", "income_1969", "state"]
Q = (.135634537, .162115517, .080541692, .382332148, .313271729)
F = (120.434598536, 148.497390586, 67.230616139, 475.077216678, 29.370229740)
TOGETHER = {("population", "density"): (.196893417, 3), ("population", "lon"): (.232663527, 5),
            ("population", "income_1969"): (.414683833, 3), ("population", "state"): (.451339455, 5),
            ("lon", "state"): (.331171860, 3), ("income_1969", "state"): (.530363418, 3)}


def counties(work):
    with open(f"{data}/us_bea_points.csv", newline="") as file:
        place = {r["fips"]: r for r in csv.DictReader(file) if r["lower48"] == "1"}
    income, people = {}, {}
    with open(f"{data}/us_county_income_1969_2018.csv", newline="") as file:
        for r in csv.DictReader(file):
            if r["fips"] in place and r["per_capita_income_usd"]:
                income.setdefault(r["fips"], {})[r["year"]] = float(r["per_capita_income_usd"])
                people[r["fips"]] = float(r["population"]) if r["year"] == "2018" else 0
    code = sorted(c for c in income if len(income[c]) == 50)
    assert len(code) == 3075
    with open(f"{work}/counties.csv", "w", newline="") as file:
        csv.writer(file).writerows([("fips", "y", "shifted", "population", "density", "lon", "income_1969")] + [
            (c, repr(math.log(income[c]["2018"])), repr(100 + math.log(income[c]["2018"])), people[c],
             repr(people[c] / float(place[c]["land_area_sqmi"])), place[c]["lon"], income[c]["1969"])
            for c in code])
    with open(f"{work}/units.csv", "w", newline="") as file:
        csv.writer(file).writerows([("fips", "state")] + [(c, c[:2]) for c in code])
    listed = ", ".join(FACTORS)
    study = f"""study: counties
panel: {{file: counties.csv, unit: fips}}
units: {{file: units.csv, unit: fips, groups: [state]}}
measures:
  - geodetector: {{y: y, factors: [{listed}]}}
  - geodetector: {{y: shifted, factors: [{listed}], as: moved}}
  - geodetector: {{y: y, factors: [{listed}], test: noncentral, as: wang}}
  - geodetector: {{y: y, factors: [{listed}], discretise: natural, as: natural}}
"""
    with run(work, "counties", study) as file:
        r = file["geodetector"]
        assert texts(r["factor"]) == FACTORS
        near(r["q"][0], Q, 9, "q")
        near(r["f"][0], F, 8, "F")
        for (a, b), (q, kind) in TOGETHER.items():
            at = FACTORS.index(a), FACTORS.index(b)
            near(r["interaction"][0][at], q, 9, (a, b))
            assert r["interaction_type"][0][at] == kind, (a, b)
            assert r["interaction"][0][at] == r["interaction"][0][at[::-1]]
        assert (np.diag(r["interaction"][0]) == r["q"][0]).all()
        near(file["moved/q"][0], Q, 9, "q of y + 100")
        near(file["moved/p_value"][0], r["p_value"][0], 12, "p of y + 100")
        assert file["wang/p_value"][0, 4] > .999999, "Wang's lambda of states is 13068"
        assert (file["wang/q"][:] == r["q"][:]).all()


with tempfile.TemporaryDirectory() as folder:
    produc(folder)
    elect80(folder)
    grunfeld(folder)
    counties(folder)
print("models: Produc, elect80, Grunfeld, US counties")
