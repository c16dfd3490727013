#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Libraries of photos with questions about places in them and about strangers, for recipes/match_odds.py.

    recipes/place_libraries.py DATA_FOLDER OUT_FOLDER

OUT_FOLDER gets one folder a library: lib/, known/ and strange/ with copies of photos, and truth.txt with, for each photo in
known/, the photos of lib/ that show its place. DATA_FOLDER holds places/, pool/ and scenes/. Fixed cameras, streets every few
metres, thumbnails, corridors and libraries of 10, 49, 339 and 2,018 photos of all kinds are among them."""
import csv
import pathlib
import random
import shutil
import sys

SEED = 7


class Maker:
    def __init__(self, data, out):
        self.data, self.out, self.rng = pathlib.Path(data), pathlib.Path(out), random.Random(SEED)

    def table(self, name):
        folder = self.data / 'places' / name
        with open(folder / 'places.csv', encoding='utf-8') as file:
            return [{**row, 'path': folder / row['path']} for row in csv.DictReader(file)]

    def photos(self, folder):
        kinds = ('.jpg', '.jpeg', '.png')
        return sorted(p for p in (self.data / folder).rglob('*') if p.suffix.lower() in kinds)

    def shuffled(self, items):
        items = list(items)
        self.rng.shuffle(items)
        return items

    def write(self, name, lib, known, strange, right):
        for part, files in (('lib', lib), ('known', known), ('strange', strange)):
            folder = self.out / name / part
            folder.mkdir(parents=True, exist_ok=True)
            for i, file in enumerate(files):
                shutil.copy(file, folder / f'{i:04d}_{file.name}')
        lines = (f'{i} {" ".join(map(str, places))}\n' for i, places in enumerate(right))
        (self.out / name / 'truth.txt').write_text(''.join(lines), encoding='utf-8')

    def by_place(self, name, items, places, most):
        """items: (photo, place, side), side 'db', 'q' or None; so many `places` are in the library, the others are strangers."""
        names = self.shuffled(sorted({place for _, place, _ in items}))
        inside = set(names[:places])
        here = self.shuffled(x for x in items if x[1] in inside)
        if items[0][2] is None:  # a part of each place asks
            each, asked, seen = max(1, most[1] // places), [], {}
            for item in here:
                others = sum(1 for x in here if x[1] == item[1])
                if others > 1 and seen.get(item[1], 0) < min(each, others - 1):
                    seen[item[1]] = seen.get(item[1], 0) + 1
                    asked.append(item)
            lib = [x for x in here if x not in asked]
        else:
            lib, asked = [x for x in here if x[2] == 'db'], [x for x in here if x[2] == 'q']
        strange = self.shuffled(x for x in items if x[1] not in inside and x[2] in ('q', None))
        lib, asked, strange = lib[:most[0]], asked[:most[1]], strange[:most[2]]
        right = [[j for j, y in enumerate(lib) if y[1] == x[1]] for x in asked]
        self.write(name, *([x[0] for x in part] for part in (lib, asked, strange)), right)

    def streets(self):
        rows = [(r['path'], float(r['east_m']), float(r['north_m'])) for r in self.table('street_view_cambridge')]

        def far2(a, b):
            return (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2
        block = 150
        inside = [r for r in rows if (int(r[1] // block) + int(r[2] // block)) % 2 == 0]
        outside = [r for r in rows if r not in inside]
        strange = self.shuffled(r for r in outside if all(far2(r, x) > 60 ** 2 for x in inside))
        spots = self.shuffled(sorted({(0, r[1], r[2]) for r in inside}))
        near = sorted(spots, key=lambda s: min(far2(s, c) for c in spots[:8]))[:160]
        asking = {(s[1], s[2]) for s in near[::3]}
        chosen = {(s[1], s[2]) for s in near}
        here = self.shuffled(r for r in inside if (r[1], r[2]) in chosen)
        lib = [r for r in here if (r[1], r[2]) not in asking]
        known = [r for r in here if (r[1], r[2]) in asking][:60]
        right = [[j for j, y in enumerate(lib) if far2(x, y) <= 25 ** 2] for x in known]
        self.write('streets', [r[0] for r in lib], [r[0] for r in known], [r[0] for r in strange[:60]], right)

    def walk(self):
        first = self.photos('places/gardens_point_thumbs/ref')
        second = self.photos('places/gardens_point_thumbs/query')
        stretch = 20
        inside = [i for i in range(len(first)) if (i // stretch) % 2 == 0]
        known = [i for i in inside if 3 <= i % stretch < stretch - 3]
        strange = [i for i in range(len(first)) if i not in inside and 5 <= i % stretch < stretch - 5]
        right = [[j for j, b in enumerate(inside) if abs(b - i) <= 2] for i in known]
        self.write('walk', [first[i] for i in inside], [second[i] for i in known], [second[i] for i in strange], right)

    def drives(self):
        frames = self.photos('pool/camvid')
        inside = [p for p in frames if p.name.startswith(('0016E5', 'Seq05VD'))]
        lib, known = list(range(0, len(inside), 8)), list(range(4, len(inside) - 4, 8))
        strange = self.shuffled(p for p in frames if p not in inside)[:60]
        right = [[j for j, b in enumerate(lib) if abs(b - i) <= 16] for i in known]
        self.write('drives', [inside[i] for i in lib], [inside[i] for i in known], strange, right)

    def mixed(self, name, groups, extra, strange):
        lib, known, right = [], [], []
        for asking, photos in groups:
            right += [list(range(len(lib), len(lib) + len(photos)))] * len(asking)
            known += asking
            lib += photos
        self.write(name, lib + extra, known, strange, right)

    def of_all_kinds(self):
        lund, sceaux, sacre = (self.photos(f'scenes/{n}') for n in ('lund', 'sceaux', 'sacre_coeur'))
        objects = self.shuffled(self.photos('pool/imagenet_samples'))
        scenes = self.shuffled(self.photos('pool/intel_scenes'))
        other = self.shuffled(r['path'] for r in self.table('koe_indoor'))[:10]
        other += self.shuffled(r['path'] for r in self.table('wxbs'))[:15]
        strange = objects[500:525] + other + scenes[1500:1510]
        cameras = [self.shuffled(self.photos(p.relative_to(self.data)))
                   for p in sorted((self.data / 'places/webcam_tilde').iterdir()) if p.is_dir()]
        toy = 'places/san_francisco_toy'
        small = [([lund[i] for i in (6, 16, 23)], [p for i, p in enumerate(lund) if i not in (6, 16, 23)]),
                 ([sceaux[i] for i in (5, 8)], [p for i, p in enumerate(sceaux) if i not in (5, 8)]),
                 (sacre[:2], sacre[2:])]
        large = small + [(c[:2], c[2:38]) for c in cameras]
        large += [(self.photos(f'{toy}/queries')[:0], self.photos(f'{toy}/database'))]
        self.mixed('10', [([sceaux[5]], [p for p in sceaux if p != sceaux[5]])], [], strange)
        self.mixed('49', small, objects[:6], strange)
        self.mixed('339', large, objects[:72], strange)
        self.mixed('2018', large, objects[:72] + self.photos('pool/camvid') + scenes[:978], objects[500:535] + other)

    def all(self):
        def of(name, place, column, asking):
            return [(r['path'], r[place], None if column is None else 'q' if r[column] == asking else 'db')
                    for r in self.table(name)]
        self.streets()
        self.walk()
        self.drives()
        self.by_place('day_night', of('amos_day_night', 'place', 'time_of_day', 'night'), 9, (400, 60, 60))
        cameras = [(p, p.parent.name, None) for p in self.photos('places/webcam_tilde')]
        self.by_place('cameras', cameras, 3, (400, 30, 60))
        self.by_place('indoor', of('koe_indoor', 'place', 'time', 'night'), 5, (400, 40, 60))
        self.by_place('tower', of('ie_tower', 'place', 'split', 'query'), 50, (500, 60, 60))
        self.by_place('baselines', of('wxbs', 'place', None, None), 20, (60, 20, 60))
        self.of_all_kinds()


if __name__ == '__main__':
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    Maker(sys.argv[1], sys.argv[2]).all()
