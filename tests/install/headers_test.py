#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Compiles every installed header by itself, with no other folder to include from and with its neighbours' strictness.
Usage: headers_test.py ROOT BUILD [COMPILER]"""
import concurrent.futures
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

STRICT = ['-std=c++20', '-fsyntax-only', '-Wall', '-Wextra', '-Wpedantic', '-Wshadow', '-Wno-psabi', '-Werror']


def main():
    root, build = pathlib.Path(sys.argv[1]), sys.argv[2]
    compiler = sys.argv[3] if len(sys.argv) > 3 else 'c++'
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix='loci_headers_') as home:
        subprocess.run(['cmake', '--install', build, '--component', 'development', '--prefix', f'{home}/loci'],
                       check=True, stdout=subprocess.DEVNULL)
        include = pathlib.Path(home, 'loci/include')
        headers = sorted(path.relative_to(include) for path in include.rglob('*.h'))
        public = sorted(path.relative_to(root / 'include') for path in (root / 'include').rglob('*.h'))
        if headers != public:
            print(f'installed and public headers differ: {sorted(set(headers) ^ set(public))}')
            return 1

        def problem(header):
            # Twice: a header that lacks its guard defines everything again.
            source = f'#include <{header}>\n#include <{header}>\n'
            done = subprocess.run([compiler, *STRICT, '-I', include, '-x', 'c++', '-'], input=source, text=True, cwd=home,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            return f'{header} does not compile alone:\n{done.stdout}' if done.returncode else ''

        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            problems = [text for text in pool.map(problem, headers) if text]
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(*problems, sep='\n')
    print(f'{len(headers)} headers, {len(problems)} problems; {time.monotonic() - started:.0f} s, '
          f'{used.ru_utime + used.ru_stime:.0f} s of processor')
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main())
