#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Geometric check, groups by place and proposed positions, as a user has them. Usage: group_test.py LOCI"""
import csv
import hashlib
import json
import unittest
import xml.etree.ElementTree as xml

from program import InAFolder, lines, loci, sketch_town

EXIF = '{http://ns.adobe.com/exif/1.0/}'


def without_exif(jpeg):
    """The picture without the segments that say where and when."""
    out, at = jpeg[:2], 2
    while jpeg[at + 1] != 0xDA:  # start of scan
        end = at + 2 + int.from_bytes(jpeg[at + 2:at + 4], 'big')
        out += jpeg[at:end] if jpeg[at + 1] != 0xE1 else b''
        at = end
    return out + jpeg[at:]


def position_of(name):
    return tuple(map(float, name.split('@')[5:7]))


class Groups(InAFolder):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        sketch_town(cls.root / 'town', places=8, times=4, seed=5, width=240, height=180)
        # The same pictures by other names: a table knows their places, and a quarter of them states no position.
        cls.photos = cls.root / 'photos'
        cls.photos.mkdir()
        cls.place = {}
        with open(cls.photos / 'places.csv', 'w', newline='') as table:
            out = csv.writer(table)
            out.writerow(['path', 'place'])
            for side in ('database', 'queries'):
                for number, photo in enumerate(sorted((cls.root / 'town' / side).iterdir())):
                    # A query states no position, in its name or in its bytes: it is to be located.
                    known = side == 'database'
                    name = photo.name if known else f'unplaced_{number}.jpg'
                    (cls.photos / name).write_bytes(photo.read_bytes() if known else without_exif(photo.read_bytes()))
                    cls.place[str(cls.photos / name)] = position_of(photo.name)
                    out.writerow([name, photo.name.split('@')[7]])
        cls.db = cls.root / 'db'
        loci('index', cls.photos, '--db', cls.db, '--model', 'rootsift-vlad', '--num-clusters', 16, check=0)
        cls.free = ('--least-confidence', 0)  # 32 sketches say little about chance

    def test_groups_as_json_page_and_links(self):
        page, links = self.root / 'groups.html', self.root / 'by-place'
        answer = lines('group', '--db', self.db, '--truth', self.photos, '--html', page, '--links', links, *self.free)
        self.assertEqual(len(answer), 1)
        answer = answer[0]
        grouped = [image for group in answer['groups'] for image in group['images']]
        self.assertEqual(answer['photos'], len(self.place))
        self.assertEqual(len(grouped) + answer['ungrouped'], answer['photos'])
        self.assertEqual(len(set(grouped)), len(grouped))
        truth = answer['truth']
        self.assertEqual(truth['labelled'], len(self.place))
        self.assertGreaterEqual(truth['precision'], 0.9)
        self.assertGreaterEqual(truth['recall'], 0.5)
        self.assertAlmostEqual(truth['f1'], 2 * truth['precision'] * truth['recall'] / (truth['precision'] + truth['recall']), 6)
        for pair in answer['pairs']:
            self.assertTrue(pair['inliers'] > 8 or pair['confidence'] >= 0.999, pair)
        folders = sorted(links.glob('place_*'))
        self.assertEqual([f.name for f in folders], [f'place_{i:04}' for i in range(len(answer['groups']))])
        for folder, group in zip(folders, answer['groups']):
            self.assertTrue(all(link.is_symlink() for link in folder.iterdir()))
            self.assertEqual(sorted(str(link.readlink()) for link in folder.iterdir()), sorted(group['images']))
        self.assertEqual(page.read_text().count('<h2>Place '), len(answer['groups']))
        before = {link: link.readlink() for link in links.glob('*/*')}
        loci('group', '--db', self.db, '--links', links, *self.free, check=0)
        self.assertEqual({link: link.readlink() for link in links.glob('*/*')}, before)
        refused = loci('group', '--db', self.db, '--links', self.photos, *self.free, check=2)
        self.assertIn("'loci group' did not make", refused.stderr)
        self.assertNotIn('checking pairs', refused.stderr)

    def test_kept_features_are_compared_without_the_photos(self):
        db, photos = self.root / 'kept', self.root / 'moved'
        photos.mkdir()
        for number, photo in enumerate(sorted((self.root / 'town' / 'database').iterdir())):
            (photos / f'{number}.jpg').write_bytes(photo.read_bytes())
        loci('index', photos, '--db', db, '--keep-features', check=0)
        photos.rename(self.root / 'away')
        kept = lines('group', '--db', db, *self.free)[0]['groups']
        (self.root / 'away').rename(photos)
        self.assertTrue(kept)
        (db / 'features.sqlite').unlink()
        photos.rename(self.root / 'away')
        self.assertFalse(lines('group', '--db', db, '--sure-confidence', 2, *self.free)[0]['groups'])

    def test_what_a_person_says_of_places_is_obeyed_and_kept(self):
        said = ('place', '--db', self.db)
        first = lines('group', '--db', self.db, *self.free)[0]['groups'][0]['images']
        loci(*said, first[0], '--name', 'Town hall', check=0)
        self.assertIn('Town hall', loci(*said, check=0).stdout)
        links = self.root / 'named'
        named = lines('group', '--db', self.db, '--links', links, *self.free)[0]['groups'][0]
        self.assertEqual((named['name'], named['images']), ('Town hall', first))
        self.assertTrue((links / 'Town hall').is_dir())
        loci(*said, first[1], first[0], '--different', check=0)
        loci(*said, first[2], '--alone', check=0)
        groups = lines('group', '--db', self.db, *self.free)[0]['groups']
        of = {photo: number for number, group in enumerate(groups) for photo in group['images']}
        self.assertNotEqual(of.get(first[0], -1), of.get(first[1], -2))
        self.assertNotIn(first[2], of)
        other = next(p for p in sorted(self.place) if p not in first)
        self.assertEqual(lines(*said, other, first[0], '--same')[0]['same'], [sorted([first[0], other])])
        of = {photo: group['name'] for group in lines('group', '--db', self.db, *self.free)[0]['groups']
              for photo in group['images']}
        self.assertEqual((of[first[0]], of[other]), ('Town hall', 'Town hall'))
        for photo in (*first[:3], other):
            loci(*said, photo, '--forget', check=0)
        self.assertEqual(lines(*said)[0], {'names': [], 'same': [], 'different': [], 'alone': []})
        self.assertIn('one thing at a time', loci(*said, first[0], '--same', '--alone', check=2).stderr)
        self.assertIn('say of which photographs', loci(*said, '--same', check=2).stderr)
        self.assertIn('is not in the collection', loci(*said, 'gone.jpg', '--alone', check=1).stderr)

    def test_positions_are_proposed_and_written_only_when_asked(self):
        before = {p: hashlib.sha256(p.read_bytes()).hexdigest() for p in self.photos.iterdir()}
        answer = lines('locate', '--db', self.db, '--at-least', 0, *self.free)
        proposals, summary = answer[:-1], answer[-1]
        self.assertEqual(summary, {'without_position': 8, 'proposed': len(proposals), 'written': 0, 'kept': 0, 'failed': 0})
        self.assertGreaterEqual(len(proposals), 4)
        right = 0
        for proposal in proposals:
            lat, lon = self.place[proposal['image']]
            right += abs(proposal['lat'] - lat) < 3e-4 and abs(proposal['lon'] - lon) < 3e-4
            self.assertTrue(0 < proposal['confidence'] < 1)
            self.assertTrue(proposal['evidence'])
        self.assertGreaterEqual(right, len(proposals) - 1)
        self.assertFalse(list(self.photos.glob('*.xmp')), 'nobody asked for sidecars')
        written = lines('locate', '--db', self.db, '--at-least', 0, '--write-xmp', *self.free)[-1]
        self.assertEqual(written['written'], len(proposals))
        first = proposals[0]
        tree = xml.parse(first['image'] + '.xmp')
        stated = next(e for e in tree.iter() if EXIF + 'GPSLatitude' in e.attrib).attrib[EXIF + 'GPSLatitude']
        degrees, minutes = stated[:-1].split(',')
        size = int(degrees) + float(minutes) / 60
        self.assertAlmostEqual(size if stated[-1] == 'N' else -size, first['lat'], 6)
        loci('locate', '--db', self.db, '--at-least', 0, '--write-xmp', *self.free, check=0)  # written already: done
        for sidecar in self.photos.glob('*.xmp'):
            sidecar.write_text('edited')
        again = loci('locate', '--db', self.db, '--at-least', 0, '--write-xmp', *self.free, '--json', check=0)
        self.assertIn('stays as it is', again.stderr)
        summary = json.loads(again.stdout.splitlines()[-1])
        self.assertEqual((summary['written'], summary['kept'], summary['failed']), (0, len(proposals), 0))
        self.assertEqual({sidecar.read_text() for sidecar in self.photos.glob('*.xmp')}, {'edited'})
        after = {p: hashlib.sha256(p.read_bytes()).hexdigest() for p in self.photos.iterdir() if p.suffix != '.xmp'}
        self.assertEqual(after, before, 'an original was touched')
        for sidecar in self.photos.glob('*.xmp'):
            sidecar.unlink()

    def test_a_verified_answer_says_what_fits(self):
        query = sorted((self.root / 'town/queries').iterdir())[0]
        answer = lines('query', query, '--db', self.db, '-k', 3, '--verify')[0]
        self.assertEqual(len(answer['matches']), 3)
        fits = [match['inliers'] for match in answer['matches']]
        self.assertEqual(fits, sorted(fits, reverse=True))
        self.assertTrue(answer['matches'][0]['verified'])
        self.assertLessEqual(fits[0], answer['matches'][0]['matched'])
        self.assertNotIn('inliers', lines('query', query, '--db', self.db, '-k', 3, '--no-verify')[0]['matches'][0])

    def test_evaluation_with_the_check_has_a_line_of_its_own(self):
        plain, verified = lines('eval', self.root / 'town', '--model', 'rootsift-vlad', '--num-clusters', 16, '--verify', '--n', '1,5')
        self.assertNotIn('verified', plain)
        self.assertEqual(verified['verified'], 'rootsift')
        self.assertGreater(verified['verify_ms_per_query'], 0)
        gain, low, high = verified['gain']['1']
        self.assertAlmostEqual(gain, verified['recall']['1'] - plain['recall']['1'], 9)
        self.assertTrue(low <= gain <= high)

    def test_wrong_options_are_refused(self):
        self.assertIn('expected 1 to 1,000', loci('group', '--db', self.db, '--neighbours', 0, check=2).stderr)
        self.assertIn('backbone', loci('group', '--db', self.db, '--verify-features', 'backbone', check=2).stderr)
        self.assertIn('0 to 1', loci('locate', '--db', self.db, '--at-least', 2, check=2).stderr)
        loci('group', '--db', self.root / 'nothing', check=1)
        loci('group', '--db', self.db, '--truth', self.root / 'town', check=2)


if __name__ == '__main__':
    unittest.main(verbosity=1)
