"""A small synthetic nation that has been computed, for tests of verbs that read its results."""
import os
import subprocess
import tempfile
import unittest

import numpy as np

SPILLWAY = os.environ["SPILLWAY"]


def same(a, b):
    """Bit for bit, NaN where the other has it."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    return a.shape == b.shape and bool(np.all((a == b) | (np.isnan(a) & np.isnan(b))))


class Nation(unittest.TestCase):
    """Tests in one folder, with the study s/study.yaml and its results."""
    EXTRA = ""  # further entries of the study

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        subprocess.run([SPILLWAY, "synth", "-o", cls.path("s"), "--units", "80", "--periods", "5"],
                       check=True, capture_output=True)
        with open(cls.path("s/study.yaml"), encoding="utf-8") as file:
            study = file.read()
        with open(cls.path("s/study.yaml"), "w", encoding="utf-8") as file:
            file.write(cls.change(study.replace("output:\n", cls.EXTRA + "output:\n")))
        subprocess.run([SPILLWAY, "run", cls.path("s/study.yaml"), "-q"], check=True)
        cls.results = cls.path("s/results.h5")

    @classmethod
    def path(cls, name):
        return os.path.join(cls.folder.name, name)

    @classmethod
    def change(cls, study):
        """The study's text as it is run."""
        return study
