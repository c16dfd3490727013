# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""What the tests of the program share. The program is the first argument of each of them."""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

LOCI = sys.argv.pop(1)


def loci(*words, check=None):
    """Runs a command; `check` is the exit code that it must have."""
    result = subprocess.run([LOCI, *map(str, words)], capture_output=True, text=True, errors='replace')
    if check is not None:
        assert result.returncode == check, f'{words}: exit {result.returncode}\n{result.stdout}\n{result.stderr}'
    return result


def lines(*words, check=0):
    """The objects that a command prints with --json."""
    return [json.loads(line) for line in loci(*words, '--json', check=check).stdout.splitlines()]


def sketch_town(folder, **options):
    """A drawn town in a folder: database/ and queries/."""
    words = [word for name, value in options.items() for word in (f'--{name}', value)]
    loci('simulate', folder, '--sketch', *words, check=0)
    return folder


class InAFolder(unittest.TestCase):
    """Tests that share one temporary folder, `root`."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.root = pathlib.Path(cls.folder.name)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()


class WithACollection(InAFolder):
    """`db` holds the pictures of `database`, whose names are `names`; `queries` show the same places."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        town = sketch_town(cls.root / 'town', places=8, times=3, seed=5, width=240, height=180)
        cls.database, cls.queries = town / 'database', town / 'queries'
        cls.db = cls.root / 'db'
        loci('index', cls.database, '--db', cls.db, '--model', 'rootsift-vlad', '--num-clusters', 16, check=0)
        cls.names = sorted(p.name for p in cls.database.iterdir())
