#!/usr/bin/env python3
"""Warnings of results that are taken from an earlier file are those of a run that computes them: the
same lines, each once, with their places in the study as it stands now."""
import unittest

import numpy as np

from studies import InFolder, spillway, write

STUDY = """panel: {file: p.csv, unit: id, time: t, missing: keep}
measures:
  - connectedness: {of: x, transform: growth, as: connected}
  - connectedness: {of: y, transform: growth, window: {length: 10, step: 5}, keep: {top: 2}, as: windows}
  - convergent_cross_mapping: {of: x, transform: level, keep: summary, as: maps}
  - convergent_cross_mapping: {of: x, from: y, transform: level, dimension: 2, library: [6, 9], as: libraries}
  - convergence_clubs: {of: x, as: clubs}
  - panel_granger: {y: x, x: y, as: panels}
  - convergence: {of: x, as: nearer}
output: {file: r.h5}
"""


class SaidAgain(InFolder):
    def run_study(self, out, *more, ranks=1):
        done = spillway("run", "s.yaml", "-o", out, "--force", "--quiet", *more, ranks=ranks)
        self.assertEqual(done.returncode, 0, done.stderr)
        return sorted(line for line in done.stderr.splitlines() if line.startswith("spillway: "))

    def panel(self, changed=1.):
        rng = np.random.default_rng(2)
        x = 50 * np.exp(rng.normal(0, .1, (2, 9, 20)).cumsum(2))
        x[0, 8, 19] *= changed
        write("p.csv", "id,t,x,y\n" + "".join(
            f"u{i},{2000 + t},{'' if (i, t) == (4, 6) else -1 if (i, t) == (5, 3) else x[0, i, t]},{x[1, i, t]}\n"
            for i in range(9) for t in range(20)))

    def test_lines(self):
        self.panel()
        write("s.yaml", STUDY)
        first = self.run_study("one.h5")
        self.assertGreater(len(first), 8)
        self.assertTrue(all(line.startswith("spillway: warning: s.yaml:") for line in first), first)
        for ranks in (1, 2):
            self.assertEqual(self.run_study("next.h5", "--reuse", "one.h5", ranks=ranks), first)
        write("s.yaml", "# one line more\n" + STUDY.replace("as: nearer", "as: other"))
        for changed in (1, 1.5):
            self.panel(changed)
            want = self.run_study("whole.h5")
            self.assertEqual(self.run_study("next.h5", "--reuse", "one.h5"), want)
            self.assertEqual(self.run_study("again.h5", "--reuse", "next.h5", ranks=2), want)
            self.assertEqual(spillway("diff", "whole.h5", "again.h5").returncode, 0)


if __name__ == "__main__":
    unittest.main()
