#!/usr/bin/env python3
"""Transfers of a network by hand: both ways also where edges lead one way, between the modes of one
node; and a line where a transfer leads nowhere, with its file and line."""
import unittest

import h5py
import numpy as np

from studies import InFolder, spillway, write

# Road a - b, rail c - d; b and c are two stations of one place.
EDGES = "from,to,mode,minutes\na,b,road,10\nc,d,rail,20\n"


class Transfers(InFolder):
    def setUp(self):
        super().setUp()
        write("p.csv", "id,m\n" + "".join(f"{u},1\n" for u in "abcd"))

    def minutes(self, edges, more="", nodes="abcd", status=0, ranks=1):
        """Gravity of masses of 1 is one over the minutes."""
        write("n.csv", "node\n" + "".join(f"{c}\n" for c in nodes))
        write("e.csv", edges)
        write("s.yaml", "panel: {file: p.csv, unit: id}\nmeasures:\n  - gravity: {mass: m, decay: 1, keep: dense, "
              "distance: {network: {nodes: n.csv, edges: e.csv, time: minutes, modes: [road, rail]" + more +
              "}}, as: g}\noutput: {file: r.h5, precision: float64}\n")
        done = spillway("run", "s.yaml", "--force", "--quiet", ranks=ranks)
        self.assertEqual(done.returncode, status, done.stderr)
        self.said = [line for line in done.stderr.splitlines() if "transfer" in line or "mode" in line]
        if status == 0:
            with h5py.File("r.h5") as file:
                return np.round(1 / file["g/value"][0] if file["g/value"].ndim == 3 else 1 / file["g/value"][...], 9)
        return None

    def test_both_ways_where_edges_lead_one_way(self):
        nan = np.nan
        for ranks in (1, 2):
            # There by road and rail; back only where an edge leads back: the transfer does.
            found = self.minutes(EDGES + "b,c,transfer,5\n", ", transfer: 15, directed: true", ranks=ranks)
            np.testing.assert_array_equal(found, [[nan, 10, 15, 35], [nan, nan, 5, 25], [nan, 5, nan, 20], [nan] * 4])
            self.assertEqual(self.said, [])
        found = self.minutes(EDGES + "c,b,transfer,\n", ", transfer: 15")
        np.testing.assert_array_equal(found[0], [nan, 10, 25, 45])
        np.testing.assert_array_equal(found, found.T)

    def test_modes_of_one_node(self):
        nan = np.nan
        edges = "from,to,mode,minutes\na,b,road,10\nb,c,rail,20\nc,d,road,1\n"
        np.testing.assert_array_equal(self.minutes(edges, ", transfer: 15")[0], [nan, 10, 45, 61])
        # One of its own is a way like others: the shorter counts, and there may be no other.
        found = self.minutes(edges + "b,b,transfer,2\n", ", transfer: 15")
        np.testing.assert_array_equal(found[0], [nan, 10, 32, 48])
        found = self.minutes(edges + "b,b,transfer,2\n", ", transfer: none")
        np.testing.assert_array_equal(found[0], [nan, 10, 32, nan])
        self.assertEqual(self.said, [])

    def test_what_leads_nowhere_is_said(self):
        self.minutes(EDGES + "b,c,transfer,5\nb,x,transfer,5\nx,y,transfer,1\n", ", transfer: 15", nodes="abcdxy",
                     ranks=2)
        self.assertEqual(len(self.said), 1, self.said)
        self.assertTrue(self.said[0].endswith(
            "e.csv:5: the transfer from 'b' to 'x' leads nowhere: no edge of a mode meets 'x' (and 1 more)"), self.said)
        self.minutes(EDGES + "b,c,transfer,5\nb,b,transfer,5\n", ", transfer: 15")
        self.assertIn("e.csv:5: the transfer at 'b' leads nowhere: edges of fewer than two modes meet it", self.said[0])
        self.minutes(EDGES, ", transfer: 15")
        self.assertIn("g: network: no node is met by edges of two modes, and no edge of mode transfer joins nodes of "
                      "two: there is no way from mode to mode", self.said[0])
        self.minutes(EDGES, ", transfer: none")
        self.assertEqual(self.said, [])
        self.minutes("from,to,mode,minutes\na,b,road,10\nb,c,road,1\nc,d,road,1\n", ", transfer: 15")
        self.assertIn("g: network: mode 'rail' has no edge in these periods", self.said[0])

    def test_without_minutes(self):
        self.minutes(EDGES + "b,c,transfer,\n", ", transfer: none", status=2)
        self.assertIn("e.csv:4: minutes is empty; expected minutes, or a time for all transfers: transfer: 15",
                      self.said[0])


if __name__ == "__main__":
    unittest.main()
