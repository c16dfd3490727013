#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Load on a server: a collection of many photos, many clients, many requests; says what came of it as JSON.
Usage: load_test.py LOCI [--photos 10000] [--clients 16] [--requests 10000] [--check]
With --check it fails when an answer was lost, the memory grew, or the time beside describing is beyond 30 ms."""
import argparse
import http.client
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from live import LiveServer, loci

PHOTO = {'Content-Type': 'image/jpeg'}


def percentile(values, part):
    values = sorted(values)
    return values[min(len(values) - 1, int(part * len(values)))] if values else float('nan')


def make_collection(program, root, photos, model):
    """`photos` entries from fewer pictures: each further one is a picture with other bytes behind its end."""
    drawn = min(photos, 600)
    loci(program, 'simulate', root / 'town', '--sketch', '--places', drawn // 3, '--times', 4, '--seed', 5, '--width', 200, '--height', 150)
    pictures = sorted((root / 'town/database').iterdir())
    for i in range(photos - len(pictures)):
        folder = root / 'more' / str(i // 1000)
        folder.mkdir(parents=True, exist_ok=True)
        source = pictures[i % len(pictures)]
        (folder / f'{source.stem}{i}{source.suffix}').write_bytes(source.read_bytes() + i.to_bytes(4, 'little'))
    db = root / 'db'
    start = time.monotonic()
    folders = [root / 'town/database'] + ([root / 'more'] if (root / 'more').exists() else [])
    clusters = ['--num-clusters', 64] if model == 'rootsift-vlad' else []
    result = loci(program, 'index', *folders, '--db', db, '--model', model, *clusters, '--json', '--quiet', timeout_s=3000)
    return db, json.loads(result.stdout)['total'], time.monotonic() - start


class Clients:
    """Clients that ask one thing after the other on kept connections, `pause_s` between two of one client."""
    def __init__(self, server, count, make_request, pause_s=0.0):
        self.server, self.count, self.make_request, self.pause_s = server, count, make_request, pause_s
        self.lock = threading.Lock()
        self.next, self.results, self.lost, self.seconds = 0, [], [], 0.0

    def run(self, requests):
        threads = [threading.Thread(target=self.work, args=(requests,)) for _ in range(self.count)]
        start = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.seconds += time.monotonic() - start
        return self

    def work(self, requests):
        connection = http.client.HTTPConnection('127.0.0.1', self.server.port, timeout=120)
        while True:
            with self.lock:
                number = self.next
                self.next += 1
            if number >= requests:
                return
            method, target, body = self.make_request(number)
            start = time.monotonic()
            try:
                connection.request(method, target, body, PHOTO if body else {})
                response = connection.getresponse()
                content = response.read()
                took = (time.monotonic() - start) * 1e3
                with self.lock:
                    if response.status == 200:
                        times = json.loads(content)['times'] if body or target.endswith('matches') else {}
                        self.results.append((took, times))
                    else:
                        self.lost.append(response.status)
            except Exception as error:  # any failure is a lost request
                with self.lock:
                    self.lost.append(repr(error))
                connection.close()
            time.sleep(self.pause_s)

    def figures(self):
        took = [t for t, _ in self.results]
        beside = [t - times.get('describe_ms', 0) - times.get('queue_ms', 0) for t, times in self.results]
        return {'answered': len(self.results), 'lost': len(self.lost), 'seconds': round(self.seconds, 2),
                'a_second': round(len(self.results) / self.seconds, 1),
                'p50_ms': round(percentile(took, .5), 2), 'p95_ms': round(percentile(took, .95), 2),
                'p99_ms': round(percentile(took, .99), 2),
                'describe_p50_ms': round(percentile([x.get('describe_ms', 0) for _, x in self.results], .5), 2),
                'describe_p95_ms': round(percentile([x.get('describe_ms', 0) for _, x in self.results], .95), 2),
                'queue_p95_ms': round(percentile([x.get('queue_ms', 0) for _, x in self.results], .95), 2),
                'beside_describing_and_queue_p95_ms': round(percentile(beside, .95), 2)}


def page_ready(server):
    """How soon the page is ready in a browser (web/tests/ready.mjs), where Node, its packages and Chromium are there."""
    web = pathlib.Path(__file__).resolve().parents[2] / 'web'
    if not shutil.which('node') or not (web / 'node_modules').exists():
        return 'not measured: node or the packages of web/ are missing (npm ci)'
    done = subprocess.run(['node', 'tests/ready.mjs', f'http://127.0.0.1:{server.port}/'], cwd=web, capture_output=True, text=True)
    return json.loads(done.stdout) if done.returncode == 0 else 'not measured: ' + done.stderr[-300:]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('program')
    parser.add_argument('--photos', type=int, default=10000)
    parser.add_argument('--clients', type=int, default=16)
    parser.add_argument('--requests', type=int, default=10000)
    parser.add_argument('--model', default='default')
    parser.add_argument('--db', help='an existing collection instead of a drawn one')
    parser.add_argument('--queries', help='folder of photos that ask; the drawn queries by default')
    parser.add_argument('--check', action='store_true')
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        report = {}
        if options.db:
            db, queries = pathlib.Path(options.db), sorted(pathlib.Path(options.queries).iterdir())
        else:
            db, report['photos'], report['index_seconds'] = make_collection(options.program, root, options.photos, options.model)
            queries = sorted((root / 'town/queries').iterdir())
        pictures = [q.read_bytes() for q in queries]
        server = LiveServer(options.program, db, '--queue', max(64, 2 * options.clients), '--memory-mib', 64)
        try:
            photos = report['photos'] = server.get('/v1/stats').json()['images']
            report['page'] = page_ready(server)

            def upload(number):
                # Other bytes each time, so that nothing is remembered.
                return 'POST', '/v1/query?k=10', pictures[number % len(pictures)] + number.to_bytes(8, 'little')

            def stored(number):
                return 'GET', f'/v1/images/{number * 7919 % photos + 1}/matches', None

            def thumbnail(number):
                return 'GET', f'/v1/images/{number * 7919 % photos + 1}/thumbnail', None

            alone = Clients(server, 1, upload).run(min(60, options.requests)).figures()
            report['one_client'] = alone
            resident = [server.resident_kib()]
            rounds = 5
            half = options.requests // rounds
            flood = Clients(server, options.clients, upload)
            for i in range(rounds):
                flood.run((i + 1) * half)
                flood.next = (i + 1) * half
                resident.append(server.resident_kib())
            report['clients_at_once'] = flood.figures()
            report['resident_mib'] = [round(kib / 1024, 1) for kib in resident]
            # At two thirds of what this machine can answer: clients that pause as people do.
            pause = max(0, 1.5 * options.clients / report['clients_at_once']['a_second'] - alone['p50_ms'] / 1e3)
            report['paced'] = Clients(server, options.clients, upload, pause).run(min(options.requests, 1000)).figures()
            report['paced']['pause_s'] = round(pause, 4)
            report['stored_descriptors'] = Clients(server, options.clients, stored).run(options.requests).figures()
            report['thumbnails'] = Clients(server, options.clients, thumbnail).run(min(options.requests, 3000)).figures()
        finally:
            report['exit_status'] = server.stop()
    print(json.dumps(report, indent=1))
    if not options.check:
        return 0
    failures = []
    for name in ('one_client', 'clients_at_once', 'paced', 'stored_descriptors', 'thumbnails'):
        if report[name]['lost']:
            failures.append(f'{name}: {report[name]["lost"]} requests were lost')
    for name in ('clients_at_once', 'paced'):
        if report[name]['beside_describing_and_queue_p95_ms'] > 30:
            failures.append(f'{name}: {report[name]["beside_describing_and_queue_p95_ms"]} ms beside describing')
    grown = report['resident_mib'][-1] - statistics.median(report['resident_mib'][1:3])
    if grown > 32:
        failures.append(f'memory grew by {grown} MiB')
    if report['exit_status'] != 0:
        failures.append(f'exit status {report["exit_status"]}')
    print('\n'.join(failures), file=sys.stderr)
    return 1 if failures else 0


if __name__ == '__main__':
    sys.exit(main())
