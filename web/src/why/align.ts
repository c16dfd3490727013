// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
import type { Link } from '../api/types';

/** x' = a x + c y + e, y' = b x + d y + f, in parts of the pictures' widths and heights. */
export interface Affine {
  a: number;
  b: number;
  c: number;
  d: number;
  e: number;
  f: number;
}

const AT_LEAST = 8;

/** The affine map of the match onto the query that fits the linked regions best, or null when they do not say. */
export function lineUp(links: Link[]): Affine | null {
  let fitting = links.filter((l) => l.inlier);
  let map: Affine | null = null;
  for (let round = 0; round < 4; round++) {
    if (fitting.length < AT_LEAST) return null;
    map = leastSquares(fitting);
    if (!map) return null;
    // A fundamental matrix leaves depth free: the regions that one plane explains best are kept.
    const m = map;
    const errors = fitting.map((l) => error(m, l));
    const limit = 1.6 * [...errors].sort((p, q) => p - q)[Math.floor(errors.length / 2)]! + 1e-4;
    fitting = fitting.filter((_, i) => errors[i]! <= limit);
  }
  const det = map!.a * map!.d - map!.b * map!.c;
  return det > 0.15 && det < 7 ? map : null;
}

function error(m: Affine, { match: p, query: q }: Link): number {
  return Math.hypot(m.a * p.x + m.c * p.y + m.e - q.x, m.b * p.x + m.d * p.y + m.f - q.y);
}

function leastSquares(links: Link[]): Affine | null {
  const n = links.length;
  const mean = (f: (l: Link) => number) => links.reduce((s, l) => s + f(l), 0) / n;
  const px = mean((l) => l.match.x);
  const py = mean((l) => l.match.y);
  const qx = mean((l) => l.query.x);
  const qy = mean((l) => l.query.y);
  const sum = (f: (x: number, y: number, u: number, v: number) => number) =>
    links.reduce((s, l) => s + f(l.match.x - px, l.match.y - py, l.query.x - qx, l.query.y - qy), 0);
  const xx = sum((x) => x * x);
  const xy = sum((x, y) => x * y);
  const yy = sum((_, y) => y * y);
  const det = xx * yy - xy * xy;
  if (det < 1e-9 * n * n) return null; // all on one line
  const xu = sum((x, _, u) => x * u);
  const yu = sum((_, y, u) => y * u);
  const xv = sum((x, _, __, v) => x * v);
  const yv = sum((_, y, __, v) => y * v);
  const a = (xu * yy - yu * xy) / det;
  const c = (yu * xx - xu * xy) / det;
  const b = (xv * yy - yv * xy) / det;
  const d = (yv * xx - xv * xy) / det;
  return { a, b, c, d, e: qx - a * px - c * py, f: qy - b * px - d * py };
}

export const cssMatrix = (m: Affine, width: number, height: number) =>
  `matrix(${m.a},${(m.b * height) / width},${(m.c * width) / height},${m.d},${m.e * width},${m.f * height})`;
