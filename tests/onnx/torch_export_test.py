#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Networks as PyTorch exports them to ONNX: loci imports them and describes a picture as PyTorch does. Skipped (exit 77) without
PyTorch and torchvision (Debian: python3-torch python3-torchvision). Usage: torch_export_test.py LOCI"""
import json
import pathlib
import struct
import subprocess
import sys
import tempfile
import zlib

try:
    import torch
    import torchvision
except ImportError as error:
    print(f'skipped: {error} (Debian: apt-get install python3-torch python3-torchvision)')
    sys.exit(77)

nn, F = torch.nn, torch.nn.functional
WIDTH, HEIGHT = 160, 128


class Gem(nn.Module):
    """As in filipradenovic/cnnimageretrieval-pytorch and its many copies."""
    def __init__(self, p=3.0):
        super().__init__()
        self.p = nn.Parameter(torch.ones(1) * p)

    def forward(self, x):
        return F.avg_pool2d(x.clamp(min=1e-6).pow(self.p), (x.size(-2), x.size(-1))).pow(1. / self.p)


class Descriptor(nn.Module):
    def __init__(self, body, pool, linear=None, local_norm=False):
        super().__init__()
        self.body, self.pool, self.linear, self.local_norm = body, pool, linear, local_norm

    def forward(self, x):
        x = self.body(x)
        if self.local_norm:
            x = F.normalize(x, p=2.0, dim=1)
        x = self.pool(x).flatten(1)
        if self.linear is not None:
            x = self.linear(x)
        return F.normalize(x, p=2.0, dim=1)


def body(name):
    net = getattr(torchvision.models, name)()
    return net.features if hasattr(net, 'features') else nn.Sequential(*list(net.children())[:-2])


def randomise(module):
    """Batch normalisations that do something."""
    for part in module.modules():
        if isinstance(part, nn.BatchNorm2d):
            part.weight.data.uniform_(0.7, 1.3)
            part.bias.data.uniform_(-0.2, 0.2)
            part.running_mean.uniform_(-0.2, 0.2)
            part.running_var.uniform_(0.7, 1.3)


def png(path, pixels):
    """8-bit RGB, without any library."""
    rows = b''.join(b'\0' + bytes(pixels[y].flatten().tolist()) for y in range(pixels.shape[0]))
    chunk = lambda kind, data: struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
    head = struct.pack('>IIBBBBB', pixels.shape[1], pixels.shape[0], 8, 2, 0, 0, 0)
    path.write_bytes(b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', head) + chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))


def npy_row(path):
    raw = path.read_bytes()
    return torch.tensor(struct.unpack(f'<{(len(raw) - 10 - struct.unpack("<H", raw[8:10])[0]) // 4}f',
                                      raw[10 + struct.unpack('<H', raw[8:10])[0]:]))


torch.manual_seed(3)
torch.set_num_threads(1)
models = {
    'resnet18_gem': Descriptor(body('resnet18'), Gem()),
    'resnet50_gem_linear': Descriptor(body('resnet50'), Gem(2.5), nn.Linear(2048, 64), local_norm=True),
    'mobilenet_v2_mean': Descriptor(body('mobilenet_v2'), nn.AdaptiveAvgPool2d(1)),
    'squeezenet1_1_max': Descriptor(body('squeezenet1_1'), nn.AdaptiveMaxPool2d(1)),
    'vgg11_bn_mean_linear': Descriptor(body('vgg11_bn'), nn.AdaptiveAvgPool2d(1), nn.Linear(512, 32, bias=False)),
    'alexnet_gem': Descriptor(body('alexnet'), Gem()),
    'densenet121_mean': Descriptor(body('densenet121'), nn.AdaptiveAvgPool2d(1)),
}
failed = 0
with tempfile.TemporaryDirectory() as folder:
    root = pathlib.Path(folder)
    grid = torch.arange(HEIGHT * WIDTH * 3).reshape(HEIGHT, WIDTH, 3)
    pixels = ((grid * 7919) % 251 // 2 + (torch.arange(WIDTH).reshape(1, WIDTH, 1) * 120) // WIDTH).to(torch.uint8)
    png(root / 'picture.png', pixels)
    x = pixels.float().permute(2, 0, 1)[None] / 255
    x = (x - torch.tensor([.485, .456, .406]).reshape(1, 3, 1, 1)) / torch.tensor([.229, .224, .225]).reshape(1, 3, 1, 1)
    for name, model in models.items():
        randomise(model)
        model.eval()
        file = root / f'{name}.onnx'
        with torch.no_grad():
            expected = model(x)[0]
            torch.onnx.export(model, x, str(file), opset_version=13, input_names=['image'], output_names=['descriptor'])
        done = subprocess.run([sys.argv[1], 'import', file, '-o', root / 'm.safetensors', '--json'], capture_output=True, text=True)
        if done.returncode != 0:
            print(f'FAIL {name}: {done.stderr.strip()}')
            failed += 1
            continue
        done = subprocess.run([sys.argv[1], 'describe', root / 'picture.png', '--model', root / 'm.safetensors', '--precision', 'fp32',
                               '-o', root / 'd.npy', '--quiet'], capture_output=True, text=True)
        found = npy_row(root / 'd.npy') if done.returncode == 0 else torch.full_like(expected, float('nan'))
        largest = float((found - expected).abs().max()) if found.shape == expected.shape else float('nan')
        ok = largest < 1e-4
        failed += not ok
        print(f'{"ok  " if ok else "FAIL"} {name:24} {len(expected):5} numbers, largest difference {largest:.1e} {done.stderr.strip()}')
print(f'torch {torch.__version__}: {failed} failed')
sys.exit(1 if failed else 0)
