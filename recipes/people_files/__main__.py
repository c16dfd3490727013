# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Runs loci on the files of real people and prints a table: right, or wrong and how. docs/files.md is about it.

Usage: python3 recipes/people_files LOCI FOLDER [NAME...]

FOLDER holds the inputs, one folder a case (01_jpeg_without_end_marker, ...). NAME chooses cases. Exits 1 when any is wrong.
The inputs are copied first; nothing is written beside them."""
import shutil
import sys

import photos  # noqa: F401 (fills CASES)
import sets  # noqa: F401
from run import CASES, FIELD, WORK, given


def main():
    if not FIELD.is_dir():
        print(f'skipped: {FIELD} is not there')
        return 77
    chosen = set(sys.argv[3:])
    wrong = 0
    print('| case | what is right | result |\n|---|---|---|')
    for name, text, function in CASES:
        if chosen and name not in chosen:
            continue
        try:
            function(given(name) if (FIELD / name).is_dir() else None)
            result = 'right'
        except ImportError as error:
            result = f'not run: {error}'
        except (AssertionError, KeyError, IndexError, ValueError, OSError) as error:
            wrong += 1
            result = f'**wrong**: {type(error).__name__ if not isinstance(error, AssertionError) else ""} {error}'.replace('\n', ' ').replace('|', '/')
        print(f'| {name} | {text} | {result} |', flush=True)
    shutil.rmtree(WORK, ignore_errors=True)
    return int(wrong > 0)


if __name__ == '__main__':
    sys.exit(main())
