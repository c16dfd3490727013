#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""House rules that neither a compiler nor clang-format sees: licence lines, file length, a library that never prints or
exits, doc comments whose labels begin a line, and words that the pages and headers do without. Usage: check_rules.py ROOT"""
import pathlib
import re
import sys

MAX_LINES = 320
LIBRARY_MAY_NOT = re.compile(r'\b(std::cout|std::cerr|printf\s*\(|fprintf\s*\(|puts\s*\(|abort\s*\(\)|std::exit|[^_.>:]exit\s*\()')
OPTIONAL = re.compile(r'#\s*(?:(if)\s+(?:defined\()?LOCI_HAVE_|(if)|(endif)|include <(opencv2/[^>]+)>)')
COMMENT = re.compile(r'//[^\n]*|"(?:[^"\\\n]|\\.)*"')
TORN_LABEL = re.compile(r'^\s*///.*[.)\w`;] +(?:Errors|Threads|Cost|Source|Shapes|Units):(?=\s)', re.M)
SPLIT_MEMBER = re.compile(r'^\s+[\w.]+;  ///<', re.M)
# What readers stumbled over, and the plain word for it.
WORDS = {'behind each other': 'one after another', 'is no number': 'is not finite', 'who asks whom': 'queries and database',
         'likeness': 'similarity'}


def line_of(text, found):
    return text.count('\n', 0, found.start()) + 1


def comment_problems(where, text):
    """Comments that a formatter tore: a label inside of a line, or a member split for the comment after it."""
    for rule, says in ((TORN_LABEL, 'a label (Errors:, Threads: ...) begins a line of its own'),
                       (SPLIT_MEMBER, 'the comment of a member that fills its line stands above it')):
        for found in rule.finditer(text):
            yield f'{where}:{line_of(text, found)}: {says}'


def word_problems(where, text):
    for word, better in WORDS.items():
        for found in re.finditer(word.replace(' ', r'\s+(?:/// )?'), text, re.I):
            yield f'{where}:{line_of(text, found)}: "{word}": say "{better}"'


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
        if path.suffix in ('.h', '.cc'):
            problems.extend(comment_problems(where, text))
        if where.parts[0] == 'include':
            problems.extend(word_problems(where, text))
        in_library = where.parts[0] in ('src', 'include') and where.parts[1] != 'cli'
        if in_library and path.suffix != '.py' and not path.name.endswith('_test.cc'):
            code = COMMENT.sub('', text)
            code = re.sub(r'v?sn?printf\s*\(|format\(printf', '', code)
            found = LIBRARY_MAY_NOT.search(code)
            if found:
                problems.append(f'{where}: the library never prints or exits ({found.group(0).strip()})')
    for path in [*sorted(root.glob('*.md')), *sorted((root / 'docs').rglob('*.md'))]:
        problems.extend(word_problems(path.relative_to(root), path.read_text()))
    for problem in problems:
        print(problem)
    print(f'{len(problems)} problems' if problems else f'{len(sources)} files follow the rules')
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main())
