"""Structure of the industries of US counties, shift-share and coagglomeration, 2001 and 2018
(oracles/regions.md of the shared data: R packages REAT and EconGeo, own scripts)."""
import csv
import gzip
import os
import subprocess
import sys
import tempfile

shared = os.environ.get("SPILLWAY_SHARED", os.path.join(os.path.dirname(__file__), "../../../shared"))
data = os.path.abspath(os.path.join(shared, "data"))
if not os.path.isdir(data):
    print(f"skipped: the real panels are not here (looked for {data})")
    sys.exit(77)
import h5py
import numpy as np

FIVE = ["agri_11", "constr_23", "manuf_31_33", "retail_44_45", "government"]
COLUMNS = FIVE + ["goods_private", "services_private"]
STUDY = f"""study: structure
panel:
  file: panel.csv
  unit: fips
  time: year
  missing: keep
  derive:
    secondary: goods_private - agri_11
    tertiary: services_private + government
measures:
  - industrial_structure: {{industries: [{', '.join(FIVE)}], base_over: complete, as: against_all}}
  - industrial_structure:
      {{industries: [{', '.join(FIVE)}], base_over: complete, against: rest, as: against_rest}}
  - industrial_structure:
      {{industries: [agri_11, secondary, tertiary], base_over: complete, span: 17, as: sectors}}
  - shift_share:
      {{industries: [{', '.join(FIVE)}], base: {{file: nation.csv}}, span: 17, as: parts}}
  - shift_share:
      {{industries: [{', '.join(FIVE)}], base: {{file: nation.csv}}, span: 17,
       form: esteban-marquillas, as: parts_em}}
  - ellison_glaeser: {{industries: [{', '.join(FIVE)}], plant_hhi: 0.01, periods: [2018], as: eg}}
output: {{file: structure.h5}}
"""
WANT = {  # result, county, year: quantities
    ("against_all", "06085", 2018): {"krugman": .712669797, "hhi": .520404067,
                                     "hhi_normalised": .400505084, "diversity": 1.403174379,
                                     "specialisation": 2.036707620},
    ("against_rest", "06085", 2018): {"krugman": .726923526},
    ("against_all", "48201", 2018): {"krugman": .365338653, "hhi": .329716744,
                                     "hhi_normalised": .162145930, "diversity": 2.737186424,
                                     "specialisation": 1.422768207},
    ("against_rest", "48201", 2018): {"krugman": .374483490},
    ("against_all", "18039", 2001): {"krugman": .816401058, "hhi": .608532445,
                                     "hhi_normalised": .510665557, "diversity": 1.224888172,
                                     "specialisation": 2.130294555},
    ("against_rest", "18039", 2001): {"krugman": .817616232},
    ("sectors", "06085", 2001): {"upgrading": 2.012119739, "hierarchy": 2.661702663,
                                 "fu2010": 7.377525312},
    ("sectors", "06085", 2018): {"upgrading": 2.932834784, "hierarchy": 2.743017795,
                                 "fu2010": 7.519457697, "moore_angle": .132665881},
    ("sectors", "48201", 2001): {"upgrading": 2.865484357, "hierarchy": 2.740777318,
                                 "fu2010": 7.517067306},
    ("sectors", "48201", 2018): {"upgrading": 2.707798963, "hierarchy": 2.730142741,
                                 "fu2010": 7.499868105, "moore_angle": .018002388},
}
PARTS = {"parts": {"national": 36798303.379408, "mix": -3177562.781804, "competitive": 20219555.402396},
         "parts_em": {"competitive": 11899216.985614, "allocation": 8320338.416782}}
G = [.009291572640, .000588467307, .001119209367, .000613094352, .000947170532]
GAMMA = [-.000660697448, -.009503122576, -.008963884368, -.009478101301, -.009138677210]
DIAGONAL = [.006315661, .000812284, .001757912, .000874900, .001255317]
PAIRS = {(0, 1): -.001661864, (1, 2): .000264125, (2, 3): .000148956, (1, 3): .000460098,
         (2, 4): -.000416061}


def near(got, want, tolerance):
    assert np.isclose(got, want, rtol=0, atol=tolerance).all(), (got, want)


with tempfile.TemporaryDirectory() as work:
    with gzip.open(f"{data}/us_county_gdp_industry_2001_2018.csv.gz", "rt", newline="") as file:
        rows = [[r["fips"], r["year"]] + [r[c] for c in COLUMNS] for r in csv.DictReader(file)
                if r["year"] in ("2001", "2018")]
    with open(f"{work}/panel.csv", "w", newline="") as file:
        csv.writer(file).writerows([["fips", "year"] + COLUMNS] + rows)
    with open(f"{data}/us_national_gdp_industry_2001_2018.csv", newline="") as file:
        nation = [[r["year"]] + [r[c] for c in FIVE] for r in csv.DictReader(file)]
    with open(f"{work}/nation.csv", "w", newline="") as file:
        csv.writer(file).writerows([["year"] + FIVE] + nation)
    with open(f"{work}/structure.yaml", "w") as file:
        file.write(STUDY)
    subprocess.run([os.environ["SPILLWAY"], "run", "--quiet", f"{work}/structure.yaml"], check=True)
    subprocess.run([os.environ["SPILLWAY"], "verify", f"{work}/structure.h5"], check=True,
                   stdout=subprocess.DEVNULL)
    with h5py.File(f"{work}/structure.h5") as file:
        unit = [code.decode() for code in file["unit"][:]]
        for (name, county, year), wanted in WANT.items():
            for quantity, value in wanted.items():
                got = file[name][quantity][0 if year == 2001 else 1, unit.index(county)]
                assert np.isclose(got, value, rtol=0, atol=6e-10), (name, county, year, quantity, got)
        assert file["against_all/n_used"][:].tolist() == [2259, 2227]
        near(np.nanmean(file["against_all/krugman"][:], 1), [.477397296, .501091144], 6e-10)
        near(np.nanmean(file["against_all/hhi"][:], 1), [.331383053, .344254822], 6e-10)
        for name, wanted in PARTS.items():
            for quantity, value in wanted.items():
                near(file[name][quantity][1, unit.index("06085")], value, 1e-6)
        parts = sum(file["parts"][q][1, unit.index("06085")] for q in PARTS["parts"])
        near(parts, 53840296, 1e-6)
        near(file["eg/g"][0], G, 6e-13)
        near(file["eg/gamma"][0], GAMMA, 6e-13)
        matrix = file["eg/coagglomeration"][0]
        assert np.isclose(np.diag(matrix), DIAGONAL, rtol=0, atol=6e-10).all(), matrix
        for (k, l), value in PAIRS.items():
            near(matrix[k, l], value, 6e-10)
        assert abs(matrix.sum(1)).max() < 1e-15 and (matrix == matrix.T).all()
print("structure: counties of the United States")
