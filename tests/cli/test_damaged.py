"""Results files that HDF5 does not survive: whoever reads one says so in a line that names it, with
status 2, of two files which one. No binary is kept here: an object of a heap of texts, of a file that
the program makes, gets the head of the heap's free room, after which HDF5 1.10 takes what follows for
heads of objects."""
import os
import shutil
import subprocess
import tempfile
import unittest

SPILLWAY = os.environ["SPILLWAY"]
UNITS, PERIODS = 40, 3
WORK = tempfile.TemporaryDirectory()
os.chdir(WORK.name)
GOOD, BAD = "panel/good.h5", "panel/bad.h5"


def spillway(*words, **how):
    return subprocess.run([SPILLWAY, *words], capture_output=True, text=True, check=False, **how)


def done(*words):
    result = spillway(*words)
    assert result.returncode == 0, result.stderr
    return result.stdout


def objects(data):
    """Where the heads of objects are in the heaps of a file: number, references, nothing, size."""
    at = -1
    while (at := data.find(b"GCOL", at + 1)) >= 0:
        end = at + int.from_bytes(data[at + 8:at + 16], "little")
        place = at + 16
        while place + 16 <= end and data[place:place + 2] != b"\0\0":
            yield place
            size = int.from_bytes(data[place + 8:place + 16], "little")
            place += 16 + (size + 7) // 8 * 8


def crashes(data, place):
    with open(BAD, "wb") as file:
        file.write(data[:place] + bytes(8) + data[place + 8:])
    return "HDF5 crashes" in spillway("report", BAD, "-o", "page.html", "--force").stderr


def setUpModule():
    done("synth", "-o", "panel", "--units", str(UNITS), "--periods", str(PERIODS))
    done("run", "panel/study.yaml", "-o", GOOD)
    with open(GOOD, "rb") as file:
        data = file.read()
    places = list(objects(data))
    assert len(places) > 100, len(places)
    some = places[::-len(places) // 40]
    assert any(crashes(data, place) for place in some), "HDF5 survives all of them"


class Damaged(unittest.TestCase):
    def refused(self, *words, file=BAD):
        result = spillway(*words)
        self.assertEqual((result.returncode, result.stdout), (2, ""), result.stderr)
        self.assertEqual(result.stderr.splitlines(), [
            f"spillway: {file}: is damaged: HDF5 crashes reading it; write it again with spillway run"])

    def test_diff(self):
        """Of two files which one, whatever is asked for."""
        self.refused("diff", GOOD, BAD)
        self.refused("diff", BAD, GOOD)
        self.refused("diff", "--values", "--quiet", BAD, GOOD)
        shutil.copy(BAD, "other.h5")
        self.refused("diff", "other.h5", BAD, file="other.h5")
        self.assertIn("equal: ", done("diff", GOOD, GOOD))

    def test_verify(self):
        self.refused("verify", BAD, "--study", "panel/study.yaml")
        self.assertIn(": equal; ", done("verify", GOOD, "--study", "panel/study.yaml", "--tiles", "2"))

    def test_reuse(self):
        """Before anything is read or written for the run."""
        self.refused("run", "panel/study.yaml", "-o", "next.h5", "--reuse", BAD)
        self.assertFalse([name for name in os.listdir(".") if name.startswith("next.h5")])

    def test_report(self):
        self.refused("report", BAD, "-o", "r.html")
        self.refused("report", GOOD, "--against", BAD, "-o", "r.html")
        self.refused("report", BAD, "--against", GOOD, "-o", "r.html")
        self.assertFalse(os.path.exists("r.html"))

    def test_inputs(self):
        """Of a study: weights out of a result, and those of a composite."""
        with open("panel/study.yaml", encoding="utf-8") as file:
            head, tail = file.read().split("composites:")
        head = head.split("weights:")[0]
        with open("panel/from.yaml", "w", encoding="utf-8") as file:
            file.write(head + "weights:\n  near: {kind: result, file: bad.h5, of: gravity}\n"
                       "measures:\n  - moran: {of: gdp, weights: near}\n")
        self.refused("check", "panel/from.yaml")
        self.assertIn("economy:", tail)
        with open("panel/from.yaml", "w", encoding="utf-8") as file:
            file.write(head + "composites:\n  economy: {positive: [gdp, population], weights: {from: bad.h5}}\n"
                       "measures:\n  - inequality: {of: economy}\n")
        self.refused("check", "panel/from.yaml")

    def test_pipes(self):
        """What HDF5 could not read at any place is refused before it is opened: a pipe to which nobody
        writes would be waited for, for ever. Each named, as the first and as the second of two files."""
        os.mkfifo("pipe.h5")
        for words in (["info"], ["diff", GOOD], ["verify"], ["table"], ["report", "-o", "p.html"],
                      ["export", "--all", "p"], ["report", GOOD, "-o", "p.html", "--against"],
                      ["check", "panel/study.yaml", "--since"],
                      ["run", "panel/study.yaml", "-o", "next.h5", "--reuse"]):
            result = spillway(*words, "pipe.h5", timeout=60)
            self.assertEqual((result.returncode, result.stdout), (2, ""), (words, result.stderr))
            self.assertEqual(result.stderr, "spillway: pipe.h5: is a pipe, which can be read only once and "
                             "in order; give an ordinary file: a results file of spillway run\n", words)
            self.assertFalse(os.path.exists("p.html") or os.path.exists("p"), words)
        with open(GOOD, "rb") as file:  # and of one that somebody writes to
            whole = file.read()
        result = subprocess.run([SPILLWAY, "diff", GOOD, "/dev/stdin"], input=whole, capture_output=True,
                                check=False, timeout=60)
        self.assertEqual(result.returncode, 2)
        self.assertIn(b"/dev/stdin: is a pipe", result.stderr)
        self.assertIn("is a device", spillway("info", "/dev/null", timeout=60).stderr)

    def test_pipes_as_panels(self):
        with open("panel/study.yaml", encoding="utf-8") as file:
            study = file.read()
        for ending in (".h5", ".nc", ".csv", ".csv.gz", ".dta"):
            os.mkfifo("panel/piped" + ending)
            with open("panel/piped.yaml", "w", encoding="utf-8") as file:
                file.write(study.replace("panel.csv", "piped" + ending))
            result = spillway("check", "panel/piped.yaml", timeout=60)
            self.assertEqual((result.returncode, result.stdout), (2, ""), result.stderr)
            self.assertRegex(result.stderr, f"^spillway: [^\n]*piped{ending}: is a pipe, [^\n]*ordinary "
                             "file[^\n]*\n$")

    def test_nobody_reads(self):
        """A pipe that is closed at its other end is no damage."""
        shutil.copy(GOOD, "same.h5")
        for words in (("diff", GOOD, "same.h5"), ("table", GOOD)):
            read, write = os.pipe()
            os.close(read)
            result = subprocess.run([SPILLWAY, *words], stdout=write, stderr=subprocess.PIPE, text=True,
                                    check=False)
            os.close(write)
            self.assertNotIn("damaged", result.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
