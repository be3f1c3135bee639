"""Small studies through the program, in a folder of their own: starting it, writing its files."""
import os
import subprocess
import tempfile
import unittest

SPILLWAY = os.environ["SPILLWAY"]


def spillway(*words, ranks=1):
    command = ["mpirun", "-n", str(ranks)] if ranks > 1 else []
    return subprocess.run([*command, SPILLWAY, *words], text=True, capture_output=True, timeout=120)


def write(name, text):
    with open(name, "w") as file:
        file.write(text)


class InFolder(unittest.TestCase):
    """A test in an empty folder, which goes with it."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        os.chdir(self.folder.name)

    def tearDown(self):
        os.chdir("/")
        self.folder.cleanup()
