#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Compares loci's geometric check with OpenCV's USAC_MAGSAC on drawn scenes whose geometry is known, and prints the table
of docs/results.md. Needs numpy and cv2, and the program geometry_figures of a build with tests.

    recipes/geometry.py build/tests/geometry_figures [--scenes 100]

For every kind of scene: recall and precision of the inliers that are told from the drawn ones, the error of the model at
noise-free points (pixels, median over scenes), and milliseconds (median). 640 x 480 pixels, noise of 1 pixel in both
images, tolerance 3 pixels, wrong matches anywhere, in random order."""
import argparse
import pathlib
import subprocess
import tempfile
import time

import cv2
import numpy

WIDTH, HEIGHT, NOISE, TOLERANCE = 640, 480, 1.0, 3.0
FOCAL = 500.0
K = numpy.array([[FOCAL, 0, WIDTH / 2], [0, FOCAL, HEIGHT / 2], [0, 0, 1]])


def turned(rng, degrees):
    """A rotation by a random angle of about so many degrees about a random axis."""
    axis = rng.normal(size=3)
    return cv2.Rodrigues(axis / numpy.linalg.norm(axis) * numpy.radians(degrees) * rng.uniform(0.5, 1.5))[0]


def projected(points):
    return points[:, :2] / points[:, 2:]


def inside(p):
    return (p[:, 0] >= 0) & (p[:, 0] < WIDTH) & (p[:, 1] >= 0) & (p[:, 1] < HEIGHT)


def seen_twice(rng, count, depth_of, rotation, translation):
    """Noise-free places in two images of points at `depth_of(x, y)`, on the first camera's rays."""
    found = [numpy.empty((0, 2)), numpy.empty((0, 2))]
    while len(found[0]) < count:
        p = rng.uniform((0, 0), (WIDTH, HEIGHT), (4 * count, 2))
        rays = numpy.c_[p, numpy.ones(len(p))] @ numpy.linalg.inv(K).T
        x = rays * depth_of(rays)[:, None]
        y = (x @ rotation.T + translation) @ K.T
        good = (y[:, 2] > 0.1)
        q = projected(numpy.where(good[:, None], y, 1))
        good &= inside(q)
        found = [numpy.r_[found[0], p[good]], numpy.r_[found[1], q[good]]]
    return found[0][:count], found[1][:count]


def plane_depth(rng):
    normal = numpy.array([rng.uniform(-0.6, 0.6), rng.uniform(-0.6, 0.6), 1.0])
    return lambda rays: 4.0 / numpy.maximum(rays @ normal, 0.2)


def scene(rng, kind, matches, share):
    """Two lists of places, which of them are right, and the noise-free ones."""
    right = max(8, round(matches * share))
    rotation, move = turned(rng, 8), rng.normal(size=3) * (0.6, 0.3, 0.6)
    flat = plane_depth(rng)
    if kind == 'plane':
        p, q = seen_twice(rng, right, flat, rotation, move)
    elif kind == 'turn':
        p, q = seen_twice(rng, right, lambda rays: rng.uniform(2, 10, len(rays)), rotation, numpy.zeros(3))
    elif kind == 'rigid':
        p, q = seen_twice(rng, right, lambda rays: rng.uniform(2, 8, len(rays)), rotation, move)
    else:  # four fifths on a plane, the rest nearer
        many = right * 4 // 5
        p, q = seen_twice(rng, many, flat, rotation, move)
        p2, q2 = seen_twice(rng, right - many, lambda rays: flat(rays) * rng.uniform(0.3, 0.7, len(rays)), rotation, move)
        p, q = numpy.r_[p, p2], numpy.r_[q, q2]
    clean = p.copy(), q.copy()
    wrong = matches - right
    p = numpy.r_[p + NOISE * rng.normal(size=p.shape), rng.uniform((0, 0), (WIDTH, HEIGHT), (wrong, 2))]
    q = numpy.r_[q + NOISE * rng.normal(size=q.shape), rng.uniform((0, 0), (WIDTH, HEIGHT), (wrong, 2))]
    order = rng.permutation(matches)
    return p[order], q[order], (numpy.arange(matches) < right)[order], clean


def model_error(kind, matrix, clean):
    """Median distance of noise-free pairs: of transfer for a homography, Sampson's for a fundamental matrix."""
    if matrix is None or not numpy.isfinite(matrix).all() or not matrix.any():
        return numpy.inf
    p, q = (numpy.c_[c, numpy.ones(len(c))] for c in clean)
    if kind == 1:
        return numpy.median(numpy.linalg.norm(projected(p @ matrix.T) - clean[1], axis=1))
    a, b = p @ matrix.T, q @ matrix
    slope = a[:, 0] ** 2 + a[:, 1] ** 2 + b[:, 0] ** 2 + b[:, 1] ** 2
    return numpy.median(numpy.abs((q * a).sum(1)) / numpy.sqrt(slope))


def by_opencv(geometry, p, q, draws):
    start = time.perf_counter()
    find = cv2.findHomography if geometry == 'homography' else cv2.findFundamentalMat
    if geometry == 'homography':
        matrix, mask = find(p, q, cv2.USAC_MAGSAC, TOLERANCE, maxIters=draws, confidence=0.999)
    else:
        matrix, mask = find(p, q, cv2.USAC_MAGSAC, TOLERANCE / numpy.sqrt(2), 0.999, draws)
    took = 1000 * (time.perf_counter() - start)
    found = numpy.zeros(len(p), bool) if mask is None else mask.ravel() != 0
    return matrix, found, took


def by_loci(program, geometry, scenes, draws):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        rows = [numpy.c_[numpy.full(len(p), i), numpy.tile([WIDTH, HEIGHT, WIDTH, HEIGHT], (len(p), 1)), p, q]
                for i, (p, q, _, _) in enumerate(scenes)]
        numpy.save(folder / 'in.npy', numpy.concatenate(rows).astype(numpy.float64))
        subprocess.run([program, folder / 'in.npy', folder / 'out.npy', geometry, str(TOLERANCE / WIDTH),
                        str(TOLERANCE / numpy.sqrt(2) / WIDTH), str(draws)], check=True)
        out = numpy.load(folder / 'out.npy')
    for row, (p, _, _, _) in zip(out, scenes):
        yield row[5:14].astype(float).reshape(3, 3), row[14:14 + len(p)] != 0, row[0], int(row[2])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('program')
    parser.add_argument('--scenes', type=int, default=100)
    parser.add_argument('--matches', type=int, default=300)
    parser.add_argument('--draws', type=int, default=5000)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    print('| scene | right matches | geometry | by | recall | precision | error, px | ms |\n|---|---|---|---|---|---|---|---|')
    for kind, geometries in (('plane', ['homography', 'auto']), ('turn', ['homography', 'auto']),
                             ('rigid', ['fundamental', 'auto']), ('plane and parallax', ['fundamental', 'auto'])):
        for share in (0.8, 0.5, 0.3, 0.15):
            rng = numpy.random.default_rng(1)
            scenes = [scene(rng, kind, args.matches, share) for _ in range(args.scenes)]
            for geometry in geometries:
                answers = {'loci': list(by_loci(args.program, geometry, scenes, args.draws))}
                if geometry != 'auto':
                    answers['OpenCV'] = [(*by_opencv(geometry, p, q, args.draws), 1 if geometry == 'homography' else 2) for p, q, _, _ in scenes]
                for name, answer in answers.items():
                    recall, precision, error, took = [], [], [], []
                    for (matrix, found, ms, what), (_, _, right, clean) in zip(answer, scenes):
                        recall.append((found & right).sum() / right.sum())
                        precision.append((found & right).sum() / max(1, found.sum()))
                        error.append(model_error(what, matrix, clean))
                        took.append(ms)
                    print(f'| {kind} | {share:.0%} | {geometry} | {name} | {numpy.mean(recall):.3f} | {numpy.mean(precision):.3f} '
                          f'| {numpy.median(error):.2f} | {numpy.median(took):.2f} |', flush=True)


if __name__ == '__main__':
    main()
