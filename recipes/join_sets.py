#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Joins data sets into one places.csv that `loci train` reads.

    join_sets.py [--one-time] OUT.csv FOLDER...

FOLDER is a simulated town (or any folder of images/{train,val,test}/{database,queries} with @ names), a folder with a
places.csv (columns path and place), or a folder of folders, one a place. Every set, and every place of a set without
positions, gets ground of its own, so that photographs of different sets are never near each other. Sets without
queries lend every fourth photograph of a place to ask. Paths are written relative to OUT.csv. With --one-time a town
gives the first visit of each place alone, as query and as database: what there is without a time machine.
"""
import csv
import os
import re
import sys

PHOTO = re.compile(r"\.(jpe?g|png|webp)$", re.IGNORECASE)
SET_GAP_M = 50_000.0  # between the grounds of two sets
PLACE_GAP_M = 200.0  # between places that have no positions


def photos_below(folder):
    for root, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            if PHOTO.search(name):
                yield os.path.join(root, name)


def town_rows(folder, one_time):
    """path, place, role, east, north, time of a gmberton-style folder."""
    for path in photos_below(os.path.join(folder, "images")):
        fields = os.path.basename(path).split("@")
        role = "query" if os.path.basename(os.path.dirname(path)) == "queries" else "database"
        if one_time and not fields[7].endswith("-T00"):
            continue
        for given in ("query", "database") if one_time else (role,):
            yield path, "", given, float(fields[1]), float(fields[2]), fields[13]


def place_rows(folder):
    """The same of a set whose photographs have labels alone: (path, label, time)."""
    table = os.path.join(folder, "places.csv")
    if os.path.exists(table):
        with open(table, newline="") as lines:
            for row in csv.DictReader(lines):
                yield os.path.join(folder, row["path"]), row["place"], ""
        return
    for path in photos_below(folder):
        digits = re.search(r"(20\d{6})[_-]?(\d{6})?", os.path.basename(path))
        time = f"{digits[1]}_{digits[2] or '120000'}" if digits else ""
        yield path, os.path.basename(os.path.dirname(path)), time


def labelled_rows(folder):
    seen = {}
    for path, place, time in place_rows(folder):
        number, count = seen.setdefault(place, [len(seen), 0])
        seen[place][1] += 1
        role = "query" if count % 4 == 3 else "database"
        yield path, place, role, 400_000.0 + PLACE_GAP_M * number, 4_000_000.0, time


def main(out, folders, one_time):
    base = os.path.dirname(os.path.abspath(out))
    with open(out, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["path", "place", "role", "east_m", "north_m", "zone", "time"])
        for number, folder in enumerate(folders):
            town = os.path.isdir(os.path.join(folder, "images"))
            name = os.path.basename(os.path.normpath(folder))
            rows = town_rows(folder, one_time) if town else labelled_rows(folder)
            for path, place, role, east, north, time in rows:
                label = f"{name}/{place}" if place else ""
                shifted = north + SET_GAP_M * number
                writer.writerow([os.path.relpath(os.path.abspath(path), base), label, role,
                                 f"{east:.2f}", f"{shifted:.2f}", "31N", time])


if __name__ == "__main__":
    arguments = [argument for argument in sys.argv[1:] if argument != "--one-time"]
    if len(arguments) < 2:
        sys.exit(__doc__)
    main(arguments[0], arguments[1:], "--one-time" in sys.argv[1:])
