"""The raw BEA file gives the same quotients as the cleaned one."""
import csv
import gzip
import sys

import h5py
import numpy as np

data, results = sys.argv[1:3]
f = h5py.File(results, "r")
unit = [u.decode() if isinstance(u, bytes) else u for u in f["unit"][:]]
time = [int(t) for t in f["time"][:]]
assert time == list(range(2001, 2019)), time
assert len(unit) == 3116 and unit == sorted(unit), len(unit)  # counties with GDP; no state
at = {code: i for i, code in enumerate(unit)}
value = f["lq/value"][:, :, 0]
# Location quotients of manufacturing in 2018 (oracles/README.md, agglomeration).
for code, want in (("48201", 1.502091), ("06085", 2.039386), ("18039", 4.415268)):
    assert abs(value[-1, at[code]] - want) < 5e-7, (code, value[-1, at[code]])
# Complete cases as the base instead of the nation: 1.469 (methods.md, section 6).
complete = f["lq_complete/value"][-1, at["48201"], 0]
assert abs(complete - 1.469) < 5e-4, complete
share = np.full(value.shape, np.nan)
with gzip.open(f"{data}/us_county_gdp_industry_2001_2018.csv.gz", "rt", encoding="utf-8", newline="") as file:
    for row in csv.DictReader(file):
        if row["manuf_31_33"] and row["gdp_total"]:
            share[time.index(int(row["year"])), at[row["fips"]]] = float(row["manuf_31_33"]) / float(row["gdp_total"])
with open(f"{data}/us_national_gdp_industry_2001_2018.csv", newline="") as file:
    nation = {int(row["year"]): float(row["manuf_31_33"]) / float(row["gdp_total"]) for row in csv.DictReader(file)}
want = share / np.array([nation[t] for t in time])[:, None]
assert np.array_equal(np.isnan(want), np.isnan(value)), (np.isnan(want).sum(), np.isnan(value).sum())
assert np.allclose(value, want, rtol=1e-12, atol=0, equal_nan=True)
print(f"raw BEA file: {len(unit)} counties x {len(time)} years, {np.isnan(value).sum()} quotients missing")
