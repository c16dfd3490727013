#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""House rules that a compiler does not see: licence lines, file length, a library that never prints or exits, and a test
beside every source. Usage: check_rules.py ROOT"""
import pathlib
import re
import sys

MAX_LINES = 320
LIBRARY_MAY_NOT = re.compile(r'\b(std::cout|std::cerr|printf\s*\(|fprintf\s*\(|puts\s*\(|abort\s*\(\)|std::exit|[^_.>:]exit\s*\()')
OPTIONAL = re.compile(r'#\s*(?:(if)\s+(?:defined\()?LOCI_HAVE_|(if)|(endif)|include <(opencv2/[^>]+)>)')
COMMENT = re.compile(r'//[^\n]*|"(?:[^"\\\n]|\\.)*"')


def unguarded(text):
    """Headers of OpenCV that a build without it would look for."""
    inside = []
    for have, other, end, header in OPTIONAL.findall(text):
        if have or other:
            inside.append(bool(have))
        elif end and inside:
            inside.pop()
        elif header and not any(inside):
            return header
    return None


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    problems = []
    sources = [p for d in ('src', 'include', 'python', 'integrations', 'recipes', 'tests', 'fuzz', 'tools', 'examples') for p in sorted((root / d).rglob('*'))
               if p.suffix in ('.h', '.cc', '.inc', '.py') and '__pycache__' not in p.parts]
    for path in sources:
        where, text = path.relative_to(root), path.read_text()
        if 'SPDX-License-Identifier: Apache-2.0' not in text[:300]:
            problems.append(f'{where}: the two SPDX lines are missing')
        lines = text.count('\n')
        if lines > MAX_LINES:
            problems.append(f'{where}: {lines} lines; split it by concept (at most {MAX_LINES})')
        if where.parts[0] == 'src' and 'opencv' not in where.parts and '_test.' not in path.name and unguarded(text):
            problems.append(f'{where}: includes {unguarded(text)} outside of #if LOCI_HAVE_OPENCV')
        in_library = where.parts[0] in ('src', 'include') and where.parts[1] != 'cli'
        if in_library and path.suffix != '.py' and not path.name.endswith('_test.cc'):
            code = COMMENT.sub('', text)
            code = re.sub(r'v?sn?printf\s*\(|format\(printf', '', code)
            found = LIBRARY_MAY_NOT.search(code)
            if found:
                problems.append(f'{where}: the library never prints or exits ({found.group(0).strip()})')
    for problem in problems:
        print(problem)
    print(f'{len(problems)} problems' if problems else f'{len(sources)} files follow the rules')
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main())
