#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""What the default number of threads costs beside busy processes, against one thread, in turns: query, loops and serve. For describe there is
`loci bench describe --busy N`. Usage: busy.py LOCI [--busy 0 2 4] [--rounds 5] [--model default] [--only VERB...]"""
import argparse
import http.client
import json
import multiprocessing
import pathlib
import statistics
import sys
import tempfile
import time

sys.path.append(str(pathlib.Path(__file__).parent.parent / 'tests/server'))
from live import LiveServer, loci  # noqa: E402

BARS = (1.3, 2.0)  # median and p99 of the default against one thread


def spin():
    while True:
        pass


def p99(times):
    return sorted(times)[int(0.99 * (len(times) - 1))]


def query_times(program, root, threads):
    times = []
    for photo in sorted((root / 'town/queries').iterdir())[:6]:
        start = time.monotonic()
        loci(program, 'query', photo, '--db', root / 'db', '--threads', threads, '--json')
        times.append(1e3 * (time.monotonic() - start))
    return times


def loop_times(program, root, threads):
    done = loci(program, 'loops', root / 'town/database', '--fps', 1, '--model', root / 'db/model.safetensors', '--threads', threads, '--json')
    timing = json.loads(done.stdout)['add_ms']
    return [timing['p50']] * 98 + [timing['p99']] * 2


def serve_times(port, root, number):
    times = []
    for i, photo in enumerate(sorted((root / 'town/queries').iterdir())[:6]):
        connection = http.client.HTTPConnection('127.0.0.1', port, timeout=120)
        start = time.monotonic()
        # Other bytes behind the picture: nothing is remembered.
        connection.request('POST', '/v1/query?k=3', photo.read_bytes() + b'%d %d' % (number, i), {'Content-Type': 'image/jpeg'})
        assert connection.getresponse().read()
        times.append(1e3 * (time.monotonic() - start))
        connection.close()
    return times


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('program')
    parser.add_argument('--busy', type=int, nargs='+', default=[0, 2, 4])
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--model', default='default')
    parser.add_argument('--only', nargs='+', default=['query', 'loops', 'serve'])
    arguments = parser.parse_args()
    program, missed = arguments.program, 0
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        loci(program, 'simulate', root / 'town', '--sketch', '--places', 8, '--times', 3, '--seed', 5, '--width', 320, '--height', 240)
        loci(program, 'index', root / 'town/database', '--db', root / 'db', '--model', arguments.model)
        for busy in arguments.busy:
            spinners = [multiprocessing.Process(target=spin, daemon=True) for _ in range(busy)]
            servers = {threads: LiveServer(program, root / 'db', '--workers', threads) for threads in (1, 0)}
            for spinner in spinners:
                spinner.start()
            try:
                for what in arguments.only:
                    times = {1: [], 0: []}
                    for number in range(arguments.rounds):
                        for threads in (1, 0):
                            times[threads] += (query_times(program, root, threads) if what == 'query' else
                                               loop_times(program, root, threads) if what == 'loops' else
                                               serve_times(servers[threads].port, root, number))
                    middle = [statistics.median(times[threads]) for threads in (1, 0)]
                    worst = [p99(times[threads]) for threads in (1, 0)]
                    ratios = middle[1] / middle[0], worst[1] / worst[0]
                    missed += any(ratio > bar for ratio, bar in zip(ratios, BARS))
                    print(f'{what:6} beside {busy} busy: one thread {middle[0]:.1f} ms (p99 {worst[0]:.1f}), default {middle[1]:.1f} '
                          f'({worst[1]:.1f}): {ratios[0]:.2f} x, p99 {ratios[1]:.2f} x', flush=True)
            finally:
                for spinner in spinners:
                    spinner.terminate()
                for server in servers.values():
                    server.stop()
    sys.exit(f'{missed} over the bars of {BARS[0]} and {BARS[1]}' if missed else 0)


if __name__ == '__main__':
    main()
