#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Indexing in a control group with too little memory: the system may end it, the next run completes the collection. Skipped (77) where no control
group can be made. Usage: memory_limit_test.py LOCI"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

LIMITS_MIB = (3, 6, 10, 16, 24, 48, 96)


def group_and_limit():
    """A control group of version 1 or 2 of our own, and its file of the limit."""
    for root, limit in (('/sys/fs/cgroup/memory', 'memory.limit_in_bytes'), ('/sys/fs/cgroup', 'memory.max')):
        group = pathlib.Path(root) / f'loci_test_{os.getpid()}'
        try:
            group.mkdir()
        except OSError:
            continue
        if (group / limit).exists():
            return group, group / limit
        group.rmdir()
    return None, None


def main():
    program = sys.argv[1]
    group, limit = group_and_limit()
    if group is None:
        print('skipped: no control group can be made here')
        return 77

    def run(*words, inside=False):
        def enter():
            (group / 'cgroup.procs').write_text(str(os.getpid()))
        return subprocess.run([program, *map(str, words)], capture_output=True, text=True, timeout=300, preexec_fn=enter if inside else None)
    ended = 0
    try:
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            assert run('simulate', root / 'town', '--sketch', '--places', 8, '--times', 4, '--seed', 5, '--width', 120, '--height', 90).returncode == 0
            assert run('index', root / 'town/database', '--db', root / 'base', '--model', 'rootsift-vlad', '--num-clusters', 2).returncode == 0
            for mib in LIMITS_MIB:
                db = root / 'db'
                shutil.rmtree(db, ignore_errors=True)
                shutil.copytree(root / 'base', db)
                limit.write_text(str(mib << 20))
                first = run('index', root / 'town', '--db', db, inside=True)
                assert first.returncode in (0, 1, -9), (mib, first)
                ended += first.returncode != 0
                again = run('index', root / 'town', '--db', db)
                assert again.returncode == 0, (mib, again)
                verified = run('index', root / 'town', '--db', db, '--verify')
                assert verified.returncode == 0 and '32 images, no problem' in verified.stdout + verified.stderr, (mib, verified)
                assert not list(db.rglob('*.tmp-*')), mib
    finally:
        group.rmdir()
    assert ended > 0, 'no limit was too little'
    print(f'{ended} of {len(LIMITS_MIB)} runs were ended for their memory; all collections are whole')
    return 0


if __name__ == '__main__':
    sys.exit(main())
