#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""What the world may do to a server: wrong, slow, broken, hostile and far too much. Usage: bad_input_test.py LOCI"""
import http.client
import json
import pathlib
import resource
import shutil
import socket
import struct
import sys
import time
import unittest
import zlib

from live import LiveServer, Town, loci

LOCI = sys.argv.pop(1)
TOKEN = 'a-token-of-some-length-1234'
PHOTO = {'Content-Type': 'image/jpeg'}
POST = b'POST /v1/query HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\n'


def png_header(width, height):
    def chunk(kind, data):
        return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, 8, 2, 0, 0, 0)) +
            chunk(b'IDAT', zlib.compress(b'\0' * 1000)) + chunk(b'IEND', b''))


def status_of(raw):
    return int(raw.split(b' ', 2)[1]) if raw else None


class BadInputTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.town = Town(LOCI)
        cls.photo = cls.town.photos('queries')[0].read_bytes()
        cls.server = LiveServer(LOCI, cls.town.db, '--request-timeout-s', 2, '--max-upload-mib', 1)

    @classmethod
    def tearDownClass(cls):
        assert cls.server.stop() == 0
        cls.town.close()

    def refused(self, answer, status, code, *words):
        self.assertEqual(answer.status, status, answer.body[:300])
        error = answer.json()
        self.assertEqual(set(error), {'code', 'message'})
        self.assertEqual(error['code'], code)
        for word in words:
            self.assertIn(word, error['message'])

    def query(self, body, headers=None):
        return self.server.ask('POST', '/v1/query', body, headers or PHOTO)

    def test_what_is_no_image_is_refused(self):
        self.refused(self.query(b'this is no photo'), 422, 'Corrupt')
        self.refused(self.query(b'\xff\xd8\xff\xe0' + b'\0' * 500), 422, 'Corrupt')
        self.refused(self.query(self.photo[:len(self.photo) // 8]), 422, 'Corrupt')
        self.refused(self.query(b''), 400, 'InvalidArgument', 'empty')
        self.refused(self.query(self.photo, {'Content-Type': 'text/html'}), 415, 'Unsupported', 'image/jpeg')

    def test_a_200_megapixel_image_is_refused_from_its_header(self):
        start = time.monotonic()
        self.refused(self.query(png_header(20000, 10000)), 413, 'TooLarge', '20000 x 10000')
        self.refused(self.server.ask('POST', '/v1/images', png_header(20000, 10000), PHOTO), 413, 'TooLarge')
        self.assertLess(time.monotonic() - start, 5)
        self.assertFalse(list((self.town.db / 'uploads').glob('*')) if (self.town.db / 'uploads').exists() else [])

    def test_an_upload_beyond_the_limit_is_refused_by_its_length_and_by_its_bytes(self):
        raw = self.server.raw(POST + b'Content-Length: 2000000\r\n\r\n' + b'x' * 10000, half_close=True)
        self.assertEqual(status_of(raw), 413)
        chunks = b''.join(b'10000\r\n' + b'x' * 0x10000 + b'\r\n' for _ in range(20)) + b'0\r\n\r\n'
        raw = self.server.raw(POST + b'Transfer-Encoding: chunked\r\n\r\n' + chunks)
        self.assertEqual(status_of(raw), 413)

    def test_half_an_upload_gets_an_answer_that_says_so(self):
        raw = self.server.raw(POST + b'Content-Length: %d\r\n\r\n' % len(self.photo) + self.photo[:1000], half_close=True)
        self.assertEqual(status_of(raw), 400)
        self.assertIn(b'1000 bytes', raw)

    def test_a_client_that_goes_away_harms_nobody(self):
        for _ in range(20):
            connection = self.server.connect()
            connection.sendall(POST + b'Content-Length: %d\r\n\r\n' % len(self.photo) + self.photo[:5000])
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
            connection.close()  # with a reset
        self.assertEqual(self.query(self.photo).status, 200)

    def test_slow_clients_end_at_the_deadline_and_hold_nobody_up(self):
        slow = []
        for _ in range(30):
            connection = self.server.connect()
            connection.sendall(POST + b'Content-Length: %d\r\n\r\n' % len(self.photo) + self.photo[:100])
            slow.append(connection)
        start = time.monotonic()
        self.assertEqual(self.query(self.photo).status, 200)
        self.assertLess(time.monotonic() - start, 2)
        received = b''
        while chunk := slow[0].recv(65536):
            received += chunk
        self.assertEqual(status_of(received), 408)
        self.assertLess(time.monotonic() - start, 10)
        for connection in slow:
            connection.close()

    def test_nonsense_on_the_line_is_answered_or_dropped(self):
        for data in (b'\x16\x03\x01\x02\x00\x01', b'GET\r\n\r\n', b'GET / HTTP/9.9\r\n\r\n',
                     b'GET /v1/stats HTTP/1.1\r\nHost: localhost\r\nX: ' + b'y' * 40000 + b'\r\n\r\n',
                     b'POST /v1/query HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\nContent-Length: -5\r\n\r\n',
                     b'POST /v1/query HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\nTransfer-Encoding: chunked'
                     b'\r\n\r\nzz\r\n'):
            raw = self.server.raw(data, half_close=True)
            self.assertIn(status_of(raw), (None, 400, 505), raw[:200])
        self.assertEqual(self.server.get('/healthz').status, 200)

    def test_unknown_addresses_ids_methods_and_parameters(self):
        self.refused(self.server.get('/v1/nothing'), 404, 'NotFound', 'openapi.json')
        self.refused(self.server.get('/v1/images/99999'), 404, 'NotFound', '99999')
        self.refused(self.server.get('/v1/images/one'), 400, 'InvalidArgument')
        self.refused(self.server.get('/v1/images/99999999999999999999999'), 400, 'InvalidArgument')
        wrong = self.server.ask('PUT', '/v1/images/1')
        self.refused(wrong, 405, 'MethodNotAllowed')
        self.assertEqual(wrong.headers['allow'], 'GET, HEAD, DELETE')
        self.refused(self.server.ask('POST', '/v1/query?kk=3', self.photo, PHOTO), 400, 'InvalidArgument', 'kk', 'verify')
        for target in ('?k=0', '?k=1.5', '?k=101', '?k=', '?verify=yes'):
            self.refused(self.server.ask('POST', '/v1/query' + target, self.photo, PHOTO), 400, 'InvalidArgument')
        self.refused(self.server.get('/v1/stats?%zz'), 400, 'InvalidArgument')
        self.refused(self.server.ask('GET', '/v1/stats', b'body'), 400, 'InvalidArgument', 'no body')

    def test_no_path_leads_out_of_the_collection(self):
        secret = self.town.root / 'secret.txt'
        secret.write_text('the secret')
        for target in ('/../secret.txt', '/v1/images/../../secret.txt', '/v1/images/1/../../../secret.txt', '/%2e%2e/secret.txt',
                       '/v1/images/..%2f..%2fsecret.txt/file', '/v1/images/1%00/file', '//etc/passwd', '/etc/passwd',
                       '/assets/../../secret.txt', '/%2fetc%2fpasswd', '/v1/images/%2e%2e%2f1/file', '/..\\secret.txt',
                       'http://localhost/../secret.txt', str(secret)):
            raw = self.server.raw(f'GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'.encode())
            self.assertIn(status_of(raw), (400, 404), target)
            self.assertNotIn(b'the secret', raw)
            self.assertNotIn(b'root:', raw)

    def test_a_photo_that_became_something_else_is_not_served(self):
        image = self.server.get('/v1/images').json()['images'][3]
        path = pathlib.Path(image['image'])
        content = path.read_bytes()
        path.unlink()
        try:
            self.refused(self.server.get(f'/v1/images/{image["id"]}/file'), 404, 'NotFound')
            path.symlink_to('/etc/passwd')
            answer = self.server.get(f'/v1/images/{image["id"]}/file')
            self.assertEqual(answer.status, 422)
            self.assertNotIn(b'root:', answer.body)
            self.assertEqual(self.server.get(f'/v1/images/{image["id"]}/thumbnail').status, 422)
        finally:
            path.unlink(missing_ok=True)
            path.write_bytes(content)

    def test_other_sites_pages_may_neither_change_nor_rebind(self):
        for headers in ({'Origin': 'https://example.org'}, {'Sec-Fetch-Site': 'cross-site'}):
            answer = self.server.ask('POST', '/v1/images', self.photo, {**PHOTO, **headers})
            self.refused(answer, 403, 'Forbidden')
            self.refused(self.server.ask('DELETE', '/v1/images/1', headers=headers), 403, 'Forbidden')
        self.refused(self.server.get('/v1/stats', headers={'Host': 'rebound.example.org'}), 403, 'Forbidden', 'rebound')
        for name in ('localhost:1', '127.0.0.1', '[::1]:80'):
            self.assertEqual(self.server.get('/v1/stats', headers={'Host': name}).status, 200)

    def test_head_is_answered_without_a_body_and_connections_are_kept(self):
        connection = http.client.HTTPConnection('127.0.0.1', self.server.port, timeout=30)
        for target in ('/v1/stats', '/v1/images/1/file', '/v1/images/1/thumbnail'):
            connection.request('HEAD', target)
            response = connection.getresponse()
            self.assertEqual((response.status, response.read()), (200, b''))
            self.assertGreater(int(response.headers['Content-Length']), 10)
            connection.request('GET', target)
            response = connection.getresponse()
            self.assertEqual(len(response.read()), int(response.headers['Content-Length']))
        connection.close()

    def test_1000_connections_are_open_and_others_are_served(self):
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),
                                                    resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
        silent = [self.server.connect() for _ in range(1000)]
        try:
            start = time.monotonic()
            self.assertEqual(self.query(self.photo).status, 200)
            self.assertEqual(self.server.get('/v1/map').status, 200)
            self.assertLess(time.monotonic() - start, 5)
            for connection in silent[::50]:
                connection.sendall(b'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n')
                self.assertEqual(status_of(connection.recv(4096)), 200)
        finally:
            for connection in silent:
                connection.close()

    def test_a_wrong_token_is_refused_and_the_right_one_not(self):
        for environment, options in (({'LOCI_TOKEN': TOKEN}, ()), ({}, ('--token-file', self.town.root / 'token'))):
            (self.town.root / 'token').write_text(TOKEN + '\n')
            server = LiveServer(LOCI, self.town.db, *options, env=environment)
            try:
                for headers in ({}, {'Authorization': 'Bearer ' + TOKEN[:-1]}, {'Authorization': 'Bearer ' + TOKEN + 'x'},
                                {'Authorization': 'Bearer '}, {'Authorization': TOKEN}, {'Cookie': 'loci_token=' + TOKEN}):
                    answer = server.get('/v1/stats', headers=headers)
                    self.refused(answer, 401, 'Unauthorized')
                    self.assertIn('Bearer', answer.headers['www-authenticate'])
                self.assertEqual(server.get('/v1/stats', headers={'Authorization': 'Bearer ' + TOKEN}).status, 200)
                thumbnail = '/v1/images/1/thumbnail'
                self.assertEqual(server.get(thumbnail).status, 401)
                self.assertEqual(server.get(thumbnail, headers={'Cookie': 'a=b; loci_token=' + TOKEN}).status, 200)
                self.assertEqual(server.get('/healthz').status, 200)
            finally:
                self.assertEqual(server.stop(), 0)
        (self.town.root / 'token').write_text('short')
        result = loci(LOCI, 'serve', '--db', self.town.db, '--token-file', self.town.root / 'token', check=2)
        self.assertIn('16 or more', result.stderr)

    def test_a_collection_that_must_not_change_does_not(self):
        server = LiveServer(LOCI, self.town.db, '--no-changeable')
        try:
            self.refused(server.ask('POST', '/v1/images', self.photo, PHOTO), 403, 'Forbidden')
            self.refused(server.ask('DELETE', '/v1/images/1'), 403, 'Forbidden')
            self.assertFalse(server.get('/v1/stats').json()['changeable'])
        finally:
            self.assertEqual(server.stop(), 0)

    def test_what_another_process_changes_is_noticed(self):
        before = self.server.get('/v1/stats').json()['images']
        extra = self.town.root / 'extra'
        extra.mkdir()
        shutil.copy(self.town.photos('queries')[2], extra)
        loci(LOCI, 'index', extra, '--db', self.town.db)
        for _ in range(100):
            if self.server.get('/v1/stats').json()['images'] == before + 1:
                break
            time.sleep(0.1)
        match = self.query((extra / self.town.photos('queries')[2].name).read_bytes()).json()['matches'][0]
        self.assertEqual(pathlib.Path(match['image']).parent, extra)
        shutil.rmtree(extra)
        loci(LOCI, 'index', self.town.root / 'town/database', extra.parent / 'extra', '--db', self.town.db, check=None)

    def test_a_new_collection_in_the_same_folder_is_noticed(self):
        db = self.town.root / 'replaced'
        shutil.copytree(self.town.db, db)
        server = LiveServer(LOCI, db)
        try:
            first = server.get('/v1/stats').json()
            shutil.rmtree(db)
            loci(LOCI, 'index', self.town.root / 'town/queries', '--db', db, '--model', 'rootsift-vlad', '--num-clusters', 6)
            for _ in range(100):
                stats = server.get('/v1/stats').json()
                if stats['model']['num_clusters'] == 6 and stats['images']:
                    break
                time.sleep(0.1)
            self.assertEqual(stats['images'], len(self.town.photos('queries')))
            self.assertNotEqual(stats['model']['fingerprint'], first['model']['fingerprint'])
            self.assertEqual(server.ask('POST', '/v1/query', self.photo, PHOTO).status, 200)
        finally:
            self.assertEqual(server.stop(), 0)

    def test_a_port_in_use_and_impossible_options_are_said(self):
        taken = loci(LOCI, 'serve', '--db', self.town.db, '--port', self.server.port, check=1)
        self.assertIn(f'port {self.server.port}', taken.stderr)
        self.assertIn('in use', taken.stderr)
        for options in (('--host', 'nowhere'), ('--port', 99999), ('--tile-url', 'tiles.example.org'), ('--max-megapixels', 0)):
            loci(LOCI, 'serve', '--db', self.town.db, *options, check=2)
        loci(LOCI, 'serve', '--db', self.town.root / 'nothing', check=1)



if __name__ == '__main__':
    unittest.main()
