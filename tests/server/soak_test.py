#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Requests of all kinds on one server, with photos added and removed, other processes indexing, and clients that mean no good.
Usage: soak_test.py LOCI [--requests 200000] [--minutes 230] [--clients 8] [--quick]
Prints what came of it as JSON, and fails when a request got no answer or a 5xx other than 503, when the memory or the number of descriptors
grew without bound, when dead rows pile up, or when the collection is not sound afterwards."""
import argparse
import collections
import http.client
import json
import os
import random
import subprocess
import sys
import threading
import time

from live import LiveServer, Town, loci

JPEG = {'Content-Type': 'image/jpeg'}


def memory_mib(pid):
    with open(f'/proc/{pid}/status') as status:
        return next(int(line.split()[1]) for line in status if line.startswith('VmRSS:')) / 1024


class Client(threading.Thread):
    def __init__(self, server, photos, seed, deadline, counts, lock):
        super().__init__()
        self.server, self.photos, self.random = server, photos, random.Random(seed)
        self.deadline, self.counts, self.lock = deadline, counts, lock
        self.mine, self.wrong = [], []

    def ask(self, connection, kind, method, target, body=None):
        connection.request(method, target, body, JPEG if body is not None else {})
        response = connection.getresponse()
        content = response.read()
        with self.lock:
            self.counts[kind, response.status] += 1
        if response.status >= 500 and response.status != 503:
            self.wrong.append(f'{method} {target}: {response.status} {content[:200]!r}')
        return response.status, content

    def one(self, connection):
        draw, image = self.random.random(), self.random.randint(1, 24)
        photo = self.random.choice(self.photos)
        if draw < 0.25:
            self.ask(connection, 'thumbnail', 'GET', f'/v1/images/{image}/thumbnail?size={self.random.choice([64, 160, 320])}')
        elif draw < 0.45:
            self.ask(connection, 'matches', 'GET', f'/v1/images/{image}/matches?k=5')
        elif draw < 0.6:
            self.ask(connection, 'list', 'GET', '/v1/images?limit=20')
        elif draw < 0.7:
            self.ask(connection, 'file', 'GET', f'/v1/images/{image}/file')
        elif draw < 0.78:
            self.ask(connection, 'query', 'POST', '/v1/query?k=3', photo)
        elif draw < 0.80:
            self.ask(connection, 'why', 'POST', f'/v1/why?id={image}', photo)
        elif draw < 0.84:
            self.ask(connection, 'bad body', 'POST', '/v1/query', self.random.randbytes(2000))
        elif draw < 0.88:
            self.ask(connection, 'bad address', 'GET', '/v1/' + self.random.randbytes(8).hex())
        elif draw < 0.90:
            self.ask(connection, 'map', 'GET', self.random.choice(['/v1/map', '/v1/stats', '/metrics', '/healthz', '/v1/groups']))
        elif draw < 0.96 or not self.mine:
            status, content = self.ask(connection, 'add', 'POST', '/v1/images?name=soak.jpg', photo + self.random.randbytes(6))
            if status == 201:
                self.mine.append(json.loads(content)['id'])
        else:
            status, _ = self.ask(connection, 'remove', 'DELETE', f'/v1/images/{self.mine[-1]}')
            if status in (200, 404):
                self.mine.pop()

    def run(self):
        connection = http.client.HTTPConnection('127.0.0.1', self.server.port, timeout=120)
        while not self.deadline():
            try:
                self.one(connection)
            except (OSError, http.client.HTTPException) as error:
                self.wrong.append(f'no answer: {error!r}')
                connection.close()
        for number in self.mine:
            connection.request('DELETE', f'/v1/images/{number}')
            connection.getresponse().read()
        connection.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('program')
    parser.add_argument('--requests', type=int, default=200_000)
    parser.add_argument('--clients', type=int, default=8)
    parser.add_argument('--minutes', type=float, default=230, help='at most: then it ends with the requests made so far')
    parser.add_argument('--quick', action='store_true', help='2,000 requests')
    arguments = parser.parse_args()
    wanted = 2000 if arguments.quick else arguments.requests
    town = Town(arguments.program)
    server = LiveServer(arguments.program, town.db, '--memory-mib', 64)
    photos = [path.read_bytes() for path in town.photos('queries')]
    counts, lock, start = collections.Counter(), threading.Lock(), time.monotonic()
    done = threading.Event()
    clients = [Client(server, photos, seed, done.is_set, counts, lock) for seed in range(arguments.clients)]
    for client in clients:
        client.start()
    memory, descriptors, last_index = [], [], start
    last = start + 60 * arguments.minutes
    while sum(counts.values()) < wanted and time.monotonic() < last and any(client.is_alive() for client in clients):
        time.sleep(0.5)
        memory.append(memory_mib(server.process.pid))
        descriptors.append(len(os.listdir(f'/proc/{server.process.pid}/fd')))
        if time.monotonic() - last_index > 20:
            last_index = time.monotonic()
            loci(arguments.program, 'index', town.root / 'town/database', '--db', town.db, '--quiet', check=None)
    done.set()
    for client in clients:
        client.join()
    quarter = max(1, len(memory) // 4)
    early, late = max(memory[quarter:2 * quarter] or memory), max(memory[-quarter:])
    server.process.terminate()
    stopped_in = time.monotonic()
    code = server.process.wait(timeout=30)
    stopped_in = time.monotonic() - stopped_in
    segments = sum(path.stat().st_size for path in (town.db / 'segments').iterdir())
    verify = loci(arguments.program, 'index', town.root / 'town/database', '--db', town.db, '--verify', check=None)
    left = [name for name in os.listdir(town.db / 'uploads')] if (town.db / 'uploads').exists() else []
    wrong = [text for client in clients for text in client.wrong]
    result = {'requests': sum(counts.values()), 'seconds': round(time.monotonic() - start, 1), 'memory_mib': [round(early, 1), round(late, 1)],
              'descriptors': max(descriptors), 'segments_bytes': segments, 'stopped_in_s': round(stopped_in, 2), 'left_in_uploads': len(left),
              'by_kind': {f'{kind} {status}': number for (kind, status), number in sorted(counts.items())}, 'wrong': wrong[:10]}
    print(json.dumps(result))
    added = sum(number for (kind, status), number in counts.items() if kind == 'add' and status == 201)
    row = 8 * 128 * 4
    failures = [text for text, bad in [
        ('requests without a proper answer', bool(wrong)), ('memory grew', late > early * 1.3 + 30), ('exit status', code != 0),
        ('descriptors leak', max(descriptors) > 100), ('stopping took long', stopped_in > 12), ('not sound', verify.returncode != 0),
        ('files left', bool(left)), ('dead rows pile up', added > 1000 and segments > (added // 2) * row)] if bad]
    town.close()
    sys.exit('; '.join(failures) if failures else 0)


if __name__ == '__main__':
    main()
