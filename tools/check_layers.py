#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Checks that modules include only what their CMake DEPENDS list names and their own headers, that these lists go strictly
downwards, and that no public header includes a third-party one. Usage: check_layers.py ROOT"""
import pathlib
import re
import sys

# The layer of every module, as in docs/architecture.md.
LAYERS = {
    'base': 0, 'math': 1, 'image': 1, 'model': 1, 'data': 2, 'video': 2, 'index': 2, 'backbone': 2, 'local': 2, 'pooling': 2,
    'exchange': 2, 'describe': 3, 'eval': 3, 'place': 4, 'train': 4, 'timemachine': 4, 'server': 5, 'python': 5, 'cli': 6,
}
# DESIGN gives exchange (layer 2) the data module (layer 2) for dbStruct files; the graph stays acyclic.
SAME_LAYER_ALLOWED = {('exchange', 'data')}
STANDARD = re.compile(r'^[a-z_0-9]+$|^(sys|linux)/\w+\.h$|^(unistd|fcntl|sched|signal|pthread|dirent)\.h$')
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def module_lists(cmake_text):
    """DEPENDS and TEST_DEPENDS of a module's CMakeLists.txt (a program states its list in a comment)."""
    words = re.sub(r'[()]', ' ', cmake_text).split()
    lists, current = {'DEPENDS': set(), 'TEST_DEPENDS': set()}, None
    for word in words:
        if word in lists:
            current = word
        elif word in LAYERS and current:
            lists[current].add(word)
        else:
            current = None
    return lists


def check(root):
    problems = []
    for folder in [*sorted((root / 'src').iterdir()), root / 'python']:
        cmake = folder / 'CMakeLists.txt'
        if not cmake.exists():
            continue
        name = folder.name
        if name not in LAYERS:
            problems.append(f'{folder.relative_to(root)}: no layer is given for this module in tools/check_layers.py')
            continue
        lists = module_lists(cmake.read_text())
        for dep in sorted(lists['DEPENDS']):
            if LAYERS[dep] >= LAYERS[name] and (name, dep) not in SAME_LAYER_ALLOWED:
                problems.append(f'{cmake.relative_to(root)}: {name} (layer {LAYERS[name]}) depends on {dep} '
                                f'(layer {LAYERS[dep]}); only lower layers are allowed')
        public = root / 'include' / 'loci' / name
        files = [p for d in (folder, public) for p in sorted(d.rglob('*')) if p.suffix in ('.h', '.cc', '.inc')]
        own = {path.name.removesuffix('.in') for path in folder.rglob('*.h*')}
        for path in files:
            allowed = lists['DEPENDS'] | {name}
            if path.name.endswith('_test.cc') or 'test' in path.stem:
                allowed |= lists['TEST_DEPENDS']
            for bracket, target in INCLUDE.findall(path.read_text(errors='replace')):
                where = path.relative_to(root)
                if target.startswith('loci/'):
                    other = target.split('/')[1]
                    if other not in allowed:
                        problems.append(f'{where}: includes {target}, but {other} is not in the DEPENDS of {name}')
                elif path.is_relative_to(public) and (bracket == '"' or not STANDARD.match(target)):
                    problems.append(f'{where}: a public header includes {target}, which is not the standard library')
                elif bracket == '"' and target.split('/')[-1] not in own:
                    problems.append(f'{where}: includes {target}, which is no header of {name}')
    return problems


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else '.').resolve()
    problems = check(root)
    for problem in problems:
        print(problem)
    print(f'{len(problems)} problems' if problems else 'layers are in order')
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main())
