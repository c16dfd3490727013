#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Drives the page of `loci serve` with a browser. Usage: web_test.py PART ROOT LOCI

PART  sources  the page's modules, its contract with docs/openapi.json, and that web/dist is what the sources give
      mock     every state of the page against the mock server
      server   the real program on a simulated town: from a photo to its place over time, at desktop and phone size

Exits 77 (skipped) where Node, npm's packages or Chromium are missing. LOCI_PICTURES=DIR keeps pictures of every stop."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

SKIPPED = 77
TESTS = {'sources': ['logic', 'contract', 'dist'], 'mock': ['states', 'page'], 'server': ['page']}
# A photo of the town at another time than its collection; the places of seed 7 are the same everywhere.
TOWN = ['--places', 12, '--times', 5, '--seed', 7, '--width', 480, '--height', 360]


def skip(why):
    print(f'skipped: {why}')
    sys.exit(SKIPPED)


def install(web):
    """The packages of web/package-lock.json in web/node_modules."""
    if not shutil.which('node') or not shutil.which('npm'):
        skip('node and npm are not installed (apt install nodejs npm)')
    if int(subprocess.run(['node', '--version'], capture_output=True, text=True).stdout[1:].split('.')[0]) < 18:
        skip('node is older than 18')
    lock, installed = web / 'package-lock.json', web / 'node_modules/.package-lock.json'
    if installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return
    done = subprocess.run(['npm', 'ci', '--no-audit', '--no-fund'], cwd=web, capture_output=True, text=True)
    if done.returncode != 0:
        skip(f'npm ci failed: {done.stderr.strip()[-300:]}')


def run_tests(web, part, environment=None):
    files = [f'tests/{name}.test.mjs' for name in TESTS[part]]
    done = subprocess.run(['node', '--test', '--test-concurrency=1', '--test-reporter=spec', *files], cwd=web, env={**os.environ, **(environment or {})})
    return done.returncode


def loci(program, *words):
    done = subprocess.run([program, *map(str, words)], capture_output=True, text=True, errors='replace')
    assert done.returncode == 0, f'loci {words[0]}: exit {done.returncode}\n{done.stdout}\n{done.stderr}'
    return done.stdout


def against_server(web, program, folder):
    town, db = folder / 'town', folder / 'db'
    loci(program, 'simulate', town, *TOWN)
    database = next(town.rglob('database'))
    loci(program, 'index', database, '--db', db, '--model', 'rootsift-vlad', '--num-clusters', 32)
    # The question: the photo that is most like one of the collection among those whose place is known beyond chance.
    answers = [json.loads(line) for line in loci(program, 'query', next(town.rglob('queries')), '--db', db, '--json').splitlines()]
    query = max((a for a in answers if a['known_place']), key=lambda a: a['matches'][0]['score'])['query']
    server = subprocess.Popen([program, 'serve', '--db', str(db), '--port', '0', '--json'], stdout=subprocess.PIPE, text=True)
    try:
        line = server.stdout.readline()
        assert line, f'loci serve did not start: exit {server.wait()}'
        url = json.loads(line)['url']
        return run_tests(web, 'server', {'LOCI_URL': url.rstrip('/') + '/', 'LOCI_QUERY': query})
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            assert server.wait(timeout=30) == 0, 'loci serve did not stop in order'
        except subprocess.TimeoutExpired:
            server.kill()
            raise


def main():
    part, root, program = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
    web = root / 'web'
    install(web)
    chromium = os.environ.get('LOCI_CHROMIUM', '/usr/bin/chromium')
    if part != 'sources' and not pathlib.Path(chromium).exists():
        skip(f'{chromium} is not installed (apt install chromium)')
    if part != 'server':
        return run_tests(web, part)
    if 'not available' in subprocess.run([program, 'serve', '--help'], capture_output=True, text=True).stdout:
        skip('this loci was built without its server (libboost-dev)')
    with tempfile.TemporaryDirectory() as folder:
        return against_server(web, program, pathlib.Path(folder))


if __name__ == '__main__':
    sys.exit(main())
