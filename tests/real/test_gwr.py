"""Local regressions against mgwr and plain scripts (oracles/space.md of the shared data): Columbus with
planar distances, and a regression in space and time over counties of Alabama. Beside the numbers, the
measure by its definition with numpy."""
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
os.environ["OPENBLAS_NUM_THREADS"] = "1"
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


# ---- Columbus -------------------------------------------------------------------------------

def write_columbus(work):
    with open(f"{data}/columbus49.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    rows.sort(key=lambda r: int(r["POLYID"]))
    code = [f"{int(r['POLYID']):02d}" for r in rows]
    with open(f"{work}/columbus.csv", "w", newline="") as file:
        csv.writer(file).writerows([["id", "CRIME", "INC", "HOVAL"]] + [
            [c, r["CRIME"], r["INC"], r["HOVAL"]] for c, r in zip(code, rows)])
    place = np.array([[float(r["X"]), float(r["Y"])] for r in rows])
    d = np.sqrt(((place[:, None] - place[None]) ** 2).sum(2))
    with open(f"{work}/distances.csv", "w", newline="") as file:
        csv.writer(file).writerows([["from", "to", "distance"]] + [
            [code[i], code[j], repr(float(d[i, j]))] for i in range(49) for j in range(49) if i != j])


COLUMBUS = """study: columbus
panel:
  file: columbus.csv
  unit: id
measures:
"""
ENTRIES = {
    "k20": "bandwidth: 20", "k20_v1": "bandwidth: 20, se: v1", "k23": "bandwidth: 23", "k30": "bandwidth: 30",
    "gaussian": "kernel: gaussian, adaptive: false, bandwidth: 6", "best": "", "cv": "bandwidth: cv",
    "cv20": "bandwidth: 20", "wide": "adaptive: false", "smooth": "kernel: gaussian",
    "k40": "bandwidth: 40", "pointed": "kernel: exponential, bandwidth: cv",
    "pointed_km": "kernel: exponential, adaptive: false",
}


QUANTITIES = ["coefficient", "std_error", "t", "local_r2", "fitted", "residual", "condition", "bandwidth",
              "aicc", "enp", "r2"]


def columbus(work):
    write_columbus(work)
    study = COLUMBUS + "".join(
        f"  - gwr: {{y: CRIME, x: [INC, HOVAL], distance: {{file: distances.csv}}, {more}"
        f"{', ' if more else ''}as: {name}}}\n" for name, more in ENTRIES.items())
    with run(work, "columbus", study) as file:
        f = {f"{name}/{q}": file[name][q][0] for name in ENTRIES for q in QUANTITIES}
        one = {q: f[f"k20/{q}"] for q in QUANTITIES}
        near(one["aicc"], 380.707238645, 9, "AICc k 20")
        near(one["enp"], 15.907059415, 9, "tr S")
        near((one["residual"] ** 2).sum(), 2289.20793274, 8, "RSS")
        near(one["coefficient"][0], (62.051613911, -.761740093, -.470210192), 9, "b")
        near(f["k20_v1/std_error"][0], (7.445715501, .542579925, .146136320), 9, "v1")
        near(one["std_error"][0], (7.925250382, .577524317, .155548104), 9, "se")
        near(one["local_r2"][0], .7686111572, 10, "local R2")
        near(f["k30/aicc"], 382.637852043, 9, "AICc k 30")
        near(f["gaussian/aicc"], 382.354240136, 9, "AICc gaussian")
        near(f["best/aicc"], 379.521447435, 9, "best")
        assert f["best/bandwidth"] == 24 and f["cv/bandwidth"] == 11
        near(f["k23/aicc"], 379.991834516, 9, "AICc k 23")
        near(one["t"], one["coefficient"] / one["std_error"], 12, "t")
        # tr S'S by the two residual variances: n - tr S, and n - 2 tr S + tr S'S.
        trace = one["enp"]
        ratio = (f["k20_v1/std_error"][0] / one["std_error"][0]) ** 2  # df gwr4 / df v1
        near(ratio * (49 - trace) - 49 + 2 * trace, 12.023492987, 7, "tr S'S")
        plain_columbus(work, f)
    multiscale_columbus(work)


def multiscale_columbus(work):
    """Against mgwr of 2026 (public source, every bandwidth tried for each term, started from the best k)."""
    study = COLUMBUS + "  - mgwr: {y: CRIME, x: [INC, HOVAL], distance: {file: distances.csv}, as: multi}\n"
    with run(work, "multiscale", study) as file:
        one = {q: file["multi"][q][0] for q in ("coefficient", "std_error", "bandwidth", "enp", "aicc", "r2")}
        assert list(one["bandwidth"]) == [11, 43, 11]
        near(one["aicc"], 85.2383052156, 9, "AICc")
        near(one["r2"], .942715356883, 11, "R2")
        near(one["enp"], (10.0352349781, 1.74349229657, 9.69888041619), 9, "effective parameters")
        near(one["coefficient"][0], (-.3899574496, -.2255923782, -.2456611322), 9, "b of POLYID 1")
        near(one["std_error"][0], (.1442083465, .09478156951, .1401719644), 9, "se of POLYID 1")
        near(one["coefficient"][48], (-.2867514966, -.3229787223, .1524766513), 9, "b of POLYID 49")
        near(one["std_error"][48], (.1592727917, .09737095237, .2460104285), 9, "se of POLYID 49")


def weights(d, kernel, h):
    u = d / h
    if kernel == "bisquare":
        return np.where(u < 1, (1 - u ** 2) ** 2, 0)
    return np.exp(-u ** 2 / 2) if kernel == "gaussian" else np.exp(-u)


def plain(d, y, x, kernel, bandwidth, adaptive, whole=False):
    """Everything of one fit by its definition."""
    n = len(y)
    h = np.sort(d, 1)[:, bandwidth - 1] * 1.0000001 if adaptive else np.full(n, bandwidth)
    w = weights(d, kernel, h[:, None])
    xw = x.T[None] * w[:, None]  # place, term, observation
    a = np.linalg.solve(xw @ x, xw)
    hat = np.einsum("ik,ikj->ij", x, a)
    e = y - hat @ y
    trace, rss = np.trace(hat), (e ** 2).sum()
    aicc = n * math.log(rss / n) + n * math.log(2 * math.pi) + n * (n + trace) / (n - 2 - trace)
    cv = ((e / (1 - np.diag(hat))) ** 2).mean()
    if not whole:
        return dict(aicc=aicc, enp=trace), cv
    wx = np.swapaxes(xw, 1, 2)
    s = np.linalg.svd(wx / np.sqrt((wx ** 2).sum(1))[:, None], compute_uv=False)
    about = y[None] - (w @ y / w.sum(1))[:, None]
    r2 = 1 - w @ e ** 2 / (w * about ** 2).sum(1)
    s2 = rss / (n - 2 * trace + (hat ** 2).sum())
    return dict(coefficient=a @ y, std_error=np.sqrt(s2 * (a ** 2).sum(2)), local_r2=r2, fitted=hat @ y,
                residual=e, condition=s[:, 0] / s[:, -1], aicc=aicc, enp=trace,
                r2=1 - rss / ((y - y.mean()) ** 2).sum()), cv


def plain_columbus(work, f):
    with open(f"{work}/columbus.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    y = np.array([float(r["CRIME"]) for r in rows])
    x = np.array([[1, float(r["INC"]), float(r["HOVAL"])] for r in rows])
    d = np.zeros((49, 49))
    with open(f"{work}/distances.csv", newline="") as file:
        for r in csv.DictReader(file):
            d[int(r["from"]) - 1, int(r["to"]) - 1] = float(r["distance"])
    for name, kernel, bandwidth, adaptive in (
            ("k20", "bisquare", 20, True), ("k40", "bisquare", 40, True), ("gaussian", "gaussian", 6, False),
            ("smooth", "gaussian", int(f["smooth/bandwidth"]), True),
            ("pointed", "exponential", int(f["pointed/bandwidth"]), True),
            ("pointed_km", "exponential", f["pointed_km/bandwidth"], False),
            ("wide", "bisquare", f["wide/bandwidth"], False)):
        want, cv = plain(d, y, x, kernel, bandwidth, adaptive, True)
        for quantity, value in want.items():
            assert np.allclose(f[f"{name}/{quantity}"], value, rtol=1e-8, atol=1e-9), (name, quantity)
        if name == "k20":
            near(cv, 149.381261888, 8, "CV")
    # The whole curve: what is found is the best of all.
    curve = {k: plain(d, y, x, "bisquare", k, True) for k in range(9, 50)}
    aicc = {k: c[0]["aicc"] for k, c in curve.items() if 47 - c[0]["enp"] > 0}
    assert min(aicc, key=aicc.get) == 24
    assert min(curve, key=lambda k: curve[k][1]) == 11
    near(curve[11][1], 122.464771015, 8, "best CV")
    for name, kernel, at in (("smooth", "gaussian", 0), ("pointed", "exponential", 1)):
        of = {}
        for k in range(5, 50):
            fit, cv = plain(d, y, x, kernel, k, True)
            of[k] = cv if at else fit["aicc"]
        assert min(of, key=of.get) == f[f"{name}/bandwidth"], name
    # Of a distance: none of a fine grid is better by more than the grid's width.
    for name, kernel in (("wide", "bisquare"), ("pointed_km", "exponential")):
        grid = [plain(d, y, x, kernel, h, False)[0]["aicc"] for h in np.geomspace(8, 60, 100)]
        assert f[f"{name}/aicc"] <= min(grid) + .02, (name, f[f"{name}/aicc"], min(grid))


# ---- space and time -------------------------------------------------------------------------

def counties(work):
    with open(f"{data}/us_bea_points.csv", newline="") as file:
        points = [r for r in csv.DictReader(file) if r["fips"].startswith("01")]
    with open(f"{data}/us_county_income_1969_2018.csv", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["fips"].startswith("01") and int(r["year"]) >= 2016]
    with open(f"{work}/units.csv", "w", newline="") as file:
        csv.writer(file).writerows([["fips", "lon", "lat"]] + [[r["fips"], r["lon"], r["lat"]] for r in points])
    with open(f"{work}/panel.csv", "w", newline="") as file:
        csv.writer(file).writerows([["fips", "year", "income", "population"]] + [
            [r["fips"], r["year"], r["per_capita_income_usd"], r["population"]] for r in rows])
    study = """study: counties
panel:
  file: panel.csv
  unit: fips
  time: year
  derive: {ln_income: log(income), ln_population: log(population)}
units: {file: units.csv, unit: fips, lon: lon, lat: lat}
measures:
  - gwr: {y: ln_income, x: [ln_population], bandwidth: 60, time_scale: 50, as: gtwr}
  - gwr: {y: ln_income, x: [ln_population], as: gwr}
  - gwr: {y: ln_income, x: [ln_population], as: alone, periods: [2017]}
"""
    with run(work, "counties", study) as f:
        r = f["gtwr"]
        codes = [c.decode() for c in f["unit"][:]] if "unit" in f else [c.decode() for c in r["unit"][:]]
        near(r["aicc"][:], [-432.424788732] * 3, 8, "AICc")
        near(r["enp"][:], [19.574664318] * 3, 8, "tr S")
        near((r["residual"][:] ** 2).sum(), 1.0884135392, 10, "RSS")
        assert r["residual"].shape == (3, 67)
        near(r["coefficient"][0, codes.index("01001")], (9.365830693, .106352507), 8, "01001 in 2016")
        near(r["coefficient"][2, codes.index("01133")], (9.193382258, .121007060), 8, "01133 in 2018")
        assert np.array_equal(f["gwr/coefficient"][1], f["alone/coefficient"][0]), "periods are alone"
        assert f["gwr/bandwidth"][1] == f["alone/bandwidth"][0]


with tempfile.TemporaryDirectory() as work:
    columbus(work)
    counties(work)
