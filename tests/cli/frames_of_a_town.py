# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""What the tests of files of many frames share: the program, and twelve places of a simulated town. Argument: LOCI"""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

LOCI = sys.argv.pop(1)


def loci(*arguments, check=None):
    result = subprocess.run([LOCI, *map(str, arguments)], capture_output=True, text=True)
    assert check is None or result.returncode == check, (result.args, result.returncode, result.stderr)
    return result


def lines(*arguments, check=0):
    return [json.loads(line) for line in loci(*arguments, '--json', check=check).stdout.splitlines()]


def needs_plugin(suffix, content, message):
    """Ends the test as skipped (77) in a build that cannot read such files."""
    with tempfile.NamedTemporaryFile(suffix=suffix) as file:
        file.write(content)
        file.flush()
        if message in loci('loops', file.name).stderr:
            print('skipped: this build', message)
            sys.exit(77)


class FramesOfATown(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.root = pathlib.Path(cls.folder.name)
        loci('simulate', cls.root / 'town', '--sketch', '--places', 12, '--times', 2, '--seed', 3, '--width', 160, '--height', 120,
             check=0)
        cls.photos = sorted((cls.root / 'town/database').iterdir(), key=lambda p: p.name.split('@')[7])
        cls.jpegs = [photo.read_bytes() for photo in cls.photos]

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()
