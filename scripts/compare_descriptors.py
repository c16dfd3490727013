#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Cosine similarity of two float32 .npy files of descriptors, row by row: mean and smallest.
Usage: compare_descriptors.py A.npy B.npy"""
import array
import ast
import math
import struct
import sys


def rows_of(path):
    with open(path, 'rb') as file:
        if file.read(8)[:6] != b'\x93NUMPY':
            sys.exit(f'{path}: no .npy file')
        header = ast.literal_eval(file.read(struct.unpack('<H', file.read(2))[0]).decode('latin1'))
        if header['descr'] != '<f4' or header['fortran_order'] or len(header['shape']) != 2:
            sys.exit(f'{path}: expected rows of float32, found {header}')
        count, width = header['shape']
        for _ in range(count):
            yield array.array('f', file.read(4 * width))


def cosine(a, b):
    dot = math.sumprod(a, b) if hasattr(math, 'sumprod') else sum(map(float.__mul__, a, b))
    return dot / math.sqrt(sum(x * x for x in a) * sum(x * x for x in b))


def main():
    values = [cosine(a, b) for a, b in zip(rows_of(sys.argv[1]), rows_of(sys.argv[2]), strict=True)
              if not any(math.isnan(row[0]) for row in (a, b))]
    print(f'{len(values)} rows, cosine: mean {sum(values) / len(values):.6f}, smallest {min(values):.6f}')


if __name__ == '__main__':
    main()
