#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Kills every verb that changes something at random moments, as often as asked for; now and then, and at the end, one whole run must leave a
sound collection and no file that is not a result. Usage: kill_test.py LOCI [--kills 3] [--only VERB]   (300 of each for docs/reliability.md)"""
import argparse
import http.client
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time


def run(program, *words, check=True):
    result = subprocess.run([program, *map(str, words)], capture_output=True, text=True, timeout=120)
    assert not check or result.returncode == 0, (words, result.returncode, result.stdout, result.stderr)
    return result


def leftovers(*folders):
    found = []
    for folder in folders:
        for path in pathlib.Path(folder).rglob('*'):
            if '.tmp-' in path.name or path.name.startswith('.pending-') or path.name.startswith('catalogue.sqlite.new'):
                found.append(str(path))
    return found


class Kills:
    LOOK_EVERY = 10

    def __init__(self, program, kills, only, seed):
        self.program, self.kills, self.only, self.random = program, kills, only, random.Random(seed)
        self.result = {}

    def verb(self, name, command, prepare=lambda: None, finish=lambda: None, folders=(), done=lambda: False):
        """Kills `command` at moments between its start and the end of a whole run, until so many kills met it alive. How long a run is follows
        what was seen, so that a busy machine changes nothing. Where `done()`, the command has nothing left to do."""
        if self.only and name not in self.only:
            return

        def whole():
            run(self.program, *command, check=not done())
            finish()
            left = leftovers(*folders)
            assert not left, (name, left)
        prepare()
        start = time.monotonic()
        whole()
        longest = time.monotonic() - start
        landed, runs = 0, 0
        while landed < self.kills:
            assert runs < 5 * self.kills + 20, (name, landed, runs)
            runs += 1
            prepare()
            process = subprocess.Popen([self.program, *map(str, command)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                process.wait(self.random.random() * longest)
            except subprocess.TimeoutExpired:
                process.kill()
            died = process.wait() == -signal.SIGKILL
            longest *= 1.05 if died else 0.8
            landed += died
            if runs % self.LOOK_EVERY == 0:
                whole()
        prepare()
        whole()
        self.result[name] = landed
        print(f'{name}: {landed} kills in {runs} runs', file=sys.stderr, flush=True)

    def serve(self, db, photos):
        """Clients add and remove while the server is killed; what was acknowledged is true afterwards."""
        if self.only and 'serve' not in self.only:
            return
        landed, present, gone, number = 0, set(), set(), 0
        for _ in range(self.kills):
            process = subprocess.Popen([self.program, 'serve', '--db', str(db), '--port', '0', '--json', '-q'], stdout=subprocess.PIPE, text=True)
            port = json.loads(process.stdout.readline())['port']
            end = time.monotonic() + self.random.random() * 0.4
            pid = os.fork()
            if pid == 0:
                time.sleep(max(0, end - time.monotonic()))
                os.kill(process.pid, signal.SIGKILL)
                os._exit(0)
            try:
                while True:
                    connection = http.client.HTTPConnection('127.0.0.1', port, timeout=30)
                    number += 1
                    connection.request('POST', '/v1/images', photos[number % len(photos)] + number.to_bytes(4, 'little'), {'Content-Type': 'image/jpeg'})
                    answer = connection.getresponse()
                    content = json.loads(answer.read())
                    if answer.status == 201:
                        present.add(content['image'])
                    if number % 2 == 0 and answer.status == 201:
                        present.discard(content['image'])
                        connection.request('DELETE', f"/v1/images/{content['id']}")
                        if connection.getresponse().status == 200:
                            gone.add(content['image'])
            except (OSError, http.client.HTTPException, ValueError):
                pass
            os.waitpid(pid, 0)
            landed += process.wait() == -signal.SIGKILL
            process.stdout.close()
        process = subprocess.Popen([self.program, 'serve', '--db', str(db), '--port', '0', '--json', '-q'], stdout=subprocess.PIPE, text=True)
        port = json.loads(process.stdout.readline())['port']
        connection = http.client.HTTPConnection('127.0.0.1', port, timeout=30)
        connection.request('GET', '/v1/images?limit=1000')
        known = {image['image'] for image in json.loads(connection.getresponse().read())['images']}
        process.terminate()
        assert process.wait(30) == 0
        process.stdout.close()
        uploads = {str(path) for path in (db / 'uploads').iterdir()} if (db / 'uploads').exists() else set()
        assert present <= known, present - known
        assert not gone & known, gone & known
        assert uploads <= known, ('files that belong to no photo', uploads - known)
        assert not leftovers(db), leftovers(db)
        self.result['serve'] = landed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('program')
    parser.add_argument('--kills', type=int, default=3)
    parser.add_argument('--only', action='append', help='this verb (may be given again)')
    arguments = parser.parse_args()
    program = arguments.program
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        run(program, 'simulate', root / 'town', '--sketch', '--places', 8, '--times', 4, '--seed', 5, '--width', 120, '--height', 90)
        photos = root / 'town/database'
        model = ['--model', 'rootsift-vlad', '--num-clusters', 2]
        run(program, 'index', photos, '--db', root / 'base', *model)
        kills = Kills(program, arguments.kills, arguments.only, 1)
        db, shard, lost = root / 'db', root / 'shard', root / 'lost'

        shutil.copytree(root / 'base', db)

        def sound(collection):
            return lambda: run(program, 'index', photos, '--db', collection, '--verify')

        def fresh(target, *remove):
            def prepare():
                shutil.rmtree(target, ignore_errors=True)
                shutil.copytree(root / 'base', target)
                for name in remove:
                    (target / name).unlink()
            return prepare
        kills.verb('index', ['index', photos, '--db', db, '--model', root / 'base/model.safetensors'], lambda: shutil.rmtree(db, ignore_errors=True)
                   if kills.random.random() < 0.3 else None, sound(db), [db])
        kills.verb('index --compact', ['index', photos, '--db', db, '--compact'], lambda: os.utime(kills.random.choice(sorted(photos.iterdir()))),
                   sound(db), [db])
        kills.verb('remove', ['remove', photos, '--db', db], lambda: run(program, 'index', photos, '--db', db), sound(db), [db],
                   lambda: True)  # a run that was killed behind its commit has left none to remove
        kills.verb('relearn', ['index', photos, '--db', db, '--relearn'], finish=sound(db), folders=[db])
        first, second, *_ = sorted(photos.iterdir())
        kills.verb('place', ['place', first, second, '--name', 'Here', '--db', root / 'base'], folders=[root / 'base'])
        kills.verb('merge', ['merge', root / 'base', '--db', shard], lambda: shutil.rmtree(shard, ignore_errors=True) if kills.random.random() < 0.3
                   else None, sound(shard), [shard])
        kills.verb('recover', ['recover', lost, photos], fresh(lost, 'catalogue.sqlite'), sound(lost), [lost],
                   (lost / 'catalogue.sqlite').exists)
        kills.verb('query --html', ['query', next(photos.iterdir()), '--db', root / 'base', '--html', root / 'page.html'], folders=[root])
        kills.verb('import', ['import', root / 'base/model.safetensors', '-o', root / 'out/m.safetensors'],
                   lambda: (root / 'out').mkdir(exist_ok=True), folders=[root / 'out']) if run(
                       program, 'import', root / 'base/model.safetensors', '-o', root / 'm.safetensors', check=False).returncode == 0 else None
        kills.verb('locate --write-xmp', ['locate', '--db', root / 'base', '--at-least', '0', '--write-xmp'],
                   lambda: [path.unlink() for path in photos.glob('*.xmp')], folders=[photos])
        kills.verb('export --geojson', ['export', '--db', root / 'base', '--geojson', root / 'out.json'], folders=[root])
        shutil.copytree(root / 'base', root / 'served')
        kills.serve(root / 'served', [path.read_bytes() for path in sorted(photos.iterdir())])
        run(program, 'index', photos, '--db', root / 'served', '--verify')
        print(json.dumps({'kills_that_landed': kills.result}))


if __name__ == '__main__':
    sys.exit(main())
