#!/usr/bin/env python3
"""What is within a unit, beside times on a network, by hand: at the speed off the network it is a time
too; without one, km, which is said."""
import unittest

import h5py
import numpy as np

from studies import InFolder, spillway, write

AREA = np.array([np.pi, 4 * np.pi, 9 * np.pi])  # 2/3 sqrt(area/pi): 2/3, 4/3, 2 km
MASS = np.array([3.0, 5, 7])
ENTRIES = ("gravity: {mass: m, decay: 1, own: full, keep: dense, ", "market_potential: {mass: m, ",
           "huff: {attraction: m, demand: m, centres: [a, b], decay: 1, ")


class TimeWithin(InFolder):
    def setUp(self):
        super().setUp()
        write("p.csv", "id,m\n" + "".join(f"{u},{m:g}\n" for u, m in zip("abc", MASS)))
        write("u.csv", "id,lon,lat,area\n" + "".join(f"{u},{k},0,{a!r}\n" for k, (u, a) in
                                                      enumerate(zip("abc", AREA.tolist()))))
        write("n.csv", "node,lon,lat\na,0,0\nb,1,0\nc,2,0\n")
        write("e.csv", "from,to,minutes\na,b,10\nb,c,20\n")

    def run_with(self, more):
        distance = "distance: {network: {nodes: n.csv, edges: e.csv, time: minutes" + more + "}}}\n"
        write("s.yaml", "panel: {file: p.csv, unit: id}\n"
              "units: {file: u.csv, unit: id, lon: lon, lat: lat, area: {column: area, unit: km2}}\n"
              "measures:\n" + "".join(f"  - {entry}{distance}" for entry in ENTRIES) +
              "output: {file: r.h5, precision: float64}\n")
        done = spillway("run", "s.yaml", "--force", "--quiet")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.said = [line for line in done.stderr.splitlines() if "distance within" in line]

    def check(self, within):
        """Against the formulas; `within` in the unit of the times."""
        t = np.array([[0, 10, 30], [10, 0, 20], [30, 20, 0.0]])
        np.fill_diagonal(t, within)
        with h5py.File("r.h5") as file:
            np.testing.assert_allclose(file["gravity/value"][...].reshape(3, 3), np.outer(MASS, MASS) / t, rtol=1e-12)
            np.testing.assert_allclose(file["market_potential/value"][...].ravel(), (MASS / t).sum(1), rtol=1e-12)
            pull = MASS[:2] / t[:, :2]
            np.testing.assert_allclose(file["huff/value"][...].reshape(3, 2), pull / pull.sum(1, keepdims=True),
                                       rtol=1e-12)

    def test_at_the_speed_off_the_network(self):
        self.run_with(", access_kmh: 40")  # 1 km takes 1.5 minutes
        self.check([1, 2, 3])
        self.assertEqual(self.said, [])

    def test_without_a_speed_km_is_said(self):
        self.run_with("")
        self.check([2 / 3, 4 / 3, 2])
        self.assertEqual(len(self.said), 3)
        self.assertIn("gravity: times on the network are minutes, but the distance within a unit is in km; give "
                      "access_kmh, the speed off the network, or write own: none", self.said[0])
        self.assertTrue(self.said[2].endswith("or write self: own"), self.said[2])


if __name__ == "__main__":
    unittest.main()
