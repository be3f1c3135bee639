#!/usr/bin/env python3
"""The short form of bench/planted.py: planted links, a planted lag and a planted sender are found, and
false discoveries are no more than the rate says."""
import os
import subprocess
import sys

script = os.path.join(os.environ["SPILLWAY_SOURCE"], "bench", "planted.py")
done = subprocess.run([sys.executable, script, "--seeds", "12", "--units", "40", "--check"],
                      env={**os.environ, "PROGRAM": os.environ["SPILLWAY"]}, capture_output=True, text=True, timeout=120)
print(done.stdout)
assert done.returncode == 0, done.stderr
