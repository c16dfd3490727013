#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Holds the live server to docs/openapi.json, route by route and field by field. Usage: openapi_test.py LOCI ROOT"""
import json
import pathlib
import sys
import time
import unittest

from live import LiveServer, Town, loci
from schema import Schemas

ROOT = pathlib.Path(sys.argv.pop(2))
LOCI = sys.argv.pop(1)
PHOTO = {'Content-Type': 'image/jpeg'}


class OpenApiTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.town = Town(LOCI)
        cls.server = LiveServer(LOCI, cls.town.db)
        cls.document = json.loads((ROOT / 'docs/openapi.json').read_text())
        cls.schemas = Schemas(cls.document)
        cls.asked = set()  # (method, path) of the document

    @classmethod
    def tearDownClass(cls):
        assert cls.server.stop() == 0
        cls.town.close()

    def ask(self, method, path, query='', body=None, headers=None, **values):
        """Asks and holds the answer to what the document says of this route and status."""
        self.asked.add((method, path))
        target = path
        for name, value in values.items():
            target = target.replace('{' + name + '}', str(value))
        answer = self.server.ask(method, target + query, body, headers)
        responses = self.document['paths'][path][method.lower()]['responses']
        self.assertIn(str(answer.status), responses, f'{method} {target}{query}: {answer.body[:300]}')
        described = responses[str(answer.status)]
        kind = answer.headers.get('content-type', '').split(';')[0]
        if answer.status == 304:
            self.assertEqual(answer.body, b'')
        else:
            content = described['content']
            fitting = [c for c in content if c == kind or (c.endswith('/*') and kind.startswith(c[:-1]))]
            self.assertTrue(fitting, f'{method} {target}: {kind} is none of {list(content)}')
            if kind == 'application/json':
                problems = self.schemas.problems(answer.json(), content[fitting[0]]['schema'])
                self.assertEqual(problems[:10], [], f'{method} {target}{query}')
        for header in described.get('headers', {}):
            self.assertIn(header.lower(), answer.headers)
        self.assertIn("default-src 'none'", answer.headers['content-security-policy'])
        self.assertEqual(answer.headers['x-content-type-options'], 'nosniff')
        return answer

    def photo(self, part='queries', number=0):
        return self.town.photos(part)[number].read_bytes()

    def test_1_query_finds_its_place_with_and_without_geometry(self):
        for verify in ('false', 'true'):
            right = 0
            photos = self.town.photos('queries')
            for photo in photos:
                answer = self.ask('POST', '/v1/query', f'?k=5&verify={verify}', photo.read_bytes(), PHOTO).json()
                self.assertEqual(len(answer['matches']), 5)
                self.assertEqual(answer['verified'], verify == 'true')
                self.assertEqual((answer['location'] is None), answer['unknown_reason'] is not None)
                self.assertEqual(all(m['geometry'] is not None for m in answer['matches']), verify == 'true')
                right += answer['matches'][0]['name'].split('@')[7] == photo.name.split('@')[7]
            self.assertGreaterEqual(right, len(photos) * 0.7)

    def test_2_a_photo_of_the_collection_asks_for_the_others(self):
        answer = self.ask('GET', '/v1/images/{id}/matches', '?k=3&verify=true', id=1).json()
        self.assertNotIn(1, [m['id'] for m in answer['matches']])
        self.assertEqual(answer['query']['id'], 1)
        self.ask('GET', '/v1/images/{id}/matches', id=99999)
        self.ask('GET', '/v1/images/{id}/matches', '?k=0', id=1)

    def test_3_why_shares_the_score_out_and_links_regions(self):
        query = self.photo()
        best = self.ask('POST', '/v1/query', '?k=1', query, PHOTO).json()['matches'][0]
        why = self.ask('POST', '/v1/why', f'?id={best["id"]}&max_clusters=4', query, PHOTO).json()
        self.assertAlmostEqual(why['score'], best['score'], places=4)
        for side in ('query', 'match'):
            grid = why['contribution'][side]
            self.assertEqual(len(grid['values']), grid['rows'] * grid['cols'])
            self.assertAlmostEqual(sum(grid['values']), why['unwhitened_score'], delta=0.01)
        self.assertEqual(len(why['clusters']), 4)
        agreements = [c['agreement'] for c in why['clusters']]
        self.assertEqual(agreements, sorted(agreements, reverse=True))
        inliers = [link['inlier'] for link in why['links']]
        self.assertEqual(inliers, sorted(inliers, reverse=True))
        self.assertEqual(why['geometry']['inliers'], sum(inliers))
        for link in why['links']:
            self.assertTrue(0 <= link['query']['x'] <= 1 and 0 <= link['match']['y'] <= 1)
        itself = self.ask('GET', '/v1/images/{id}/why', '?match=1', id=1).json()
        self.assertAlmostEqual(itself['score'], 1, places=4)
        self.ask('GET', '/v1/images/{id}/why', id=1)
        self.ask('POST', '/v1/why', '', query, PHOTO)

    def test_4_photos_files_and_thumbnails(self):
        page = self.ask('GET', '/v1/images', '?limit=3').json()
        self.assertEqual(len(page['images']), 3)
        rest = self.ask('GET', '/v1/images', f'?after={page["next_after"]}&limit=1000').json()
        self.assertEqual(len(rest['images']) + 3, page['total'])
        self.assertIsNone(rest['next_after'])
        one = self.ask('GET', '/v1/images/{id}', id=2).json()
        self.assertEqual(one, page['images'][1])
        whole = self.ask('GET', '/v1/images/{id}/file', id=2)
        self.assertEqual(whole.body, pathlib.Path(one['image']).read_bytes())
        small = self.ask('GET', '/v1/images/{id}/thumbnail', '?size=64', id=2)
        self.assertEqual(small.body[:2], b'\xff\xd8')
        self.assertLess(len(small.body), len(whole.body))
        for path, first in (('/v1/images/{id}/file', whole), ('/v1/images/{id}/thumbnail', small)):
            query = '?size=64' if first is small else ''
            again = self.ask('GET', path, query, headers={'If-None-Match': first.headers['etag']}, id=2)
            self.assertEqual(again.status, 304)
            self.assertEqual(self.ask('GET', path, id=12345).status, 404)

    def test_5_a_place_over_time_is_in_order(self):
        place = self.ask('GET', '/v1/images/{id}/place', id=1).json()
        times = [image['taken'] for image in place['images'] if image['taken']]
        self.assertEqual(times, sorted(times))
        self.assertIn(1, [image['id'] for image in place['images']])
        self.assertIn(place['basis'], ('position', 'both'))
        self.assertGreater(len(place['images']), 1)
        alone = self.ask('GET', '/v1/images/{id}/place', '?radius_m=0', id=1).json()
        self.assertIn(alone['basis'], ('none', 'appearance'))

    def test_6_groups_appear_and_photos_name_them(self):
        for _ in range(600):
            answer = self.ask('GET', '/v1/groups')
            if answer.status == 200:
                break
            self.assertEqual(answer.json()['state'], 'running')
            time.sleep(0.1)
        groups = answer.json()
        self.assertEqual(groups['state'], 'ready')
        self.assertGreater(len(groups['groups']), 0)
        group = groups['groups'][0]
        for id in group['ids']:
            self.assertEqual(self.ask('GET', '/v1/images/{id}', id=id).json()['place'], group['place'])
        grouped = sum(len(g['ids']) for g in groups['groups'])
        self.assertEqual(grouped + groups['ungrouped'], len(self.town.photos()))

    def test_7_map_stats_health_metrics(self):
        points = self.ask('GET', '/v1/map').json()
        self.assertEqual(points['count'], len(self.town.photos()))
        for column in ('ids', 'lat', 'lon', 'heading_deg', 'taken'):
            self.assertEqual(len(points[column]), points['count'])
        self.assertTrue(points['bounds']['south'] <= min(points['lat']) <= points['bounds']['north'])
        stats = self.ask('GET', '/v1/stats').json()
        self.assertEqual(stats['images'], points['count'])
        self.assertEqual(stats['model']['num_clusters'], 8)
        self.assertEqual(self.ask('GET', '/healthz').json()['status'], 'ok')
        text = self.ask('GET', '/metrics').body.decode()
        samples = {}
        for line in text.splitlines():
            if line.startswith('#'):
                self.assertRegex(line, r'^# (HELP|TYPE) [a-z_]+ .+$')
                continue
            self.assertRegex(line, r'^[a-z_]+(\{([a-z]+="[^"]*",?)+\})? [-+0-9.e]+$')
            name, value = line.rsplit(' ', 1)
            samples[name] = float(value)
        self.assertEqual(samples['loci_collection_photos'], points['count'])
        route = 'route="/v1/stats"'
        self.assertGreaterEqual(samples[f'loci_requests_total{{{route},method="GET",status="200"}}'], 1)
        self.assertEqual(samples[f'loci_request_duration_seconds_bucket{{{route},le="+Inf"}}'],
                         samples[f'loci_request_duration_seconds_count{{{route}}}'])
        self.assertEqual(self.ask('GET', '/v1/openapi.json').json(), self.document)

    def test_8_a_photo_is_added_found_and_removed(self):
        photo = self.photo('queries', 1)
        before = self.server.get('/v1/stats').json()['images']
        added = self.ask('POST', '/v1/images', '?name=../../my%20photo', photo, PHOTO)
        self.assertEqual(added.status, 201)
        stored = pathlib.Path(added.json()['image'])
        self.assertEqual(stored.parent, self.town.db / 'uploads')
        self.assertTrue(stored.name.endswith('_my photo.jpg'), stored.name)
        again = self.ask('POST', '/v1/images', '', photo, PHOTO)
        self.assertEqual((again.status, again.json()['id']), (200, added.json()['id']))
        match = self.ask('POST', '/v1/query', '?k=1', photo, PHOTO).json()['matches'][0]
        self.assertEqual(match['id'], added.json()['id'])
        self.assertGreater(match['score'], 0.999)
        removed = self.ask('DELETE', '/v1/images/{id}', id=match['id']).json()
        self.assertTrue(removed['file_deleted'])
        self.assertFalse(stored.exists())
        self.assertEqual(self.ask('DELETE', '/v1/images/{id}', id=match['id']).status, 404)
        self.assertEqual(self.server.get('/v1/stats').json()['images'], before)

    def test_9_an_original_that_is_removed_keeps_its_file(self):
        image = self.server.get('/v1/images?limit=1000').json()['images'][-1]
        removed = self.ask('DELETE', '/v1/images/{id}', id=image['id']).json()
        self.assertFalse(removed['file_deleted'])
        self.assertTrue(pathlib.Path(image['image']).exists())

    def test_every_route_and_schema_was_asked_for(self):
        described = {(method.upper(), path) for path, item in self.document['paths'].items() for method in item}
        self.assertEqual(self.asked, described)
        self.assertEqual(set(self.document['components']['schemas']) - self.schemas.seen, set())


class YoungCollection(unittest.TestCase):
    def test_that_grows_by_uploads_learns_its_own_centers(self):
        town = Town(LOCI, places=20)
        photos = town.photos()
        db = town.root / 'young'
        loci(LOCI, 'index', *photos[:3], '--db', db)
        before = (db / 'model.safetensors').read_bytes()
        server = LiveServer(LOCI, db, '--uploads', town.root / 'up')
        try:
            for photo in photos[3:35]:
                self.assertIn(server.ask('POST', '/v1/images', photo.read_bytes(), PHOTO).status, (200, 201), photo)
            deadline = time.monotonic() + 120
            while (db / 'model.safetensors').read_bytes() == before:
                self.assertLess(time.monotonic(), deadline, server.log)
                time.sleep(0.2)
            answer = server.ask('POST', '/v1/query?k=1', photos[0].read_bytes(), PHOTO).json()
            self.assertEqual(answer['verdict'], 'known')
            self.assertGreater(answer['matches'][0]['score'], 0.99)
        finally:
            self.assertEqual(server.stop(), 0)
        self.assertIn('no problem found', loci(LOCI, 'index', photos[0], '--db', db, '--keep-missing', '--verify').stderr)
        town.close()


if __name__ == '__main__':
    unittest.main()
