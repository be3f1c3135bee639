#!/usr/bin/env python3
"""The study of README.md runs as it stands, on a synthetic panel with a gap, and its lines of Python
turn partners into codes."""
import os
import re
import subprocess
import tempfile

import h5py
import numpy as np

with open(os.path.join(os.environ["SPILLWAY_SOURCE"], "README.md")) as page:
    text = page.read()
study, = re.findall(r"(?s)```yaml\n(.*?)```", text)
python, = re.findall(r"(?s)```python\n(.*?)```", text)

with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    spillway = os.environ["SPILLWAY"]
    subprocess.run([spillway, "synth", "-o", "demo", "--units", "70", "--periods", "3"], check=True,
                   stdout=subprocess.DEVNULL)
    with open("demo/panel.csv") as f:
        rows = [line.rstrip("\n").split(",") for line in f]
    gap = rows[5][0]
    for name in ("manufacturing", "green_cover", "population"):
        rows[5][rows[0].index(name)] = ""
    with open("demo/panel.csv", "w") as f:
        f.writelines(",".join(row) + "\n" for row in rows)
    with open("demo/my.yaml", "w") as f:
        f.write(study)
    done = subprocess.run([spillway, "run", "demo/my.yaml"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    names = {}
    exec(python, names)  # as a reader would paste it
    partner, unit = names["partner"], names["unit"]
    assert partner.shape == (3, 70, 20)
    with h5py.File("demo/results.h5") as f:
        index = f["gravity/partner"][()]
    t, i = np.argwhere(index[:, :, 0] < 0)[0]
    assert unit[i] == gap and (partner[t, i] == "").all(), "a county without a mass has no partner"
    assert partner[0, 0, 0] == unit[index[0, 0, 0]] != ""
print("the study of README.md runs")
