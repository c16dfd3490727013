#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Every C++ file of the repository is as clang-format 14 (Debian 12's) writes it; other versions break lines elsewhere.
Exit status 77 where that version is not installed. Usage: check_format.py ROOT [--fix]"""
import concurrent.futures
import os
import shutil
import subprocess
import sys

BATCH = 40


def find_clang_format():
    for name in ('clang-format-14', 'clang-format'):
        program = shutil.which(name)
        if program and ' version 14.' in subprocess.run([program, '--version'], capture_output=True, text=True).stdout:
            return program
    return None


def main():
    root, fix = sys.argv[1], '--fix' in sys.argv[2:]
    program = find_clang_format()
    if not program:
        print('skipped: clang-format 14 is not installed (apt install clang-format-14)')
        return 77
    listed = subprocess.run(['git', '-C', root, 'ls-files', '-z', '--cached', '--others', '--exclude-standard', '*.cc', '*.h'],
                            capture_output=True, text=True)
    if listed.returncode:
        print('skipped: no git checkout, so what belongs to the project is not known')
        return 77
    files = sorted(f for f in set(listed.stdout.split('\0')) if f and os.path.exists(os.path.join(root, f)))
    how = ['-i'] if fix else ['--dry-run', '-Werror']

    def check(batch):
        return subprocess.run([program, *how, *batch], cwd=root, capture_output=True, text=True)

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        done = list(pool.map(check, (files[i:i + BATCH] for i in range(0, len(files), BATCH))))
    print(''.join(d.stderr for d in done), end='')
    if any(d.returncode for d in done):
        print('tools/check_format.py ROOT --fix formats them')
        return 1
    print(f'{len(files)} files are formatted')
    return 0


if __name__ == '__main__':
    sys.exit(main())
