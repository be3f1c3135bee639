"""Writes units.csv for the study of Chinese regions: every county of the lights, its province (the
first two digits of the code) and its part of the country, and its place where it has one."""
import csv
import sys

data, work = sys.argv[1:3]
# The National Bureau of Statistics' four parts of the country, by province; the islands and special
# regions beyond are the rest.
PARTS = {"east": "11 12 13 31 32 33 35 37 44 46", "centre": "14 34 36 41 42 43",
         "west": "15 45 50 51 52 53 54 61 62 63 64 65", "north-east": "21 22 23"}
part_of = {province: part for part, provinces in PARTS.items() for province in provinces.split()}
with open(f"{data}/cn_county_nightlights_2001_2022.csv", encoding="utf-8", newline="") as file:
    codes = sorted({row["county_code"] for row in csv.DictReader(file)})
with open(f"{data}/cn_county_points.csv", encoding="utf-8", newline="") as file:
    place = {row["county_code"]: (row["lon"], row["lat"]) for row in csv.DictReader(file)}
assert len(codes) == 2877, len(codes)
with open(f"{work}/units.csv", "w", newline="", encoding="utf-8") as file:
    csv.writer(file, lineterminator="\n").writerows(
        [["county_code", "lon", "lat", "province", "region"],
         *([c, *place.get(c, ("", "")), c[:2], part_of.get(c[:2], "beyond")] for c in codes)])
