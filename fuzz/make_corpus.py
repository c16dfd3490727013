#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Writes the small seed inputs of the fuzz targets into fuzz/corpus. Needs the standard library only.

Usage: make_corpus.py [FOLDER]"""
import io
import json
import pathlib
import pickle
import struct
import sys
import types
import zipfile
import zlib

from make_bag_corpus import recordings
from make_onnx_corpus import onnx_models
from make_table_corpus import collections, tables

sys.path.append(str(pathlib.Path(__file__).parent.parent / 'tests/cli'))
from write_bag import bag, fix, jpeg_image, raw_image  # noqa: E402

ROOT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent / 'corpus')


def save(kind, name, data):
    folder = ROOT / kind
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


# Stand-ins with the names that torch and numpy give their functions, so that pickle writes the same bytes.
def module(name, **members):
    made = types.ModuleType(name)
    for key, value in members.items():
        setattr(made, key, value)
        value.__module__, value.__qualname__ = name, key
    sys.modules[name] = made
    return made


def function():
    return lambda *args: None


torch = module('torch', FloatStorage=type('FloatStorage', (), {}), LongStorage=type('LongStorage', (), {}))
torch_utils = module('torch._utils', _rebuild_tensor_v2=function(), _rebuild_parameter=function())
numpy = module('numpy', dtype=type('dtype', (), {}), ndarray=type('ndarray', (), {}))
multiarray = module('numpy.core.multiarray', scalar=function(), _reconstruct=function())
module('numpy.core')


class Storage:
    def __init__(self, key, count, kind=torch.FloatStorage):
        self.key, self.count, self.kind = key, count, kind


class Tensor:
    def __init__(self, storage, shape, stride=None, offset=0):
        if stride is None:
            stride, step = [], 1
            for side in reversed(shape):
                stride.insert(0, step)
                step *= side
        self.args = (storage, offset, tuple(shape), tuple(stride), False, {})

    def __reduce__(self):
        return torch_utils._rebuild_tensor_v2, self.args


class DType:
    def __init__(self, code):
        self.code = code

    def __reduce__(self):
        return numpy.dtype, (self.code, False, True), (3, '<', None, None, None, -1, -1, 0)


class Scalar:
    def __reduce__(self):
        return multiarray.scalar, (DType('f8'), struct.pack('<d', 0.5))


class Array:
    def __reduce__(self):
        return (multiarray._reconstruct, (numpy.ndarray, (0,), b'b'),
                (1, (2,), DType('f4'), False, struct.pack('<2f', 1, 2)))


def dump(value, protocol=2):
    out = io.BytesIO()
    pickler = pickle._Pickler(out, protocol)
    pickler.persistent_id = lambda v: ('storage', v.kind, v.key, 'cpu', v.count) if isinstance(v, Storage) else None
    pickler.dump(value)
    return out.getvalue()


def pickles():
    from collections import OrderedDict
    state = OrderedDict([('pool.conv.weight', Tensor(Storage('0', 6), [2, 3, 1, 1])),
                         ('module.pool.centroids', Tensor(Storage('1', 6), [2, 3], [1, 2])),
                         ('encoder.0.weight', Tensor(Storage('0', 6), [1, 3, 1, 1], None, 1))])
    checkpoint = {'epoch': 3, 'state_dict': state, 'recalls': {1: Scalar(), 5: 0.75}, 'best': Array(), 'ok': True,
                  'list': [1, (2, 3), None, 'text', b'bytes', -5, 1 << 40, 1 << 80]}
    one = Tensor(Storage('0', 6), [1, 1, 1, 1])
    save('pickle', 'xfeat', dump(OrderedDict((name, one) for name in (
        'net.block1.0.layer.0.weight', 'net.block_fusion.0.layer.0.weight', 'net.keypoint_head.3.weight',
        'net.heatmap_head.2.weight'))))
    wide = Tensor(Storage('0', 6), [320, 1, 1, 1], [0, 0, 0, 0])
    save('pickle', 'efficientnet_lite0', dump({'state_dict': OrderedDict((name, wide) for name in (
        '_conv_stem.weight', '_bn0.running_var', '_blocks.15._project_conv.weight', '_fc.bias'))}))
    for protocol in range(6):
        save('pickle', f'checkpoint_protocol{protocol}', dump(checkpoint, protocol))
    legacy = (dump(0x1950a86a20f9469cfc6c) + dump(1001) + dump({'protocol_version': 1001, 'little_endian': True})
              + dump(checkpoint) + dump(['0', '1']))
    for key in range(2):
        legacy += struct.pack('<q', 6) + struct.pack('<6f', *range(key, key + 6))
    save('pickle', 'legacy', legacy)
    save('pickle', 'os_system', b'\x80\x02cos\nsystem\nX\x04\x00\x00\x00true\x85R.')
    save('pickle', 'stack_global', b'\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x04true\x85R.')
    save('pickle', 'loop', b'\x80\x02]q\x00h\x00a.')
    save('pickle', 'laughs', b'\x80\x02' + b''.join(b'](' + b'2' * 0 + (b'h%c' % (i - 1) if i else b'K\x01') * 10
                                                    + b'eq%c' % i for i in range(9)) + b'.')
    save('pickle', 'huge_text', b'\x80\x04\x8d' + struct.pack('<Q', 1 << 60) + b'.')
    save('pickle', 'marks', b'\x80\x02' + b'(' * 2000 + b't' * 2000 + b'.')


def npy(descr, shape, data, fortran=False):
    header = repr({'descr': descr, 'fortran_order': fortran, 'shape': tuple(shape)}).encode()
    header += b' ' * (-(10 + len(header) + 1) % 64) + b'\n'
    return b'\x93NUMPY\x01\x00' + struct.pack('<H', len(header)) + header + data


def zips():
    arrays = {'a': npy('<f4', (2, 3), struct.pack('<6f', *range(6))),
              'b': npy('<f8', (3,), struct.pack('<3d', *range(3)), True),
              'c': npy('<U2', (2,), 'ab'.encode('utf-32-le') * 2),
              'd': npy('<u2', (), struct.pack('<H', 7)), 'e': npy('|O', (1,), b'\x80\x02K\x01.')}
    for name, method in (('stored', zipfile.ZIP_STORED), ('deflated', zipfile.ZIP_DEFLATED)):
        out = io.BytesIO()
        with zipfile.ZipFile(out, 'w', method) as archive:
            for key, content in arrays.items():
                archive.writestr(zipfile.ZipInfo(f'{key}.npy'), content, method)
            archive.writestr(zipfile.ZipInfo('note.txt'), b'text')
        save('npz', name + '.npz', out.getvalue())
    for key, content in arrays.items():
        save('npz', key + '.npy', content)
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo('bomb.npy'), npy('<f4', (1 << 16,), bytes(1 << 18)), zipfile.ZIP_DEFLATED)
    save('npz', 'zeros.npz', out.getvalue())


# MATLAB level 5
def element(kind, data):
    return struct.pack('<II', kind, len(data)) + data + bytes(-len(data) % 8)


def matrix(array_class, shape, name, body):
    return element(14, element(6, struct.pack('<II', array_class, 0)) + element(5, struct.pack(f'<{len(shape)}i', *shape))
                   + element(1, name.encode()) + body)


def doubles(values, shape, name=''):
    return matrix(6, shape, name, element(9, struct.pack(f'<{len(values)}d', *values)))


def singles(values, shape, name=''):
    return matrix(7, shape, name, element(7, struct.pack(f'<{len(values)}f', *values)))


def text(value, name=''):
    return matrix(4, (1, len(value)), name, element(16, value.encode()))


def cell(items, name=''):
    return matrix(1, (1, len(items)), name, b''.join(items))


def structure(fields, name=''):
    names = b''.join(key.encode().ljust(32, b'\0') for key in fields)
    return matrix(2, (1, 1), name, element(5, struct.pack('<i', 32)) + element(1, names) + b''.join(fields.values()))


def mats():
    header = b'MATLAB 5.0 MAT-file'.ljust(124) + struct.pack('<HH', 0x0100, 0x4d49)
    layers = [structure({'type': text('conv'), 'name': text('conv1'),
                         'weights': cell([singles(range(12), (2, 2, 3, 1)), singles([0], (1, 1))])}),
              structure({'type': text('relu'), 'name': text('relu1')}),
              structure({'type': text('pool'), 'name': text('pool1'), 'method': text('max'), 'pool': doubles([3, 3], (1, 2)),
                         'stride': doubles([2, 2], (1, 2)), 'pad': doubles([0, 1, 0, 1], (1, 4))}),
              structure({'type': text('normalize'), 'name': text('norm1'), 'param': doubles([5, 1, 2e-5, .75], (1, 4))}),
              structure({'type': text('custom'), 'name': text('vlad:core'),
                         'weights': cell([singles([1, 2], (1, 1, 1, 2)), singles([3, 4], (1, 1, 1, 2))])}),
              structure({'type': text('conv'), 'name': text('WPCA'),
                         'weights': cell([singles([1, 2, 3, 4], (1, 1, 2, 2)), singles([0, 0], (2, 1))])})]
    meta = structure({'normalization': structure({'averageImage': singles([120, 110, 100], (1, 1, 3))})})
    net = structure({'layers': cell(layers), 'meta': meta}, 'net')
    db = structure({'whichSet': text('test'), 'dbImageFns': cell([text('a.jpg'), text('b.jpg')]),
                    'utmDb': doubles([1, 2, 3, 4], (2, 2)), 'qImageFns': cell([text('q.jpg')]),
                    'utmQ': doubles([1, 2], (2, 1)), 'posDistThr': doubles([25], (1, 1))}, 'dbStruct')
    for name, body in (('net', net), ('dbstruct', db)):
        save('mat', name + '_v6.mat', header + body)
        packed = zlib.compress(body)
        save('mat', name + '_v7.mat', header + struct.pack('<II', 15, len(packed)) + packed)


def safetensors(entries, metadata, data):
    header = dict(entries)
    if metadata:
        header['__metadata__'] = metadata
    head = json.dumps(header).encode()
    return struct.pack('<Q', len(head)) + head + data


def models():
    entry = {'dtype': 'F32', 'shape': [2, 3], 'data_offsets': [0, 24]}
    data = struct.pack('<6f', *range(6))
    save('model', 'plain', safetensors({'a': entry}, {}, data))
    save('model', 'metadata', safetensors({'a': entry}, {'format': 'pt', 'loci': '{"format_version":1}'}, data))
    described = {'format_version': 2, 'preprocessing': {'side_multiple': 32}, 'network': {
        'ops': [{'type': 'conv', 'name': 'grey', 'out_channels': 1, 'has_bias': False},
                {'type': 'instance_norm', 'name': 'norm', 'norm_eps': 1e-3},
                {'type': 'space_to_depth', 'name': 'blocks', 'stride': 8},
                {'type': 'upsample', 'name': 'up', 'inputs': ['blocks', 'norm']},
                {'type': 'conv', 'name': 'score', 'out_channels': 1, 'activation': 'sigmoid'}],
        'outputs': [{'name': 'features', 'op': 'up'}, {'name': 'score', 'op': 'score'}]}}
    save('model', 'outputs', safetensors({'a': entry}, {'loci': json.dumps(described)}, data))
    save('model', 'overlap', safetensors({'a': entry, 'b': entry}, {}, data))
    save('model', 'huge_header', struct.pack('<Q', 1 << 60) + b'{}')
    save('model', 'huge_shape', safetensors({'a': {'dtype': 'F32', 'shape': [1 << 40, 1 << 40], 'data_offsets': [0, 24]}},
                                            {}, data))


# Photographs; the JPEG, WebP and LZW files beside them were written by the libraries.
def png(width, height, depth, colour, rows, *chunks):
    def chunk(kind, data):
        return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
    head = struct.pack('>IIBBBBB', width, height, depth, colour, 0, 0, 0)
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', head) + b''.join(chunk(*c) for c in chunks)
            + chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))


def bmp(width, height, bits, body, compression=0, colours=0):
    head = struct.pack('<IiiHHIIiiII', 40, width, height, 1, bits, compression, 0, 0, 0, colours, 0)
    offset = 54 + colours * 4 + (12 if compression == 3 else 0)
    return b'BM' + struct.pack('<IHHI', offset + len(body), 0, 0, offset) + head + body


def tiff(order, tags, strip):
    entries = dict(tags)
    entries[273], entries[279] = (4, [8]), (4, [len(strip)])
    extra, directory = b'', struct.pack(order + 'H', len(entries))
    at = 8 + len(strip)
    after = at + 2 + 12 * len(entries) + 4
    for tag, (kind, values) in sorted(entries.items()):
        data = struct.pack(order + str(len(values)) + 'HI'[kind == 4], *values)
        if len(data) > 4:
            field = struct.pack(order + 'I', after + len(extra))
            extra += data
        else:
            field = data.ljust(4, b'\0')
        directory += struct.pack(order + 'HHI', tag, kind, len(values)) + field
    magic = (b'II*\0' if order == '<' else b'MM\0*') + struct.pack(order + 'I', at)
    return magic + strip + directory + struct.pack(order + 'I', 0) + extra


def images():
    save('image', 'rgba16.png', png(3, 2, 16, 6, (b'\x02' + bytes(range(24))) * 2, (b'tEXt', b'Title\0x')))
    save('image', 'bits.png', png(9, 3, 1, 0, b'\0\xa5\x80' * 3, (b'tRNS', b'\0\1')))
    save('image', 'palette.bmp', bmp(5, 3, 4, bytes(range(16)) + b'\x12\x30\x40\0' * 3, 0, 4))
    save('image', 'rgb.bmp', bmp(2, -2, 24, bytes(range(16))))
    save('image', 'masks.bmp', bmp(2, 2, 16, struct.pack('<III', 0xf800, 0x7e0, 0x1f) + bytes(range(8)), 3))
    for kind, body in ((1, b'3 2\n01\n0 1 # c\n10'), (2, b'2 2 15\n0 7\n15 1'), (3, b'1 2 255 1 2 3 40 50 60'),
                       (4, b'9 2\n\xa5\x80\x5a\0'), (5, b'# c\n2 1\n1023\n\3\xff\1\0'), (6, b'2 1 255\n' + bytes(6))):
        save('image', f'p{kind}.pnm', b'P%d\n' % kind + body)
    rgb = {256: (3, [3]), 257: (3, [2]), 258: (3, [8] * 3), 259: (3, [1]), 262: (3, [2]), 274: (3, [6]), 277: (3, [3]),
           278: (3, [2])}
    save('image', 'rgb.tif', tiff('<', rgb, bytes(range(18))))
    palette = {256: (3, [4]), 257: (3, [2]), 258: (3, [4]), 259: (3, [8]), 262: (3, [3]), 277: (3, [1]), 278: (3, [1 << 15]),
               320: (3, list(range(0, 48000, 1000)))}
    save('image', 'palette.tif', tiff('>', palette, zlib.compress(b'\1\2\3\4')))


def bags():
    def raw(encoding, width, height, size):
        return raw_image(1.5, encoding.encode(), width, height, bytes(range(size)))
    position = (1, 1.4, fix(1.4, 48, 2))
    with_fix = [('/camera', 'Image'), ('/fix', 'NavSatFix')]
    save('bag', 'rgb.bag', bag(with_fix, [(0, 1.5, raw('rgb8', 3, 2, 18)), position]))
    save('bag', 'packed.bag', bag(with_fix, [(0, 1.5, raw('bayer_rggb8', 4, 4, 16)), position], 'bz2'))
    save('bag', 'yuv.bag', bag([('/camera', 'Image')], [(0, 1.5, raw('yuv422', 4, 2, 16)), (0, 2, raw('mono16', 4, 2, 16))]))
    save('bag', 'jpeg.bag', bag([('/camera/compressed', 'CompressedImage'), ('/imu', 'Imu')],
                                [(0, 1.5, jpeg_image(1.5, (ROOT / 'image/cut.jpg').read_bytes())), (1, 1.5, bytes(40))]))


def kept_features():
    def kept(dim, points, version=1, accuracy=0x3c00, side=640):
        rows = bytes(range(dim)) * len(points)
        return (struct.pack('<BBHHHII', version, 0, dim, len(points), accuracy, side, side) + rows
                + b''.join(struct.pack('<HHH', *p) for p in points))
    save('kept_features', 'two', kept(64, [(0, 65535, 0x3800), (300, 7, 0)]))
    save('kept_features', 'none', kept(0, [], side=0))
    save('kept_features', 'newer', kept(4, [(1, 2, 3)], version=2))
    save('kept_features', 'infinite', kept(4, [(1, 2, 0x7c00)]))


pickles()
zips()
kept_features()
bags()
recordings(save)
images()
mats()
models()
onnx_models(save)
tables(save)
collections(save)
