#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""The ONNX seeds of make_corpus.py."""
import json
import struct


# ONNX: protocol buffers as (field, value) pairs; integers become varints, floats fixed32, all else length-delimited.
def varint(value):
    value &= (1 << 64) - 1
    out = b''
    while value > 0x7f:
        out, value = out + bytes([value & 0x7f | 0x80]), value >> 7
    return out + bytes([value])


def proto(*fields):
    out = b''
    for number, value in fields:
        if isinstance(value, int):
            out += varint(number << 3) + varint(value)
        elif isinstance(value, float):
            out += varint(number << 3 | 5) + struct.pack('<f', value)
        else:
            value = value.encode() if isinstance(value, str) else value
            out += varint(number << 3 | 2) + varint(len(value)) + value
    return out


def onnx_tensor(name, shape, values, *more):
    return proto(*((1, side) for side in shape), (2, 1), (8, name), (9, struct.pack(f'<{len(values)}f', *values)), *more)


def onnx_node(op, inputs, output, **attributes):
    def attribute(name, value):
        if isinstance(value, list):
            return proto((1, name), *((8, each) for each in value), (20, 7))
        kind = {int: (3, 2), float: (2, 1), str: (4, 3)}[type(value)]
        return proto((1, name), (kind[0], value), (20, kind[1]))
    return proto(*((1, each) for each in inputs), (2, output), (3, 'n_' + output), (4, op),
                 *((5, attribute(*each)) for each in attributes.items()))


def onnx_value(name, shape):
    sides = (proto((1, side)) if isinstance(side, int) else proto((2, side)) for side in shape)
    return proto((1, name), (2, proto((1, proto((1, 1), (2, proto(*((1, side) for side in sides))))))))


def onnx(nodes, tensors, output='y', shape=(1, 3, 'h', 'w'), metadata=()):
    graph = proto(*((1, each) for each in nodes), (2, 'g'), *((5, each) for each in tensors),
                  (11, onnx_value('x', shape)), (12, onnx_value(output, (1, 4))))
    return proto((1, 7), (2, 'test'), (7, graph), (8, proto((1, ''), (2, 13))),
                 *((14, proto((1, key), (2, value))) for key, value in metadata))


def onnx_models(save):
    conv = onnx_node('Conv', ['x', 'w', 'b'], 'c', kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    weights = [onnx_tensor('w', (4, 3, 3, 3), [.1] * 108), onnx_tensor('b', (4,), range(4))]
    norm = [onnx_tensor(name, (4,), [1, 2, 3, 4]) for name in ('s', 't', 'm', 'v')]
    bn = onnx_node('BatchNormalization', ['c', 's', 't', 'm', 'v'], 'n', epsilon=1e-5)
    gem = [onnx_node('Clip', ['n', 'eps'], 'k'), onnx_node('Pow', ['k', 'p'], 'q'), onnx_node('GlobalAveragePool', ['q'], 'a'),
           onnx_node('Reciprocal', ['p'], 'ip'), onnx_node('Pow', ['a', 'ip'], 'r'), onnx_node('Flatten', ['r'], 'f', axis=1),
           onnx_node('Gemm', ['f', 'fw', 'fb'], 'l', transB=1), onnx_node('LpNormalization', ['l'], 'y', axis=1, p=2)]
    numbers = [onnx_tensor('eps', (), [1e-6]), onnx_tensor('p', (1,), [3]), onnx_tensor('fw', (2, 4), range(8)),
               onnx_tensor('fb', (2,), [0, 1])]
    save('onnx', 'gem.onnx', onnx([conv, bn, *gem], [*weights, *norm, *numbers]))
    save('onnx', 'truncated.onnx', onnx([conv, bn, *gem], [*weights, *norm, *numbers])[:400])
    save('onnx', 'map.onnx', onnx([conv, onnx_node('Relu', ['c'], 'y')], weights))
    residual = [onnx_node('Pad', ['x', 'pads'], 'xp', mode='constant'),
                onnx_node('Conv', ['xp', 'w'], 'c', kernel_shape=[3, 3], auto_pad='VALID'),
                onnx_node('Relu', ['c'], 'r'), onnx_node('MaxPool', ['r'], 'm', kernel_shape=[3, 3], strides=[1, 1], pads=[1, 1, 1, 1]),
                onnx_node('Add', ['m', 'r'], 's'), onnx_node('Concat', ['s', 'r'], 'y', axis=1)]
    save('onnx', 'residual.onnx', onnx(residual, [*weights, onnx_tensor('pads', (8,), [0, 0, 1, 1, 0, 0, 1, 1])]))
    save('onnx', 'unknown_operator.onnx', onnx([conv, onnx_node('Gelu', ['c'], 'y')], weights))
    external = onnx_tensor('w', (4, 3, 3, 3), [], (13, proto((1, 'location'), (2, 'w.bin'))), (14, 1))
    save('onnx', 'external.onnx', onnx([conv], [external, weights[1]], 'c'))
    save('onnx', 'step_zero.onnx', onnx([onnx_node('Conv', ['x', 'w'], 'y', kernel_shape=[3, 3], strides=[0, 0])], weights))
    save('onnx', 'huge_shape.onnx', onnx([conv], [onnx_tensor('w', (1 << 40, 1 << 40), [1.])], 'c'))
    save('onnx', 'two_makers.onnx', onnx([conv, conv], weights, 'c'))
    spec = {'format_version': 1, 'features': 'network', 'network': {'ops': []}, 'pooling': {'type': 'max'}}
    save('onnx', 'description.onnx', onnx([conv], weights, 'c', metadata=[('loci', json.dumps(spec))]))
