"""The network of American counties: the 20 strongest flows of each by gravity, 1969 and 2018, between
states, and beside the radiation model. Each figure by plain loops over what the file has of the pairs."""
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

STUDY = f"""study: networks
panel: {{file: {data}/us_county_income_1969_2018.csv, unit: fips, time: year, periods: [1969, 2018], missing: drop-units}}
units:
  file: units.csv
  unit: fips
  unmatched: drop
  lon: lon
  lat: lat
  groups: [state]
measures:
  - gravity: {{mass: [population, population], keep: {{top: 20}}, as: flows}}
  - radiation_model: {{mass: population, out: population, finite: true, keep: {{top: 20}}, as: taken_up}}
  - network: {{result: flows, groups: state, starts: 3, qap: {{with: taken_up, permutations: 99}}, as: net}}
  - polycentricity: {{result: flows, by: state, as: centres}}
output: {{file: net.h5, precision: float64}}
"""


def write_units(folder):
    """The lower 48, each with its state."""
    with open(f"{data}/us_bea_points.csv", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["lower48"] == "1"]
    with open(os.path.join(folder, "units.csv"), "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["fips", "lon", "lat", "state"])
        out.writerows((row["fips"], row["lon"], row["lat"], row["fips"][:2]) for row in rows)


def run(folder):
    write_units(folder)
    with open(os.path.join(folder, "study.yaml"), "w") as file:
        file.write(STUDY)
    done = subprocess.run([os.environ["SPILLWAY"], "run", "study.yaml", "--force"], cwd=folder,
                          capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stderr
    return done.stdout


def matrix(group, t):
    """The kept pairs: rows, columns, values."""
    partner, value = group["partner"][t], group["value"][t]
    rows = np.repeat(np.arange(len(partner)), partner.shape[1])
    there = partner.ravel() >= 0
    return rows[there], partner.ravel()[there], value.ravel()[there]


def pagerank(n, i, j, w):
    sent = np.bincount(i, w, n)
    rank = np.full(n, 1 / n)
    for _ in range(400):
        share = np.bincount(j, w * rank[i] / sent[i], n) + rank[sent == 0].sum() / n
        rank = .15 / n + .85 * share
    return rank


def near(name, got, want, tolerance):
    assert np.allclose(got, want, rtol=tolerance, atol=1e-300), (name, got, want)


def check_period(file, t):
    net, state = file["net"], np.array(file["group_state"][:].astype(str))
    i, j, w = matrix(file["flows"], t)
    n = len(state)
    near("PageRank", net["pagerank"][t], pagerank(n, i, j, w), 1e-9)
    near("density", net["density"][t], len(w) / (n * (n - 1)), 1e-14)
    label = net["state"][:].astype(str)
    of = np.searchsorted(label, state)
    block = np.zeros((len(label), len(label)))
    np.add.at(block, (of[i], of[j]), w)
    near("blocks", net["block_sum"][t], block, 1e-10)
    key = i.astype(np.int64) * n + j
    a = dict(zip(key.tolist(), w))
    p, q, v = matrix(file["taken_up"], t)
    both = sum(a.get(k, 0) * x for k, x in zip((p.astype(np.int64) * n + q).tolist(), v))
    less = sum(min(a.get(k, 0), x) for k, x in zip((p.astype(np.int64) * n + q).tolist(), v))
    pairs = n * (n - 1)
    r = (both / pairs - w.sum() * v.sum() / pairs ** 2) / np.sqrt(
        ((w ** 2).sum() / pairs - (w.sum() / pairs) ** 2) * ((v ** 2).sum() / pairs - (v.sum() / pairs) ** 2))
    near("qap_r", net["qap_r"][t], r, 1e-9)
    near("common part", net["common_part"][t], 2 * less / (w.sum() + v.sum()), 1e-10)
    for g in (label == "48").nonzero()[0]:
        within = (of[i] == g) & (of[j] == g)
        size = np.bincount(j[within], w[within], n)[of == g]
        green = (1 - size.std() / (size.max() / 2)) * within.sum() / (len(size) * (len(size) - 1))
        near("Green", file["centres/green"][t, g], green, 1e-9)
    return block, label


def tell(file, block, label, t):
    net, code = file["net"], file["unit"][:].astype(str)
    out = block - np.diag(block.diagonal())
    top = np.dstack(np.unravel_index(np.argsort(-out.ravel())[:5], out.shape))[0]
    print(f"{file['time'][t]}: {block.diagonal().sum() / block.sum():.4f} of the flow within states; between: " +
          ", ".join(f"{label[a]}-{label[b]} {out[a, b]:.4g}" for a, b in top))
    first = np.argsort(-net["pagerank"][t])[:5]
    print("  PageRank " + ", ".join(f"{code[k]} {net['pagerank'][t, k]:.5f}" for k in first) +
          f"; {net['community'][t].max()} communities, modularity {net['modularity'][t]:.4f}; "
          f"reciprocity {net['reciprocity'][t]:.4f}; core of {int((net['core'][t] == 1).sum())}; with radiation: r "
          f"{net['qap_r'][t]:.4f} (p {net['qap_p'][t]:.3g}, sd {net['qap_sd'][t]:.4g}), common {net['common_part'][t]:.3g}")


with tempfile.TemporaryDirectory() as work:
    run(work)
    with h5py.File(os.path.join(work, "net.h5")) as results:
        for period in (0, 1):
            tell(results, *check_period(results, period), period)
        assert (results["net/qap_p"][:] == .01).all()
        print("jaccard", results["net/jaccard"][1], "overlap", results["net/overlap"][1])
