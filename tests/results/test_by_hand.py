#!/usr/bin/env python3
"""Small studies through the whole program: partners of one-way links, centres without a mass, a flow
list with dates of netCDF, a railway older than a panel of months, networks that igraph alone never
ends with, and such as no number holds."""
import os
import tempfile
import unittest

import h5py
import numpy as np
import xarray

from studies import spillway, write

UNITS = "id,lon,lat,area\n01,0,50,900\n02,1,50,400\n03,2,50.5,100\n04,3,51,250\n"
HEAD = """panel: {{file: p.csv, unit: id, time: t, missing: keep}}
units: {{file: u.csv, unit: id, lon: lon, lat: lat, area: {{column: area, unit: km2}}}}
"""


class ByHand(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        os.chdir(self.folder.name)
        write("u.csv", UNITS)

    def tearDown(self):
        os.chdir("/")
        self.folder.cleanup()

    def panel(self, periods, **column):
        """Values by unit, then period; None is a gap."""
        rows = [f"{unit:02},{t}," + ",".join("" if c[unit - 1][k] is None else str(c[unit - 1][k])
                                             for c in column.values())
                for unit in (1, 2, 3, 4) for k, t in enumerate(periods)]
        write("p.csv", "id,t," + ",".join(column) + "\n" + "\n".join(rows) + "\n")

    def run_study(self, text, ranks=1, status=0):
        write("s.yaml", HEAD.format() + text + "\noutput: {file: r.h5}\n")
        done = spillway("run", "s.yaml", "--force", ranks=ranks)
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stderr

    def test_strengths_of_series_are_values_of_every_period(self):
        rng = np.random.default_rng(4)
        self.panel([2001, 2002, 2003, 2004, 2005, 2006], a=rng.uniform(1, 2, (4, 6)))
        write("w.csv", "from,to\n01,02\n02,01\n02,03\n03,02\n03,04\n04,03\n")
        study = ("weights: {w: {kind: file, file: w.csv}}\nmeasures:\n"
                 "  - synchronisation: {of: a, as: s, keep: summary}\n  - moran: {of: s.out_strength, weights: w}\n")
        for ranks in (1, 2):
            self.run_study(study, ranks)
            with h5py.File("r.h5") as file:
                z = file["s/out_strength"][...]
                found = file["moran/I"][...]
            z = z - z.mean()
            wz = np.array([z[1], (z[0] + z[2]) / 2, (z[1] + z[3]) / 2, z[2]])
            np.testing.assert_allclose(found, (z @ wz) / (z @ z), 1e-12)
        said = self.run_study(study.replace("moran", "trend").replace(", weights: w}", "}"), status=2)
        self.assertIn("'s.out_strength' has one value for all periods and does not change", said)

    def test_partners_of_one_way_links(self):
        rng = np.random.default_rng(3)
        self.panel([2001, 2002, 2003], a=rng.uniform(1, 2, (4, 3)), b=rng.uniform(1, 2, (4, 3)), c=rng.uniform(1, 2, (4, 3)))
        one_way = [("01", "02"), ("03", "02"), ("04", "01"), ("02", "04")]
        found = {}
        for name, links in (("one", one_way), ("both", one_way + [(b, a) for a, b in one_way])):
            write("w.csv", "from,to\n" + "".join(f"{a},{b}\n" for a, b in links))
            for ranks in (1, 3):
                self.run_study("weights: {w: {kind: file, file: w.csv}}\n"
                               "measures: [{market_segmentation: {prices: [a, b, c], weights: w, keep: summary}}]", ranks)
                with h5py.File("r.h5") as file:
                    found[name, ranks] = [file["market_segmentation"][q][...]
                                          for q in ("segmentation", "integration", "national")]
        for key, got in found.items():
            for a, b in zip(got, found["both", 1]):
                np.testing.assert_allclose(a, b, 1e-13, err_msg=str(key))
        self.assertFalse(np.isnan(found["one", 1][0][1:]).any())

    def test_centres_without_mass(self):
        self.panel([2001, 2002], x=[(5, 6), (7, None), (1, 1), (2, 2)], y=[(1, 1)] * 4)
        said = self.run_study('measures: [{huff: {attraction: x, demand: y, centres: ["01", "02"], self: own}}]')
        self.assertIn("'x' is missing for 1 of 2 centres (02) in some period: shares there are those of the other", said)
        write("u.csv", UNITS.replace("250", ""))
        said = self.run_study('measures: [{field_strength: {mass: x, centres: ["01", "03"]}}]')
        self.assertIn("'x' is missing in 1 of 8 cells: spheres are without them", said)
        self.assertIn("1 of 4 units have no area: spheres are without them", said)

    def test_flow_list_of_netcdf(self):
        self.panel([2001, 2002], x=[(1, 1)] * 4)
        flow = [("01", "02", "2001-01-01", 3.), ("02", "03", "2001-01-01", 4.), ("01", "02", "2002-01-01", 5.)]
        a, b, t, v = zip(*flow)
        xarray.Dataset({"a": ("k", list(a)), "b": ("k", list(b)), "v": ("k", list(v)),
                        "t": ("k", np.array(t, "datetime64[ns]"))}).to_netcdf("od.nc")
        self.run_study("pairs: {od: {file: od.nc, unit_from: a, unit_to: b, time: t, value: v}}\n"
                       "measures: [{network: {result: od, starts: 1}}]")
        with h5py.File("r.h5") as file:
            np.testing.assert_array_equal(file["od/out_strength"][...], [[3, 4, np.nan, np.nan], [5] + [np.nan] * 3])

    def test_opening_before_a_panel_of_months(self):
        self.panel(["2001-01", "2001-02", "2001-03"], m=[(1, 1, 1)] * 4)
        write("n.csv", "node,lon,lat\nA,0,50\nB,3,51\n")
        study = ("measures: [{{gravity: {{mass: m, keep: dense, distance: {{network: {{nodes: n.csv, edges: e.csv, "
                 "time: minutes, access_kmh: 30}}}}}}}}]")
        found = {}
        for opens in ("1999-12", "2001-02", "2001-03", "2005-01", ""):
            write("e.csv", f"from,to,minutes,from_period\nA,B,50,\nA,B,5,{opens}\n")
            self.run_study(study.format())
            with h5py.File("r.h5") as file:
                value = file["gravity/value"][:, 0, 3]
            found[opens] = [bool(v > 1.5 / 50**2) for v in value]  # by 5 minutes, not by 50
        self.assertEqual(found, {"1999-12": [True] * 3, "2001-02": [False, True, True], "2005-01": [False] * 3,
                                 "2001-03": [False, False, True], "": [True] * 3})
        write("e.csv", "from,to,minutes,from_period\nA,B,5,soon\n")
        said = self.run_study(study.format(), status=2)
        self.assertIn("e.csv:2: from_period is 'soon', which is no period of the panel", said)

    def test_networks_at_the_borders(self):
        self.panel([2001, 2002], x=[(1, 1)] * 4)
        od = "pairs: {od: {file: od.csv, unit_from: a, unit_to: b, time: t, value: v%s}}\n"
        write("od.csv", "a,b,t,v\n01,02,2001,3\n02,03,2001,4\n01,02,2002,3\n")
        for words, groups in (("quality: cpm, resolution: 10", [1, 2, 3, -1]), ("resolution: 100", [1, 2, 3, -1]),
                              ("resolution: 0.5", [1, 1, 1, -1])):
            self.run_study(od % "" + "measures: [{network: {result: od, starts: 3, %s}}]" % words)
            with h5py.File("r.h5") as file:
                np.testing.assert_array_equal(file["network/community"][0], groups, words)
        write("od.csv", "a,b,t,v\n01,02,2001,1e300\n02,03,2001,1\n03,04,2002,2\n")
        network = "measures: [{network: {result: od}}]"
        said = self.run_study(od % "" + network, status=2)
        self.assertIn("2001: the pair 01 to 02 is infinite as it is stored; give its entry precision: float64", said)
        self.run_study(od % ", precision: float64" + network)
        write("od.csv", "a,b,t,v\n01,02,2001,1\n02,03,2002,1e308\n03,04,2002,1e308\n")
        said = self.run_study(od % ", precision: float64" + network, status=2)
        self.assertIn("2002: the pairs add up to 1e+308 or more", said)


if __name__ == "__main__":
    unittest.main()
