#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""The layer check passes on the tree and fails on every kind of planted fault. Usage: check_layers_test.py ROOT"""
import pathlib
import shutil
import subprocess
import sys
import tempfile

root = pathlib.Path(sys.argv[1]).resolve()
checker = root / 'tools' / 'check_layers.py'


def run(tree):
    result = subprocess.run([sys.executable, checker, tree], capture_output=True, text=True)
    return result.returncode, result.stdout


def planted(relative, text, append=True):
    """Copies the tree, plants `text` in one file and returns what the check says."""
    with tempfile.TemporaryDirectory() as folder:
        tree = pathlib.Path(folder)
        for part in ('src', 'include', 'python'):
            shutil.copytree(root / part, tree / part)
        target = tree / relative
        old = target.read_text() if append and target.exists() else ''
        target.write_text(old + text)
        return run(tree)


code, output = run(root)
assert code == 0, output
faults = [
    ('include/loci/base/status.h', '#include "loci/math/gemm.h"\n', True, 'math is not in the DEPENDS of base'),
    ('src/math/kmeans.cc', '#include "loci/place/place_db.h"\n', True, 'place is not in the DEPENDS of math'),
    ('include/loci/index/index.h', '#include <faiss/IndexFlat.h>\n', True, 'not the standard library'),
    ('include/loci/image/image.h', '#include <opencv2/core.hpp>\n', True, 'not the standard library'),
    ('python/src/eval.cc', '#include "console.h"\n', True, 'console.h, which is no header of python'),
    ('python/src/eval.cc', '#include "loci/server/server.h"\n', True, 'server is not in the DEPENDS of python'),
    ('src/math/CMakeLists.txt', 'loci_module(math DEPENDS base index)\n', False, 'only lower layers'),
    ('src/index/CMakeLists.txt', 'loci_module(index DEPENDS base math data)\n', False, 'only lower layers'),
]
for relative, text, append, expected in faults:
    code, output = planted(relative, text, append)
    assert code == 1 and expected in output, f'{relative}: planted fault not found:\n{output}'
print(f'{len(faults)} of {len(faults)} planted faults found, none in the tree')
