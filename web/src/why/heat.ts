// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// A heat map as light: where nothing was added the photo is dimmed, where most was added it shows bright and warm.
import type { Grid, Why } from '../api/types';

export interface Heat {
  query: Grid;
  match: Grid;
  /** the value that is shown brightest */
  top: number;
}

const BRIGHTEST_PART = 0.985;

/** What is shown brightest: nearly the largest of the positive values, so that one cell does not dim all others. */
function brightest(query: Grid, match: Grid): number {
  const positive = [...query.values, ...match.values].filter((v) => v > 0).sort((a, b) => a - b);
  return positive[Math.floor(BRIGHTEST_PART * (positive.length - 1))] ?? 1e-9;
}

/** The whole contribution, or the soft assignment to one cluster; null where the model knows neither. */
export function heatOf(why: Why, cluster: number | null): Heat | null {
  const grids = cluster === null ? why.contribution : why.clusters.find((c) => c.cluster === cluster);
  return grids ? { query: grids.query, match: grids.match, top: brightest(grids.query, grids.match) } : null;
}

/** Red, green, blue and opacity (0 to 255) over the photo for a part of the brightest, 0 to 1. */
export function shade(part: number): [number, number, number, number] {
  const w = Math.max(0, Math.min(1, part)) ** 0.75;
  return [12 + 243 * w, 16 + 142 * w, 22 + 18 * w, 255 * (0.7 - 0.62 * w * (1.45 - 0.85 * w))];
}

export function drawHeat(canvas: HTMLCanvasElement, grid: Grid, top: number) {
  const small = document.createElement('canvas');
  small.width = grid.cols;
  small.height = grid.rows;
  const s = small.getContext('2d')!;
  const pixels = s.createImageData(grid.cols, grid.rows);
  grid.values.forEach((v, i) => pixels.data.set(shade(v / top), 4 * i));
  s.putImageData(pixels, 0, 0);
  const g = canvas.getContext('2d')!;
  canvas.width = Math.max(grid.cols * 12, 240);
  canvas.height = Math.round((canvas.width * grid.rows) / grid.cols);
  g.imageSmoothingEnabled = true;
  g.imageSmoothingQuality = 'high';
  g.drawImage(small, 0, 0, canvas.width, canvas.height);
}
