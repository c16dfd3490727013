# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Runs every sh block of the tutorials, the migration pages and the FAQ, each page in a folder with drawn photographs, and
looks up the verbs and options of every command that any page shows. Usage: pages_test.py LOCI ROOT"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(sys.argv.pop(2))
LOCI = pathlib.Path(sys.argv.pop(1)).resolve()
CODE = re.compile(r'^ *```[^\n]*\n(.*?)^ *```|`([^`\n]+)`', re.M | re.S)
COMMAND = re.compile(r'(?:^\s*|[`/(|&;]\s*|bin/)loci ([a-z]+)( [^`|;&)#\n]*)?', re.M)
OPTION = re.compile(r'(?<!\S)(--[a-z][a-z0-9-]*|-[a-zA-Z])\b')
PAGES = sorted([*ROOT.glob('docs/tutorials/*.md'), *ROOT.glob('docs/migration/*.md'), ROOT / 'docs/faq.md'])


def run(*arguments, cwd):
    subprocess.run([LOCI, *map(str, arguments)], cwd=cwd, check=True, capture_output=True)


class PagesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        root = cls.root = pathlib.Path(cls.folder.name)
        run('simulate', 'town', '--sketch', '--places', 6, '--times', 3, '--seed', 5, '--width', 128, '--height', 96, cwd=root)
        run('index', 'town/database', '--db', 'classic.loci', '--model', 'rootsift-vlad', '--num-clusters', 4, cwd=root)
        for name in ('pictures', 'photos', 'images', 'keyframes'):
            (root / name).symlink_to(root / 'town/database')
        (root / 'new').symlink_to(root / 'town/queries')
        shutil.copy(sorted((root / 'town/queries').iterdir())[0], root / 'new.jpg')
        shutil.copy(root / 'new.jpg', root / 'frame.jpg')
        # A drive that passes every place twice.
        (root / 'drive').mkdir()
        for turn in range(2):
            for i, photo in enumerate(sorted((root / 'town/database').iterdir())[turn::2]):
                shutil.copy(photo, root / f'drive/{100 * turn + i:04}.jpg')
        shutil.copy(next((root / 'classic.loci').glob('**/*.safetensors')), root / 'classic.safetensors')
        shutil.copy(ROOT / 'models/placenet.safetensors', root / 'place.safetensors')
        (root / 'bin').mkdir()
        (root / 'bin/loci').symlink_to(LOCI)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_pages_have_blocks(self):
        self.assertGreaterEqual(len(PAGES), 8)

    def test_links_lead_somewhere(self):
        for page in [*ROOT.glob('*.md'), *ROOT.glob('docs/**/*.md')]:
            for target in re.findall(r'\]\(([^)#]+)', page.read_text()):
                if not target.startswith('http'):
                    self.assertTrue((page.parent / target).exists(), f'{page.name}: {target}')

    def test_every_command_has_its_verb_and_options(self):
        shown, helps = 0, {}
        for page in [*ROOT.glob('*.md'), *ROOT.glob('docs/**/*.md')]:
            code = '\n'.join(block or span for block, span in CODE.findall(page.read_text()))
            for verb, rest in COMMAND.findall(code.replace('\\\n', ' ')):
                if verb not in helps:
                    helps[verb] = subprocess.run([LOCI, verb, '--help'], capture_output=True, text=True)
                self.assertEqual(helps[verb].returncode, 0, f'{page.name}: loci {verb}')
                for option in OPTION.findall(rest):
                    self.assertRegex(helps[verb].stdout, re.escape(option) + r'(?![a-z0-9-])', f'{page.name}: loci {verb}{rest}')
                shown += 1
        self.assertGreater(shown, 100)


def page_test(page):
    def test(self):
        blocks = re.findall(r'```sh\n(.*?)```', page.read_text(), re.S)
        self.assertTrue(blocks, page)
        work = self.root / page.stem
        work.mkdir()
        for entry in self.root.iterdir():
            if entry != work and entry.name != page.stem and entry.name != 'bin':
                (work / entry.name).symlink_to(entry)
        done = subprocess.run(['bash', '-e'], input='\n'.join(blocks), text=True, capture_output=True, cwd=work,
                              env={**os.environ, 'PATH': f'{self.root / "bin"}:{os.environ["PATH"]}'})
        self.assertEqual(done.returncode, 0, f'{page}\n{done.stdout[-1500:]}\n{done.stderr[-1500:]}')
    return test


for each in PAGES:
    setattr(PagesTest, 'test_' + each.relative_to(ROOT / 'docs').with_suffix('').as_posix().replace('/', '_'), page_test(each))

if __name__ == '__main__':
    unittest.main()
