# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""What the tests of files of many frames share: twelve places of a drawn town."""
import sys
import tempfile

from program import InAFolder, loci, sketch_town


def needs_plugin(suffix, content, message):
    """Ends the test as skipped (77) in a build that cannot read such files."""
    with tempfile.NamedTemporaryFile(suffix=suffix) as file:
        file.write(content)
        file.flush()
        if message in loci('loops', file.name).stderr:
            print('skipped: this build', message)
            sys.exit(77)


class FramesOfATown(InAFolder):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        town = sketch_town(cls.root / 'town', places=12, times=2, seed=3, width=160, height=120)
        cls.photos = sorted((town / 'database').iterdir(), key=lambda p: p.name.split('@')[7])
        cls.jpegs = [photo.read_bytes() for photo in cls.photos]
