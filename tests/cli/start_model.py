# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""A tiny model to train, for the tests of the command line."""
import hashlib
import json
import random
import struct


def write_start_model(path):
    """Two convolutions with random weights, GeM pooling: a model file written by nobody's library but json and struct."""
    draw = random.Random(3)
    shapes = {'a.bias': [8], 'a.weight': [8, 3, 3, 3], 'b.bias': [16], 'b.weight': [16, 8, 3, 3]}
    ops = [{'type': 'conv', 'name': name, 'out_channels': channels, 'kernel_h': 3, 'kernel_w': 3, 'stride': 4, 'pad_top': 1,
            'pad_left': 1, 'pad_bottom': 1, 'pad_right': 1, 'activation': activation}
           for name, channels, activation in (('a', 8, 'relu'), ('b', 16, 'none'))]
    spec = {'format_version': 1, 'name': 'tiny', 'features': 'network', 'network': {'architecture': 'tiny', 'ops': ops},
            'preprocessing': {'scale': 1 / 128, 'mean': [1, 1, 1]}, 'pooling': {'type': 'gem'}}
    header, data, digest = {}, b'', hashlib.sha256()
    for name, shape in shapes.items():
        count = 1
        for side in shape:
            count *= side
        values = [draw.gauss(0, 0.2) for _ in range(count)]
        header[name] = {'dtype': 'F32', 'shape': shape, 'data_offsets': [len(data), len(data) + 4 * count]}
        values = struct.pack(f'<{count}f', *values)
        digest.update(f'{name}\nF32 {"x".join(map(str, shape))}\n'.encode() + values)
        data += values
    header['__metadata__'] = {'loci': json.dumps(spec), 'tensors_sha256': digest.hexdigest()}
    text = json.dumps(header).encode()
    text += b' ' * (-len(text) % 8)
    path.write_bytes(struct.pack('<Q', len(text)) + text + data)
