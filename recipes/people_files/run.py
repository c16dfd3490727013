# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""What the cases share. The program is the first argument, the folder of inputs the second."""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

LOCI, FIELD = sys.argv[1], pathlib.Path(sys.argv[2])
WORK = pathlib.Path(tempfile.mkdtemp(prefix='people_files'))
QUICK = ('--model', 'rootsift-vlad', '--num-clusters', 4)
CASES = []


class Ran:
    def __init__(self, result):
        self.status, self.out, self.err = result.returncode, result.stdout, result.stderr

    def json(self):
        return json.loads(self.out.splitlines()[-1])


def loci(*words, status=0, shell_out=None):
    result = subprocess.run([LOCI, *map(str, words)], stdout=shell_out or subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            errors='replace', cwd=WORK)
    if status is not None and result.returncode != status:
        raise AssertionError(f'{" ".join(map(str, words))}: exit {result.returncode}, expected {status}: {(result.stderr or "")[-300:]}')
    return Ran(result)


def expect(condition, text):
    if not condition:
        raise AssertionError(text)


def equal(found, expected, what=''):
    expect(found == expected, f'{what} {found}, expected {expected}'.strip())


def given(name):
    """A copy of a case's folder."""
    copy = WORK / name
    if copy.exists():
        shutil.rmtree(copy)
    shutil.copytree(FIELD / name, copy, symlinks=True)
    return copy


def points(*sources, status=0, every=None):
    """Positions that a new collection of the sources exports, by file name."""
    db = fresh('points.loci')
    loci('index', *sources, '--db', db, *QUICK, *(('--every', every) if every is not None else ()), status=status)
    file = WORK / 'points.geojson'
    result = loci('export', '--db', db, '--geojson', file, '--force', status=None)
    if result.status != 0:
        return {}
    return {pathlib.Path(f['properties'].get('path', f['properties'].get('image', ''))).name: f['geometry']['coordinates']
            for f in json.loads(file.read_text())['features']}


def fresh(name):
    path = WORK / name
    shutil.rmtree(path, ignore_errors=True)
    shutil.rmtree(f'{path}.frames', ignore_errors=True)
    return path


def index(*sources, status=0, options=()):
    db = fresh('index.loci')
    result = loci('index', *sources, '--db', db, '--json', *QUICK, *options, status=status)
    summary = result.json() if result.out.strip() else {}
    return summary, result.err


def recall(source, *options, status=0):
    result = loci('eval', source, '--json', *QUICK, '--n', '1,5', *options, status=status)
    return result.json() if status == 0 else result.err


def case(name, text):
    def keep(function):
        CASES.append((name, text, function))
        return function
    return keep
