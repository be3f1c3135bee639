"""What is installed is whole: headers that stand alone, a library that gives just what they declare,
examples that build with pkg-config alone, man pages and completion that know every option, and a
Debian package."""
import os
import re
import shutil
import subprocess
import tempfile
import unittest

import h5py
import numpy as np

SOURCE = os.environ["SPILLWAY_SOURCE"]
BUILD = os.path.dirname(os.environ["SPILLWAY"])
VERBS = ("run", "check", "measures", "synth", "info", "verify", "diff", "weights", "report", "table", "export")
HERE = os.path.dirname(os.path.abspath(__file__))


def call(*command, **more):
    done = subprocess.run(command, text=True, capture_output=True, **more)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


def read(*path):
    with open(os.path.join(*path)) as file:
        return file.read()


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        built = cls.path("built")
        call("cmake", "--install", BUILD, "--prefix", built)
        cls.prefix = cls.path("moved")  # a package may be put anywhere
        os.rename(built, cls.prefix)
        found = [at for at, _, files in os.walk(cls.prefix) if "spillway.pc" in files]
        cls.lib = os.path.dirname(found[0])
        cls.env = {**os.environ, "PKG_CONFIG_PATH": found[0], "LD_LIBRARY_PATH": cls.lib}

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def path(cls, name):
        return os.path.join(cls.folder.name, name)

    def flags(self, *what):
        return call("pkg-config", *what, "spillway", env=self.env).split()

    def build(self, name):
        call("cc", "-std=c11", "-Wall", "-Wextra", "-Werror",
             os.path.join(self.prefix, "share/doc/spillway/examples", name + ".c"),
             *self.flags("--cflags", "--libs"), "-o", self.path(name))
        return self.path(name)

    def test_headers(self):
        """Each alone, as C11 without extensions."""
        folder = os.path.join(self.prefix, "include", "spillway")
        for header in sorted(os.listdir(folder)):
            text = f"#include <spillway/{header}>\nextern int one;\n"
            call("cc", "-std=c11", "-pedantic", "-Wall", "-Wextra", "-Werror", "-fsyntax-only",
                 *self.flags("--cflags"), "-x", "c", "-", input=text)

    def test_names(self):
        """The library gives the functions of its headers, and nothing else."""
        declared = set()
        folder = os.path.join(self.prefix, "include", "spillway")
        for header in os.listdir(folder):
            text = re.sub(r"/\*.*?\*/", "", read(folder, header), flags=re.S)
            text = re.sub(r"^#.*?(?<!\\)$", "", text, flags=re.M | re.S)
            text = re.sub(r"static inline [^{]*\{[^}]*\}|\b(struct|enum)[^{;]*\{[^}]*\}", "", text)
            declared |= set(re.findall(r"\b(sw_\w+)\([^;]*;", text))
        library = os.path.join(self.lib, "libspillway.so")
        lines = call("nm", "-D", "--defined-only", library).splitlines()
        self.assertEqual({line.split()[2] for line in lines}, declared)

    def test_run_study(self):
        """The library computes what the program does; on ranks, too."""
        program = self.build("run_study")
        call(os.path.join(self.prefix, "bin/spillway"), "synth", "-o", self.path("demo"), "--units",
             "60", "--periods", "2", "--force")
        study = self.path("demo/study.yaml")
        call(os.path.join(self.prefix, "bin/spillway"), "run", study, "-o", self.path("a.h5"), "-q")
        said = call(program, study, self.path("b.h5"), env=self.env)
        self.assertIn("gravity", said)
        call("mpirun", "-n", "2", "--oversubscribe", program, study, self.path("c.h5"),
             env=self.env)
        for name in ("b.h5", "c.h5"):
            call(os.environ["SPILLWAY"], "diff", self.path("a.h5"), self.path(name))
        failed = subprocess.run([program, self.path("none.yaml"), self.path("d.h5")],
                                capture_output=True, text=True, env=self.env)
        self.assertEqual(failed.returncode, 1)
        self.assertIn("none.yaml", failed.stderr)

    def test_own_measure(self):
        program = self.build("own_measure")
        self.assertIn("s_i = x_i / sum_j x_j", call(program, "measures", "share", env=self.env))
        self.assertIn("Share of a unit", call(program, "measures", env=self.env))
        with open(self.path("panel.csv"), "w") as file:
            file.write("code,year,x\nb,1,3\na,1,1\nb,2,\na,2,5\nc,1,4\nc,2,15\n")
        with open(self.path("own.yaml"), "w") as file:
            file.write("panel: {file: panel.csv, unit: code, time: year, missing: keep}\n"
                       "measures:\n  - share: {of: x}\n  - inequality: {of: share.value}\n"
                       "output: {file: own.h5}\n")
        call(program, "run", self.path("own.yaml"), "-q", env=self.env)
        call(program, "verify", self.path("own.h5"), "--study", self.path("own.yaml"), env=self.env)
        with h5py.File(self.path("own.h5")) as file:
            np.testing.assert_array_equal(file["share/value"][:],
                                          [[1 / 8, 3 / 8, 4 / 8], [5 / 20, np.nan, 15 / 20]])
        failed = subprocess.run([os.environ["SPILLWAY"], "run", self.path("own.yaml"), "--force"],
                                capture_output=True, text=True)
        self.assertEqual(failed.returncode, 2)
        self.assertIn("unknown measure 'share'", failed.stderr)
        text = read(HERE, "examples", "own_measure.c").replace('"share"', '"gravity"')
        with open(os.path.join(self.prefix, "share/doc/spillway/examples", "twice.c"), "w") as file:
            file.write(text)
        failed = subprocess.run([self.build("twice"), "measures"], capture_output=True, text=True,
                                env=self.env)
        self.assertEqual(failed.returncode, 2)
        self.assertIn("is called 'gravity', like another one; rename it", failed.stderr)

    def test_manual(self):
        """Every option and every key stands in it."""
        page = read(self.prefix, "share/man/man1/spillway.1").replace("\\-", "-")
        page = re.sub(r"\\f[A-Z]", "", page)
        completion = read(self.prefix, "share/bash-completion/completions/spillway")
        for verb in VERBS:
            part = page[page.index(f".SH {verb.upper()}\n"):]
            part = part[:part.index("\n.SH", 4)]
            case = re.search(rf"^    {verb}\) options=\"([^\"]*)\"", completion, re.M).group(1)
            options = set(re.findall(r"--[a-z-]+", call(os.environ["SPILLWAY"], verb, "--help")))
            for option in options - {"--help"}:
                self.assertIn(option, part, f"spillway.1: {verb}")
            self.assertEqual(set(case.split()), options | {"--help"}, f"completion of {verb}")
        page = re.sub(r"\\f[A-Z]", "", read(self.prefix, "share/man/man5/spillway-study.5"))
        for name in sorted(os.listdir(os.path.join(SOURCE, "src/plan/study"))):
            for keys in re.findall(r"keys\[\] = \{([^}]*)\}", read(SOURCE, "src/plan/study", name)):
                for key in re.findall(r'"(\w+)"', keys):
                    self.assertRegex(page, rf"\b{key}\b", f"spillway-study.5: {name}")

    def test_completion(self):
        script = read(self.prefix, "share/bash-completion/completions/spillway")
        ask = 'COMP_WORDS=(%s); COMP_CWORD=%d; _spillway; echo "${COMPREPLY[@]}"'
        for words, place, want in (("spillway ve", 1, "verify"), ("spillway run --reu", 2, "--reuse"),
                                   (f"{os.environ['SPILLWAY']} measures grav", 2, "gravity")):
            said = call("bash", "-c", script + "\n" + ask % (words, place))
            self.assertEqual(said.strip(), want, words)

    def test_package(self):
        if not shutil.which("dpkg-shlibdeps") or not shutil.which("cpack"):
            self.skipTest("dpkg-dev is missing: no Debian package is built")
        call("cpack", "-G", "DEB", "--config", os.path.join(BUILD, "CPackConfig.cmake"), "-B",
             self.path("package"))
        name, = [n for n in os.listdir(self.path("package")) if n.endswith(".deb")]
        package = self.path(f"package/{name}")
        depends = call("dpkg-deb", "-f", package, "Depends")
        for needed in ("libhdf5-openmpi", "libopenmpi", "libgsl", "libproj", "libigraph", "libglpk", "libcholmod", "libc6"):
            self.assertIn(needed, depends)
        # Loaded only where a study has polygons, so dpkg does not see it.
        self.assertRegex(call("dpkg-deb", "-f", package, "Recommends"), r"^libgdal\d+")
        call("dpkg-deb", "-x", package, self.path("root"))
        self.assertIn("spillway", call(self.path("root/usr/bin/spillway"), "--version"))
        for path in ("include/spillway/program.h", "share/man/man1/spillway.1"):
            self.assertTrue(os.path.exists(self.path(f"root/usr/{path}")), path)


if __name__ == "__main__":
    unittest.main()
