#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Times loci on a DINOv2 encoder of full size and random weights beside ONNX Runtime and PyTorch, in turns, so that all see the same
machine. Prints medians and ratios. Needs numpy, onnxruntime; torch where it is there.

    recipes/transformer_speed.py build/bin/loci --size vits14 --threads 2
"""
import argparse
import json
import pathlib
import statistics
import struct
import subprocess
import tempfile
import time

import numpy as np

SIZES = {'vits14': (384, 12), 'vitb14': (768, 12), 'vitl14': (1024, 24)}


def weights(width, depth, seed=1):
    """A state dict by DINOv2's names whose activations stay near one."""
    rng = np.random.default_rng(seed)
    t = {}

    def put(name, *shape, scale=0.02, around=0.0):
        t[name] = (around + scale * rng.standard_normal(shape)).astype(np.float32)

    def linear(name, out, into):
        put(name + '.weight', out, into, scale=into ** -0.5)
        put(name + '.bias', out)

    put('cls_token', 1, 1, width)
    put('mask_token', 1, width)
    put('pos_embed', 1, 1370, width)
    put('patch_embed.proj.weight', width, 3, 14, 14, scale=588 ** -0.5)
    put('patch_embed.proj.bias', width)
    for i in range(depth):
        block = f'blocks.{i}.'
        for norm in ('norm1', 'norm2'):
            put(block + norm + '.weight', width, around=1)
            put(block + norm + '.bias', width)
        linear(block + 'attn.qkv', 3 * width, width)
        linear(block + 'attn.proj', width, width)
        linear(block + 'mlp.fc1', 4 * width, width)
        linear(block + 'mlp.fc2', width, 4 * width)
        put(block + 'ls1.gamma', width, around=0.3)
        put(block + 'ls2.gamma', width, around=0.3)
    put('norm.weight', width, around=1)
    put('norm.bias', width)
    return t


def write_safetensors(path, tensors):
    header, at = {}, 0
    for name, value in tensors.items():
        header[name] = {'dtype': 'F32', 'shape': list(value.shape), 'data_offsets': [at, at + value.nbytes]}
        at += value.nbytes
    text = json.dumps(header).encode()
    text += b' ' * (-len(text) % 8)
    with open(path, 'wb') as out:
        out.write(struct.pack('<Q', len(text)) + text)
        for value in tensors.values():
            out.write(value.tobytes())


def torch_runner(tensors, depth, threads, side):
    try:
        import torch
        from torch.nn import functional as F
    except ImportError:
        return None
    torch.set_num_threads(threads)
    t = {name: torch.from_numpy(value) for name, value in tensors.items()}
    width = t['cls_token'].shape[2]
    heads, rows = width // 64, (side // 14) ** 2 + 1
    positions = torch.cat([t['pos_embed'][:, :1], t['pos_embed'][:, 1:rows]], 1)  # the time does not ask which

    def run(image):
        x = F.conv2d(image, t['patch_embed.proj.weight'], t['patch_embed.proj.bias'], stride=14).flatten(2).transpose(1, 2)
        x = torch.cat([t['cls_token'], x], 1) + positions
        for i in range(depth):
            def p(name):
                return t[f'blocks.{i}.{name}']
            y = F.layer_norm(x, (width,), p('norm1.weight'), p('norm1.bias'), 1e-6)
            q, k, v = F.linear(y, p('attn.qkv.weight'), p('attn.qkv.bias')).reshape(1, rows, 3, heads, 64).permute(2, 0, 3, 1, 4)
            y = (q * 0.125 @ k.transpose(-2, -1)).softmax(-1) @ v
            y = F.linear(y.transpose(1, 2).reshape(1, rows, width), p('attn.proj.weight'), p('attn.proj.bias'))
            x = x + y * p('ls1.gamma')
            y = F.layer_norm(x, (width,), p('norm2.weight'), p('norm2.bias'), 1e-6)
            y = F.linear(F.gelu(F.linear(y, p('mlp.fc1.weight'), p('mlp.fc1.bias'))), p('mlp.fc2.weight'), p('mlp.fc2.bias'))
            x = x + y * p('ls2.gamma')
        return F.layer_norm(x, (width,), t['norm.weight'], t['norm.bias'], 1e-6)

    image = torch.randn(1, 3, side, side)

    def timed():
        with torch.no_grad():
            start = time.perf_counter()
            run(image)
            return 1e3 * (time.perf_counter() - start)
    return timed


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('loci', type=pathlib.Path)
    parser.add_argument('--size', choices=SIZES, default='vitb14')
    parser.add_argument('--side', type=int, default=322)
    parser.add_argument('--threads', type=int, default=2)
    parser.add_argument('--rounds', type=int, default=7)
    parser.add_argument('--precisions', nargs='+', default=['fp32', 'bf16'])
    options = parser.parse_args()
    loci, side, threads = options.loci.resolve(), str(options.side), str(options.threads)
    width, depth = SIZES[options.size]
    tensors = weights(width, depth)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        write_safetensors(folder / 'w.safetensors', tensors)
        subprocess.run([loci, 'import', 'w.safetensors', '-o', 'm.safetensors', '--pooling', 'gem'], cwd=folder, check=True,
                       capture_output=True)
        subprocess.run([loci, 'export', '--onnx', 'm.safetensors', '-o', 'm.onnx', '--no-pixels', '--width', side, '--height', side],
                       cwd=folder, check=True, capture_output=True)
        runners = {}
        for precision in options.precisions:
            def one(precision=precision):
                done = subprocess.run([loci, 'bench', 'describe', '--model', 'm.safetensors', '--size', f'{side}x{side}', '--threads',
                                       threads, '--precision', precision, '--runs', '5', '--json'], cwd=folder, check=True,
                                      capture_output=True, text=True)
                return json.loads(done.stdout)['backbone_ms']
            runners['loci ' + precision] = one
        import onnxruntime
        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = options.threads
        settings.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(str(folder / 'm.onnx'), settings, providers=['CPUExecutionProvider'])
        image = np.random.default_rng(2).standard_normal((1, 3, options.side, options.side)).astype(np.float32)

        def onnx():
            start = time.perf_counter()
            session.run(None, {session.get_inputs()[0].name: image})
            return 1e3 * (time.perf_counter() - start)
        runners['ONNX Runtime ' + onnxruntime.__version__] = onnx
        torch_run = torch_runner(tensors, depth, options.threads, options.side)
        if torch_run is not None:
            runners['PyTorch'] = torch_run
        times = {name: [] for name in runners}
        for round_ in range(-1, options.rounds):
            for name, run in runners.items():
                ms = run() if name.startswith('loci') else statistics.median(run() for _ in range(5))
                if round_ >= 0:
                    times[name].append(ms)
        medians = {name: statistics.median(all_) for name, all_ in times.items()}
        reference = next(ms for name, ms in medians.items() if name.startswith('ONNX'))
        print(f'{options.size} {side}x{side}, batch 1, {threads} threads, medians of {options.rounds} rounds in turns')
        for name, ms in medians.items():
            print(f'{name:24} {ms:8.1f} ms   {ms / reference:5.2f} x ONNX Runtime')


if __name__ == '__main__':
    main()
