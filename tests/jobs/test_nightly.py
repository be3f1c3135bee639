"""jobs/nightly.sh: only what has changed is computed, to the bits of a full run; `latest` moves only
when all is complete and verified; nights go by count; one at a time."""
import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "results"), os.path.join(HERE, "..", "restart")]
import h5py  # noqa: E402

from digest import digest  # noqa: E402

SPILLWAY = os.environ["SPILLWAY"]
NIGHTLY = os.path.join(HERE, "..", "..", "jobs", "nightly.sh")
# Bounds that do not rest on the data, so that a year stands for itself.
FIXED = """measures:
  - gravity: {mass: [population, gdp], decay: 2, keep: {top: 20}, as: top}
  - gravity: {mass: [population, gdp], share: gdp, keep: dense, as: directed}
  - moran: {of: top.out_strength, weights: contiguity, as: after}
output: {file: fixed.h5}
"""
POOLED = """measures:
  - pairwise_coupling: {systems: [economy, services, ecology], keep: dense, as: coupling}
output: {file: pooled.h5}
"""


class Place:
    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.studies, self.out = self.path("studies"), self.path("out")
        subprocess.run([SPILLWAY, "synth", "-o", self.studies, "--units", "400", "--periods", "6"],
                       check=True, capture_output=True)
        with open(self.path("studies/study.yaml")) as file:
            self.head = file.read().split("measures:")[0]
        os.remove(self.path("studies/study.yaml"))
        self.write("fixed", FIXED)
        self.write("pooled", POOLED)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def write(self, name, text):
        with open(self.path(f"studies/{name}.yaml"), "w") as file:
            file.write(self.head + text)

    def night(self, **env):
        done = subprocess.run(["bash", NIGHTLY, self.studies, self.out], text=True,
                              capture_output=True, env={**os.environ, **env})
        return done.returncode, done.stdout, done.stderr

    def latest(self):
        return os.path.basename(os.path.realpath(os.path.join(self.out, "latest")))

    def result(self, name, night="latest"):
        return os.path.join(self.out, night, f"{name}.h5")

    def report(self):
        with open(os.path.join(self.out, "latest", "report.txt")) as file:
            return file.read()

    def page(self, name):
        """The manifest of a study's page of the latest night."""
        with open(os.path.join(self.out, "latest", f"{name}.html"), encoding="utf-8") as file:
            return json.loads(re.search(r'id="manifest">(.*?)</script>', file.read(), re.S).group(1))

    def unit_number(self, code):
        with h5py.File(self.result("fixed")) as file:
            return [c.decode() for c in file["unit"][()]].index(code)

    def full(self, name):
        """The digest of a run that computes everything, and the pairs that it evaluated."""
        done = subprocess.run([SPILLWAY, "run", f"{self.studies}/{name}.yaml", "--force", "-o",
                               self.path("full.h5")], text=True, check=True, capture_output=True)
        return digest_of(self.path("full.h5")), evaluated(done.stdout)

    def revise(self, unit, year, factor):
        path = self.path("studies/panel.csv")
        with open(path) as file:
            lines = file.read().split("\n")
        head = lines[0].split(",")
        for k, line in enumerate(lines):
            cells = line.split(",")
            if cells[0] == unit and len(cells) > 1 and cells[head.index("year")] == year:
                at = head.index("gdp")
                cells[at] = repr(float(cells[at]) * factor)
                lines[k] = ",".join(cells)
        with open(path, "w") as file:
            file.write("\n".join(lines))


def digest_of(path):
    with h5py.File(path) as file:
        return digest(file)


def changed_units(page):
    """Of each quantity, the units with the largest changes."""
    return [[one["unit"] for one in change["largest"]] for change in page["against"]["changes"]]


def evaluated(text):
    found = re.search(r"^pairs: (\S+) evaluated", text, re.M)
    return float(found.group(1)) if found else 0.0


def check_nights(place):
    """All is new; nothing has changed; one county's year has."""
    status, out, err = place.night()
    assert status == 0 and place.report().count("\nnew\n") == 2, (out, err)
    first = place.latest()
    assert "against" not in place.page("fixed"), "there is no night before"
    status, out, err = place.night()
    assert status == 0 and place.report().count("\nunchanged\n") == 2, (out, err)
    assert "against" not in place.page("fixed"), "nothing has changed"
    assert place.latest() != first and evaluated(out) == 0, out
    assert os.path.samefile(place.result("fixed", first), place.result("fixed"))
    with h5py.File(place.result("fixed")) as file:
        unit = file["unit"][123].decode()
    place.revise(unit, "2003", 1.5)
    status, out, err = place.night()
    assert status == 0, (out, err)
    spent = {name: evaluated(open(os.path.join(place.out, "latest", f"{name}.log")).read())
             for name in ("fixed", "pooled")}
    report = place.report()
    for name in ("fixed", "pooled"):
        want, all_pairs = place.full(name)
        assert digest_of(place.result(name)) == want, name
        print(f"{name}: {spent[name]:.3g} pairs evaluated of {all_pairs:.3g}")
        share = 1 / 6 if name == "fixed" else 1
        assert abs(spent[name] / all_pairs - share) < 0.01, name
        page = place.page(name)
        assert page["against"]["file"] == f"{name}.h5", name
        assert any(units.count(place.unit_number(unit)) for units in changed_units(page)), (name, unit)
    assert "reused: 10 of 12 matrices" in report and unit in report, report
    assert "nothing is taken from" in out and "the result pools all of them" in out, out
    return unit


def check_failures(place, unit):
    """Whatever goes wrong leaves `latest` alone, and the night after goes on."""
    before, nights = place.latest(), sorted(os.listdir(place.out))
    place.revise(unit, "2002", 1.25)
    place.write("wrong", FIXED.replace("decay: 2", "decay: -2"))
    status, out, err = place.night()
    assert status == 1 and "wrong.yaml: its run failed" in err, err
    assert place.latest() == before and "unfinished" in " ".join(os.listdir(place.out))
    os.remove(place.path("studies/wrong.yaml"))
    status, out, err = place.night()
    assert status == 0 and out.count("done by a run that ended early") == 2, (out, err)
    assert place.latest() != before and len(os.listdir(place.out)) == len(nights) + 1
    assert digest_of(place.result("fixed")) == place.full("fixed")[0]

    # A program whose results are not what is computed again.
    false = place.path("false_spillway")
    with open(false, "w") as file:
        file.write(f'#!/bin/sh\n[ "$1" = verify ] && exit 1\nexec {SPILLWAY} "$@"\n')
    os.chmod(false, 0o755)
    before = place.latest()
    place.revise(unit, "2002", 1.5)
    status, out, err = place.night(SPILLWAY=false)
    assert status == 1 and err.count("do not match what is computed again") == 2, err
    assert place.latest() == before

    # Last night's file damaged: said, and all of it computed.
    path = place.result("fixed")
    with open(path, "r+b") as file:
        file.truncate(os.path.getsize(path) // 2)
    shutil.rmtree(os.path.join(place.out, ".unfinished"))
    status, out, err = place.night()
    assert status == 0 and place.latest() != before, (out, err)
    assert "last night's results are damaged" in err and "are damaged" in place.report(), err
    assert digest_of(place.result("fixed")) == place.full("fixed")[0]


def check_stop(place, unit):
    """Asked to stop: 75, and the next call goes on."""
    place.revise(unit, "2004", 1.5)
    false = place.path("stopped_spillway")
    with open(false, "w") as file:
        file.write(f'#!/bin/sh\n[ "$1" = run ] && exit 75\nexec {SPILLWAY} "$@"\n')
    os.chmod(false, 0o755)
    before = place.latest()
    status, _, err = place.night(SPILLWAY=false)
    assert status == 75 and "the next call goes on" in err and place.latest() == before, err
    assert place.night()[0] == 0 and place.latest() != before


def check_lock_and_count(place):
    with open(os.path.join(place.out, ".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        before = place.latest()
        status, _, err = place.night()
        assert status == 1 and "another nightly run" in err and place.latest() == before, err
    status, out, err = place.night(SPILLWAY_NIGHTS="2")
    nights = [name for name in os.listdir(place.out) if not name.startswith(".")]
    assert status == 0 and len(nights) == 3, nights  # and `latest`
    assert place.latest() in nights
    os.remove(place.path("studies/pooled.yaml"))
    assert place.night()[0] == 0 and "== pooled\ngone" in place.report()
    for words in ([], [place.studies], [place.path("nowhere"), place.out]):
        done = subprocess.run(["bash", NIGHTLY, *words], capture_output=True)
        assert done.returncode == 2, words


def main():
    place = Place()
    unit = check_nights(place)
    check_failures(place, unit)
    check_stop(place, unit)
    check_lock_and_count(place)


if __name__ == "__main__":
    main()
