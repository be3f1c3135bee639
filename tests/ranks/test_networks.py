"""Networks of pair results: groups that are planted are found, results have no time where the pairs
have none, two pair results are compared, and all of it has the same bits for any number of ranks,
nodes, threads and windows of periods. What is refused is told in one line."""
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "results"))
import h5py  # noqa: E402
import numpy as np  # noqa: E402

from digest import digest  # noqa: E402

SPILLWAY = os.environ["SPILLWAY"]
N, GROUPS, YEARS = 300, 5, (2001, 2002, 2003)  # two ranks have units: a block is of 256

HEAD = """study: networks
panel: {file: panel.csv, unit: code, time: year}
units: {file: units.csv, unit: code, lon: lon, lat: lat, groups: [region]}
measures:
"""
MEASURES = """  - network: {result: alike, starts: 3, groups: region, as: planted}
  - network: {result: flows, betweenness: normalised, qap: {with: near, permutations: 199}, as: net}
  - network: {result: course, starts: 2, qap: {with: course, permutations: 60}, as: whole}
  - network: {result: flows, starts: 1, qap: {with: course, permutations: 20}, as: beside}
  - polycentricity: {result: flows, by: region, as: regions}
  - polycentricity: {result: course, by: region, as: regions_whole}
  - structural_similarity: {shares: [a, b, c, d, e], keep: {top: 20}, as: alike}
  - gravity: {mass: [a], keep: {top: 8}, as: flows}
  - gravity: {mass: [a], decay: 1, keep: {share: 0.05}, as: near}
  - grey_relational_grade: {of: a, keep: dense, as: course}
"""
TAIL = "output: {file: out.h5}\nseed: 4\ntile: 64\n"


def write(folder, name, rows):
    with open(os.path.join(folder, name), "w") as file:
        file.writelines(",".join(str(cell) for cell in row) + "\n" for row in rows)


def write_data(folder):
    """A unit of group g has nearly all its industry in column g."""
    rng = np.random.default_rng(8)
    code = [f"u{k:03d}" for k in range(N)]
    write(folder, "units.csv", [("code", "lon", "lat", "region")] +
          [(c, rng.uniform(0, 20), rng.uniform(0, 20), f"r{k % 7}") for k, c in enumerate(code)])
    rows = [("code", "year", "a", "b", "c", "d", "e")]
    for k, c in enumerate(code):
        for year in YEARS:
            industry = rng.uniform(1, 2, GROUPS)
            industry[k % GROUPS] += 100
            rows.append((c, year, *industry))
    write(folder, "panel.csv", rows)


def call(folder, *words, ranks=0, **environment):
    launcher = ["mpirun", "-n", str(ranks)] if ranks else []
    return subprocess.run([*launcher, SPILLWAY, *words], cwd=folder, text=True, capture_output=True,
                          timeout=300, env={**os.environ, **environment})


def run(folder, measures=MEASURES, threads=1, **how):
    with open(os.path.join(folder, "study.yaml"), "w") as file:
        file.write(HEAD + measures + TAIL)
    return call(folder, "run", "study.yaml", "--force", "--threads", str(threads), **how)


def bits(folder, **how):
    done = run(folder, **how)
    assert done.returncode == 0, done.stderr
    with h5py.File(os.path.join(folder, "out.h5")) as file:
        return digest(file), done.stdout


def check_results(folder, said):
    with h5py.File(os.path.join(folder, "out.h5")) as file:
        group = file["planted/community"][...]
        assert (group == np.arange(N) % GROUPS + 1).all(), "planted groups"
        assert (file["planted/modularity"][...] > 0.75).all()
        assert file["net/qap_r"].shape == (3,) and (file["net/qap_r"][...] > 0.1).all()
        assert (file["net/qap_p"][...] == 1 / 200).all(), file["net/qap_p"][...]
        assert (file["net/qap_r"][...] > 4 * file["net/qap_sd"][...]).all()
        assert ((file["net/common_part"][...] > 0) & (file["net/common_part"][...] < 1)).all()
        whole = file["whole"]
        assert whole["pagerank"].shape == (N,) and whole["density"].shape == () and whole["time"].shape == (3,)
        assert abs(whole["qap_r"][()] - 1) < 1e-12 and whole["qap_p"][()] == 1 / 61
        assert b"periods" not in whole.attrs["parameters"]
        assert "jaccard" not in whole and whole["common_part"][()] == 1
        assert file["beside/qap_r"].shape == (3,)
        assert file["regions/green"].shape == (3, 7) and file["regions_whole/green"].shape == (7,)
        assert len(file["whole/operand_hash"].shape) <= 1
    assert "correlation with near in 2001: 0." in said and "(p 0.005, 199 permutations)" in said, said
    assert "correlation with course: 1 (p" in said, said


REFUSED = {
    "  - network: {result: course, periods: [2001], as: n}\n" + MEASURES:
        "study.yaml:5:5: n: course is of all periods together; leave `periods` out",
    "  - network: {result: flows, qap: {permutations: 9}, as: n}\n" + MEASURES:
        "n: qap.permutations: of what? expected the pair result to compare with, as {with: flows}",
    "  - network: {result: flows, qap: {with: flws}, as: n}\n" + MEASURES:
        "there is no result 'flws'; did you mean 'flows'?",
    "  - network: {result: flows, qap: {wih: flows}, as: n}\n" + MEASURES: "did you mean 'with'?",
    "  - network: {result: flows, qap: near, as: n}\n" + MEASURES: "n: qap: expected a map, as {with: ...}",
    "  - network: {result: signed}\n  - synchronisation: {of: a, transform: level, as: signed}\n":
        "network: result: the pair u0",
    "  - polycentricity: {result: signed, by: region}\n"
    "  - synchronisation: {of: a, transform: level, form: quasi, as: signed}\n":
        "polycentricity: result: 2001: the pair u0",
    "  - polycentricity: {result: flows}\n" + MEASURES: "'by' is missing",
    "  - network: {as: n}\n" + MEASURES: "'result' is missing",
}


def check_refusals(folder):
    for measures, line in REFUSED.items():
        done = run(folder, measures)
        said = [at for at in done.stderr.splitlines() if at.startswith("spillway: ")]
        assert done.returncode == 2 and line in said[-1], (measures, done.returncode, done.stderr)


def check_again(folder, want):
    """Verified; taken from earlier results, and computed again where the second pairs change."""
    done = call(folder, "verify", "out.h5", "--study", "study.yaml")
    assert done.returncode == 0, done.stdout + done.stderr
    os.replace(os.path.join(folder, "out.h5"), os.path.join(folder, "last.h5"))
    assert bits(folder)[0] == want
    done = call(folder, "run", "study.yaml", "--force", "--reuse", "last.h5")
    assert done.returncode == 0 and "reused: " in done.stdout, done.stdout + done.stderr
    with h5py.File(os.path.join(folder, "out.h5")) as file:
        assert digest(file) == want
    changed = MEASURES.replace("mass: [a], decay: 1", "mass: [a], decay: 3")
    plain = bits(folder, measures=changed)[0]
    assert plain != want
    done = call(folder, "run", "study.yaml", "--force", "--reuse", "last.h5")
    assert done.returncode == 0 and "reused: " in done.stdout, done.stdout + done.stderr
    with h5py.File(os.path.join(folder, "out.h5")) as file, \
            h5py.File(os.path.join(folder, "last.h5")) as last:
        assert digest(file) == plain, "reused"
        for name, same in (("net", False), ("whole", True), ("regions", True)):
            equal = (file[name]["operand_hash"][...] == last[name]["operand_hash"][...]).all()
            assert equal == same, name


FLOWS = """pairs:
  commuting: {file: od.csv, unit_from: home, unit_to: work, time: year, value: people}
  once: {file: once.csv, unit_from: home, unit_to: work, value: people}
measures:
  - gravity: {mass: population, calibrate: {flows: commuting}, keep: dense, as: predicted}
  - radiation_model: {mass: population, finite: true, keep: dense, as: taken_up}
  - network: {result: commuting, starts: 2, qap: {with: predicted, permutations: 199}, as: by_gravity}
  - network: {result: commuting, starts: 2, qap: {with: taken_up, permutations: 199}, as: by_radiation}
  - network: {result: once, starts: 2, qap: {with: once, permutations: 19}, as: whole}
  - network: {result: predicted, starts: 1, qap: {with: once, permutations: 19}, as: turned}
  - polycentricity: {result: commuting, by: province, as: centres}
output: {file: flows.h5, precision: float64}
"""


def check_flows(folder):
    """Observed flows beside what gravity and radiation say: the share of common commuters and the
    correlation are those of the calibration."""
    where = os.path.join(folder, "country")
    done = call(folder, "synth", "-o", where, "--units", "200", "--periods", "2", "--flows")
    assert done.returncode == 0, done.stderr
    with open(os.path.join(where, "study.yaml")) as file:
        head = file.read().split("weights:\n")[0]
    with open(os.path.join(where, "od.csv")) as file:
        table = [line.strip().split(",") for line in file]
    write(where, "once.csv", [("home", "work", "people")] + [(r[0], r[1], r[3]) for r in table[1:]])
    with open(os.path.join(where, "flows.yaml"), "w") as file:
        file.write(head + FLOWS)
    done = call(where, "run", "flows.yaml", "--force")
    assert done.returncode == 0, done.stderr
    with h5py.File(os.path.join(where, "flows.h5")) as file:
        by = file["by_gravity"]
        assert by["qap_r"].shape == (1,) and by["qap_p"][0] == 1 / 200
        for name, want in (("common_part", file["predicted/common_part"][0]),
                           ("qap_r", np.sqrt(file["predicted/r2"][0]))):
            assert abs(by[name][0] - want) < 1e-9, (name, by[name][0], want)
        assert 0 < file["by_radiation/common_part"][0] < by["common_part"][0]
        whole = file["whole"]
        assert whole["density"].shape == () and whole["common_part"][()] == 1 and whole["qap_p"][()] == 1 / 20
        assert abs(whole["density"][()] - by["density"][0]) < 1e-15, "a zero of the table is no link"
        assert abs(file["turned/qap_r"][0] - by["qap_r"][0]) < 1e-12
        green = file["centres/green"][...]
        there = green[~np.isnan(green)]
        assert green.shape[0] == 1 and len(there) and (there <= 1 + 1e-12).all(), green
    assert "correlation with predicted in 2002: 0." in done.stdout, done.stdout
    check_without(where, head, table)


WITHOUT = """pairs:
  commuting: {file: od.csv, unit_from: home, unit_to: work, time: year, value: people}
measures:
  - gravity: {mass: population, periods: [2002], keep: %s, as: strongest}
  - network: {result: commuting, starts: 1, qap: {with: strongest, permutations: 9}, as: net}
output: {file: without.h5, precision: float64}
"""


def check_without(where, head, table):
    """A unit without any value in the other result: with keep: {top: k} its pairs are 0, as all that is not kept;
    with keep: dense they are missing. Both against plain sums."""
    with open(os.path.join(where, "panel.csv")) as file:
        rows = [line.rstrip("\n").split(",") for line in file]
    column, code = rows[0].index("population"), sorted({row[0] for row in rows[1:]})
    gone = code[11]
    write(where, "panel.csv", [[*row[:column], "", *row[column + 1:]] if row[0] == gone else row for row in rows])
    at = {c: k for k, c in enumerate(code)}
    flow = np.zeros((len(code), len(code)))
    for home, work, _, people in table[1:]:
        flow[at[home], at[work]] = float(people)
    for keep, without in (("{top: 4}", True), ("dense", False)):
        with open(os.path.join(where, "without.yaml"), "w") as file:
            file.write(head.replace("missing: error", "missing: keep") + WITHOUT % keep)
        done = call(where, "run", "without.yaml", "--force")
        assert done.returncode == 0, done.stderr
        assert ("qap: 1 unit has no value in strongest in 2002" in done.stderr) == without, done.stderr
        with h5py.File(os.path.join(where, "without.h5")) as file:
            other, r = np.zeros(flow.shape), file["net/qap_r"][0]
            if without:
                for i, partners in enumerate(file["strongest/partner"][0]):
                    other[i, partners[partners >= 0]] = file["strongest/value"][0, i][partners >= 0]
            else:
                other = file["strongest/value"][0]
        there = ~np.eye(len(code), dtype=bool) & ~np.isnan(other)
        assert there.sum() == len(code) * (len(code) - 1) - (0 if without else 2 * (len(code) - 1))
        want = np.corrcoef(flow[there], other[there])[0, 1]
        assert abs(r - want) < 1e-12, (keep, r, want)


def main():
    with tempfile.TemporaryDirectory() as folder:
        write_data(folder)
        check_refusals(folder)
        want, said = bits(folder)
        check_results(folder, said)
        for how in (dict(threads=3), dict(ranks=2, SPILLWAY_WINDOW_BYTES="1"),
                    dict(ranks=3, SPILLWAY_NODE_RANKS="1", threads=2)):
            assert bits(folder, **how)[0] == want, how
        check_again(folder, want)
        check_flows(folder)
    print(f"{len(REFUSED)} refusals")


if __name__ == "__main__":
    main()
