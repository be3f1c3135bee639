"""Writes what the study of US regions needs beside the panels: units.csv, the counties with income in
all fifty years and their state; place.csv, of 2018 what the detector takes besides; plants.csv, the
concentration of plants; the years of the growth rates."""
import csv
import sys

data, work = sys.argv[1:3]
INDUSTRIES = ["agri_11", "constr_23", "manuf_31_33", "retail_44_45", "government"]

with open(f"{data}/us_bea_points.csv", newline="", encoding="utf-8") as file:
    place = {row["fips"]: row for row in csv.DictReader(file) if row["lower48"] == "1"}
years, income_1969 = {}, {}
with open(f"{data}/us_county_income_1969_2018.csv", newline="", encoding="utf-8") as file:
    for row in csv.DictReader(file):
        if row["fips"] in place and row["per_capita_income_usd"]:
            years[row["fips"]] = years.get(row["fips"], 0) + 1
            if row["year"] == "1969":
                income_1969[row["fips"]] = row["per_capita_income_usd"]
whole = sorted(code for code in place if years.get(code) == 50)
assert len(whole) == 3075, len(whole)


def write(name, head, rows):
    with open(f"{work}/{name}", "w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([head, *rows])


write("units.csv", ["fips", "lon", "lat", "land_area_sqmi", "state"],
      [[c, place[c]["lon"], place[c]["lat"], place[c]["land_area_sqmi"], c[:2]] for c in whole])
write("place.csv", ["fips", "year", "land_sqmi", "lon_degrees", "income_1969"],
      [[c, 2018, place[c]["land_area_sqmi"], place[c]["lon"], income_1969[c]] for c in whole])
write("plants.csv", ["year", *INDUSTRIES], [[2018, *[0.01] * len(INDUSTRIES)]])
