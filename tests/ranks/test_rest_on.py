"""Numbers that say what they rest on: a sum of nothing is no number, for any number of ranks and
nodes, whatever is kept of the pairs."""
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "results"))
import h5py  # noqa: E402
import numpy as np  # noqa: E402

from digest import digest  # noqa: E402

SPILLWAY = os.environ["SPILLWAY"]


class Folder:
    def __init__(self, folder):
        self.folder = folder

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w") as file:
            file.write(text)

    def call(self, words, ranks=0, node_ranks=0):
        env = dict(os.environ)
        if node_ranks:
            env.update(SPILLWAY_NODE_RANKS=str(node_ranks), SPILLWAY_WINDOW_BYTES="1")
        launcher = ["mpirun", "-n", str(ranks)] if ranks else []
        return subprocess.run([*launcher, SPILLWAY, *words], env=env, capture_output=True, text=True,
                              timeout=300)

    def run(self, study, out="out.h5", words=(), **how):
        self.write("study.yaml", study)
        done = self.call(["run", self.path("study.yaml"), "-o", self.path(out), "--force", "--threads",
                          "2", *words], **how)
        assert done.returncode == 0, done.stderr
        return done

    def read(self, name, out="out.h5"):
        with h5py.File(self.path(out)) as file:
            return file[name][...]

    def digest(self, out="out.h5"):
        with h5py.File(self.path(out)) as file:
            return digest(file)


def gini(x):
    x = np.sort(x[~np.isnan(x)])
    n = len(x)
    return (2 * np.arange(1, n + 1) - n - 1) @ x / (n * n * x.mean())


# ---- sums of nothing ----------------------------------------------------------------------------

FIVE = """study: five
panel: {file: five.csv, unit: id, missing: keep}
units: {file: five_units.csv, unit: id, groups: [half]}
weights:
  one: {kind: file, file: one.csv, style: binary}
measures:
  - gravity: {mass: [m], distance: {file: far.csv}, keep: KEEP, as: g, blocks: half, rings: [0.5, 2]WEIGHTS}
  - inequality: {of: g.out_strength, as: q}
output: {file: out.h5, precision: float64}
"""


def write_five(f):
    """All one kilometre apart; the fifth has no data: none of its pairs has a value."""
    f.write("five.csv", "id,m\na,20\nb,30\nc,40\nd,44.29\ne,\n")
    f.write("five_units.csv", "id,half\na,x\nb,x\nc,x\nd,y\ne,z\n")
    f.write("one.csv", "from,to\na,b\n")
    f.write("far.csv", "from,to,km\n" + "".join(f"{i},{j},1\n" for i in "abcde" for j in "abcde" if i != j))


def check_strengths(f):
    mass = np.array([20, 30, 40, 44.29])
    want = mass * (mass.sum() - mass)
    first = None
    for keep in ("dense", "summary", "{top: 2}", "{above: 900}", "{share: 0.5}", "links"):
        weights = ", weights: one" if keep == "links" else ""
        f.run(FIVE.replace("KEEP", keep).replace("WEIGHTS", weights))
        sent, received = f.read("g/out_strength")[0], f.read("g/in_strength")[0]
        assert np.allclose(sent[:4], want, rtol=1e-12) and np.isnan(sent[4]), (keep, sent)
        assert np.allclose(received[:4], want, rtol=1e-12) and np.isnan(received[4]), keep
        assert round(float(f.read("q/gini")[0]), 4) == 0.1090, "over the four; over five it was .2872"
        assert f.read("q/n_used")[0] == 4
        first = first or (sent.tobytes(), received.tobytes(), f.read("g/total").tobytes())
        assert first == (sent.tobytes(), received.tobytes(), f.read("g/total").tobytes()), keep
        with h5py.File(f.path("out.h5")) as file:
            said = file["g"].attrs["undefined"].decode()
        assert said.startswith("8 of 20 ordered pairs: ") and "out_strength 1, in_strength 1" in said, said


def check_parts(f):
    """The group of the fifth neither sends nor receives; nobody lies within half a kilometre."""
    f.run(FIVE.replace("KEEP", "summary").replace("WEIGHTS", ""))
    block, count = f.read("g/block_sum")[0], f.read("g/block_count")[0]
    assert (np.isnan(block) == (count == 0)).all() and (count[2] == 0).all() and count[1, 1] == 0
    sent = f.read("g/sent_to")[0]
    assert np.isnan(sent[4]).all() and np.isnan(sent[:, 2]).all() and np.isnan(sent[3, 1])
    assert np.isclose(sent[3, 0], 44.29 * 90, rtol=1e-12)
    assert np.isnan(f.read("g/ring_sum")[0][0]) and np.isnan(f.read("g/ring_out")[0][:, 0]).all()
    assert f.read("g/ring_count")[0].tolist() == [0, 12, 0]


def check_whole_period(f):
    """A period without any pair has no total either; units with pairs of zero have zero."""
    f.write("two.csv", "id,year,m\n" + "".join(f"{u},2001,{v}\n{u},2002,\n" for u, v in zip("abcd", (0, 0, 0, 5))) +
            "e,2001,\ne,2002,\n")
    f.run("study: two\npanel: {file: two.csv, unit: id, time: year, missing: keep}\nmeasures:\n"
          "  - gravity: {mass: [m], distance: {file: far.csv}, keep: summary, as: g}\n")
    assert np.isnan(f.read("g/total")[1]) and f.read("g/total")[0] == 0
    assert np.array_equal(f.read("g/out_strength"), [[0, 0, 0, 0, np.nan], [np.nan] * 5], equal_nan=True)
    assert not np.signbit(f.read("g/out_strength")[0, :4]).any()


def check_ranks(f):
    """Units without data at both ends of squares, strips and ranks' shares; directed and not."""
    rng = np.random.default_rng(3)
    n = 331
    code = [f"{i:03d}" for i in range(n)]
    gone = np.zeros(n, bool)
    gone[[0, 31, 32, 33, 100, n - 1]] = True
    gone[160:200] = True
    value = rng.uniform(1, 9, n)
    f.write("many.csv", "id,m,s\n" + "".join(f"{c},{'' if g else v},{v}\n" for c, g, v in zip(code, gone, value)))
    f.write("places.csv", "id,lon,lat\n" + "".join(f"{c},{rng.uniform(0, 9)},{rng.uniform(0, 9)}\n" for c in code))
    study = ("study: many\npanel: {file: many.csv, unit: id, missing: keep}\n"
             "units: {file: places.csv, unit: id, lon: lon, lat: lat}\nmeasures:\n" +
             "".join(f"  - gravity: {{mass: [m], keep: {keep}, as: even{k}}}\n"
                     f"  - gravity: {{mass: [m], share: s, keep: {keep}, as: uneven{k}}}\n"
                     for k, keep in enumerate(("dense", "summary", "{top: 3}"))) + "tile: 32\n")
    f.run(study)
    want = f.digest()
    for k in range(3):
        for name in (f"even{k}", f"uneven{k}"):
            assert (np.isnan(f.read(f"{name}/out_strength")[0]) == gone).all(), name
            assert (np.isnan(f.read(f"{name}/in_strength")[0]) == gone).all(), name
            assert f.read(f"{name}/total")[0] == f.read(f"{name[:-1]}0/total")[0]
    for ranks, node_ranks in ((2, 0), (3, 1), (4, 2)):
        f.run(study, "other.h5", ranks=ranks, node_ranks=node_ranks)
        assert f.digest("other.h5") == want, (ranks, node_ranks)


def check_reuse_and_verify(f):
    """An earlier file's strengths are taken; they are checked like any number."""
    study = FIVE.replace("KEEP", "dense").replace("WEIGHTS", "")
    f.run(study)
    f.run(study, "next.h5", ["--reuse", f.path("out.h5")])
    assert f.digest("next.h5") == f.digest()
    done = f.call(["verify", f.path("next.h5")])
    assert done.returncode == 0, done.stdout + done.stderr


# ---- how many units -----------------------------------------------------------------------------

# Entry of poor and rich units: of those in all periods, and of the others.
COMERS = """study: comers
panel: {file: comers.csv, unit: id, time: year, missing: keep}
units: {file: comers_units.csv, unit: id}
weights:
  ring: {kind: file, file: ring.csv}
composites:
  s: {positive: [m], weights: equal, balanced: true}
  all: {positive: [m], weights: equal}
  mw: {positive: [w, m], weights: equal}
measures:
  - inequality: {of: m, as: q}
  - inequality: {of: m, as: b, balanced: true}
  - inequality: {of: m, weight: w, as: two, balanced: true, periods: [2001, 2003]}
  - moran: {of: m, weights: ring, as: i, balanced: true}
  - inequality: {of: g.out_strength, as: sent}
  - gravity: {mass: [m], distance: {file: near.csv}, as: g, balanced: true}
  - coupling_coordination: {systems: [all, mw], as: ccd, balanced: true}
  - markov: {of: m, classes: [5], as: mk, balanced: true}
output: {file: out.h5, precision: float64}
"""
M = np.array([[1, 2, 4, 9, np.nan, 7], [2, 2, 5, 9, np.nan, 8], [3, 2, 6, 9, 40, np.nan]])
W = np.array([[1, 1, 1, np.nan, 1, 1], [1, np.nan, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1]])


def write_comers(f):
    def cell(x):
        return "" if np.isnan(x) else repr(float(x))
    f.write("comers.csv", "id,year,m,w\n" + "".join(
        f"{u},{2001 + t},{cell(M[t, k])},{cell(W[t, k])}\n" for t in range(3) for k, u in enumerate("abcdef")))
    f.write("comers_units.csv", "id\na\nb\nc\nd\ne\nf\n")
    f.write("ring.csv", "from,to\n" + "".join(f"{a},{b}\n{b},{a}\n" for a, b in zip("abcdef", "bcdefa")))
    f.write("near.csv", "from,to,km\n" + "".join(f"{i},{j},1\n" for i in "abcdef" for j in "abcdef" if i != j))


def weighted(x, w):
    p = w / w.sum()
    return (p[:, None] * p * abs(x[:, None] - x)).sum() / (2 * p @ x)


def check_balanced(f):
    write_comers(f)
    done = f.run(COMERS)
    kept = [0, 1, 2, 3]
    assert np.allclose(f.read("q/gini"), [gini(x) for x in M]) and f.read("q/n_used").tolist() == [5, 5, 5]
    assert np.allclose(f.read("b/gini"), [gini(x[kept]) for x in M]) and f.read("b/n_used").tolist() == [4] * 3
    both = [0, 1, 2]  # a weight in both periods, too: of d there is none in 2001
    assert np.allclose(f.read("two/gini"), [weighted(M[t][both], W[t][both]) for t in (0, 2)])
    assert f.read("i/n_used").tolist() == [4] * 3
    score = f.read("composites/s/score")
    want = (M[:, kept] - M[:, kept].min()) / (M[:, kept].max() - M[:, kept].min())
    assert np.allclose(score[:, kept], want) and np.isnan(score[:, 4:]).all()
    assert np.nanmax(f.read("composites/all/score")[:, kept]) < 0.25, "of all, where 40 counts as 1"
    sent = f.read("g/out_strength")
    assert np.allclose(sent[:, kept], M[:, kept] * (M[:, kept].sum(1)[:, None] - M[:, kept]))
    assert np.isnan(sent[:, 4:]).all() and f.read("sent/n_used").tolist() == [4] * 3
    # Whole numbers have no NaN: a unit that is left out has what each documents for it.
    assert (f.read("ccd/class")[:, [1, 3, 4, 5]] == 0).all() and (f.read("ccd/class")[:, 2] > 0).all()
    assert (f.read("ccd/lagging")[:, [1, 3, 4, 5]] == -1).all()
    assert (f.read("mk/class") == np.where([k in kept for k in range(6)], 1 + (M >= 5), 0)).all()
    with h5py.File(f.path("out.h5")) as file:
        assert "balanced: true" in file["b"].attrs["parameters"].decode()
        assert "balanced" not in file["q"].attrs["parameters"].decode()
    assert "b: balanced: 4 of 6 units have values in all its periods" in done.stderr, done.stderr
    want = f.digest()
    for ranks, node_ranks in ((2, 0), (3, 1)):
        f.run(COMERS, "other.h5", ranks=ranks, node_ranks=node_ranks)
        assert f.digest("other.h5") == want, ranks
    f.run(COMERS, "next.h5", ["--reuse", f.path("out.h5")])
    assert f.digest("next.h5") == want
    done = f.call(["verify", f.path("out.h5")])
    assert done.returncode == 0 and ": equal" in done.stdout, done.stdout + done.stderr
    # Another unit leaves in one period: that changes the others, too.
    f.write("comers.csv", open(f.path("comers.csv")).read().replace("d,2002,9.0", "d,2002,"))
    f.run(COMERS, "next.h5", ["--reuse", f.path("out.h5")])
    f.run(COMERS, "anew.h5")
    assert f.digest("next.h5") == f.digest("anew.h5") and f.read("b/n_used", "next.h5").tolist() == [3] * 3


GAPS = """study: gaps
panel: {file: gaps.csv, unit: id, time: year, missing: keep}
units: {file: gaps_units.csv, unit: id, groups: [zone]}
measures:
  - spatial_distribution: {of: m, by: zone, as: sd}
output: {file: gaps.h5}
"""


def check_first_group(f):
    """A headline by group is of the first group that has a value in the last period."""
    f.write("gaps.csv", "id,year,m\n" + "".join(
        f"{u},{year},{m}\n" for year, values in ((2001, ("", "", 6, 3)), (2002, ("", "", 8, 2)))
        for u, m in zip("pqrs", values)))
    f.write("gaps_units.csv", "id,zone\np,A\nq,A\nr,B\ns,B\n")
    done = f.run(GAPS, "gaps.h5")
    assert "primacy_2[B]: 2 in 2001" in done.stdout and "4 in 2002" in done.stdout, done.stdout


def check_number_of_units(f):
    """Five in each period, but not the same: as long as the number stays, nothing tells; then one
    more, and one alone."""
    head = "study: n\npanel: {file: n.csv, unit: id, time: year, missing: keep}\nmeasures:\n"
    entry = "  - inequality: {of: m, as: q}\n"
    f.write("n.csv", "id,year,m\na,1,1\nb,1,2\nc,1,\na,2,1\nb,2,2\nc,2,3\na,3,1\nb,3,\nc,3,\n")
    done = f.run(head + entry)
    assert ("study.yaml:4:5: q: the number of units with values changes: 1 of 3 in 3, 3 in 2; balanced: true keeps "
            "those that have them in all periods") in done.stderr, done.stderr
    assert "q: one unit alone has values in 3; there it is compared with no other" in done.stderr, done.stderr
    done = f.run(head + entry.replace("as: q", "as: q, balanced: true"))
    assert "number of units" not in done.stderr and "q: one unit alone has values in 1 and other periods" in done.stderr
    done = f.run(head + entry.replace("as: q", "as: q, periods: [1, 2], balanced: true"))
    assert "one unit" not in done.stderr and f.read("q/n_used").tolist() == [2, 2]
    for text, said in (
            (entry.replace("as: q", "balanced: maybe"), "study.yaml:4:35: "),
            (entry.replace("as: q", "balanced: true, periods: [1, 2, 3]").replace("of: m", "of: x"),
             "balanced: no unit has values in all its 3 periods"),
            ("  - gravity: {mass: [m], distance: {file: near.csv}, keep: dense, as: g}\n"
             "  - network: {result: g, balanced: true}\n", "balanced: network takes no values by unit")):
        f.write("n.csv", "id,year,m,x\na,1,1,1\nb,1,2,\na,2,1,\nb,2,2,3\na,3,1,1\nb,3,1,1\n")
        f.write("near.csv", "from,to,km\na,b,1\nb,a,1\n")
        f.write("study.yaml", head + text)
        done = f.call(["run", f.path("study.yaml"), "-o", f.path("bad.h5")])
        assert done.returncode == 2 and said in done.stderr, done.stderr
        assert not os.path.exists(f.path("bad.h5"))


# ---- headlines ----------------------------------------------------------------------------------

SAYS = """study: says
panel: {file: says.csv, unit: id, time: year, missing: keep}
weights:
  ring: {kind: file, file: ring.csv}
composites:
  s: {positive: [x], weights: equal, over: period}
measures:
  - inequality: {of: x, as: q}
  - moran: {of: x, weights: ring, as: i}
  - moran: {of: one, weights: ring, as: j}
  - moran: {of: x, weights: ring, as: k, periods: [2001, 2002]}
  - gravity: {mass: [x], distance: {file: near.csv}, keep: {top: 1}, as: g}
  - network: {result: g, as: net}
  - connectedness: {of: one, transform: level, as: c}
output: {file: out.h5}
"""
SAID = {
    "s": "score: mean 0.5 in 2001 (3 of 4), undefined in 2005: no unit has a value of every indicator; "
         "undefined in 2002: no indicator varies; undefined in 2004: no indicator varies",
    "q": "gini: 0.2222 in 2001 (3 of 4), undefined in 2005: no unit has a value; "
         "undefined in 2004: all are zero",
    "i": "I: 0 in 2001 (3 of 4), undefined in 2005: fewer than 2 values; undefined in 2002: constant; "
         "undefined in 2003: no links among the units with a value; undefined in 2004: constant",
    "j": "I: undefined in all periods: constant",
    "k": "I: 0 in 2001 (3 of 4), undefined in 2002: constant",
    "g": "mean undefined in 2005: no pair has a value; pairs with values: 2 in 2003 to 12 in 2002; "
         "kept: {top: 1}",
    "net": "modularity: 0 in 2001, undefined in 2005: no two units have a pair with a value; "
           "undefined in 2004: no links",
    "c": "mean undefined: no pair has a value; kept: dense",
}


def headlines(text):
    found, name = {}, None
    for line in text.split("\n"):
        if line.startswith("/"):
            name = line[1:].split(":")[0].split("/")[-1]
        if line.startswith("  headline    "):
            found.setdefault(name, []).append(line[14:])
    return found


def check_headlines(f):
    """What the run says, a file says as well, and for any number of ranks; why a value is undefined."""
    x = {2001: (1, 2, 3, ""), 2002: (5, 5, 5, 5), 2003: (1, "", 2, ""), 2004: (0, 0, 0, 0), 2005: ("",) * 4}
    f.write("says.csv", "id,year,x,one\n" + "".join(
        f"{u},{year},{v},1\n" for year, row in x.items() for u, v in zip("abcd", row)))
    f.write("ring.csv", "from,to\n" + "".join(f"{a},{b}\n{b},{a}\n" for a, b in zip("abcd", "bcda")))
    f.write("near.csv", "from,to,km\n" + "".join(f"{i},{j},1\n" for i in "abcd" for j in "abcd" if i != j))
    done = f.run(SAYS)
    for name, said in SAID.items():
        assert f"  {name:24} {said}\n" in done.stdout, (name, done.stdout)
    told = headlines(f.call(["info", f.path("out.h5")]).stdout)
    assert {name: lines[0] for name, lines in told.items()} == SAID, told
    with h5py.File(f.path("out.h5")) as file:
        lines = file["i"].attrs["undefined_in"].decode().split("\n")
        alone = "fewer than 2 series have a value in every period and vary"
        assert f"total_connectedness: {alone}" in file["c"].attrs["undefined_in"].decode().split("\n")
        what = file["c"].attrs["undefined"].decode()
        assert alone in what and f"{alone} in 2001" not in what, what  # of no period
        assert "p_value in 2002: constant" in lines and "variance_randomisation in 2001: too few units for a variance" in lines
        assert "constant in 2002" in file["i"].attrs["undefined"].decode()
        assert file["q"].attrs["undefined_in"].decode().split("\n")[0] == "gini in 2004: all are zero"
    want = f.digest()
    done = f.run(SAYS, "other.h5", ranks=3, node_ranks=1)
    assert f.digest("other.h5") == want and all(s in done.stdout for s in SAID.values()), done.stdout
    # Reasons come along with what is taken, whole or in part.
    f.run(SAYS, "next.h5", ["--reuse", f.path("out.h5")])
    assert f.digest("next.h5") == want
    f.write("says.csv", open(f.path("says.csv")).read().replace("b,2001,2,", "b,2001,4,"))
    done = f.run(SAYS, "next.h5", ["--reuse", f.path("out.h5")])
    assert "reused" in done.stdout, done.stdout
    f.run(SAYS, "anew.h5")
    assert f.digest("next.h5") == f.digest("anew.h5")
    # Pairs: of how many; values by unit with an axis: of which position.
    done = f.run("study: p\npanel: {file: says.csv, unit: id, time: year, missing: keep}\nmeasures:\n"
                 "  - gravity: {mass: [x], distance: {file: near.csv}, keep: summary, as: g, periods: [2003]}\n"
                 "  - location_quotient: {industries: [one, x], total: one, base_over: complete, as: lq}\n")
    assert "mean 2 over 2 of 12 ordered pairs; kept: summary" in done.stdout, done.stdout
    assert "value[one]: mean 1 in 2001 (4 of 4), 1 in 2005 (4 of 4)" in done.stdout, done.stdout
    # Months are days in the file; they are said as the panel writes them, reasons too.
    f.write("months.csv", "id,month,x\na,2001-01,1\nb,2001-01,3\na,2001-02,0\nb,2001-02,0\n")
    done = f.run("study: m\npanel: {file: months.csv, unit: id, time: month}\n"
                 "measures: [{inequality: {of: x, as: q}}]\n")
    assert "gini: 0.25 in 2001-01 (2 of 2), undefined in 2001-02: all are zero" in done.stdout, done.stdout


# ---- units that are not there ---------------------------------------------------------------------

THERE = """study: there
panel: {file: there.csv, unit: id, time: year, missing: keep}
units: {file: there_units.csv, unit: id, lon: lon, lat: lat}
weights:
  ring: {kind: file, file: near.csv, style: as-is}
measures:
  - market_potential: {mass: m, own: none, distance: {file: near.csv}, as: open}
  - location_quotient: {industries: [k], total: m, base_over: complete, as: lq}
  - gravity: {mass: [m], distance: {file: near.csv}, keep: {top: 1}, as: top}
  - gravity: {mass: [m], distance: {file: near.csv}, keep: dense, as: dense}
  - gravity: {mass: [m], distance: {file: near.csv}, keep: links, weights: ring, as: links}
  - network: {result: top, betweenness: true, as: n_top}
  - network: {result: dense, betweenness: true, as: n_dense}
  - network: {result: links, betweenness: true, as: n_links}
output: {file: out.h5, precision: float64}
"""


def check_there(f):
    """Five units, of which two come and go. A network is of those with a pair."""
    m = np.array([[1, 2, 3, np.nan, 5], [1, 2, 3, 4, 5], [np.nan] * 5, [np.nan, 2, 3, np.nan, 5]])
    f.write("there.csv", "id,year,m,k\n" + "".join(
        f"{u},{2001 + t},{'' if np.isnan(m[t, i]) else m[t, i]},1\n" for t in range(4) for i, u in enumerate("abcde")))
    f.write("there_units.csv", "id,lon,lat\n" + "".join(f"{u},{i},0\n" for i, u in enumerate("abcde")))
    f.write("near.csv", "from,to,km\n" + "".join(f"{i},{j},1\n" for i in "abcde" for j in "abcde" if i != j))
    done = f.run(THERE)
    # The own market is left out: a unit without a mass has a potential, unless the entry is balanced.
    sums = np.nansum(m, 1)[:, None] - np.nan_to_num(m)
    assert np.allclose(f.read("open/value")[[0, 1, 3]], sums[[0, 1, 3]]) and np.isnan(f.read("open/value")[2]).all()
    assert ("open: 'm' is missing for 5 of 5 units in 2003 and for as many or fewer in other periods: every potential "
            "is without their markets") in done.stderr, done.stderr
    assert "units with values: 3 in 2004 to 5 in 2002; balanced: true keeps the same" in done.stdout, done.stdout
    assert "value: mean 8.8 in 2001 (5 of 5), 8 in 2004 (5 of 5); undefined in 2003: no unit has a value\n" in \
        done.stdout, done.stdout
    # Pairs: how many there are.
    assert "; no pair has a value in 2003; pairs with values: 6 in 2004 to 20 in 2002; kept: dense\n" in done.stdout, done.stdout
    for name in ("n_top", "n_dense", "n_links"):
        rank = f.read(f"{name}/pagerank")
        assert np.array_equal(np.isnan(rank), np.isnan(m)), (name, rank)
        assert np.allclose(np.nansum(rank, 1)[[0, 1, 3]], 1), (name, rank)
        for quantity in ("betweenness", "hub", "authority"):
            missing = np.isnan(f.read(f"{name}/{quantity}"))
            assert (missing >= np.isnan(m)).all(), (name, quantity)
        assert np.array_equal(f.read(f"{name}/community") == -1, np.isnan(m)), name
    assert np.allclose(f.read("n_dense/density")[[0, 1, 3]], 1) and np.isnan(f.read("n_dense/density")[2])
    with h5py.File(f.path("out.h5")) as file:
        assert file["n_dense"].attrs["undefined"].decode().count("pagerank 8"), file["n_dense"].attrs["undefined"]
        lines = file["n_dense"].attrs["undefined_in"].decode().split("\n")
    assert "density in 2003: no two units have a pair with a value" in lines, lines
    # As if the others were no units at all.
    few = THERE.replace("there.csv", "few.csv").replace("there_units", "few_units").replace("near.csv", "few_near.csv")
    f.write("few.csv", "id,year,m,k\n" + "".join(f"{u},2001,{v},1\n" for u, v in zip("abce", m[0][[0, 1, 2, 4]])))
    f.write("few_units.csv", "id,lon,lat\n" + "".join(f"{u},{i},0\n" for i, u in enumerate("abce")))
    f.write("few_near.csv", "from,to,km\n" + "".join(f"{i},{j},1\n" for i in "abce" for j in "abce" if i != j))
    f.run(few, "few.h5")
    for name in ("n_top", "n_dense", "n_links"):
        for quantity in ("pagerank", "hub", "authority", "coreness", "betweenness"):
            assert np.array_equal(f.read(f"{name}/{quantity}")[0][[0, 1, 2, 4]], f.read(f"{name}/{quantity}", "few.h5")[0],
                                  equal_nan=True), (name, quantity)
    want = f.digest()
    for ranks, node_ranks in ((2, 0), (3, 1)):
        f.run(THERE, "other.h5", ranks=ranks, node_ranks=node_ranks)
        assert f.digest("other.h5") == want, ranks
    done = f.call(["verify", f.path("out.h5")])
    assert done.returncode == 0, done.stdout + done.stderr


def check_balanced_units(f):
    """What an entry that is balanced has of the other units is missing, whatever the measure."""
    m = np.array([[1, 2, 3, np.nan], [1, 2, 3, 4]])
    f.write("bal.csv", "id,year,m\n" + "".join(
        f"{u},{2001 + t},{'' if np.isnan(m[t, i]) else m[t, i]}\n" for t in range(2) for i, u in enumerate("abcd")))
    f.write("near.csv", "from,to,km\n" + "".join(f"{i},{j},1\n" for i in "abcd" for j in "abcd" if i != j))
    study = ("study: bal\npanel: {file: bal.csv, unit: id, time: year, missing: keep}\nmeasures:\n"
             "  - market_potential: {mass: m, own: none, distance: {file: near.csv}, balanced: true, as: mp}\n"
             "output: {file: out.h5, precision: float64}\n")
    f.run(study)
    assert np.array_equal(f.read("mp/value"), [[5, 4, 3, np.nan]] * 2, equal_nan=True), f.read("mp/value")
    want = f.digest()
    f.run(study, "other.h5", ranks=2, node_ranks=1)
    f.run(study, "next.h5", ["--reuse", f.path("out.h5")])
    assert f.digest("other.h5") == want and f.digest("next.h5") == want
    assert f.call(["verify", f.path("out.h5")]).returncode == 0


def check_cross_section(f):
    """A reason of a cross-section names no period; it is taken by --reuse, too."""
    f.write("cross.csv", "id,x\na,0\nb,0\n")
    study = "study: c\npanel: {file: cross.csv, unit: id}\nmeasures: [{inequality: {of: x, as: q}}]\n"
    done = f.run(study)
    assert "gini: undefined: all are zero\n" in done.stdout, done.stdout
    with h5py.File(f.path("out.h5")) as file:
        lines = file["q"].attrs["undefined_in"].decode().split("\n")
    assert lines[0] == "gini: all are zero" and not any(" in " in line.split(":")[0] for line in lines), lines
    f.run(study, "next.h5", ["--reuse", f.path("out.h5")])
    assert f.digest("next.h5") == f.digest()


# ---- weights and formulas -----------------------------------------------------------------------

FORMS = """study: forms
panel: {file: forms.csv, unit: id}
units: {file: forms_units.csv, unit: id, lon: lon, lat: lat, groups: [half]}
weights:
  ring: {kind: file, file: ring.csv}
  near: {kind: knn, k: 1, style: binary}
composites:
  s: {positive: [x], weights: equal, normalise: rank}
  t: {positive: [y], weights: {y: 2}}
measures:
  - gravity: {mass: [x], distance: {file: near.csv}, keep: links, weights: near, as: g}
  - gravity: {mass: [x], distance: {file: near.csv}, share: y, same_group: {group: half, factor: 2}, as: f}
  - moran: {of: x, weights: ring}
  - coupling_coordination: {systems: [s, t], as: c}
  - coupling_coordination: {systems: [s, t], form: dispersion, as: d}
  - inequality: {of: x, as: q}
  - inequality: {of: x, weight: y, groups: [half], as: w}
  - structural_similarity: {shares: [x, y], form: krugman, as: k}
output: {file: out.h5}
"""


def check_forms(f):
    f.write("forms.csv", "id,x,y\na,1,4\nb,2,3\nc,3,1\nd,5,2\n")
    f.write("forms_units.csv", "id,lon,lat,half\na,0,0,n\nb,1,0,n\nc,2,0,s\nd,4,0,s\n")
    f.write("ring.csv", "from,to\n" + "".join(f"{a},{b}\n{b},{a}\n" for a, b in zip("abcd", "bcda")))
    f.write("near.csv", "from,to,km\n" + "".join(f"{i},{j},1\n" for i in "abcd" for j in "abcd" if i != j))
    f.run(FORMS)
    with h5py.File(f.path("out.h5")) as file:
        def said(group, name):
            return file[group].attrs[name].decode()
        assert said("g", "weights") == "near: {kind: knn, k: 1, style: binary}"
        assert said("g", "parameters").endswith("keep: links, by: largest, weights: near, precision: float32}"), said("g", "parameters")
        assert said("moran", "weights") == "ring: {kind: file, file: ring.csv, style: row}"
        assert "weights" not in file["f"].attrs and file["q"].attrs.get("weights") is None
        assert said("c", "formula") == "D = sqrt(C T), T = sum alpha_s U_s; C = GM(U)/AM(U)"
        assert said("d", "formula") == "D = sqrt(C T), T = sum alpha_s U_s; C = 1 - 2 sd(U)"
        assert said("g", "formula").endswith("the geometric mean of the masses")
        assert said("f", "formula").endswith("; times x_i / (x_i + x_j), x the share; times the factor, of pairs of one group")
        assert said("q", "formula").endswith("; p = 1/n") and "Dagum" not in said("q", "formula")
        assert "; p the share of the weight; Theil: " in said("w", "formula")
        assert said("k", "formula") == "s_ik = e_ik / sum_k e_ik; sum_k |s_ik - s_jk|"
        assert said("composites/s", "formula").endswith("; x' = (average rank - 1)/(m - 1), 1 - x' for a negative one; w_j equal; score = sum_j w_j x'_j")
        assert said("composites/t", "formula").endswith("; w_j as given, divided by their sum; score = sum_j w_j x'_j")
    text = f.call(["measures", "coupling_coordination"]).stdout
    assert all(form in text for form in ("form: product", "form: wang2021", "form: dispersion")), text


def main():
    with tempfile.TemporaryDirectory() as folder:
        f = Folder(folder)
        write_five(f)
        check_strengths(f)
        check_parts(f)
        check_whole_period(f)
        check_reuse_and_verify(f)
        check_ranks(f)
        check_balanced(f)
        check_number_of_units(f)
        check_there(f)
        check_balanced_units(f)
        check_cross_section(f)
        check_forms(f)
        check_headlines(f)
        check_first_group(f)


if __name__ == "__main__":
    main()
