#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""The indented blocks of one section of a page. Usage: doc_block.py PAGE SECTION prints them."""
import pathlib
import re
import sys
import textwrap


def sections(page):
    """Title -> list of its blocks, in order, each without its indentation."""
    found = {}
    for part in re.split(r'^## ', pathlib.Path(page).read_text(), flags=re.M)[1:]:
        title, _, body = part.partition('\n')
        blocks = re.findall(r'(?:^(?: {4}.*|[ ]*)\n)*^ {4}.*\n(?:^(?: {4}.*|[ ]*)\n)*', body + '\n', flags=re.M)
        found[title] = [textwrap.dedent(block).strip('\n') + '\n' for block in blocks]
    return found


if __name__ == '__main__':
    print(''.join(sections(sys.argv[1])[sys.argv[2]]), end='')
