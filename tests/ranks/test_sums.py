"""`blocks`, `rings` and `centres` of pair entries: against the dense matrix; the same bits for any
number of ranks and threads, whatever is kept; after kills; as inputs of other entries; and what is
refused."""
import json
import os
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "restart"))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "results"))
import h5py  # noqa: E402
import numpy as np  # noqa: E402

from restart import Study, continued, wait_until_held  # noqa: E402

SPILLWAY = os.environ["SPILLWAY"]
ASKED = {"blocks": "province", "rings": [200, 500, 900], "centres": {"top": 4, "by": "gdp"}}
SUMS = ("block_sum", "block_count", "sent_to", "received_from", "ring_sum", "ring_count", "ring_out",
        "from_centre", "to_centre")
ENTRIES = {
    "even": ("gravity", {"mass": ["gdp"], **ASKED}),
    "uneven": ("gravity", {"mass": ["gdp"], "share": "gdp", **ASKED}),
    "own": ("gravity", {"mass": ["gdp"], "own": "full", **ASKED}),
    "own_uneven": ("gravity", {"mass": ["gdp"], "own": "half", "share": "gdp", **ASKED}),
    "ellipsoid": ("gravity", {"mass": ["gdp"], "distance": "geodesic", "decay": 1, **ASKED}),
    "hours": ("gravity", {"mass": ["gdp"], "distance": {"file": "hours.csv"}, "rings": [5, 9.5],
                          "blocks": "agglomeration"}),
    "radiation": ("radiation_model", {"mass": "gdp", **ASKED}),
    "alone": ("gravity", {"mass": ["gdp"], "blocks": "province"}),
    "similar": ("structural_similarity", {"shares": ["agriculture", "manufacturing", "finance"],
                                          "form": "krugman", **ASKED}),
    "coupled": ("pairwise_coupling", {"systems": ["economy", "services", "ecology"],
                                      "rings": 400, "centres": ["@0", "@7"]}),
}
# Forms of keep other than dense, which walk the pairs in other ways.
KEPT = ({"top": 7}, {"above": 1e5}, "summary")


def great_circle(units):
    lon, lat = (np.radians(np.array([float(row[k]) for row in units])) for k in ("lon", "lat"))
    h = (np.sin((lat[:, None] - lat) / 2) ** 2 +
         np.cos(lat[:, None]) * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2)
    return 2 * 6371.0088 * np.arcsin(np.sqrt(h))


class World:
    def __init__(self, folder, units=150, missing="0.02"):
        self.folder = folder
        subprocess.run([SPILLWAY, "synth", "-o", folder, "--units", str(units), "--periods", "2",
                        "--seed", "3", "--missing", missing], check=True, capture_output=True)
        with open(self.path("study.yaml")) as file:
            self.head = file.read().split("measures:\n")[0]
        with open(self.path("units.csv")) as file:
            names, *rows = [line.rstrip("\n").split(",") for line in file]
        self.units = sorted((dict(zip(names, row)) for row in rows), key=lambda row: row["code"])
        self.code = [row["code"] for row in self.units]
        self.add_hours()

    def path(self, name):
        return os.path.join(self.folder, name)

    def add_hours(self):
        """In part: most pairs have no distance; and limits of rings are met to the bit."""
        rng = np.random.default_rng(2)
        n = len(self.code)
        self.hours = np.where(rng.random((n, n)) < 0.3, rng.integers(1, 40, (n, n)) / 2, np.nan)
        with open(self.path("hours.csv"), "w") as file:
            file.write("from,to,distance\n")
            file.writelines(f"{self.code[i]},{self.code[j]},{self.hours[i, j]}\n"
                            for i in range(n) for j in range(n)
                            if i != j and not np.isnan(self.hours[i, j]))

    def write(self, entries):
        """entries: (measure, name, parameters)."""
        lines = [self.head + "measures:"]
        for measure, name, params in entries:
            params = dict(params, **{"as": name})
            if isinstance(params.get("centres"), list):
                params["centres"] = [self.code[int(c[1:])] if c[0] == "@" else c
                                     for c in params["centres"]]
            lines.append(f"  - {measure}: {json.dumps(params)}")
        with open(self.path("sums.yaml"), "w") as file:
            file.write("\n".join(lines + ["output: {file: sums.h5, precision: float64}", "tile: 32",
                                          ""]))

    def call(self, words, ranks=0, node_ranks=0):
        env = dict(os.environ)
        if node_ranks:
            env.update(SPILLWAY_NODE_RANKS=str(node_ranks), SPILLWAY_WINDOW_BYTES="1")
        launcher = ["mpirun", "-n", str(ranks)] if ranks else []
        return subprocess.run([*launcher, SPILLWAY, *words], env=env, capture_output=True, text=True,
                              timeout=500)

    def run(self, out="sums.h5", ranks=0, threads=1, node_ranks=0, words=()):
        done = self.call(["run", self.path("sums.yaml"), "-o", self.path(out), "--force", "--threads",
                          str(threads), *words], ranks, node_ranks)
        assert done.returncode == 0, done.stderr
        return done

    def read(self, out="sums.h5"):
        """Entry -> name -> (values, names of axes)."""
        found = {}
        with h5py.File(self.path(out)) as file:
            assert file.attrs["state"] == b"complete"
            for name, group in file.items():
                if isinstance(group, h5py.Group) and "measure" in group.attrs:
                    found[name] = {key: item[...] for key, item in group.items()}
            for entry, (_, params) in ENTRIES.items():
                for key in SUMS:
                    if f"{entry}/{key}" in file:
                        self.check_axes(file[f"{entry}/{key}"], key, params)
        return found

    def check_axes(self, item, key, params):
        axes = [os.path.basename(item.dims[k][0].name) for k in range(item.ndim)]
        group = params.get("blocks")
        want = {"block_sum": ["time", group, f"{group}_to"], "sent_to": ["time", "unit", group],
                "ring_sum": ["time", "ring"], "ring_out": ["time", "unit", "ring"],
                "from_centre": ["time", "centre", "unit"],
                "to_centre": ["time", "unit", "centre"]}
        want.update(block_count=want["block_sum"], received_from=want["sent_to"],
                    ring_count=want["ring_sum"])
        assert axes == want[key], (item.name, axes)


def close(got, want, what):
    assert np.allclose(got, want, rtol=1e-12, atol=0, equal_nan=True), what


def sum_over(value, there):
    """A sum of nothing is no number."""
    return np.where(there > 0, value, np.nan)


def parts(values):
    """The sum of those that are there; NaN where none is."""
    return sum_over(np.nansum(values, 2), (~np.isnan(values)).sum(2))


def check_entry(world, name, params, r):
    value = r["value"].copy()  # a unit is no partner of its own, though it may have a value with itself
    value[:, range(value.shape[1]), range(value.shape[1])] = np.nan
    assert ("own" in params) == (not np.array_equal(value, r["value"], equal_nan=True)), "diagonal"
    v = np.where(np.isnan(value), 0, value)
    there = ~np.isnan(value)
    if "blocks" in params:
        label = [t.decode() for t in r[params["blocks"]]]
        assert label == sorted(set(row[params["blocks"]] for row in world.units))
        member = np.array([[row[params["blocks"]] == g for g in label] for row in world.units], float)
        close(r["sent_to"], sum_over(v @ member, there @ member), f"{name}: sent_to")
        close(r["received_from"], sum_over(v.transpose(0, 2, 1) @ member,
                                           there.transpose(0, 2, 1) @ member),
              f"{name}: received_from")
        close(r["block_sum"], sum_over(member.T @ v @ member, r["block_count"]), f"{name}: block_sum")
        assert (r["block_count"] == member.T @ there @ member).all(), f"{name}: block_count"
        close(parts(r["sent_to"]), r["out_strength"], f"{name}: parts of the strength")
        close(parts(r["received_from"]), r["in_strength"], f"{name}: parts of the strength")
        assert r["block_count"].dtype == np.int32
    if "rings" in params and name != "ellipsoid":
        d = world.hours if name == "hours" else great_circle(world.units)
        limit = [*np.atleast_1d(params["rings"]), np.inf]
        assert r["ring"].tolist() == limit
        for k, upper in enumerate(limit):
            within = (d <= upper) & (d > (limit[k - 1] if k else 0))
            among = there & within
            close(r["ring_out"][:, :, k], sum_over((v * within).sum(2), among.sum(2)),
                  f"{name}: ring_out")
            close(r["ring_sum"][:, k], sum_over((v * within).sum((1, 2)), among.sum((1, 2))),
                  f"{name}: ring_sum")
            assert (r["ring_count"][:, k] == (there & within).sum((1, 2))).all(), f"{name}: ring_count"
    if "centres" in params:
        centre = [world.code.index(c.decode()) for c in r["centre"]]
        assert np.array_equal(r["to_centre"], r["value"][:, :, centre], equal_nan=True)
        assert np.array_equal(r["from_centre"], r["value"][:, centre], equal_nan=True)


def check_centres(world, r):
    """The largest by their values in the last period."""
    with open(world.path("panel.csv")) as file:
        names, *rows = [line.rstrip("\n").split(",") for line in file]
    at = {name: k for k, name in enumerate(names)}
    last = max(row[at["year"]] for row in rows)
    gdp = sorted((-float(row[at["gdp"]]), row[at["code"]]) for row in rows
                 if row[at["year"]] == last and row[at["gdp"]])
    assert [c.decode() for c in r["even"]["centre"]] == [code for _, code in gdp[:4]]


def check_spoilt(world):
    """A number that is not what its row gives is found by computing the row again."""
    with open(world.path("sums.h5"), "rb") as file:
        whole = file.read()
    for key, at in ("sent_to", (0, 5, 1)), ("ring_out", (1, 9, 0)), ("to_centre", (1, 3, 0)):
        with h5py.File(world.path("sums.h5"), "r+") as file:
            item = file["uneven"][key]
            if np.isnan(item[at]):  # a sum of nothing
                at = tuple(np.argwhere(~np.isnan(item[...]))[7])
            item[at] = item[at] * 1.5 + 1
        done = world.call(["verify", world.path("sums.h5"), "--tiles", "100000"])
        assert done.returncode == 1 and f"/uneven/{key}" in done.stdout + done.stderr, (key, done)
        assert "computed" in done.stdout + done.stderr, done
        with open(world.path("sums.h5"), "wb") as file:
            file.write(whole)


def bits(found, names=SUMS):
    return {(entry, key): r[key].tobytes() for entry, r in found.items() for key in names if key in r}


def plain_values():
    with tempfile.TemporaryDirectory() as folder:
        world = World(folder)
        world.write([(m, name, dict(p, keep="dense")) for name, (m, p) in ENTRIES.items()])
        world.run()
        found = world.read()
        for name, (_, params) in ENTRIES.items():
            check_entry(world, name, params, found[name])
        check_centres(world, found)
        first = bits(found)
        for ranks, threads, nodes in (0, 2, 0), (2, 1, 0), (3, 1, 1), (4, 2, 2):
            world.run("more.h5", ranks, threads, nodes)
            assert bits(world.read("more.h5")) == first, (ranks, threads, nodes)
        done = world.call(["verify", world.path("sums.h5")])
        assert done.returncode == 0, done.stdout + done.stderr
        check_spoilt(world)
        done = world.call(["diff", world.path("sums.h5"), world.path("more.h5")])
        assert done.returncode == 0, done.stdout + done.stderr
        done = world.run("again.h5", words=["--reuse", world.path("sums.h5")])
        assert "taken from" in done.stderr, done.stderr
        assert bits(world.read("again.h5")) == first, "reuse"
        for keep in KEPT:
            world.write([(m, name, dict(p, keep=keep)) for name, (m, p) in ENTRIES.items()])
            world.run("kept.h5")
            assert bits(world.read("kept.h5")) == first, keep


def without_gaps():
    """Rings of a triangle are made with its squares, by other loops where only sums are kept: the same
    bits as of the rows of strips."""
    with tempfile.TemporaryDirectory() as folder:
        world = World(folder, 400, "0")
        found = []
        for keep in ("dense", "summary", {"top": 3}):
            world.write([(m, name, {**p, "rings": [100, 500.5, 900], "keep": keep})
                         for name, (m, p) in ENTRIES.items() if name in ("even", "similar", "coupled")])
            for ranks, threads, nodes in (0, 1, 0), (3, 2, 1):
                world.run("more.h5", ranks, threads, nodes)
                found.append(world.read("more.h5"))
        for name, r in found[0].items():
            check_entry(world, name, {"rings": [100, 500.5, 900]}, r)
        for more in found:
            assert bits(more) == bits(found[0])


def centres_alone():
    """`keep: centres`: the same rows and columns, and nothing else, for any ranks and threads."""
    with tempfile.TemporaryDirectory() as folder:
        world = World(folder)
        asked = [(m, name, {k: v for k, v in p.items() if k not in ("blocks", "rings")})
                 for name, (m, p) in ENTRIES.items() if "centres" in p]
        world.write([(m, name, dict(p, keep="dense")) for m, name, p in asked])
        world.run()
        whole = world.read()
        world.write([(m, name, dict(p, keep="centres")) for m, name, p in asked])
        said = world.run("alone.h5").stdout
        first = bits(world.read("alone.h5"))
        assert first == bits(whole, ("from_centre", "to_centre")), "centres alone"
        for entry, r in world.read("alone.h5").items():
            assert not {"value", "total", "out_strength", "n_pairs", "tile_checksum"} & set(r), entry
            first_centre = r["centre"][0].decode()
            assert f"largest partners of {first_centre}" in said, said
            assert f"largest partners of {first_centre}: {first_centre}" not in said, said
        for ranks, threads, nodes in (0, 2, 0), (3, 1, 1), (4, 2, 2):
            world.run("more.h5", ranks, threads, nodes)
            assert bits(world.read("more.h5")) == first, (ranks, threads, nodes)
        done = world.call(["verify", world.path("alone.h5"), "--tiles", "100000"])
        assert done.returncode == 0, done.stdout + done.stderr
        with h5py.File(world.path("alone.h5"), "r+") as file:
            item = file["uneven/to_centre"]
            at = tuple(np.argwhere(~np.isnan(item[...]))[11])
            item[at] = item[at] * 1.5 + 1
        done = world.call(["verify", world.path("alone.h5"), "--tiles", "100000"])
        assert done.returncode == 1 and "/uneven/to_centre" in done.stdout + done.stderr, done


def as_inputs():
    """Sums by unit are inputs like any result, by their labels."""
    with tempfile.TemporaryDirectory() as folder:
        world = World(folder, 80, "0")
        label = world.units[0]["province"]
        world.write([("gravity", "g", {"mass": ["gdp"], "keep": "summary", **ASKED}),
                     ("inequality", "gap", {"of": f"g.sent_to[{label}]"}),
                     ("inequality", "near", {"of": "g.ring_out[200]"}),
                     ("inequality", "far", {"of": "g.ring_out[inf]"})])
        world.run()
        r = world.read()
        for name, x in (("gap", r["g"]["sent_to"][:, :, 0]), ("near", r["g"]["ring_out"][:, :, 0]),
                        ("far", r["g"]["ring_out"][:, :, -1])):
            for t, row in enumerate(x):
                s = np.sort(row[~np.isnan(row)])  # a unit may have nobody in the ring
                gini = (2 * (np.arange(1, len(s) + 1) * s).sum() / s.sum() - len(s) - 1) / len(s)
                assert np.isclose(r[name]["gini"][t], gini, rtol=1e-10), name
                assert r[name]["n_used"][t] == len(s), name


def refused():
    with tempfile.TemporaryDirectory() as folder:
        world = World(folder, 40, "0")
        for more, said in (
                ({"blocks": "provinces"}, "blocks: 'provinces' is not a group of the units"),
                ({"rings": [200, 100]}, "rings: 100 comes after 200; limits are above zero and ascend"),
                ({"rings": [-1, 100]}, "rings: -1 is no distance; expected limits above zero"),
                ({"rings": 0}, "rings: 0 is no distance; expected limits above zero"),
                ({"rings": []}, "rings: expected limits of distance"),
                ({"centres": ["nowhere"]}, "centres: no unit has the code 'nowhere'"),
                ({"centres": {"top": 3}}, "centres: no `by`, the column that ranks units: write {top: 9, by: gdp"),
                ({"centres": {"by": "gdp"}}, "centres: no `top`: write {top: 9, by: gdp"),
                ({"centres": {"top": 41, "by": "gdp"}}, "centres: top: 41 of 40 units"),
                ({"centres": {"top": 3, "by": "gpd"}}, "gpd"),
                ({"ring": [100]}, "unknown key 'ring'")):
            world.write([("gravity", "g", {"mass": ["gdp"], **more})])
            done = world.call(["check", world.path("sums.yaml")])
            assert done.returncode == 2, (more, done.returncode, done.stderr)
            lines = [line for line in done.stderr.splitlines() if said in line]
            assert len(lines) == 1, (more, done.stderr)


def killed():
    """Held once a rank has marked some tasks of the sums, killed or stopped, and gone on with."""
    measures = ("measures:\n  - gravity: {mass: [gdp], share: gdp, keep: summary, blocks: province, "
                "rings: [200, 500], centres: {top: 3, by: gdp}, as: g}\noutput: {file: out.h5}\n")
    study = Study(400, 3, measures)
    want, _, _ = study.complete("plain.h5")
    marks = 3 * 7 + 30  # more than the pair pass has: of it and of the sums
    for k, (number, ranks) in enumerate(((signal.SIGKILL, 0), (signal.SIGTERM, 0))):
        name = f"out{k}.h5"
        process = study.start(name, ranks, threads=1, hold=marks)
        for pid in wait_until_held(process, ranks):
            os.kill(pid, number)
            study.let_go(name, [pid])
        process.communicate(timeout=60)
        assert process.returncode == (75 if number == signal.SIGTERM else -9), process.returncode
        got, out, _ = study.complete(name, 2, threads=1)
        done, whole = continued(out)
        assert marks <= done < whole, (done, whole)
        assert got == want, number


plain_values()
without_gaps()
centres_alone()
as_inputs()
refused()
killed()
print("sums over pairs agree")
