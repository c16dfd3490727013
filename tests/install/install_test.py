#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Installs a build and uses it from outside as docs/install.md says. Usage: install_test.py ROOT BUILD"""
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import unittest

from doc_block import sections

BUILD = pathlib.Path(sys.argv.pop(2))
ROOT = pathlib.Path(sys.argv.pop(1))
PAGE = sections(ROOT / 'docs/install.md')
OUTSIDE = ROOT / 'tests/install/outside'
# Run by scripts/check_packages.sh.
ELSEWHERE = {'Debian packages', 'A minimal build'}


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = pathlib.Path(tempfile.mkdtemp(prefix='loci_install_'))
        cls.addClassCleanup(shutil.rmtree, cls.home, ignore_errors=True)
        (cls.home / 'build-release').symlink_to(BUILD)
        shutil.copytree(OUTSIDE, cls.home / 'where')
        (cls.home / 'photos').mkdir()
        for n in range(3):
            write_photo(cls.home / f'photos/{n}.ppm', seed=n)
        cls.prefix = cls.home / 'loci'
        cls.said = cls.run_commands(PAGE['From source'][0])

    @classmethod
    def run_commands(cls, commands, want=0):
        keep = {name: value for name, value in os.environ.items() if name not in ('PKG_CONFIG_PATH', 'CMAKE_PREFIX_PATH')}
        done = subprocess.run(['bash', '-eu', '-c', commands], cwd=cls.home, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env={**keep, 'HOME': str(cls.home), 'XDG_CACHE_HOME': str(cls.home / 'cache'), 'CMAKE_GENERATOR': 'Ninja'})
        if done.returncode != want:
            raise AssertionError(f'{commands}\nexit status {done.returncode}\n{done.stdout[-4000:]}')
        return done.stdout

    def check_answer(self, said):
        count, best = said.strip().splitlines()[-2:]
        self.assertTrue(count.startswith('3 photos, '), said)
        path, score = best.rsplit(' ', 1)
        self.assertEqual(pathlib.Path(path).name, '0.ppm')
        self.assertGreater(float(score), 0.999)

    def test_every_block_of_the_page_is_run(self):
        told = {title for title, blocks in PAGE.items() if blocks}
        self.assertEqual(told, {'From source', 'A program of your own', 'Build it with CMake', 'Build it with pkg-config'} | ELSEWHERE)

    def test_page_shows_the_project_that_is_built(self):
        self.assertEqual(PAGE['A program of your own'],
                         [(OUTSIDE / 'where.cc').read_text(), (OUTSIDE / 'CMakeLists.txt').read_text()])

    def test_program_says_its_version(self):
        self.assertIn((ROOT / 'VERSION').read_text().strip(), self.said)

    def test_builds_with_find_package(self):
        self.check_answer(self.run_commands(PAGE['Build it with CMake'][0]))

    def test_builds_with_pkg_config(self):
        self.check_answer(self.run_commands(PAGE['Build it with pkg-config'][0]))

    def test_moved_copy_still_serves_everything_it_has(self):
        moved = self.home / 'moved'
        shutil.copytree(self.prefix, moved)
        hidden = self.home / 'hidden'
        self.prefix.rename(hidden)
        self.addCleanup(hidden.rename, self.prefix)
        self.run_commands(f'export PKG_CONFIG_PATH={moved}/lib/pkgconfig; c++ -std=c++20 -O0 where/where.cc -o all '
                          '$(pkg-config --static --cflags --libs loci)')
        (self.home / 'all_targets').mkdir()
        text = (OUTSIDE / 'CMakeLists.txt').read_text()
        text = text.replace(' COMPONENTS place', '').replace('loci::place', 'loci::loci').replace('where.cc', '../where/where.cc')
        (self.home / 'all_targets/CMakeLists.txt').write_text(text)
        self.run_commands(f'cmake -S all_targets -B all_targets/build -D CMAKE_PREFIX_PATH={moved}; cmake --build all_targets/build')
        for program in (self.home / 'all', self.home / 'all_targets/build/where'):
            self.check_answer(self.run_commands(f'{program} collection_{program.parent.name} photos photos/0.ppm'))
        if list(moved.glob('lib/loci/libloci_train_plugin.so')):
            said = self.run_commands(f'{moved}/bin/loci bench train --architecture squeezenet1_1 --size 96x96 --runs 1 --json')
            self.assertIn('seconds', said)
        for text_file in [*moved.rglob('*.cmake'), *moved.rglob('*.pc'), *moved.rglob('*.h')]:
            text = text_file.read_text()
            for place in (ROOT, BUILD, self.prefix):
                self.assertNotIn(f'{place}/', text, text_file)

    def test_unknown_module_is_refused_by_name(self):
        (self.home / 'unknown').mkdir()
        (self.home / 'unknown/CMakeLists.txt').write_text(
            'cmake_minimum_required(VERSION 3.25)\nproject(x LANGUAGES CXX)\nfind_package(loci CONFIG REQUIRED COMPONENTS nowhere)\n')
        said = self.run_commands(f'cmake -S unknown -B unknown/build -D CMAKE_PREFIX_PATH={self.prefix}', want=1)
        self.assertIn("loci has no module 'nowhere'", said)


def write_photo(path, seed, width=320, height=240):
    """Rectangles of random colours."""
    rng = random.Random(seed)
    rows = [bytearray(width * 3) for _ in range(height)]
    for _ in range(60):
        x, y, w, h = rng.randrange(width), rng.randrange(height), rng.randrange(8, 90), rng.randrange(8, 90)
        colour = bytes(rng.randrange(256) for _ in range(3))
        for row in rows[y:y + h]:
            n = min(w, width - x)
            row[x * 3:(x + n) * 3] = colour * n
    path.write_bytes(b'P6 %d %d 255\n' % (width, height) + b''.join(rows))


if __name__ == '__main__':
    unittest.main(verbosity=2)
