#!/usr/bin/env python3
"""Which units a network is of: those of which some pair is defined, whatever the entry keeps of its
pairs. Nothing is known of the others; they are missing, and in no count of units."""
import unittest

import h5py
import numpy as np

from studies import InFolder, spillway, write

KEPT = {"all": "dense", "some": "{top: 2}", "most": "{top: 7}", "over": "{above: 0}", "half": "{share: .5}",
        "linked": "links, weights: w"}


class Outside(InFolder):
    def setUp(self):
        super().setUp()
        rng = np.random.default_rng(3)
        write("u.csv", "id,lon,lat\n" + "".join(f"u{i},{i},{i * i % 5}\n" for i in range(8)))
        write("w.csv", "from,to\n" + "".join(f"u{i},u{(i + s) % 8}\n" for i in range(8) for s in (1, 7)))
        rows = [(i, t, rng.uniform(1, 9), rng.uniform(1, 9)) for i in range(8) for t in (2001, 2002)]
        write("p.csv", "id,t,m,s\n" + "".join(
            f"u{i},{t},{'' if (i, t) == (3, 2001) else m},{'' if (i, t) == (5, 2002) else s}\n" for i, t, m, s in rows))
        entries = "".join(f"  - gravity: {{mass: m, share: s, keep: {keep}, as: g_{name}}}\n"
                          f"  - network: {{result: g_{name}, starts: 2, as: {name}}}\n" for name, keep in KEPT.items())
        write("s.yaml", "panel: {file: p.csv, unit: id, time: t, missing: keep}\n"
              "units: {file: u.csv, unit: id, lon: lon, lat: lat}\nweights: {w: {kind: file, file: w.csv}}\n"
              f"measures:\n{entries}output: {{file: r.h5}}\n")

    def check(self, path):
        with h5py.File(path) as file:
            for name in KEPT:
                rank = file[name]["pagerank"][...]
                for t, unit in enumerate((3, 5)):
                    self.assertEqual(np.flatnonzero(np.isnan(rank[t])).tolist(), [unit], name)
                    self.assertAlmostEqual(np.nansum(rank[t]), 1, 12, name)
                self.assertIn(b"pagerank 2", file[name].attrs["undefined"])
            # All pairs are links: the figures of the whole are those of the seven.
            self.assertEqual(file["all"]["density"][...].tolist(), [1, 1])
            for name in ("most", "over"):
                np.testing.assert_allclose(file[name]["pagerank"], file["all"]["pagerank"], 1e-6)
                self.assertEqual(file[name]["density"][...].tolist(), [1, 1])

    def test_by_what_is_kept(self):
        for ranks in (1, 3):
            done = spillway("run", "s.yaml", "--force", "--quiet", ranks=ranks)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.check("r.h5")
            done = spillway("verify", "r.h5", "--study", "s.yaml")
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        done = spillway("run", "s.yaml", "-o", "again.h5", "--reuse", "r.h5")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.check("again.h5")
        self.assertEqual(spillway("diff", "r.h5", "again.h5").returncode, 0)


if __name__ == "__main__":
    unittest.main()
