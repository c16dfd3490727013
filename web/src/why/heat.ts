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

/** The whole contribution, or the soft assignment to one cluster; null where the model knows neither. */
export function heatOf(why: Why, cluster: number | null): Heat | null {
  if (cluster === null) {
    const { contribution } = why;
    return (
      contribution && {
        ...contribution,
        top: Math.max(1e-9, ...contribution.query.values, ...contribution.match.values),
      }
    );
  }
  const found = why.clusters.find((c) => c.cluster === cluster);
  return found
    ? { query: found.query, match: found.match, top: Math.max(1e-9, ...found.query.values, ...found.match.values) }
    : null;
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
