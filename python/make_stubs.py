# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Prints the stubs (.pyi) of the compiled module: the signatures that it states, sorted.
Usage: make_stubs.py > loci/__init__.pyi        with the module on PYTHONPATH"""
import inspect
import re
import sys

sys.path.pop(0)  # this folder has the package's sources, without the compiled part
import loci._loci as module  # noqa: E402

HEAD = '''# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
# Written by python/make_stubs.py; the test compares it with what the module states.
from typing import Any, Callable, Optional

import numpy

__version__: str
'''


def clean(signature):
    signature = re.sub(r'loci\._loci\.|(?<=[ (\[])loci\.python::', '', signature)
    signature = re.sub(r'(?:\(anonymous namespace\)::|\{anonymous\}::|_loci::|loci::python::)', '', signature)
    signature = signature.replace('numpy.ndarray[numpy.float32]', 'numpy.ndarray').replace('numpy.ndarray[numpy.uint8]', 'numpy.ndarray')
    signature = re.sub(r'<[^>]*object at [^>]*>', '...', signature)
    signature = re.sub(r'self: \w+', 'self', signature)
    signature = re.sub(r'(Callable\[\[[^\]]*\], \w+\]) = None', r'Optional[\1] = None', signature)
    for typing, plain in (('List', 'list'), ('Dict', 'dict'), ('Tuple', 'tuple'), ('object', 'Any'), ('handle', 'Any')):
        signature = re.sub(rf'\b{typing}\b', plain, signature)
    return signature


def function(name, value, indent=''):
    lines = (value.__doc__ or '').strip().splitlines()
    signature = clean(lines[0]) if lines and lines[0].startswith(name + '(') else f'{name}(*args, **kwargs)'
    text = [line for line in lines[1:] if line.strip()]
    out = f'{indent}def {signature}:'
    if not text:
        return out + ' ...\n'
    words = f'\n{indent}    '.join(line.strip() for line in text)
    return out + f'\n{indent}    """{words}"""\n'


def members(cls):
    for name, value in sorted(vars(cls).items()):
        if name.startswith('_') and name not in ('__init__', '__len__', '__enter__', '__exit__'):
            continue
        if name == '__init__' and not (value.__doc__ or '').startswith('__init__(self: loci'):
            continue
        if isinstance(value, property):
            stated = clean((value.fget.__doc__ or '').strip().splitlines()[0]) if value.fget and value.fget.__doc__ else ''
            kind = re.search(r'-> (.*)$', stated)
            yield f'    @property\n    def {name}(self) -> {kind.group(1) if kind else "Any"}: ...\n'
        elif isinstance(value, staticmethod):
            yield '    @staticmethod\n' + function(name, value.__func__, '    ')
        elif callable(value):
            yield function(name, value, '    ')


def main():
    print(HEAD)
    for name, value in sorted(vars(module).items()):
        if name.startswith('_'):
            continue
        if inspect.isclass(value):
            bases = ', '.join(b.__name__ for b in value.__bases__ if b.__name__ not in ('object', 'pybind11_object'))
            body = ''.join(members(value)) if not issubclass(value, Exception) else ''
            print(f'class {name}{f"({bases})" if bases else ""}:\n{body or "    ..." + chr(10)}')
        elif callable(value):
            print(function(name, value))


main()
