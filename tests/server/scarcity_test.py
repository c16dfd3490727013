#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""A server whose queue, memory or time is short. Usage: scarcity_test.py LOCI"""
import os
import pathlib
import resource
import struct
import sys
import threading
import time
import unittest
import zlib

from live import LiveServer, Town

LOCI = sys.argv.pop(1)
PHOTO = {'Content-Type': 'image/jpeg'}


def black_png(width, height):
    def chunk(kind, data):
        return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, 8, 2, 0, 0, 0)) +
            chunk(b'IDAT', zlib.compress(bytes(height * (3 * width + 1)))) + chunk(b'IEND', b''))


class ScarcityTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.town = Town(LOCI)
        cls.photo = cls.town.photos('queries')[0].read_bytes()

    @classmethod
    def tearDownClass(cls):
        cls.town.close()

    def test_without_memory_the_photo_is_not_to_blame(self):
        # Large blocks come from the system, not from what is free in the heap.
        server = LiveServer(LOCI, self.town.db, env={'MALLOC_ARENA_MAX': '1', 'MALLOC_MMAP_THRESHOLD_': '131072'})
        pid, photo = server.process.pid, black_png(3000, 2000)
        maps = pathlib.Path(f'/proc/{pid}/maps').read_text()
        try:
            if 'libasan' in maps or 'libtsan' in maps:
                self.skipTest("a sanitizer's memory cannot be limited")
            self.assertEqual(server.ask('POST', '/v1/query', self.photo, PHOTO).status, 200)
            before = resource.prlimit(pid, resource.RLIMIT_AS)
            used = int(pathlib.Path(f'/proc/{pid}/statm').read_text().split()[0]) * resource.getpagesize()
            resource.prlimit(pid, resource.RLIMIT_AS, (used + (4 << 20), before[1]))
            # Too little for the pixels, and for the bytes of an upload.
            for body in (photo, self.photo + bytes(24 << 20)):
                answer = server.ask('POST', '/v1/query', body, PHOTO)
                self.assertEqual((answer.status, answer.json()['code']), (503, 'Busy'), answer.body[:300])
                self.assertIn('memory', answer.json()['message'])
                self.assertGreaterEqual(int(answer.headers['retry-after']), 1)
            self.assertEqual(server.get('/healthz').status, 200)
            resource.prlimit(pid, resource.RLIMIT_AS, before)
            self.assertEqual(server.ask('POST', '/v1/query', photo, PHOTO).status, 200)
        finally:
            self.assertEqual(server.stop(), 0)

    def test_a_full_queue_says_when_to_come_back(self):
        server = LiveServer(LOCI, self.town.db, '--workers', 1, '--queue', 2)
        statuses, lock = [], threading.Lock()
        noisy = [bytes(self.photo) + os.urandom(8) for _ in range(40)]  # another digest each: nothing is remembered

        def ask(body):
            answer = server.ask('POST', '/v1/query', body, PHOTO)
            if answer.status == 503:
                self.assertGreaterEqual(int(answer.headers['retry-after']), 1)
                self.assertEqual(answer.json()['code'], 'Busy')
            with lock:
                statuses.append(answer.status)
        try:
            threads = [threading.Thread(target=ask, args=(body,)) for body in noisy]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(len(statuses), len(noisy))
            self.assertEqual(set(statuses), {200, 503})
            self.assertEqual(server.get('/v1/stats').json()['queue_depth'], 0)
        finally:
            self.assertEqual(server.stop(), 0)

    def test_a_server_that_stops_finishes_what_it_has_in_hand(self):
        server = LiveServer(LOCI, self.town.db)
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(
            server.ask('POST', '/v1/query?verify=true', self.photo + os.urandom(8), PHOTO).status)) for _ in range(6)]
        for thread in threads:
            thread.start()
        idle = server.connect()
        while len(server.get('/metrics').body) and not answers:
            time.sleep(0.005)
        self.assertEqual(server.stop(), 0)
        for thread in threads:
            thread.join()
        self.assertEqual(answers, [200] * 6)
        self.assertEqual(idle.recv(100), b'')
        idle.close()
        with self.assertRaises(OSError):
            server.connect()


if __name__ == '__main__':
    unittest.main()
