"""A synthetic panel has the structure that synth promises: check_synth.py DIR N T P SHARE."""
import csv
import math
import sys

folder = sys.argv[1]
n, periods, indicators = map(int, sys.argv[2:5])
share = float(sys.argv[5])


def rows(name):
    with open(f"{folder}/{name}", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


units, panel, edges = rows("units.csv"), rows("panel.csv"), rows("edges.csv")

# Units: in code order, codes of one width with leading zeros, no two at one place.
codes = [u["code"] for u in units]
assert len(codes) == n and codes == sorted(set(codes)) and len({len(c) for c in codes}) == 1
assert codes[0].startswith("01")
assert len({(u["lon"], u["lat"]) for u in units}) == n
assert all(-180 < float(u["lon"]) < 180 and -90 < float(u["lat"]) < 90 for u in units)
assert all(float(u["land_area"]) > 0 for u in units)
assert 8e6 < sum(float(u["land_area"]) for u in units) < 13e6

# Prefectures nest in provinces; one nation's capital, one seat a prefecture.
assert all(u["prefecture"].startswith(u["province"]) for u in units)
provinces, prefectures = ({u[g] for u in units} for g in ("province", "prefecture"))
level = [u["level"] for u in units]
assert level.count("nation") == 1
assert level.count("nation") + level.count("province") == len(provinces) >= 2
assert n - level.count("county") == len(prefectures)

# Metropolitan regions cross provinces; most units are outside.
metros = {u["agglomeration"] for u in units} - {""}
assert metros
assert "metro-1" in metros
for metro in metros:
    inside = [u for u in units if u["agglomeration"] == metro]
    assert n < 300 or len(inside) < n / 2, len(inside)
    if metro == "metro-1":
        assert len({u["province"] for u in inside}) >= 2

# Links: both directions, no loops, no duplicates, nobody alone, near neighbours.
links = [(e["from"], e["to"]) for e in edges]
assert links == sorted(set(links)) and {(b, a) for a, b in links} == set(links)
assert all(a != b for a, b in links) and {a for a, _ in links} == set(codes)
if n >= 500:
    assert 4.5 < len(links) / n < 6.5, len(links) / n

# The panel: balanced, in order; as many indicators; gaps as asked for.
names = [c for c in panel[0] if c not in ("code", "year")]
assert len(names) == indicators and len(panel) == n * periods
years = sorted({row["year"] for row in panel})
assert len(years) == periods
assert [(r["code"], r["year"]) for r in panel] == [(c, y) for c in codes for y in years]
empty = sum(row[c] == "" for row in panel for c in names)
cells = n * periods * indicators
if share == 0:
    assert empty == 0
else:
    assert abs(empty / cells - share) < 5 * math.sqrt(share / cells), empty / cells

industries = ("agriculture", "manufacturing", "producer_services", "finance", "other_services")
for row in panel:
    cell = [row[c] for c in industries + ("gdp",)]
    if all(cell):
        assert abs(sum(map(float, cell[:-1])) - float(cell[-1])) < 1e-6 * float(cell[-1])
    assert all(row[c] == "" or float(row[c]) >= 0 for c in names)
    assert row["population"] == "" or float(row["population"]) >= 1
    assert row["green_cover"] == "" or float(row["green_cover"]) <= 100

if n >= 1000 and share == 0:
    last = {r["code"]: r for r in panel if r["year"] == years[-1]}
    first = {r["code"]: r for r in panel if r["year"] == years[0]}

    def gdp_pc(row):
        return math.log(float(row["gdp"]) / float(row["population"]))

    def moran(x):
        mean = sum(x.values()) / n
        near = {}
        for a, b in links:
            near.setdefault(a, []).append(x[b] - mean)
        top = sum((x[a] - mean) * sum(v) / len(v) for a, v in near.items())
        return top / sum((v - mean) ** 2 for v in x.values())

    def correlation(a, b):
        ma, mb = sum(a) / n, sum(b) / n
        cov = sum((p - ma) * (q - mb) for p, q in zip(a, b))
        return cov / math.sqrt(sum((p - ma) ** 2 for p in a) * sum((q - mb) ** 2 for q in b))

    # Neighbours are alike, years persist.
    assert moran({c: gdp_pc(last[c]) for c in codes}) > 0.4
    assert correlation([gdp_pc(first[c]) for c in codes], [gdp_pc(last[c]) for c in codes]) > 0.6
    # Distance decay: density and income fall with the distance to the nearest capital.
    place = {u["code"]: (float(u["lon"]) * math.cos(math.radians(35)), float(u["lat"])) for u in units}
    capitals = [place[u["code"]] for u in units if u["level"] in ("nation", "province")]
    far = sorted(codes, key=lambda c: min(math.dist(place[c], k) for k in capitals))
    land = {u["code"]: float(u["land_area"]) for u in units}

    def median(values):
        return sorted(values)[len(values) // 2]

    quarter = n // 4
    for value in (lambda c: float(last[c]["population"]) / land[c], lambda c: gdp_pc(last[c])):
        near_by, remote = median([value(c) for c in far[:quarter]]), median([value(c) for c in far[-quarter:]])
        assert near_by > remote, (near_by, remote)
    # Rank-size: log population against log rank falls with a slope not far from -1 at the top.
    people = sorted((float(last[c]["population"]) for c in codes), reverse=True)
    slope = math.log(people[199] / people[9]) / math.log(200 / 10)
    assert -1.3 < slope < -0.3, slope
    # Services gather in the centres, farming outside.
    for industry, sign in (("producer_services", 1), ("finance", 1), ("agriculture", -1)):
        share_of = [float(last[c][industry]) / float(last[c]["gdp"]) for c in codes]
        density = [math.log(float(last[c]["population"]) / land[c]) for c in codes]
        assert sign * correlation(share_of, density) > 0.2, industry
