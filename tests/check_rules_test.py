#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""The house rules pass on the tree and fail on every kind of planted fault. Usage: check_rules_test.py ROOT"""
import pathlib
import subprocess
import sys
import tempfile

root = pathlib.Path(sys.argv[1]).resolve()
checker = root / 'tools' / 'check_rules.py'
LICENCE = '// SPDX-FileCopyrightText: The loci authors\n// SPDX-License-Identifier: Apache-2.0\n'


def run(tree):
    result = subprocess.run([sys.executable, checker, tree], capture_output=True, text=True)
    return result.returncode, result.stdout


def planted(relative, text):
    """What the check says about a tree of one file."""
    with tempfile.TemporaryDirectory() as folder:
        target = pathlib.Path(folder) / relative
        target.parent.mkdir(parents=True)
        target.write_text(text)
        return run(folder)


code, output = run(root)
assert code == 0, output
sound = [
    ('include/loci/base/a.h', LICENCE + '/// Opens it.\n/// Errors:  NotFound\n'),
    ('include/loci/base/a.h', LICENCE + 'struct A {\n  int a = 0;  ///< one\n  ~A();  ///< gives it up\n};\n'),
    ('src/cli/a.cc', LICENCE + 'void f() { std::cout << 1; }\n'),
]
for relative, text in sound:
    code, output = planted(relative, text)
    assert code == 0, f'{relative}: refused:\n{text}\n{output}'
faults = [
    ('src/base/a.cc', 'int a;\n', 'SPDX'),
    ('src/base/a.cc', LICENCE + 'int a;\n' * 330, 'split it by concept'),
    ('src/base/a.cc', LICENCE + 'void f() { std::cout << 1; }\n', 'never prints or exits'),
    ('src/local/a.cc', LICENCE + '#include <opencv2/core.hpp>\n', 'outside of #if LOCI_HAVE_OPENCV'),
    ('include/loci/base/a.h', LICENCE + '/// Opens it. Errors: NotFound\n', 'a.h:3: a label'),
    ('src/base/a.h', LICENCE + '/// In float64 Errors:  NotFound\n', 'a.h:3: a label'),
    ('src/base/a.h', LICENCE + '  double a =\n      0;  ///< one\n', 'a.h:4: the comment of a member'),
    ('docs/a.md', 'Rows that stand\nbehind each\nother.\n', 'a.md:2: "behind each other"'),
    ('include/loci/base/a.h', LICENCE + '/// The likeness.\n', 'a.h:3: "likeness"'),
]
for relative, text, expected in faults:
    code, output = planted(relative, text)
    assert code == 1 and expected in output, f'{relative}: planted fault not found:\n{output}'
print(f'{len(faults)} of {len(faults)} planted faults found, none in the tree')
